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
  /** What the bridge is and has. */
  ioctl("INFO", { arg: z.null().optional() }),
  /** Takes the bridge for this process. */
  ioctl("ACQUIRE", {}),
  /** Gives it back. */
  ioctl("RELEASE", {}),
  /** Enables AGP with a mode. */
  pointing("SETUP", { agp_mode: mode }),
  /** Segments of the aperture that a client may map. */
  pointing("RESERVE", region),
  /** Other rights for them: -EINVAL, for the driver has no code for it. */
  pointing("PROTECT", region),
  /** Allocates a block of pages into a slot; -1 pages is (size_t)-1. */
  pointing("ALLOCATE", { slot, pg_count: z.int().min(-1).max(0xffffffff), type: word }),
  /** Frees a block. */
  ioctl("DEALLOCATE", { key }),
  /** Writes the entries of a block, from this one on. */
  pointing("BIND", { key, pg_start: signed }),
  /** Empties the entries of a block. */
  pointing("UNBIND", { key, priority: word }),
  /** Flushes what the chipset keeps. */
  ioctl("CHIPSET_FLUSH", {}),
  /** Any number, with any argument. */
  ioctl("RAW", { nr: word, arg: z.int().min(0) }),
]);

const touched = { pid, map: id, first: word, pages: z.int().min(1).max(0xfffff) };

export const processOperations = [
  /** A process with these credentials, from here on. */
  operation("proc", { pid, uid, suid: uid, comm: z.string().min(1).max(15) }),
  /** A process opens /dev/agpgart, or another minor number. */
  operation("open", { file: id, pid, minor: z.int().min(0).max(255).default(175) }),
  ioctls,
  /** Maps a part of the aperture, from `offset` on. */
  operation("mmap", {
    ...{ file: id, pid, map: id },
    /** In bytes; as much as the last INFO said that the aperture has, or so many. */
    length: z.union([z.literal("info"), z.int().min(1).max(0xffffffff)]),
    ...{ offset: pageMultiple, prot, shared: flag },
  }),
  /** Ends a mapping. */
  operation("munmap", { map: id, pid }),
  /** Closes a file. */
  operation("close", { file: id, pid }),
  /** The process inherits the file, as after fork. */
  operation("dup", { file: id, pid }),
  /** The process ends, and its files are closed. */
  operation("exit", { pid }),
  /** Reads or writes the file, which the driver refuses. */
  operation("rw", { file: id, pid, write: flag }),
  /** Words; no operation. */
  operation("comment", { text: z.string() }),

  /** The process fills pages of a mapping with a pattern. */
  operation("fill", { ...touched, pattern: z.string().min(1) }),
  /** It reads them and counts the pages that hold something else. */
  operation("verify", { ...touched, pattern: z.string().min(1) }),

  /** The kernel's direct rendering manager; sizes and offsets are in bytes. */
  operation("drm_init", {}),
  /** DRM takes the bridge. */
  operation("drm_acquire", {}),
  /** DRM gives it back. */
  operation("drm_release", {}),
  /** DRM asks what the bridge is and has. */
  operation("drm_info", {}),
  /** DRM enables AGP with a mode. */
  operation("drm_enable", { agp_mode: mode }),
  /** DRM allocates a block into a slot. */
  operation("drm_alloc", { slot, size: word, type: word.default(0) }),
  /** DRM binds it. */
  operation("drm_bind", { slot, offset: word }),
  /** DRM unbinds it. */
  operation("drm_unbind", { slot }),
  /** DRM frees it. */
  operation("drm_free", { slot }),
  /** A process maps a part of the aperture that DRM has added to its maps. */
  operation("drm_map", {
    map: id,
    pid,
    offset: pageMultiple,
    size: z.int().min(1).max(0xffffffff),
  }),
] as const;
