// reference-fields.ts - what the fields of a reference recording must hold to be read.

import { z } from "zod";
import { mfn, PAGE_SIZE, pfn, type Virt, virt } from "../../address.ts";
import { wordField } from "../../event/field.ts";
import { roles } from "./reference-names.ts";

export const natural = z.number().int().nonnegative();
export const order = natural.max(20);
export const word = wordField.schema;
export const pageFrame = word.transform(pfn);
export const machineFrame = word.transform(mfn);
export const place = z.string();
export const device = z
  .string()
  .regex(/^0000:[0-9a-f]{2}:[01][0-9a-f]\.[0-7]$/, "expected a PCI device");
export const id = z.string().regex(/^0x[0-9a-f]{1,4}$/, "expected a PCI id");

/** 64 bits, all of them. */
export const wide = z
  .string()
  .regex(/^0x[0-9a-f]{1,16}$/, "expected a hexadecimal number such as 0xc000000001000000")
  .transform(BigInt);

/** A kernel linear address, whole in the recording and relative to the virt base from here on. */
export const linearFrom = (base: bigint): z.ZodType<Virt> =>
  wide.transform((address, context) => {
    const relative = Number(address - base);
    if (relative < 0 || !Number.isSafeInteger(relative))
      context.addIssue(`0x${address.toString(16)} is not in the kernel's half of the addresses`);
    return virt(relative);
  });

/** One name of a list; any other is not read yet, and is refused by its name. */
export const one = <const N extends string>(known: readonly N[]) =>
  z.enum(known as readonly [N, ...N[]], {
    error: ({ input }) => `'${input}' is not read yet; known: ${known.join(", ")}`,
  });
export const oneOf = <N extends string>(table: { readonly [name in N]: unknown }) =>
  one(Object.keys(table) as N[]);

/** Each page of Irongate's table has a mapping and a name of its own, `gattK`. */
const PAGE_OF_TABLE = /^gatt(\d+)$/;
const WORDS_A_PAGE = PAGE_SIZE / 4;
const role = oneOf(roles);

/** The table that words belong to, and the entry that index 0 is. */
export const table = z.string().transform((name, context) => {
  const page = PAGE_OF_TABLE.exec(name)?.[1];
  const known = role.safeParse(page === undefined ? name : "gatt");
  if (!known.success) {
    context.addIssue(known.error.issues[0]!.message);
    return z.NEVER;
  }
  return { ...roles[known.data], first: Number(page ?? 0) * WORDS_A_PAGE };
});
