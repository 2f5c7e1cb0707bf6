// subject.ts - subjects as people name them: gatt[0x42], p2m[0x1230..0x123f], page:0xc1010000, reg:ATTBASE.

import {
  alignDown,
  type Bus,
  bus,
  busPageOf,
  hex,
  offset,
  PAGE_SIZE,
  raw,
  registerIndex,
  virt,
} from "../address.ts";
import { virtText } from "../event/address-text.ts";
import { type FamilyName, families, handleNumber } from "../event/field.ts";
import { registerName, registerNamed } from "../event/register.ts";
import { nearest, UserError, unknownName } from "../fault.ts";
import { linearOffset } from "./linear.ts";
import { natureOf } from "./replay.ts";
import type { Trace } from "./trace.ts";

/** Subjects of one family by their numbers, both included; or the cache attributes of pages. */
export interface SubjectRange {
  readonly family: FamilyName | "attribute";
  readonly first: number;
  readonly last: number;
  /** For what is named by its address on the bus: that range, whichever device it is of. */
  readonly bus?: BusRange;
}

export interface BusRange {
  readonly first: Bus;
  readonly last: Bus;
}

export interface Subject {
  /** As it is written, in its shortest form. */
  readonly name: string;
  readonly parts: readonly SubjectRange[];
}

const span = (first: number, last: number): string =>
  first === last ? hex(first) : `${hex(first)}..${hex(last)}`;

/** What can be named, for messages and help. */
export const subjectExamples =
  "gatt[0x42], gatt[0x40..0x4f], directory[3], p2m[0x1230], page:0xc1010000, reg:ATTBASE, " +
  "iommu:0x60000000, dma:0x60000000, map:0xd0800000, content[0x4b1f1], op:14, request:3";

/** Families whose subjects are named by an address: they are numbered by its pages, a DMA handle by itself. */
const addressed: { readonly [name: string]: FamilyName } = {
  iommu: "iommu",
  dma: "dma",
  map: "mapping",
  content: "content",
};
const KINDS = ["page", "reg", "op", "request", ...Object.keys(addressed)];

/** The subject that a text names in this trace; a UserError says what it could have been. */
export function subjectNamed(trace: Trace, text: string): Subject {
  const [, family, from, to] = /^([\w-]+)\[(.+?)(?:\.\.(.+))?\]$/.exec(text) ?? [];
  if (family !== undefined) return inBrackets(trace, text, family, from!, to);
  const [, kind, rest] = /^(\w+):(.+)$/.exec(text) ?? [];
  if (kind === undefined) throw unknown(trace, text);
  if (kind === "reg" || kind === "register") return registerSubject(trace, rest!);
  if (kind === "op" || kind === "request") return subjectAt(kind, ...range(text, rest!, 0n));
  if (kind === "page") return pageSubjectNamed(trace, text, rest!);
  const of = addressed[kind];
  if (of === undefined) throw unknownFamily(kind, KINDS);
  if (of === "dma" || of === "iommu") {
    const [from, to] = range64(text, rest!);
    return onBus(of, bus(from), bus(to));
  }
  const base = of === "mapping" ? trace.about.virtBase : 0n;
  const numbers = range(text, rest!, base);
  return subjectAt(of, ...pages(numbers));
}

/** The subject of a family with these numbers, both included. */
export function subjectAt(family: FamilyName, first: number, last = first): Subject {
  const name = nameOf(family, first, last);
  return { name, parts: [{ family, first, last }] };
}

/** What is mapped or translated at addresses of the bus, of all devices; entries are of whole pages. */
export function onBus(family: "dma" | "iommu", first: Bus, last = first): Subject {
  const numbers =
    family === "dma" ? [handleNumber(first), handleNumber(last)] : [first, last].map(pageNumber);
  const whole = {
    first: alignDown(first, PAGE_SIZE),
    last: offset(alignDown(last, PAGE_SIZE), PAGE_SIZE - 1),
  };
  const part = {
    ...{ family, first: numbers[0]!, last: numbers[1]! },
    bus: family === "dma" ? { first, last } : whole,
  };
  const [low, high] = family === "dma" ? [first, last] : numbers.map((number) => number);
  const name = low === high ? hex(low!) : `${hex(low!)}..${hex(high!)}`;
  return { name: `${family}[${name}]`, parts: [part] };
}

// A subject's number is plain.
const pageNumber = (address: Bus): number => raw(busPageOf(address));

/** Everything about some pages by their pseudo-physical numbers: who owns them, where they are, how cached. */
export const pageSubject = (name: string, first: number, last = first): Subject => ({
  name,
  parts: (["allocation", "p2m", "attribute"] as const).map((family) => ({ family, first, last })),
});

function nameOf(family: FamilyName, first: number, last: number): string {
  if (family === "register") return `reg:${registerName(registerIndex(first))}`;
  return family === "op" || family === "request"
    ? `${family}:${first}`
    : `${family}[${span(first, last)}]`;
}

function inBrackets(
  trace: Trace,
  text: string,
  family: string,
  from: string,
  to: string | undefined,
): Subject {
  if (family === "register") return registerSubject(trace, from);
  if (family === "dma") {
    const [first, last] = range64(text, to === undefined ? from : `${from}..${to}`);
    return onBus("dma", bus(first), bus(last));
  }
  const known = families.find((one) => one === family);
  if (known === undefined) throw unknownFamily(family, families);
  return subjectAt(known, ...range(text, to === undefined ? from : `${from}..${to}`, 0n));
}

/** A register by the data sheet's name, or by device and offset: 0000:00:00.0+0xb8. */
function registerSubject(trace: Trace, name: string): Subject {
  const registers = natureOf(trace.about).chipset?.registers ?? [];
  const entry = registers.find((one) => one.name.toLowerCase() === name.toLowerCase());
  if (entry !== undefined) {
    const { number, width } = entry;
    // A subject's numbers are plain, whichever family they are of.
    const part = { family: "register", first: raw(number), last: raw(number) + width - 1 } as const;
    return { name: `reg:${entry.name}`, parts: [part] };
  }
  const number = registerNamed(name);
  if (number === null)
    throw unknownName("register", name, [...registers.map((one) => one.name), "0000:00:00.0+0xb8"]);
  return subjectAt("register", raw(number)); // as above
}

/** page:0xc1010000 is the kernel's own address of it; :p behind it makes it a kernel-physical one. */
function pageSubjectNamed(trace: Trace, text: string, rest: string): Subject {
  const [, addresses, space] = /^(.*?)(?::([vp]))?$/.exec(rest)!;
  const base = space === "p" ? 0n : trace.about.virtBase;
  const away = space === "p" ? 0 : linearOffset(trace);
  if (away === null)
    throw new UserError(
      `${text}: the trace does not tell where the kernel sees its memory; write a kernel-physical address, with :p behind it`,
    );
  const [first, last] = pages(range(text, addresses!, base).map((address) => address - away));
  if (first < 0)
    throw new UserError(
      `${text}: the kernel's own memory begins at ${virtText(virt(away), base)}; ` +
        "for a kernel-physical address write :p behind it",
    );
  return pageSubject(`page:${span(first * PAGE_SIZE, last * PAGE_SIZE)}:p`, first, last);
}

const pages = (addresses: readonly number[]): [number, number] => [
  Math.floor(addresses[0]! / PAGE_SIZE),
  Math.floor(addresses[1]! / PAGE_SIZE),
];

/** "0x40..0x4f" or "0x40", less a base, as two numbers, both included. */
function range(text: string, numbers: string, base: bigint): [number, number] {
  const [from, to] = range64(text, numbers);
  for (const number of [from, to])
    if (number < base || number - base >= 2n ** 52n)
      throw new UserError(`${text}: ${hex(number)} is no such address; the lowest is ${hex(base)}`);
  return [Number(from - base), Number(to - base)];
}

/** The same whole, up to 64 bits. */
function range64(text: string, numbers: string): [bigint, bigint] {
  const [first, last] = numbers.split("..");
  const [from, to] = [first!, last ?? first!].map((one) => {
    if (!/^(0x[0-9a-f]+|\d+)$/i.test(one))
      throw new UserError(`${text}: '${one}' is no number; write 0x42 or 66`);
    const number = BigInt(one);
    if (number >= 2n ** 64n) throw new UserError(`${text}: ${one} has more than 64 bits`);
    return number;
  }) as [bigint, bigint];
  if (to < from) throw new UserError(`${text}: the range ends before it begins`);
  return [from, to];
}

function unknownFamily(name: string, known: readonly string[]): UserError {
  const near = nearest(name, known);
  const suggestion = near === undefined ? "" : `, did you mean '${near}'`;
  return new UserError(`unknown subject '${name}'${suggestion}; name it as in ${subjectExamples}`);
}

/** A word alone can be a register that somebody forgot to call one. */
function unknown(trace: Trace, text: string): UserError {
  const registers = natureOf(trace.about).chipset?.registers.map(({ name }) => name) ?? [];
  const near = nearest(text.toUpperCase(), registers);
  const suggestion = near === undefined ? "" : `, did you mean 'reg:${near}'`;
  return new UserError(`'${text}' names no subject${suggestion}; name it as in ${subjectExamples}`);
}
