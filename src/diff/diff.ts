// diff.ts - compares two traces op by op: what is the same, what differs, and what differs first.

import { hookNames } from "../event/hook.ts";
import { hypercalls } from "../event/p2m.ts";
import type { About } from "../event/trace.ts";
import { isAstray, NO_NUMBER } from "../event/verdict.ts";
import { type KindName, kindNames } from "../event/vocabulary.ts";
import { UserError } from "../fault.ts";
import { pageName } from "../fingerprint/page-owners.ts";
import { judgedOf, wrongAt } from "../replay/judged.ts";
import { lostIn } from "../replay/lost.ts";
import { verdictIn } from "../replay/provenance.ts";
import { Causes, type Returned } from "./causes.ts";
import { differing, Judge, type PairClass } from "./compare.ts";
import type { Apart, Comparison, Divergence, Extent, OpName, Scattered } from "./comparison.ts";
import { BLOCKED, Cursor, type JudgedEvent, Names } from "./cursor.ts";
import { type Difference, hasPage, type Mark, markOf, withReordered } from "./difference.ts";
import { differingFacts, type FactPair } from "./facts.ts";
import type { Compared } from "./in-memory.ts";
import { type OpPair, OpPartners, type OpSpan, opPairs, pairEvents } from "./pairing.ts";
import { areCaptures, areSigned, type Rules, scopeOf, usualRules } from "./scope.ts";
import { Transfers } from "./transfers.ts";
import { wrongBetween } from "./wrong-seqs.ts";

/** Compares; `each` is called with every divergence in order. A UserError says what cannot be compared. */
export function compare(
  a: Compared,
  b: Compared,
  rules: Partial<Rules> = {},
  each?: (divergence: Divergence) => void,
): Comparison {
  const steps = comparing(a, b, rules, each);
  let step = steps.next();
  while (!step.done) step = steps.next();
  return step.value;
}

/** The same op by op: gives each op's number when it is done. */
export function comparing(
  a: Compared,
  b: Compared,
  rules: Partial<Rules> = {},
  each?: (divergence: Divergence) => void,
): Generator<number, Comparison> {
  if (a.about.workload !== b.about.workload && !rules.byName)
    throw new UserError(
      `the traces hold different workloads (${a.about.workload} and ${b.about.workload}); ` +
        "record the same one twice, or pair what ops they share with --align by-name",
    );
  return new Comparing(a, b, { ...usualRules, ...rules }, each).run();
}

/** Marks that are kept at most until it is known whether an event was moved. */
const MOST_WAITING = 16384;
/** Scattered ranges that are listed. */
const MOST_SCATTERED = 1000;

class Comparing {
  readonly #a: Cursor;
  readonly #b: Cursor;
  readonly #rules: Rules;
  readonly #each: ((divergence: Divergence) => void) | undefined;
  readonly #judge: Judge;
  readonly #isSigned: boolean;
  readonly #isWhole: boolean;
  readonly #partners = new OpPartners();
  readonly #causes: Causes;
  /** Null unless both are recordings of kernels. */
  readonly #transfers: Transfers | null;
  readonly #counts: { [C in PairClass]: number } = {
    same: 0,
    "same after translation": 0,
    "wrong-space": 0,
    "wrong-frame": 0,
    wrong: 0,
    missing: 0,
    extra: 0,
    reordered: 0,
  };
  readonly #unread = { ops: 0, events: 0 };
  readonly #unmatched = { a: 0, b: 0 };
  readonly #scattered: Scattered[] = [];
  #first: Divergence | null = null;
  #firstDevice: Divergence | null = null;
  #ops = 0;
  #opsByPosition = 0;
  #opsAlone = 0;
  #isGuess = false;
  #waiting: Difference[] = [];
  #returned: Returned | null = null;

  constructor(a: Compared, b: Compared, rules: Rules, each?: (divergence: Divergence) => void) {
    const isInScope = scopeOf(rules, a.about, b.about);
    this.#isWhole = isSimulated(a.about) && isSimulated(b.about);
    const names = new Names();
    const areSameChipset = a.about.chipset === b.about.chipset || rules.exact;
    this.#a = new Cursor(a, names, isInScope, { isWatched: !this.#isWhole, areSameChipset });
    this.#b = new Cursor(b, names, isInScope, { isWatched: !this.#isWhole, areSameChipset });
    this.#rules = rules;
    this.#each = each;
    this.#isSigned = areSigned(rules, a.about, b.about);
    this.#judge = new Judge(this.#partners.isSameOwner, this.#isWhole);
    this.#causes = new Causes(this.#a, this.#b);
    this.#transfers = areCaptures(a.about, b.about)
      ? new Transfers(this.#a, this.#b, this.#judge, rules.exact)
      : null;
  }

  *run(): Generator<number, Comparison> {
    for (const pair of opPairs(this.#a.trace, this.#b.trace, this.#rules.byName)) {
      // What follows in the other trace after the end of a torn one cannot be compared.
      if (pair.isPastA && this.#a.trace.torn) break;
      if (pair.isPastB && this.#b.trace.torn) break;
      this.#ops++;
      this.#partners.add(pair.a?.op ?? null, pair.b?.op ?? null);
      if (pair.a === null || pair.b === null) this.#alone(pair);
      else this.#both(pair.a, pair.b, pair.isGuess);
      yield (pair.a ?? pair.b)!.op;
      if (this.#rules.firstOnly && this.#first !== null) break;
    }
    return {
      exact: this.#rules.exact,
      extents: { a: extentOf(this.#a.trace), b: extentOf(this.#b.trace) },
      counts: this.#counts,
      apart: { a: sumOf(this.#a), b: sumOf(this.#b) },
      apartBy: { a: apartOf(this.#a), b: apartOf(this.#b) },
      ops: this.#ops,
      unread: this.#unread,
      unknown: this.#judge.unknown,
      unmatched: this.#unmatched,
      opsByPosition: this.#opsByPosition,
      opsAlone: this.#opsAlone,
      isGuess: this.#isGuess,
      first: this.#first,
      firstDevice: this.#firstDevice,
      causes: this.#causes.list,
      scattered: this.#scattered,
      transferred: this.#transfers?.counted ?? null,
    };
  }

  #both(a: OpSpan, b: OpSpan, isByPosition: boolean): void {
    const isAgreed =
      a.op === b.op && a.signature !== null && a.signature === b.signature && !isByPosition;
    if (this.#isSigned && isAgreed && this.#partners.isPlain && this.#areWrongAlike(a, b)) {
      this.#unread.ops++;
      this.#unread.events += a.end - a.first + 1 + b.end - b.first + 1;
      return;
    }
    if (isByPosition) this.#opsByPosition++;
    if (!this.#areAskedAlike(a, b) && !this.#rules.wrongOnly)
      this.#noteFacts(a, [{ fact: "operation", a: callText(a), b: callText(b) }]);
    const [retA, retB] = [a.result?.ret, b.result?.ret];
    if (a.result !== null && b.result !== null && retA !== retB)
      this.#returned ??= { op: a.op, name: a.name, a: retA, b: retB };
    this.#a.begin(a.first, a.end);
    this.#b.begin(b.first, b.end);
    // An op that a tear cuts off is compared up to its last event; what follows is unknown, not missing.
    const cutA = a.result === null && this.#a.trace.torn;
    const cutB = b.result === null && this.#b.trace.torn;
    if (this.#transfers === null) this.#events(a, cutA, cutB);
    else this.#transferred(this.#transfers, a);
    this.#a.end();
    this.#b.end();
    this.#compareRanges(a.op);
    if (cutA || cutB) return;
    const facts = this.#rules.wrongOnly
      ? []
      : differingFacts(this.#rules.exact, a, this.#a, b, this.#b);
    if (facts.length > 0) this.#noteFacts(a, facts);
    else if (this.#transfers === null) this.#counts.same++;
  }

  /** Whether two ops ask for the same; an argument that a recording leaves out is unknown, not different. */
  #areAskedAlike(a: OpSpan, b: OpSpan): boolean {
    if (a.name !== b.name) return false;
    const isKnown = (name: string, { arguments: args }: OpSpan, { trace }: Cursor) =>
      args[name] !== undefined || isSimulated(trace.about);
    return [...new Set([...Object.keys(a.arguments), ...Object.keys(b.arguments)])].every(
      (name) =>
        !isKnown(name, a, this.#a) ||
        !isKnown(name, b, this.#b) ||
        JSON.stringify(a.arguments[name]) === JSON.stringify(b.arguments[name]),
    );
  }

  /** Of two kernels' runs: what the op moved between disk and memory. */
  #transferred(transfers: Transfers, op: OpSpan): void {
    transfers.op({
      alike: (name) => this.#counts[name]++,
      differ: (difference) => this.#differ(difference, op),
    });
    this.#flush(op);
  }

  #events(op: OpSpan, cutA: boolean, cutB: boolean): void {
    const [cursorA, cursorB] = [this.#a, this.#b];
    const { exact } = this.#rules;
    const judge = this.#judge;
    const isGuess = pairEvents(cursorA, cursorB, {
      pair: (i, j) => {
        const [a, b] = [cursorA.queue.values, cursorB.queue.values];
        const name = judge.judge(a, i, b, j);
        const isAlike = name === "same" || name === "same after translation";
        // Under exact another number is a difference even where it leads to the same page.
        if (isAlike && !(exact && judge.differs(a, i, b, j))) this.#counts[name]++;
        else this.#differ({ class: name, a: markOf(a, i), b: markOf(b, j) }, op);
      },
      onlyA: (i) => {
        if (cutB && cursorB.isRead && cursorB.queue.waiting === 0) return;
        this.#differ({ class: "missing", a: markOf(cursorA.queue.values, i), b: null }, op);
      },
      onlyB: (j) => {
        if (cutA && cursorA.isRead && cursorA.queue.waiting === 0) return;
        this.#differ({ class: "extra", a: null, b: markOf(cursorB.queue.values, j) }, op);
      },
    });
    this.#isGuess ||= isGuess;
    this.#flush(op);
  }

  /** What a signature does not cover, such as a flush that is missing, must be wrong in both or in none. */
  #areWrongAlike = (a: OpSpan, b: OpSpan): boolean =>
    wrongIn(this.#a.trace, a) === wrongIn(this.#b.trace, b);

  /**
   * An op that only one trace has. In a kernel's run, which has ops only where a tool marks them, the marks alone are no
   * difference.
   */
  #alone({ a, b }: OpPair): void {
    const op = (a ?? b)!;
    this.#opsAlone++;
    const isLeftOut = this.#rules.wrongOnly || this.#transfers !== null;
    if (isLeftOut && wrongIn((a === null ? this.#b : this.#a).trace, op) === 0) return;
    const facts = [{ fact: "operation", a: a && callText(a), b: b && callText(b) }];
    this.#note({
      class: a === null ? "extra" : "missing",
      op: nameOf(op),
      a: null,
      b: null,
      fields: ["operation"],
      facts,
    });
  }

  #noteFacts(op: OpSpan, facts: readonly FactPair[]): void {
    const fields = facts.map(({ fact }) => fact);
    this.#note({ class: "missing", op: nameOf(op), a: null, b: null, fields, facts });
  }

  #differ(difference: Difference, op: OpSpan): void {
    if (this.#rules.wrongOnly && !isOfNumbers(difference)) return;
    this.#waiting.push(difference);
    if (this.#waiting.length >= MOST_WAITING) this.#flush(op);
  }

  #flush(op: OpSpan): void {
    for (const difference of withReordered(this.#waiting)) {
      this.#causes.add(difference, op.op, this.#returned);
      if (difference.a === null) this.#unmatched.b++;
      if (difference.b === null) this.#unmatched.a++;
      const isDevice = [difference.a, difference.b].some(
        (mark) => mark !== null && isDevices(mark),
      );
      if (this.#each || this.#first === null || (isDevice && this.#firstDevice === null)) {
        const divergence = this.#divergenceOf(difference, op);
        this.#note(divergence);
        if (isDevice) this.#firstDevice ??= divergence;
      } else this.#counts[difference.class]++;
    }
    this.#waiting = [];
  }

  #note(divergence: Divergence): void {
    this.#counts[divergence.class]++;
    this.#first ??= divergence;
    this.#each?.(divergence);
  }

  /** A divergence with its events decoded and their verdicts looked up. */
  #divergenceOf(difference: Difference, op: OpSpan): Divergence {
    const a = judgedIn(this.#a.trace, difference.a);
    const b = judgedIn(this.#b.trace, difference.b);
    const fields =
      a === null || b === null ? [] : differing(a.recorded.event, b.recorded.event, this.#isWhole);
    return { class: difference.class, op: nameOf(op), a, b, fields, facts: [] };
  }

  #compareRanges(op: number): void {
    const [inA, inB] = [this.#a.ranges.list, this.#b.ranges.list];
    inA.forEach(({ what, from, pages, runs }, i) => {
      const other = inB[i];
      if (other?.what !== what || other.from !== from || other.pages !== pages) return;
      if ((runs === 1) === (other.runs === 1) || this.#scattered.length >= MOST_SCATTERED) return;
      this.#scattered.push({ op, what, from, pages, runs: { a: runs, b: other.runs } });
    });
  }
}

const wrongIn = (trace: Compared, { first, end }: OpSpan): number =>
  wrongBetween(judgedOf(trace), first, end);

const extentOf = (trace: Compared): Extent => {
  const { count, torn, digest } = trace;
  return { count, torn, lost: lostIn(trace), digest };
};

/** Whether something is wrong on one side, or two partners' numbers lead to different pages. */
const isOfNumbers = ({ class: name, a, b }: Difference): boolean =>
  [a, b].some((mark) => mark !== null && isAstray(mark.leads)) ||
  (name === "wrong-frame" && a!.leads !== NO_NUMBER);

const isSimulated = ({ source }: About): boolean => source === "simulated";
const isDevices = ({ kind }: Mark): boolean => kindNames[kind]!.startsWith("device.");
const callText = (op: OpSpan): string => `${op.name} ${JSON.stringify(op.arguments)}`;
const nameOf = ({ op, name, arguments: args }: OpSpan): OpName => ({ op, name, arguments: args });

function judgedIn(trace: Compared, mark: Mark | null): JudgedEvent | null {
  const recorded = mark === null ? undefined : trace.event(mark.seq);
  if (mark === null || recorded === undefined) return null;
  const { owner, page } = mark;
  return {
    recorded,
    verdict: verdictIn(trace, recorded),
    wrong: wrongAt(trace, recorded.seq),
    page: hasPage(mark) && owner >= 0 ? pageName(owner, page) : null,
  };
}

const sumOf = ({ apart }: Cursor): number => [...apart.values()].reduce((sum, n) => sum + n, 0);
const apartOf = ({ apart }: Cursor): Apart[] =>
  [...apart]
    .map(([what, count]) => {
      const kind = kindNames[Math.floor(what / 256)]!;
      return { kind, which: whichOf(kind, what % 256), count };
    })
    .sort((one, two) => two.count - one.count);

function whichOf(kind: KindName, code: number): string | null {
  if (kind === "hypercall.made") return hypercalls[code]!;
  if (kind === "hook.called") return hookNames[code]!;
  return kind === "fault.raised" && code === BLOCKED ? "blocked" : null;
}
