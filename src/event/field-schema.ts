// field-schema.ts - the schema of each field: it accepts what JSON holds and gives what the event holds.
//
// It is apart from the declarations because most commands read no JSON, and zod takes its time to load.

import { z } from "zod";
import { type Address, type Bus, bus } from "../address.ts";
import type { Fact, Facts, Field } from "./field.ts";

const HEX = /^0x[0-9a-f]{1,16}$/;
/** A text of a form; any other is refused before a rule on the object around it meets it as it stands. */
export const formed = (form: RegExp, error: string): z.ZodString =>
  z.string().regex(form, { error, abort: true });

const hexText = formed(HEX, "expected a hexadecimal number such as 0x4b1f1000");

/** "0x1a" as a number below 2^53; whichever space it is of, the spaces are erased at run time. */
export const hexNumber = hexText.transform((text, context) => {
  const number = Number.parseInt(text, 16);
  if (!Number.isSafeInteger(number)) context.addIssue(`${text} is above 2^53`);
  return number;
});
/** "0x1a" as an address of a space. */
export const hexAddress = <A extends Address>(space: (value: number) => A): z.ZodType<A> =>
  hexNumber.transform(space);
/** "0x1a" as a bus address, which has up to 64 bits. */
export const hexBus: z.ZodType<Bus> = hexText.transform((text) => bus(BigInt(text)));

export const fact: z.ZodType<Fact> = z.union([
  z.number(),
  z.string(),
  z.null(),
  z.array(z.unknown()),
  z.record(z.string(), z.unknown()),
]);
const facts: z.ZodType<Facts> = z.record(z.string(), fact);

export function schemaOf(field: Field): z.ZodType {
  switch (field.form) {
    case "hex":
      return hexNumber;
    case "bus":
      return hexBus;
    case "handle":
      // Older lines have it as a number.
      return z.union([hexBus, numberIn(field.range).transform(bus)]);
    case "name":
      return z.enum(field.names as [string, ...string[]]);
    case "text":
      return z.string();
    case "facts":
      return facts;
    default:
      return numberIn(field.range);
  }
}

function numberIn([least, most]: Field["range"]): z.ZodNumber {
  const whole = z.number().int();
  const up = least > -Number.MAX_SAFE_INTEGER ? whole.min(least) : whole;
  return most < Number.MAX_SAFE_INTEGER ? up.max(most) : up;
}
