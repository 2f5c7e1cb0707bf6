// cursor.ts - reads one of the two traces op by op, each event with what only the state at its moment tells.
//
// Rows are read in order and once; ops that agree by signature are passed over, but for the events that say
// who owns which page. An event is decoded only where it is reported.

import {
  type Machine,
  type Mfn,
  machine,
  machineOf,
  mfnOf,
  offset,
  onBareMetal,
  type Pfn,
  type Phys,
  pageOffset,
  pfn,
  pfnOf,
  phys as physAt,
  raw,
} from "../address.ts";
import { chipsetCalled } from "../chipset/index.ts";
import { at, columns, SUBJECT_FAMILIES } from "../event/field.ts";
import { textHash } from "../event/hash.ts";
import { filledOf, type Row, type Rows } from "../event/row.ts";
import { isAstray, NO_NUMBER, UNKNOWN, useLeadsTo, useOf, type Verdict } from "../event/verdict.ts";
import {
  type Actor,
  actors,
  type KindName,
  kindCode,
  kindNames,
  kindsWhere,
  type Recorded,
} from "../event/vocabulary.ts";
import { isAccessKind, MatchKeys } from "../fingerprint/match-key.ts";
import { Owners } from "../fingerprint/page-owners.ts";
import type { WrongEvent } from "../judgement/judgement.ts";
import { Sources } from "../judgement/sources.ts";
import { apply } from "../machine/apply.ts";
import { pagesOf, State } from "../machine/state.ts";
import { Table } from "../machine/table.ts";
import { judgedOf } from "../replay/judged.ts";
import { Watch } from "../replay/observe.ts";
import { natureOf } from "../replay/replay.ts";
import { EventQueue, FOUND, KEY, LEADS, NONE, NOTE, OWNER, PAGE } from "./event-queue.ts";
import type { Compared } from "./in-memory.ts";
import { Ranges } from "./ranges.ts";
import { isDeviceFault } from "./refused.ts";
import type { IsInScope } from "./scope.ts";
import { WrongSeqs } from "./wrong-seqs.ts";

/** An event with what only its moment can tell. */
export interface JudgedEvent {
  /** The event. */
  readonly recorded: Recorded;
  /** What its addresses say; null where none was handed to anybody. */
  readonly verdict: Verdict | null;
  /** What is wrong with it; null where nothing is. */
  readonly wrong: WrongEvent | null;
  /** The page, whatever its frame: the op that allocated it, which of that op's, which page. */
  readonly page: string | null;
}

/** Numbers for the names that two traces spell with codes of their own. */
export class Names {
  readonly #codes = new Map<string, number>();
  readonly names: string[] = [];

  codeOf(name: string): number {
    let code = this.#codes.get(name);
    if (code === undefined) {
      code = this.names.push(name) - 1;
      this.#codes.set(name, code);
    }
    return code;
  }
}

// Looked up once: these stand in a loop over every event.
const { seq: SEQ, kind: KIND, op: OP, actor: ACTOR, place: PLACE, subject: SUBJECT } = at;
const {
  cause: CAUSE,
  phys: PHYS,
  machine: MACHINE,
  bus: BUS,
  reached: REACHED,
  size: SIZE,
  value: VALUE,
} = at;
const HAS_PHYS = 1 << PHYS;
const HAS_BUS = 1 << BUS;

const ALLOCATED = kindCode["page.allocated"];
const FREED = kindCode["page.freed"];
const P2M_SET = kindCode["p2m.set"];
const P2M_CLEARED = kindCode["p2m.cleared"];
const HYPERCALL = kindCode["hypercall.made"];
const HOOK = kindCode["hook.called"];

/** By kind: which use of a number its events tell of. */
const uses = kindNames.map(useOf);
/** Beside the kind of a fault that is told at the access that it blocks. */
export const BLOCKED = 1;

/** The kinds that are read even in an op that is passed over. */
const KEPT = kindsWhere(({ scope }) => scope === "trace");

export class Cursor {
  readonly trace: Compared;
  readonly queue = new EventQueue();
  readonly sources: Sources;
  readonly ranges: Ranges;
  /** How many events were out of scope, by kind x 256 + the code of the hook or hypercall, or BLOCKED. */
  readonly apart = new Map<number, number>();
  readonly #wrong: WrongSeqs;
  readonly #names: Names;
  readonly #isInScope: IsInScope;
  readonly #keys: MatchKeys;
  readonly #owners = new Owners();
  readonly #p2m = new Table<Pfn, Mfn>();
  /** The whole state, for facts that only it can tell; null where none is asked for. */
  readonly #watched: { readonly state: State; readonly watch: Watch } | null;
  /** The trace's codes -> this program's. */
  readonly #kinds: readonly number[];
  readonly #actors: readonly number[];
  readonly #places: number[] = [];
  #chunks: Iterator<Rows>;
  #chunk: Rows = { rows: [], notes: [] };
  #row = 0;
  #note = 0;
  /** The last seq that was read. */
  #read = 0;
  #end = 0;
  #first = 0;

  constructor(
    trace: Compared,
    names: Names,
    isInScope: IsInScope,
    { isWatched, areSameChipset }: { isWatched: boolean; areSameChipset: boolean },
  ) {
    this.trace = trace;
    this.#names = names;
    this.#isInScope = isInScope;
    this.#wrong = new WrongSeqs(judgedOf(trace), trace.count);
    this.#keys = new MatchKeys(chipsetCalled(trace.about.chipset), areSameChipset);
    const state = new State(natureOf(trace.about));
    this.#watched = isWatched ? { state, watch: new Watch(state) } : null;
    this.#kinds = trace.names.kinds.map((kind) => kindNames.indexOf(kind as KindName));
    this.#actors = trace.names.actors.map((actor) => actors.indexOf(actor as Actor));
    this.#chunks = trace.rows(1, trace.count)[Symbol.iterator]();
    this.sources = new Sources(trace, trace.names.places);
    this.ranges = new Ranges(
      (address) => this.#machineOf(address),
      (address) => this.#owners.pagesFrom(pfnOf(address)),
    );
  }

  /** Goes to the op whose events these are, its beginning included. */
  begin(first: number, end: number): void {
    if (first > this.#read + 1) this.#passOver(this.#read + 1, first - 1);
    this.#first = first;
    this.#end = end;
    this.ranges.begin();
  }

  /** Reads on until so many events wait or the op is over; gives how many wait. */
  fill(wanted: number): number {
    const { queue } = this;
    while (queue.waiting < wanted && this.#read < this.#end) this.#take();
    return queue.waiting;
  }

  /** Whether all events of the op were read. */
  get isRead(): boolean {
    return this.#read >= this.#end;
  }

  /** After an op: a stated fact's value by the replayed state; undefined where the state cannot tell. */
  observed(fact: string): unknown {
    return this.#watched?.watch.observed(fact);
  }

  /** Brings the whole state, where it is needed, to the end of the op. */
  end(): void {
    this.ranges.end();
    if (this.#watched === null) return;
    const { state, watch } = this.#watched;
    for (const { seq, event } of this.trace.events(this.#first, this.#end)) {
      apply(state, event, seq);
      watch.see(event);
    }
  }

  #take(): void {
    const row = this.#nextRow();
    const seq = row[SEQ]!;
    this.#read = seq;
    const kind = this.#kinds[row[KIND]!]!;
    const note = this.#noteOf(seq);
    const filled = filledOf(row);
    this.#keepTrack(kind, row);
    const actor = this.#actors[row[ACTOR]!]!;
    const value = row[VALUE] ?? NONE;
    this.#keys.read(row, 0, filled, kind, note);
    const isWrong = this.#wrong.has(seq);
    if (isDeviceFault(kind, value) && !isWrong && this.#isBlockedNext(row))
      this.#countApart(kind, BLOCKED);
    else if (this.#isInScope(kind, actor, value, (filled & HAS_BUS) !== 0, isWrong)) {
      const place = (filled & (1 << PLACE)) === 0 ? NONE : this.#placeOf(row[PLACE]!);
      this.#see(row, kind, actor, place, filled, note, isWrong);
    } else if (kind !== BEGAN && kind !== ENDED)
      this.#countApart(kind, kind === HYPERCALL || kind === HOOK ? value : 0);
    this.#source(row, kind);
    if (kind === FREED) this.#owners.free(firstOf(row), pagesOf(row[SIZE]!));
  }

  /** Puts an event into the queue. */
  #see(
    row: Row,
    kind: number,
    actor: number,
    place: number,
    filled: number,
    note: string | undefined,
    isWrong: boolean,
  ): void {
    const { queue } = this;
    const to = queue.push();
    const { values } = queue;
    for (let i = 0; i < columns.length; i++) values[to + i] = row[i] ?? NONE;
    values[to + KIND] = kind;
    values[to + ACTOR] = actor;
    values[to + PLACE] = place;
    values[to + NOTE] = note === undefined ? NONE : textHash(note);
    values[to + KEY] = this.#keys.key;
    const leads = this.#leadsTo(row, kind);
    values[to + LEADS] = isWrong && !isAstray(leads) ? FOUND : leads;
    values[to + OWNER] = NONE;
    values[to + PAGE] = 0;
    if ((filled & HAS_PHYS) !== 0) {
      values[to + OWNER] = this.#owners.ownerOf(pfnOf(physAt(row[PHYS]!)));
      values[to + PAGE] = this.#owners.page;
    }
    this.ranges.see(values, to);
  }

  /** Where the event's number leads; where the event does not say where its page is, the P2M may. */
  #leadsTo(row: Row, kind: number): number {
    const use = uses[kind]!;
    if (use === "none") return NO_NUMBER;
    const [phys, bus, reached] = [row[PHYS]!, row[BUS]!, row[REACHED]!];
    const leads = useLeadsTo(use, phys, row[MACHINE]!, bus, reached);
    if (leads !== UNKNOWN || phys === null) return leads;
    const machine = this.#machineOf(physAt(phys));
    // A row has plain numbers.
    return useLeadsTo(use, phys, machine === null ? null : raw(machine), bus, reached);
  }

  /** Whether the event behind a fault is the access that it blocks, and takes part. */
  #isBlockedNext(fault: Row): boolean {
    const next = this.#read < this.#end ? this.#nextRow() : null;
    if (next === null) return false;
    this.#row--;
    const kind = this.#kinds[next[KIND]!]!;
    if (!isAccessKind[kind] || next[REACHED] !== null || next[BUS] !== fault[BUS]) return false;
    return this.#isInScope(kind, this.#actors[next[ACTOR]!]!, NONE, true, false);
  }

  #machineOf(address: Phys): Machine | null {
    if (this.trace.about.physIsMachine) return onBareMetal(address);
    const frame = this.#p2m.get(pfnOf(address));
    return frame === undefined ? null : offset(machineOf(frame), pageOffset(address));
  }

  /** Takes an event by which later pages are named. */
  #keepTrack(kind: number, row: Row): void {
    if (kind === ALLOCATED) this.#owners.allocate(row[OP] ?? -1, firstOf(row), pagesOf(row[SIZE]!));
    else if (kind === P2M_SET) this.#p2m.set(firstOf(row), mfnOf(machine(row[MACHINE]!)));
    else if (kind === P2M_CLEARED) this.#p2m.delete(firstOf(row));
  }

  /** Passes over ops that agree by their signatures. */
  #passOver(from: number, to: number): void {
    if (to - from < WORTH_SEEKING) {
      while (this.#read < to) {
        const row = this.#nextRow();
        this.#read = row[SEQ]!;
        this.#pass(row);
      }
      return;
    }
    for (const { rows } of this.trace.rows(from, to, KEPT)) for (const row of rows) this.#pass(row);
    this.#read = to;
    this.#chunks = this.trace.rows(to + 1, this.trace.count)[Symbol.iterator]();
    this.#chunk = { rows: [], notes: [] };
    this.#row = 0;
  }

  /** Takes from an event that is passed over who owns which page, and where addresses come from. */
  #pass(row: Row): void {
    const kind = this.#kinds[row[KIND]!]!;
    this.#keepTrack(kind, row);
    if (kind === FREED) this.#owners.free(firstOf(row), pagesOf(row[SIZE]!));
    if (kind === REGISTER_WRITTEN) this.#keys.read(row, 0, filledOf(row), kind, undefined);
    this.#source(row, kind);
  }

  #source(row: Row, kind: number): void {
    this.sources.see(row[SEQ]!, kind, row[CAUSE]!, row[PLACE]!, row[VALUE]!);
  }

  #nextRow(): Row {
    while (this.#row === this.#chunk.rows.length) {
      this.#chunk = this.#chunks.next().value as Rows;
      this.#row = 0;
      this.#note = 0;
    }
    return this.#chunk.rows[this.#row++]!;
  }

  #noteOf(seq: number): string | undefined {
    const { notes } = this.#chunk;
    while (this.#note < notes.length && notes[this.#note]![0] < seq) this.#note++;
    const note = notes[this.#note];
    return note?.[0] === seq ? note[1] : undefined;
  }

  #placeOf(code: number): number {
    this.#places[code] ??= this.#names.codeOf(this.trace.names.places[code]!);
    return this.#places[code];
  }

  #countApart(kind: number, code: number): void {
    const what = kind * 256 + code;
    this.apart.set(what, (this.apart.get(what) ?? 0) + 1);
  }
}

const BEGAN = kindCode["op.began"];
const ENDED = kindCode["op.ended"];
const REGISTER_WRITTEN = kindCode["register.written"];
/** Events that are rather read than sought in the trace anew. */
const WORTH_SEEKING = 1 << 16;

const firstOf = (row: Row): Pfn => pfn(Math.floor(row[SUBJECT]! / SUBJECT_FAMILIES));
