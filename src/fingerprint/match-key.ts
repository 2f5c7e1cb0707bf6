// match-key.ts - a hash of an event, read off its row, that does not depend on where frames happen to lie.
//
// Events with the same key are partners in a comparison, and an op's signature is made of keys. Both meet every
// event of a trace and therefore read rows: what they need of the vocabulary is looked up once, here.

import type { Chipset } from "../chipset/chipset.ts";
import { faults } from "../event/fault.ts";
import { at, type Column, type Facts, subjectCode } from "../event/field.ts";
import { C1, C2, hashNumber, hashText, upperHalf } from "../event/hash.ts";
import { hookNames, remappers } from "../event/hook.ts";
import type { Cells } from "../event/row.ts";
import { isAccess } from "../event/verdict.ts";
import { actors, declarationOf, kindCode, kindNames } from "../event/vocabulary.ts";

// Looked up once: these stand in loops over every event.
const { actor: ACTOR, subject: SUBJECT, bus: BUS, value: VALUE } = at;
const HAS_BUS = 1 << BUS;

/** Facts of an op's result that say where frames lie. */
export const FRAME_DEPENDENT_FACTS = new Set([
  "handles",
  "memory",
  "physical",
  "gatt_bus_addr",
  "gatt_crc32",
  "gatt_dump",
  "entry0_addr",
  "hw_first_bad",
  "scratch_page",
  "scratch_page_real",
]);

/** What of an op's result does not say where frames lie, as text. */
export const resultText = (result: Facts): string =>
  Object.entries(result)
    .map(([fact, value]) =>
      FRAME_DEPENDENT_FACTS.has(fact) ? "" : `${fact}=${JSON.stringify(value)};`,
    )
    .join("");

/** By kind: whether only the platform does it, so that it has no partner on another one. */
export const isPlatforms: readonly boolean[] = kindNames.map(
  (kind) => declarationOf(kind).doneBy === "platform",
);

/** By kind: whether it is a device's access. */
export const isAccessKind: readonly boolean[] = kindNames.map(isAccess);

/** How a kind's key is made. */
interface Plan {
  /** A bit for each column that counts. */
  readonly counting: number;
  /** Of a raw word, what counts besides the address in it. */
  readonly word: "entry" | "directory" | "register" | null;
  /** Whether it is a device's access: where in the aperture is the client's own choice. */
  readonly isAccess: boolean;
  readonly special: "hook" | "remap" | "fault" | null;
}

/** By the family of a kind: what its word is, where it is none of a register. */
const holders = {
  gatt: "entry",
  outside: "entry",
  directory: "directory",
  "scratch-directory": "directory",
} as const;

const plans: readonly Plan[] = kindNames.map((kind) => {
  const fields = Object.entries(declarationOf(kind).fields);
  // Where an address leads is judged instead.
  const counting = fields.filter(([, field]) => !field.frameDependent && field.in in at);
  const special = { "hook.called": "hook", "table.remapped": "remap", "fault.raised": "fault" };
  const family = kind.split(".")[0];
  return {
    counting: counting.reduce((bits, [, field]) => bits | (1 << at[field.in as Column]), 0),
    word: fields.some(([name]) => name === "word")
      ? (holders[family as keyof typeof holders] ?? "register")
      : null,
    isAccess: isAccess(kind),
    special: (special as { [kind: string]: Plan["special"] })[kind] ?? null,
  };
});

const CARD = actors.indexOf("card");
/** Bytes: an aperture lies at a multiple of its size, and 4 MB is the smallest of any chipset here. */
const SMALLEST_APERTURE = 0x400000;
/** Fields that hold part of an address besides the table base's register: U3's AGP_BASE and DUMMY_PAGE. */
const ADDRESS_FIELDS = new Set(["table-high", "frame"]);
const FROM_DEVICE = hookNames.map((name) => name.endsWith("_to_virt"));
const IOUNMAP = remappers.indexOf("iounmap");
const REGISTER_WRITTEN = kindCode["register.written"];
/** Stands for an address in a key. */
const ADDRESS = 0x40000000;
/** Stand for a kind: a hook's directions, any chipset's table base, and a remapping or its refusal. */
const [FROM, TO, BASE, REMAPPED] = [1001, 1002, 1003, 1004];

/** Makes the keys of one trace's rows, in their order. */
export class MatchKeys {
  readonly #chipset: Chipset | null;
  /**
   * Registers, as subjects, that hold the table's address: what is read there is an address as well. Whether it
   * stands in the word as it is.
   */
  readonly #bases = new Map<number, boolean>();
  /** Registers, as subjects, that hold part of an address from this bit upwards. */
  readonly #lowOfAddress = new Map<number, number>();
  #word = -1;
  #rest = 0;
  readonly #areSameChipset: boolean;
  /** The key last made, in two lanes of 32 bits. */
  one = 0;
  two = 0;

  /** Without `areSameChipset`, a register that gets the table's address is like any other such. */
  constructor(chipset: Chipset | null, areSameChipset = true) {
    this.#chipset = chipset;
    this.#areSameChipset = areSameChipset;
    for (const { number, fields } of chipset?.registers ?? [])
      for (const { name, bits } of fields)
        if (ADDRESS_FIELDS.has(name))
          this.#lowOfAddress.set(subjectCode("register", number), bits[1]);
  }

  /** The key last made, as a number of 52 bits. */
  get key(): number {
    return (this.one >>> 0) * 0x100000 + (this.two >>> 12);
  }

  /**
   * Makes the key of a row: `filled` has a bit for each column that it fills, `kind` is a code of `kindNames`,
   * `note` its text. Hot: once an event while recording (bench: record).
   */
  read(row: Cells, start: number, filled: number, kind: number, note: string | undefined): void {
    const plan = plans[kind]!;
    if (kind === REGISTER_WRITTEN && !this.#areSameChipset && (filled & HAS_BUS) !== 0) {
      this.one = hashNumber(C1, BASE, C1);
      this.two = hashNumber(C2, BASE, C2);
      return;
    }
    if (plan.special !== null && this.#isSpecial(plan, row, start, note)) return;
    let one = hashNumber(C1, kind, C1);
    let two = hashNumber(C2, kind, C2);
    for (let rest = filled & plan.counting; rest !== 0; rest &= rest - 1) {
      const column = 31 - Math.clz32(rest & -rest);
      const value = row[start + column]!;
      const low = value | 0;
      one = hashNumber(one, low, C1);
      two = hashNumber(two, low + column, C2);
      if (low === value) continue;
      one = hashNumber(one, upperHalf(value), C1);
      two = hashNumber(two, upperHalf(value), C2);
    }
    if (plan.isAccess && row[start + ACTOR] === CARD && (filled & HAS_BUS) !== 0) {
      const within = row[start + BUS]! % SMALLEST_APERTURE;
      one = hashNumber(one, within, C1);
      two = hashNumber(two, within, C2);
    }
    if (plan.word !== null) {
      const rest = this.#wordWithoutAddress(plan.word, row, start, filled, kind);
      one = hashNumber(one, rest, C1);
      two = hashNumber(two, rest ^ upperHalf(rest), C2);
    }
    this.one = note === undefined ? one : hashText(one, note, C1);
    this.two = note === undefined ? two : hashText(two, note, C2);
  }

  /** Hooks by their direction, whatever their names; remappings by the function. */
  #isSpecial({ special }: Plan, row: Cells, start: number, note: string | undefined): boolean {
    const value = row[start + VALUE]!;
    let means: number;
    if (special === "hook") means = FROM_DEVICE[value] ? FROM : TO;
    else {
      const remapper = special === "remap" ? value : note === "ioremap_nocache" ? 0 : IOUNMAP;
      if (remapper === IOUNMAP) return false;
      means = REMAPPED + remapper;
    }
    this.one = hashNumber(C1, means, C1);
    this.two = hashNumber(C2, means, C2);
    return true;
  }

  /** The bits of a raw word that count: all, or those outside the address that it holds. */
  #wordWithoutAddress(
    holder: Plan["word"],
    row: Cells,
    start: number,
    filled: number,
    kind: number,
  ) {
    const word = row[start + VALUE]!;
    if (word === 0) return 0;
    if (holder === "entry") return this.#wordWithoutPage(word);
    if (holder === "directory") return ADDRESS + (word % 4096);
    const register = row[start + SUBJECT]!;
    const isBase = kind === REGISTER_WRITTEN && (filled & HAS_BUS) !== 0;
    // Where the word holds the address shifted (the AMD64's table base), none of its bits count.
    if (isBase) this.#bases.set(register, (word - row[start + BUS]!) >>> 0 < 4096);
    const isPlain = this.#bases.get(register);
    if (isPlain === undefined) {
      const low = this.#lowOfAddress.get(register);
      return low === undefined ? word : word % 2 ** low;
    }
    return isPlain ? ADDRESS + (word % 4096) : ADDRESS;
  }

  /** A word is written and then read, so the last answer is kept. */
  #wordWithoutPage(word: number): number {
    if (word === this.#word) return this.#rest;
    this.#word = word;
    const entry = this.#chipset?.entry;
    const page = entry?.decode(word) ?? null;
    this.#rest =
      ADDRESS +
      (entry === undefined || page === null ? word % 4096 : word - (entry.encode(page) ?? 0));
    return this.#rest;
  }
}

/** A fault that only a run with client and card can have. */
export const INVALID_ENTRY = faults.indexOf("invalid-entry");
