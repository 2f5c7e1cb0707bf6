// process-operations.ts - what processes ask of /dev/agpgart: the operations on files and mappings.

import { z } from "zod";

const pid = z.int().min(1).max(0x7fffffff);
const id = z.int().min(0).max(0xffff);
const slot = z.int().min(0).max(1023);
const uid = z.int().min(0).max(0xffffffff);
const word = z.int().min(0).max(0xffffffff);
const signed = z
  .int()
  .min(-(2 ** 31))
  .max(2 ** 31 - 1);
const flag = z.union([z.literal(0), z.literal(1)]);
const pageMultiple = z.int().min(0).max(0xfffff000).multipleOf(4096);
const prot = z.int().min(0).max(7);

/** "s3": the key that ALLOCATE stored in slot 3, -1 at first; "k7": the number 7. */
const key = z.string().regex(/^(s\d{1,4}|k-?\d{1,9})$/, 'expected a key such as "s0" or "k17"');

/** "info": what the last INFO that came through gave; a number may be written in hexadecimal. */
export const mode = z.union(
  [
    z.literal("info"),
    word,
    z
      .string()
      .regex(/^0x[0-9a-f]{1,8}$/)
      .transform((text) => Number.parseInt(text, 16)),
  ],
  { error: 'expected "info", a number of 32 bits or one such as "0x1f000203"' },
);

/** In a file an operation may carry its number, which must be its position in the list. */
export const operation = <const N extends string, S extends z.ZodRawShape>(name: N, shape: S) =>
  z.strictObject({ op: z.literal(name), i: z.int().optional(), ...shape });

const ioctl = <const C extends string, S extends z.ZodRawShape>(cmd: C, shape: S) =>
  operation("ioctl", { file: id, pid, cmd: z.literal(cmd), ...shape });

/** An ioctl whose argument points to a structure of these fields, or with `"arg": null` nowhere. */
const pointing = <const C extends string, S extends z.ZodRawShape>(cmd: C, shape: S) =>
  ioctl(cmd, { ...z.strictObject(shape).partial().shape, arg: z.null().optional() }).check(
    ({ value, issues }) => {
      const fields: { readonly [field: string]: unknown } = { ...value };
      const isNull = fields.arg === null;
      const odd = Object.keys(shape).find((field) => field in fields === isNull);
      if (odd === undefined) return;
      const message = isNull
        ? 'expected nothing beside "arg": null'
        : 'expected a value, or "arg": null for a NULL pointer';
      issues.push({ code: "custom", input: fields[odd], path: [odd], message });
    },
  );

const region = {
  client_pid: pid,
  seg_count: z.int().min(0),
  /** [first page, pages, PROT_ bits]; zeros follow up to seg_count. */
  segments: z
    .array(z.tuple([word, word, prot]))
    .max(65536)
    .nullable(),
};

const ioctls = z.discriminatedUnion("cmd", [
  ioctl("INFO", { arg: z.null().optional() }),
  ioctl("ACQUIRE", {}),
  ioctl("RELEASE", {}),
  pointing("SETUP", { agp_mode: mode }),
  pointing("RESERVE", region),
  pointing("PROTECT", region),
  pointing("ALLOCATE", { slot, pg_count: z.int().min(-1).max(0xffffffff), type: word }),
  ioctl("DEALLOCATE", { key }),
  pointing("BIND", { key, pg_start: signed }),
  pointing("UNBIND", { key, priority: word }),
  ioctl("CHIPSET_FLUSH", {}),
  /** Any number, with any argument. */
  ioctl("RAW", { nr: word, arg: z.int().min(0) }),
]);

const touched = { pid, map: id, first: word, pages: z.int().min(1).max(0xfffff) };

export const processOperations = [
  /** A process with these credentials, from here on. */
  operation("proc", { pid, uid, suid: uid, comm: z.string().min(1).max(15) }),
  operation("open", { file: id, pid, minor: z.int().min(0).max(255).default(175) }),
  ioctls,
  operation("mmap", {
    ...{ file: id, pid, map: id },
    /** In bytes; as much as the last INFO said that the aperture has, or so many. */
    length: z.union([z.literal("info"), z.int().min(1).max(0xffffffff)]),
    ...{ offset: pageMultiple, prot, shared: flag },
  }),
  operation("munmap", { map: id, pid }),
  operation("close", { file: id, pid }),
  /** The process inherits the file, as after fork. */
  operation("dup", { file: id, pid }),
  operation("exit", { pid }),
  operation("rw", { file: id, pid, write: flag }),
  operation("comment", { text: z.string() }),

  /** The process fills pages of a mapping with a pattern, and reads them back. */
  operation("fill", { ...touched, pattern: z.string().min(1) }),
  operation("verify", { ...touched, pattern: z.string().min(1) }),

  /** The kernel's direct rendering manager; sizes and offsets are in bytes. */
  operation("drm_init", {}),
  operation("drm_acquire", {}),
  operation("drm_release", {}),
  operation("drm_info", {}),
  operation("drm_enable", { agp_mode: mode }),
  operation("drm_alloc", { slot, size: word, type: word.default(0) }),
  operation("drm_bind", { slot, offset: word }),
  operation("drm_unbind", { slot }),
  operation("drm_free", { slot }),
  /** A process maps a part of the aperture that DRM has added to its maps. */
  operation("drm_map", {
    map: id,
    pid,
    offset: pageMultiple,
    size: z.int().min(1).max(0xffffffff),
  }),
] as const;
