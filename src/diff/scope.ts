// scope.ts - which events take part in a comparison of two traces, and which only one of them can have.

import type { About } from "../event/trace.ts";
import { actors, declarationOf, kindCode, kindNames } from "../event/vocabulary.ts";
import { INVALID_ENTRY, isPlatforms } from "../fingerprint/match-key.ts";

/** What is to be compared, and how strictly. */
export interface Rules {
  /** Whether every number must be the same; else the same page, whatever its frame. */
  readonly exact: boolean;
  /** Only these kinds or families; all where there are none. */
  readonly only: readonly string[];
  /** All but these kinds or families. */
  readonly ignore: readonly string[];
  /** Ops of different workloads are partners where their names are the same. */
  readonly byName: boolean;
  /** Only where numbers lead: what has no partner is left out, unless something is wrong with it. */
  readonly wrongOnly: boolean;
  /** Nothing behind the op of the first divergence is read. */
  readonly firstOnly: boolean;
  /** Ops of equal signature are read as well. */
  readonly readAll: boolean;
}

export const usualRules: Rules = {
  exact: false,
  only: [],
  ignore: [],
  byName: false,
  wrongOnly: false,
  firstOnly: false,
  readAll: false,
};

const [CPU, CARD, CHIPSET] = [
  actors.indexOf("cpu"),
  actors.indexOf("card"),
  actors.indexOf("chipset"),
];
const FAULT = kindCode["fault.raised"];
const HOOK = kindCode["hook.called"];
const CPU_WROTE = kindCode["cpu.wrote"];
const REGISTER_WRITTEN = kindCode["register.written"];

/**
 * Whether an event takes part in the comparison, by its kind, actor and value by code, whether it fills `bus`, and
 * whether it is wrong: then it does although the other platform, hooks or chipset have no such event.
 */
export type IsInScope = (
  kind: number,
  actor: number,
  value: number,
  hasBus: boolean,
  isWrong: boolean,
) => boolean;

/** Whether what the client and the card did is in both traces. */
const isDeviceInBoth = (a: About, b: About): boolean => a.options.device === b.options.device;

/** Whether ops of equal signature are alike under these rules, so that they need not be read. */
export const areSigned = ({ exact, readAll }: Rules, a: About, b: About): boolean =>
  !exact &&
  !readAll &&
  a.source === "simulated" &&
  b.source === "simulated" &&
  a.chipset === b.chipset &&
  isDeviceInBoth(a, b);

/** Whether both are recordings of whole kernels: what their disks and memory exchanged is compared, and no step. */
export const areCaptures = (a: About, b: About): boolean => isCapture(a) && isCapture(b);
const isCapture = ({ source, workload }: About): boolean =>
  source === "imported" && workload === "captured";

export function scopeOf(rules: Rules, a: About, b: About): IsInScope {
  const wanted = kindNames.map((kind) => isWanted(kind, rules));
  if (areCaptures(a, b)) {
    const isIn = kindNames.map((kind, code) => declarationOf(kind).inCaptures && wanted[code]!);
    return (kind, _actor, _value, _hasBus, isWrong) => isIn[kind]! || (isWrong && wanted[kind]!);
  }
  const { exact } = rules;
  const imported = a.source === "imported" || b.source === "imported";
  const withDevice = isDeviceInBoth(a, b);
  const excluded = kindNames.map((kind, code) => {
    if (kind === "op.began" || kind === "op.ended" || !wanted[code]) return true;
    // What a recording of the real driver does not hold: the hypervisor's single steps.
    if (imported && kind === "hypercall.made") return true;
    if (exact) return false;
    // Other hooks have other names and other moments; where their addresses lead is compared.
    if (code === HOOK && a.hooks !== b.hooks) return true;
    return isPlatforms[code]!;
  });
  const otherChipset = kindNames.map(
    (kind) => !exact && a.chipset !== b.chipset && declarationOf(kind).doneBy === "chipset-driver",
  );
  return (kind, actor, value, hasBus, isWrong) => {
    if (!wanted[kind] || (excluded[kind] && !isWrong)) return false;
    const isOfAnyChipset = !otherChipset[kind] || (kind === REGISTER_WRITTEN && hasBus);
    if (!isOfAnyChipset && !isWrong) return false;
    // Nor does it hold the client, the hardware, and what the kernel writes into pages.
    if (imported) return actor !== CPU && actor !== CARD && actor !== CHIPSET && kind !== CPU_WROTE;
    return (
      withDevice ||
      (actor !== CPU && actor !== CARD && !(kind === FAULT && value === INVALID_ENTRY))
    );
  };
}

const isWanted = (kind: string, { only, ignore }: Rules): boolean =>
  (only.length === 0 || only.some((name) => isOf(kind, name))) &&
  !ignore.some((name) => isOf(kind, name));

/** Whether a kind is of that name or family: gatt.written is gatt's. */
export const isOf = (kind: string, name: string): boolean =>
  kind === name || kind.startsWith(`${name}.`);
