// field.ts - what an event can say: each field has a type, a column in the store and a form in JSON.
//
// A field is declared once, here or in its family; the event's type, its row, its line of JSON and
// its schema (field-schema.ts) are derived. Addresses are hexadecimal strings in JSON, numbers everywhere else.

import {
  type Address,
  type Aperture,
  asWord,
  type Bus,
  type BusPage,
  bus,
  type DirectoryIndex,
  type GattIndex,
  hex,
  type Mfn,
  machine,
  type Pfn,
  type PteIndex,
  phys,
  type RegisterIndex,
  rawExact,
  type Vpn,
  virt,
} from "../address.ts";

/** The columns of the table `event` that a field can fill, in the order of a row. */
export const columns = [
  "seq",
  "kind",
  "op",
  "actor",
  "place",
  "at",
  "cause",
  "subject",
  "virt",
  "phys",
  "machine",
  "bus",
  "reached",
  "size",
  "value",
  "high",
] as const;
export type Column = (typeof columns)[number];
/** Where each column stands in a row. */
export const at = Object.fromEntries(columns.map((name, i) => [name, i])) as {
  readonly [C in Column]: number;
};

/** Where a field is kept: a column of `event`, a text in `note`, or the row of its op. */
export type Storage = Column | "note" | "op.name" | "op.arguments" | "op.result";

/** The families of subjects: a subject is what has a state, and has a number in its family. */
export const families = [
  "op",
  "allocation",
  "p2m",
  "iommu",
  "dma",
  "mapping",
  "gatt",
  "directory",
  "register",
  "content",
  "request",
  "pte",
  "scratch-directory",
] as const;
/** What subjects are of: a GATT entry, a page, a register. */
export type FamilyName = (typeof families)[number];

/** Whether the numbers of a family are frames, pages or addresses, which depend on where frames lie. */
const frameDependent: { readonly [F in FamilyName]: boolean } = {
  op: false,
  allocation: true,
  p2m: true,
  iommu: true,
  dma: true,
  mapping: true,
  gatt: false,
  directory: false,
  register: false,
  content: true,
  request: false,
  pte: false,
  "scratch-directory": false,
};

/** The type of a subject's number in each family: the address or index that names the subject. */
export interface SubjectNumbers {
  /** Its number, from 0. */
  readonly op: number;
  /** The first page. */
  readonly allocation: Pfn;
  /** The pseudo-physical page. */
  readonly p2m: Pfn;
  /** The page of the bus. */
  readonly iommu: BusPage;
  /** The handle. */
  readonly dma: Bus;
  /** The page of kernel linear addresses. */
  readonly mapping: Vpn;
  /** The entry. */
  readonly gatt: GattIndex;
  /** The entry. */
  readonly directory: DirectoryIndex;
  /** Its place. */
  readonly register: RegisterIndex;
  /** The machine frame. */
  readonly content: Mfn;
  /** Its number, from 1. */
  readonly request: number;
  /** The entry. */
  readonly pte: PteIndex;
  /** The entry. */
  readonly "scratch-directory": DirectoryIndex;
}

/** What has a state, by its number in its family: entry 0x42 of the GATT. */
export type Subject = {
  [F in FamilyName]: { readonly family: F; readonly number: SubjectNumbers[F] };
}[FamilyName];

/** A subject as one integer: number x 16 + family, small for small numbers. */
export const SUBJECT_FAMILIES = 16;
export const subjectCode = <F extends FamilyName>(family: F, number: SubjectNumbers[F]): number =>
  numberOf(family, number) * SUBJECT_FAMILIES + families.indexOf(family);

function numberOf<F extends FamilyName>(family: F, number: SubjectNumbers[F]): number {
  // A column holds plain integers.
  const plain = rawExact(number);
  return family === "dma" ? handleNumber(bus(plain)) : Number(plain);
}

/** DMA handles from here on are numbered by their lower 48 bits and this: what they are stands in `bus`. */
export const FAR_HANDLE = 2 ** 48;
export const handleNumber = (handle: Bus): number =>
  // As above.
  rawExact(handle) < FAR_HANDLE ? asWord(handle) : FAR_HANDLE + asWord(handle, 48);

/** How JSON holds a field: an address or word as text in hexadecimal, a bus address with all its 64 bits; the others as they are. */
export type Form = "hex" | "bus" | "subject" | "handle" | "number" | "name" | "text" | "facts";

export interface Field<T = unknown, Optional extends boolean = boolean> {
  readonly in: Storage;
  readonly optional: Optional;
  /** @internal */
  readonly form: Form;
  /** @internal What a number is between, both included. */
  readonly range: readonly [least: number, most: number];
  /** @internal Stands for the type of what an event holds; no field has it. */
  readonly holds?: T;
  /** Whether JSON holds it as a hexadecimal string. */
  readonly hex: boolean;
  /** The names of a named field, its code being the index; codes take `unit` steps in the column. */
  readonly names: readonly string[] | null;
  readonly unit: number;
  /** The code of the first name: where it is 1, 0 says nothing. */
  readonly firstCode: number;
  readonly family: FamilyName | null;
  /** Whether the value depends on where frames lie, so that two runs that do the same can differ in it. */
  readonly frameDependent: boolean;
  /** The name that older lines of JSON have for it; null where it was never renamed. */
  readonly formerly: string | null;
}

type Fields = { readonly [name: string]: Field };
type Value<F> = F extends Field<infer T, boolean> ? T : never;
type Required<F extends Fields> = {
  [N in keyof F]: F[N] extends Field<unknown, false> ? N : never;
}[keyof F];
type Optional<F extends Fields> = Exclude<keyof F, Required<F>>;
/** The event's own fields: a required one is always there, any other only where it is known. */
export type FieldValues<F extends Fields> = { readonly [N in Required<F>]: Value<F[N]> } & {
  readonly [N in Optional<F>]?: Value<F[N]> | null;
};

/** The numbers of all columns but two: those of `value` and `high` can be below zero. */
const NATURAL = [0, Number.MAX_SAFE_INTEGER] as const;
const WHOLE = [-Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER] as const;

const defaults = {
  optional: false,
  form: "number",
  range: NATURAL,
  hex: false,
  names: null,
  unit: 1,
  firstCode: 0,
  family: null,
  formerly: null,
} as const;
/** Each field is made of one of these: its value is the same in runs that do the same, or depends on frames. */
const fixed = { ...defaults, frameDependent: false } as const;
const framed = { ...defaults, frameDependent: true } as const;
const hexadecimal = { ...framed, form: "hex", hex: true } as const;

const address = <A extends Address>(
  column: Column,
  _space: (value: number) => A,
): Field<A, false> => ({ ...hexadecimal, in: column });
const onBus = <A extends Bus | Aperture>(): Field<A, false> => ({
  ...hexadecimal,
  in: "bus",
  form: "bus",
  range: [0, 2 ** 64],
});

/** The same field, but only filled where it is known. */
export const optional = <T>(field: Field<T, false>): Field<T, true> => ({
  ...field,
  optional: true,
});

/** The same field, which older lines of JSON have under another name. */
export const formerly = <T>(name: string, field: Field<T, false>): Field<T, false> => ({
  ...field,
  formerly: name,
});

/** Kernel linear address in bytes, relative to the trace's virt base. */
export const virtField = address("virt", virt);
/** What the kernel calls physical, in bytes: the page that is meant; pseudo-physical under Xen. */
export const physField = address("phys", phys);
/** Where that page is at this moment, in bytes: the truth, which only the recorder sees. */
export const machineField = address("machine", machine);
/** The number that hardware is given, in bytes. */
export const busField = onBus<Bus>();
/** The number that a device put on its bus, in bytes: a bus address, or one in the aperture that the GART translates. */
export const issuedField = onBus<Bus | Aperture>();
/** The machine address that hardware gets to with that number, in bytes; none where it gets nowhere, or nobody knows. */
export const reachedField = address("reached", machine);
/** All five, each where known. */
export const pageFields = { phys: optional(physField), machine: optional(machineField) } as const;
export const translationFields = {
  ...pageFields,
  bus: optional(busField),
  reached: optional(reachedField),
} as const;

/** A subject's column has its number times SUBJECT_FAMILIES. */
export const MOST_SUBJECT = 2 ** 49 - 1;

/** The subject whose state the event is about, by its number in its family. */
export const subject = <F extends FamilyName>(family: F): Field<SubjectNumbers[F], false> => ({
  ...defaults,
  in: "subject",
  form: "subject",
  range: [0, MOST_SUBJECT],
  family,
  frameDependent: frameDependent[family],
});

/** The mapping by its handle, the bus address of its first byte; names the subject. Older lines of JSON have it as a number. */
export const handleField: Field<SubjectNumbers["dma"], false> = {
  ...subject("dma"),
  hex: true,
  form: "handle",
};

/** Bytes. */
export const sizeField: Field<number, false> = { ...fixed, in: "size" };

/** Bytes of one access to a register; no bus makes a wider one. */
export const widthField: Field<number, false> = { ...sizeField, range: [1, 8] };

/** The raw word as it stood in memory or in a register: bits 0 to 51. */
export const wordField: Field<number, false> = { ...hexadecimal, in: "value" };
/** The bits of the raw word above 51, as a number of their own; none where they are 0. */
export const highField: Field<number, true> = {
  ...fixed,
  in: "high",
  optional: true,
};

/** A raw word whole: 52 bits are 13 digits. */
export const hexWord = ({
  word,
  high,
}: {
  word: number;
  high?: number | null | undefined;
}): string =>
  high == null || high === 0 ? hex(word) : `${hex(high)}${word.toString(16).padStart(13, "0")}`;

/** A PCI device: bus x 256 + slot x 8 + function, above it the domain x 65536; from 2^36 on one that has a name alone. */
export const pciField: Field<number, false> = { ...fixed, in: "high", form: "hex", hex: true };

/** A whole number in `value`, negative for an errno. */
export const numberField: Field<number, false> = { ...fixed, in: "value", range: WHOLE };
/** The tag that stands for the page's content: 0 zeroes, below 2^32 what this run wrote, from there on a page of domain tag - 2^32. */
export const tagField: Field<number, false> = { ...numberField, frameDependent: true };
/** A natural number in a column of its own. */
export const numberIn = (column: Column): Field<number, false> => ({ ...fixed, in: column });
/** An entry of a table by its index, which is negative before the table's beginning. */
export const indexField: Field<number, false> = { ...fixed, in: "size", range: WHOLE };
/** What a hypercall returned, beside its name in `value`. */
export const resultField: Field<number, false> = { ...fixed, in: "high", range: WHOLE };

/** One name of a fixed list. Lists only grow at their end: the code in a trace is the index. */
export const named = <const L extends readonly string[]>(
  names: L,
  unit = 1,
): Field<L[number], false> => ({
  ...fixed,
  in: "value",
  form: "name",
  names,
  unit,
});
/** The step of the second named field in one column. */
export const SECOND = 256;

/** A further name in that column, of which an event may say nothing, as those that were written before it was thought of. */
export const namedToo = <const L extends readonly string[]>(names: L): Field<L[number], true> => ({
  ...optional(named(names, SECOND)),
  firstCode: 1,
});

/** Words that belong to the event: a message, a name. */
export const textField: Field<string, false> = { ...fixed, in: "note", form: "text" };

/** What a fact can be: a number, a text, a list or a record of them, or null. */
export type Fact = number | string | null | unknown[] | { [name: string]: unknown };
/** A flat record of facts: an op's arguments or its result. */
export type Facts = { readonly [name: string]: Fact };
export const factsField = (storage: "op.arguments" | "op.result"): Field<Facts, false> => ({
  ...fixed,
  in: storage,
  form: "facts",
});
export const opNameField: Field<string, false> = { ...fixed, in: "op.name", form: "text" };
