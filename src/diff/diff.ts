// diff.ts - two traces, op by op: what is the same, what parts, and what parts first.

import type { About } from "../event/trace.ts";
import { kindNames } from "../event/vocabulary.ts";
import { UserError } from "../fault.ts";
import { pageName } from "../fingerprint/page-owners.ts";
import { verdictIn } from "../replay/causes.ts";
import { Causes, type Returned } from "./causes.ts";
import { differing, Judge, type PairClass } from "./compare.ts";
import type { Apart, Comparison, Divergence, OpName, Scattered } from "./comparison.ts";
import { Names, type Seen, Side } from "./cursor.ts";
import { type Found, hasPage, type Mark, markOf, withReordered } from "./difference.ts";
import { differingFacts, type FactPair } from "./facts.ts";
import type { Compared } from "./in-memory.ts";
import { type OpPair, type OpSpan, opPairs } from "./ops.ts";
import { Partners } from "./partners.ts";
import { areCaptures, areSigned, type Rules, takesPart } from "./scope.ts";
import { Transfers } from "./transfers.ts";
import { walk } from "./walk.ts";

export const usualRules: Rules = {
  exact: false,
  only: [],
  ignore: [],
  byName: false,
  firstOnly: false,
  readAll: false,
};

/**
 * Compares; `each` hears of every divergence in order, `onOp` of each op's number when it is done. A UserError says
 * what cannot be compared.
 */
export function compare(
  a: Compared,
  b: Compared,
  rules: Partial<Rules> = {},
  each?: (divergence: Divergence) => void,
  onOp?: (op: number) => void,
): Comparison {
  if (a.about.workload !== b.about.workload && !rules.byName)
    throw new UserError(
      `the traces hold different workloads (${a.about.workload} and ${b.about.workload}); ` +
        "record the same one twice, or pair what ops they share with --align by-name",
    );
  return new Comparing(a, b, { ...usualRules, ...rules }, each).run(onOp);
}

/** Marks that wait for what was moved, at most. */
const MOST_WAITING = 16384;
/** Scattered ranges that are listed. */
const MOST_SCATTERED = 1000;

class Comparing {
  readonly #a: Side;
  readonly #b: Side;
  readonly #rules: Rules;
  readonly #each: ((divergence: Divergence) => void) | undefined;
  readonly #judge: Judge;
  readonly #isSigned: boolean;
  readonly #isWhole: boolean;
  readonly #partners = new Partners();
  readonly #causes: Causes;
  /** Null unless both are recordings of kernels. */
  readonly #transfers: Transfers | null;
  readonly #counts: { [C in PairClass]: number } = {
    same: 0,
    "same after translation": 0,
    "wrong-space": 0,
    "wrong-frame": 0,
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
  #opsByPlace = 0;
  #opsAlone = 0;
  #isGuess = false;
  #waiting: Found[] = [];
  #returned: Returned | null = null;

  constructor(a: Compared, b: Compared, rules: Rules, each?: (divergence: Divergence) => void) {
    const takes = takesPart(rules, a.about, b.about);
    this.#isWhole = isSimulated(a.about) && isSimulated(b.about);
    const names = new Names();
    const areSameChipset = a.about.chipset === b.about.chipset || rules.exact;
    this.#a = new Side(a, names, takes, { isWatched: !this.#isWhole, areSameChipset });
    this.#b = new Side(b, names, takes, { isWatched: !this.#isWhole, areSameChipset });
    this.#rules = rules;
    this.#each = each;
    this.#isSigned = areSigned(rules, a.about, b.about);
    this.#judge = new Judge(this.#partners.isSameOwner, this.#isWhole);
    this.#causes = new Causes(this.#a, this.#b);
    this.#transfers = areCaptures(a.about, b.about)
      ? new Transfers(this.#a, this.#b, this.#judge, rules.exact)
      : null;
  }

  run(onOp: (op: number) => void = () => {}): Comparison {
    for (const pair of opPairs(this.#a.trace, this.#b.trace, this.#rules.byName)) {
      // What the other trace holds beyond a tear is unknown here.
      if (pair.isPastA && this.#a.trace.torn) break;
      if (pair.isPastB && this.#b.trace.torn) break;
      this.#ops++;
      this.#partners.add(pair.a?.op ?? null, pair.b?.op ?? null);
      if (pair.a === null || pair.b === null) this.#alone(pair);
      else this.#both(pair.a, pair.b, pair.isGuess);
      onOp((pair.a ?? pair.b)!.op);
      if (this.#rules.firstOnly && this.#first !== null) break;
    }
    return {
      exact: this.#rules.exact,
      counts: this.#counts,
      apart: { a: sumOf(this.#a), b: sumOf(this.#b) },
      apartBy: { a: apartOf(this.#a), b: apartOf(this.#b) },
      ops: this.#ops,
      unread: this.#unread,
      unknown: this.#judge.unknown,
      unmatched: this.#unmatched,
      opsByPlace: this.#opsByPlace,
      opsAlone: this.#opsAlone,
      isGuess: this.#isGuess,
      first: this.#first,
      firstDevice: this.#firstDevice,
      causes: this.#causes.list,
      scattered: this.#scattered,
      transferred: this.#transfers?.counted ?? null,
    };
  }

  #both(a: OpSpan, b: OpSpan, isByPlace: boolean): void {
    const isAgreed =
      a.op === b.op && a.signature !== null && a.signature === b.signature && !isByPlace;
    if (this.#isSigned && isAgreed && this.#partners.isPlain) {
      this.#unread.ops++;
      this.#unread.events += a.end - a.first + 1 + b.end - b.first + 1;
      return;
    }
    if (isByPlace) this.#opsByPlace++;
    const asked = [spoken(a), spoken(b)] as const;
    if (asked[0] !== asked[1])
      this.#noteFacts(a, [{ fact: "operation", a: asked[0], b: asked[1] }]);
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
    const facts = differingFacts(this.#rules.exact, a, this.#a, b, this.#b);
    if (facts.length > 0) this.#noteFacts(a, facts);
    else if (this.#transfers === null) this.#counts.same++;
  }

  /** Of two kernels' runs: what the op moved between disk and memory. */
  #transferred(transfers: Transfers, op: OpSpan): void {
    transfers.op({
      alike: (name) => this.#counts[name]++,
      found: (found) => this.#found(found, op),
    });
    this.#flush(op);
  }

  #events(op: OpSpan, cutA: boolean, cutB: boolean): void {
    const [sideA, sideB] = [this.#a, this.#b];
    const { exact } = this.#rules;
    const judge = this.#judge;
    const isGuess = walk(sideA, sideB, {
      pair: (i, j) => {
        const [a, b] = [sideA.lane.values, sideB.lane.values];
        const name = judge.judge(a, i, b, j);
        const isAlike = name === "same" || name === "same after translation";
        // Under exact another number is a difference even where it leads to the same page.
        if (isAlike && !(exact && judge.differs(a, i, b, j))) this.#counts[name]++;
        else this.#found({ class: name, a: markOf(a, i), b: markOf(b, j) }, op);
      },
      onlyA: (i) => {
        if (cutB && sideB.isRead && sideB.lane.waiting === 0) return;
        this.#found({ class: "missing", a: markOf(sideA.lane.values, i), b: null }, op);
      },
      onlyB: (j) => {
        if (cutA && sideA.isRead && sideA.lane.waiting === 0) return;
        this.#found({ class: "extra", a: null, b: markOf(sideB.lane.values, j) }, op);
      },
    });
    this.#isGuess ||= isGuess;
    this.#flush(op);
  }

  /** An op that only one side has. */
  #alone({ a, b }: OpPair): void {
    const op = (a ?? b)!;
    this.#opsAlone++;
    const facts = [{ fact: "operation", a: a && spoken(a), b: b && spoken(b) }];
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

  #found(found: Found, op: OpSpan): void {
    this.#waiting.push(found);
    if (this.#waiting.length >= MOST_WAITING) this.#flush(op);
  }

  #flush(op: OpSpan): void {
    for (const found of withReordered(this.#waiting)) {
      this.#causes.add(found, op.op, this.#returned);
      if (found.a === null) this.#unmatched.b++;
      if (found.b === null) this.#unmatched.a++;
      const isDevice = [found.a, found.b].some((mark) => mark !== null && isDevices(mark));
      if (this.#each || this.#first === null || (isDevice && this.#firstDevice === null)) {
        const divergence = this.#told(found, op);
        this.#note(divergence);
        if (isDevice) this.#firstDevice ??= divergence;
      } else this.#counts[found.class]++;
    }
    this.#waiting = [];
  }

  #note(divergence: Divergence): void {
    this.#counts[divergence.class]++;
    this.#first ??= divergence;
    this.#each?.(divergence);
  }

  /** A divergence whole: its events decoded, their verdicts looked up. */
  #told(found: Found, op: OpSpan): Divergence {
    const a = seenBy(this.#a.trace, found.a);
    const b = seenBy(this.#b.trace, found.b);
    const fields =
      a === null || b === null ? [] : differing(a.recorded.event, b.recorded.event, this.#isWhole);
    return { class: found.class, op: nameOf(op), a, b, fields, facts: [] };
  }

  #compareRanges(op: number): void {
    const [inA, inB] = [this.#a.ranges.found, this.#b.ranges.found];
    inA.forEach(({ what, from, pages, runs }, i) => {
      const other = inB[i];
      if (other?.what !== what || other.from !== from || other.pages !== pages) return;
      if ((runs === 1) === (other.runs === 1) || this.#scattered.length >= MOST_SCATTERED) return;
      this.#scattered.push({ op, what, from, pages, runs: { a: runs, b: other.runs } });
    });
  }
}

const isSimulated = ({ source }: About): boolean => source === "simulated";
const isDevices = ({ kind }: Mark): boolean => kindNames[kind]!.startsWith("device.");
const spoken = (op: OpSpan): string => `${op.name} ${JSON.stringify(op.arguments)}`;
const nameOf = ({ op, name, arguments: asked }: OpSpan): OpName => ({ op, name, arguments: asked });

function seenBy(trace: Compared, mark: Mark | null): Seen | null {
  const recorded = mark === null ? undefined : trace.event(mark.seq);
  if (mark === null || recorded === undefined) return null;
  const { owner, page } = mark;
  return {
    recorded,
    verdict: verdictIn(trace, recorded),
    page: hasPage(mark) && owner >= 0 ? pageName(owner, page) : null,
  };
}

const sumOf = ({ apart }: Side): number => [...apart.values()].reduce((sum, n) => sum + n, 0);
const apartOf = ({ apart }: Side): Apart[] =>
  [...apart]
    .map(([what, count]) => ({ kind: kindNames[Math.floor(what / 256)]!, code: what % 256, count }))
    .sort((one, two) => two.count - one.count);
