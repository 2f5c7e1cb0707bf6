// judgement.ts - what a trace comes to: whether it is right, on what that rests, and which events are wrong.
//
// A use is a number that is handed to hardware or to the kernel, or comes back from it. Beside uses stand faults
// and the findings of checks. The unit of counting is the event: one of which something is wrong is a wrong event,
// however many checks speak of it.

import type { Verdict } from "../event/verdict.ts";
import type { KindName, Of } from "../event/vocabulary.ts";
import type { CaptureCounts } from "./capture-counts.ts";

/** The version of the rules; a trace that was judged by another is judged again. */
export const RULES = 1;

/** Of a trace: right where a use was judged right and nothing is wrong; undecided where nothing shows either. */
export type Word = "right" | "wrong" | "undecided";

/** The word for a trace whose end may be missing: nothing wrong up to there is not right. */
export const wordUpTo = ({ word }: Pick<Judgement, "word">, torn: boolean): Word =>
  torn && word === "right" ? "undecided" : word;

/** Uses by their judgement. */
export interface Uses {
  /** Led to the page that was meant. */
  readonly right: number;
  /** Led elsewhere, or nowhere. */
  readonly wrong: number;
  /** The trace does not tell. */
  readonly unknown: number;
  /** How many of them stand where they do by inference alone. */
  readonly inferred: number;
}

/** An event of which something is wrong. */
export interface WrongEvent {
  /** Its number. */
  readonly seq: number;
  /** What the numbers say, where numbers are what is wrong. */
  readonly verdict: Verdict | null;
  /** The first check that found it. */
  readonly check: string | null;
  /** The call that gave the number, "virt_to_phys in agp_allocate_memory"; without one, the function it happened in. */
  readonly root: string | null;
}

/** An operation that returned an errno, and the refusal behind it. */
export interface Refusal {
  /** The op's number. */
  readonly op: number;
  /** What was asked for. */
  readonly name: string;
  /** Below 0, as the kernel returns it. */
  readonly errno: number;
  /** The refusal that it met last; null where the op has none. */
  readonly by: {
    readonly seq: number;
    readonly fault: Of<"fault.raised">["fault"];
    /** What refused. */
    readonly text: string | null;
  } | null;
}

/** What came of one check. */
export interface CheckTally {
  /** The check's name. */
  readonly check: string;
  /** Findings. */
  readonly count: number;
  /** How many times it was looked at and held. */
  readonly held: number;
  /** Events that it could not judge. */
  readonly unknown: number;
}

/** All of it but the wrong events one by one; a trace keeps it as JSON. */
export interface Judgement {
  /** Of the events that are there, as if it were whole: `Trace.word` knows whether it is torn. */
  readonly word: Word;
  /** Numbers that were handed to hardware or the kernel, or came back, by how they were judged. */
  readonly uses: Uses;
  /** How many uses have which verdict. */
  readonly verdicts: { readonly [V in Verdict]?: number };
  /** What an IOMMU, a chipset, a hypervisor or the kernel refused or died of, met with no errno. */
  readonly faults: number;
  /** Of all checks. */
  readonly findings: number;
  /** Events of which something is wrong: a use, a fault, or what a check found. */
  readonly wrong: {
    /** Events of which something is wrong. */
    readonly events: number;
    /** The seq of the first; null for none. */
    readonly first: number | null;
  };
  /** What came of each check that is built in. */
  readonly checks: readonly CheckTally[];
  /** How many events of each kind there are. */
  readonly kinds: { readonly [K in KindName]?: number };
  /** The first operations that returned an errno, and how many did. */
  readonly refusals: { readonly count: number; readonly first: readonly Refusal[] };
  /** Null where no device of a kernel's is in the trace. */
  readonly capture: CaptureCounts | null;
}

/** The judgement of a trace, and its wrong events. */
export interface Judged {
  readonly judgement: Judgement;
  /** The wrong events from one seq to another, both included, in order or newest first. */
  wrong(from: number, to: number, backwards: boolean): Iterable<WrongEvent>;
}
