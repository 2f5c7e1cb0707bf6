// judge.ts - decides, event by event, what of a run is right: the one place where it is decided.
//
// It watches events as they happen, live or read from a trace: every use by the addresses of its event and of the
// event that its address came from, everything else by the checks. Its memory grows with the machine alone, but for
// one bit an event where something is wrong.

import type { Check, Checked, Finding } from "../check/check.ts";
import { checks as allChecks } from "../check/index.ts";
import { isComplaint, isDeviceFault, isKernelFault } from "../check/refused.ts";
import { CheckRun } from "../check/run.ts";
import { hookNames } from "../event/hook.ts";
import type { Use } from "../event/kind.ts";
import { FunctionNames } from "../event/row.ts";
import type { About } from "../event/trace.ts";
import {
  addressesOf,
  isWrong,
  rightVerdict,
  useOf,
  type Verdict,
  verdictBy,
} from "../event/verdict.ts";
import {
  type Event,
  kindCode,
  kindCodeOf,
  kindNames,
  type Of,
  type Recorded,
} from "../event/vocabulary.ts";
import { apply } from "../machine/apply.ts";
import { SeqSet } from "../machine/seq-set.ts";
import type { State } from "../machine/state.ts";
import { CaptureCounter } from "./capture-counts.ts";
import { Inferred } from "./inferred.ts";
import type { CheckTally, Judgement, Refusal, WrongEvent } from "./judgement.ts";
import { LeadingEvents } from "./leading-events.ts";
import { isSource, type Lookup, SOURCELESS, Sources } from "./sources.ts";

export interface Watching {
  /** Past events, which are looked up where something is wrong. */
  readonly past: Lookup;
  readonly checks?: readonly Check[];
  /** Told of each wrong event once; an event may turn out to be wrong after others behind it. */
  readonly wrong?: (event: WrongEvent) => void;
}

/** Refusals that are kept; further ones are counted. */
const MOST_REFUSALS = 100;
/** By kind: which use of a number an event of it tells of. */
const uses: readonly Use[] = kindNames.map(useOf);
/** By kind: whether its own addresses say what an access through it was mistaken for. */
const isLeading: readonly boolean[] = kindNames.map(
  (kind) => kind === "gatt.written" || kind === "register.written",
);
const HOOK = kindCode["hook.called"];
const hookCodes = new Map<string, number>(hookNames.map((name, code) => [name, code]));

export class Judge {
  readonly #state: State;
  readonly #past: Lookup;
  readonly #inferred: Inferred;
  readonly #checks: CheckRun;
  /** The checks that judge uses. */
  readonly #ofUse: ReadonlySet<string>;
  readonly #wrong: (event: WrongEvent) => void;
  readonly #places = new FunctionNames();
  readonly #sources: Sources;
  readonly #leading = new LeadingEvents();
  readonly #capture: CaptureCounter;
  /** By kind: whether later events are judged by it, or something of it is counted. */
  readonly #isNoted: readonly boolean[];
  readonly #kinds = new Float64Array(kindNames.length);
  readonly #verdicts = new Map<Verdict, { count: number }>();
  readonly #uses = { right: 0, wrong: 0, unknown: 0, inferred: 0 };
  readonly #wrongSeqs = new SeqSet();
  /** What the checks found at the event under way, and whether one of them could not tell. */
  #found: Finding[] = [];
  #isUnknown = false;
  #faults = 0;
  #findings = 0;
  #first = Number.POSITIVE_INFINITY;
  #kind = 0;
  #seq = 0;
  #op = -1;
  #opName = "";
  #refusedBy: Refusal["by"] = null;
  readonly #refusals: Refusal[] = [];
  #refused = 0;

  constructor(about: About, state: State, { past, checks = allChecks, wrong }: Watching) {
    this.#state = state;
    this.#past = past;
    this.#inferred = new Inferred(about);
    this.#wrong = wrong ?? (() => {});
    this.#sources = new Sources(past, this.#places.names);
    this.#ofUse = new Set(checks.flatMap(({ name, ofUse }) => (ofUse ? [name] : [])));
    this.#checks = new CheckRun(about, checks, state, (finding) => {
      if (finding === null) this.#isUnknown = true;
      else this.#found.push(finding);
    });
    this.#capture = new CaptureCounter(this.#checks.mappings);
    this.#isNoted = kindNames.map(
      (kind, code) =>
        isSource(code) ||
        this.#capture.kinds.includes(kind) ||
        ["op.began", "op.ended", "fault.raised"].includes(kind),
    );
  }

  /** An event, before it changes the state that the judge was made with. */
  before(seq: number, op: number, event: Event): void {
    this.#seq = seq;
    this.#op = op;
    this.#kind = kindCodeOf(event);
    this.#checks.before(seq, op, event, this.#kind);
  }

  /** The same event, when it has changed the state. Hot: once an event while recording (bench: record). */
  after(event: Event): void {
    const kind = this.#kind;
    this.#kinds[kind]!++;
    this.#checks.after(event, kind);
    if (this.#isNoted[kind]) this.#note(event, kind);
    if (uses[kind] !== "none") this.#use(event);
    else if (this.#found.length > 0) this.#report(event, null);
    this.#isUnknown = false;
  }

  /** An event of a trace: changes the state by it and judges it. */
  fold({ seq, op, event }: Recorded): void {
    this.before(seq, op, event);
    apply(this.#state, event, seq);
    this.after(event);
  }

  /** Behind the last event: what it comes to, and what became of each check. */
  end(): { readonly judgement: Judgement; readonly checked: readonly Checked[] } {
    const checked = this.#checks.end();
    this.#reportEarlier();
    return { judgement: this.#judgement(checked), checked };
  }

  #judgement(checked: readonly Checked[]): Judgement {
    const events = this.#wrongSeqs.size;
    const isRight = this.#uses.right > 0 && this.#faults === 0;
    let word: Judgement["word"] = isRight ? "right" : "undecided";
    if (events > 0) word = "wrong";
    return {
      word,
      uses: { ...this.#uses },
      verdicts: Object.fromEntries(
        [...this.#verdicts].map(([verdict, { count }]) => [verdict, count]),
      ),
      faults: this.#faults,
      findings: this.#findings,
      wrong: { events, first: events === 0 ? null : this.#first },
      checks: checked.map(
        ({ check, count, held, unknown }): CheckTally => ({
          check: check.name,
          count,
          held,
          unknown: unknown?.count ?? 0,
        }),
      ),
      kinds: Object.fromEntries(
        kindNames.flatMap((kind, code) =>
          this.#kinds[code] === 0 ? [] : [[kind, this.#kinds[code]!]],
        ),
      ),
      refusals: { count: this.#refused, first: this.#refusals },
      capture: this.#capture.counts,
    };
  }

  /** What later events are judged by. */
  #note(event: Event, kind: number): void {
    const place = event.place == null ? null : this.#places.codeOf(event.place);
    this.#sources.see(
      this.#seq,
      kind,
      event.cause ?? null,
      place,
      kind === HOOK ? hookCodes.get((event as Of<"hook.called">).hook)! : null,
    );
    if (isLeading[kind]) this.#leading.keep(this.#seq, event);
    this.#capture.see(this.#seq, event, kind);
    switch (event.kind) {
      case "op.began":
        this.#opName = event.name;
        this.#refusedBy = null;
        return;
      case "op.ended":
        this.#ended(event);
        return;
      case "fault.raised":
        if (isDeviceFault(event) || isKernelFault(event) || isComplaint(event)) this.#faults++;
        else this.#refusedBy = { seq: this.#seq, fault: event.fault, text: event.text ?? null };
        return;
      default:
    }
  }

  #ended({ result }: Of<"op.ended">): void {
    const { ret } = result;
    if (typeof ret !== "number" || ret >= 0) return;
    this.#refused++;
    if (this.#refusals.length === MOST_REFUSALS) return;
    this.#refusals.push({
      op: this.#op,
      name: this.#opName,
      errno: ret,
      by: this.#refusedBy,
    });
  }

  #use(event: Event): void {
    const use = uses[this.#kind]!;
    const verdict = this.#verdictOf(event, use);
    if (verdict !== null) this.#count(verdict);
    if (isWrong(verdict) || (this.#found.length > 0 && this.#isFoundWrong())) {
      this.#uses.wrong++;
      this.#report(event, verdict);
      return;
    }
    if (this.#found.length > 0) this.#report(event, null);
    if (verdict === "unknown" || (verdict === null && this.#isUnknown)) this.#uses.unknown++;
    else if (verdict !== null || use === "returned") {
      this.#uses.right++;
      if (this.#inferred.has(event)) this.#uses.inferred++;
    }
  }

  #count(verdict: Verdict): void {
    const counted = this.#verdicts.get(verdict);
    if (counted === undefined) this.#verdicts.set(verdict, { count: 1 });
    else counted.count++;
  }

  /** Whether a check of uses found something at this event. */
  #isFoundWrong(): boolean {
    return this.#found.some(({ seq, check }) => seq === this.#seq && this.#ofUse.has(check));
  }

  #verdictOf(event: Event, use: Use): Verdict | null {
    return (
      rightVerdict(use, event) ??
      verdictBy(addressesOf(event), event.cause, (seq) => this.#leading.of(seq, this.#past))
    );
  }

  /** What is wrong with the event under way, by its verdict and findings, and what it shows of earlier ones. */
  #report(event: Event, verdict: Verdict | null): void {
    const own = this.#found.filter(({ seq }) => seq === this.#seq);
    if (own.length > 0 || isWrong(verdict)) {
      this.#findings += own.length;
      const shownVerdict = isWrong(verdict)
        ? verdict
        : own.find((one) => one.verdict !== null)?.verdict;
      this.#add(this.#seq, event, shownVerdict ?? null, own[0]?.check ?? null);
    }
    if (own.length === this.#found.length) this.#found = [];
    else {
      this.#found = this.#found.filter(({ seq }) => seq !== this.#seq);
      this.#reportEarlier();
    }
  }

  #reportEarlier(): void {
    for (const { seq, verdict, check } of this.#found) {
      this.#findings++;
      if (this.#wrongSeqs.has(seq)) continue;
      const event = this.#past.event(seq)?.event;
      if (event === undefined) continue;
      // A fault behind an access of which nothing was known: it was blocked.
      const isUnknown = () => (this.#verdictOf(event, "access") ?? "unknown") === "unknown";
      if (useOf(event.kind) === "access" && isUnknown()) {
        this.#uses.unknown--;
        this.#uses.wrong++;
      }
      this.#add(seq, event, verdict, check);
    }
    this.#found = [];
  }

  #add(seq: number, event: Event, verdict: Verdict | null, check: string | null): void {
    if (!this.#wrongSeqs.add(seq)) return;
    this.#first = Math.min(this.#first, seq);
    this.#wrong({ seq, verdict, check, root: this.#rootOf(seq, event, verdict) });
  }

  /** A number goes back to the call that gave it; anything else to the function that it happened in. */
  #rootOf(seq: number, event: Event, verdict: Verdict | null): string | null {
    // What was right when it was made was not made wrong by its maker, but by what came between.
    if (verdict === "stale" && event.cause != null)
      return this.#past.event(event.cause)?.event.place ?? event.place ?? null;
    const isOrigin = event.kind === "hook.called" || event.kind === "dma.mapped";
    const from = isOrigin ? seq : event.cause;
    const source = verdict === null || from == null ? SOURCELESS : this.#sources.of(from);
    return source === SOURCELESS ? (event.place ?? null) : this.#sources.nameOf(source);
  }
}
