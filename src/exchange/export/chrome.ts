// chrome.ts - the Trace Event Format of Chrome (JSON), which ui.perfetto.dev and chrome://tracing open.
//
// A trace is a process and an actor a thread. Ops are slices, events instants; an allocation, a mapping and
// a device's access are slices of a moment, because a flow's arrow needs a slice to hold on to: it runs from
// where the address was handed out to each access that used it.

import { columnText } from "../../event/address-text.ts";
import type { About } from "../../event/trace.ts";
import { type Addresses, addressesOf, isAccess } from "../../event/verdict.ts";
import {
  type Actor,
  actors,
  type Event,
  eventText,
  type KindName,
  type Recorded,
} from "../../event/vocabulary.ts";
import { nearestCause } from "../../judgement/sources.ts";
import { knownWrongAt } from "../../replay/judged.ts";
import { verdictIn } from "../../replay/provenance.ts";
import type { TraceReader } from "../../store/read.ts";
import type { ExportFormat, Wanted } from "./format.ts";
import { Timeline } from "./timeline.ts";

type Json = { readonly [name: string]: unknown };

export const chrome: ExportFormat = {
  name: "chrome",
  traces: 2,
  binary: false,
  parts: null,
  *pieces(traces, wanted) {
    yield '{"displayTimeUnit":"ns","traceEvents":[\n';
    let separator = "";
    for (const [i, trace] of traces.entries())
      for (const json of new Process(trace, i + 1, wanted).events()) {
        yield `${separator}${JSON.stringify(json)}`;
        separator = ",\n";
      }
    yield "\n]}\n";
  },
};

/** What hands out an address, and the flow's arrow begins there. */
const originKinds: readonly KindName[] = ["page.allocated", "dma.mapped", "iommu.mapped"];
interface Origin {
  readonly ns: number;
  readonly actor: Actor;
}
/** Causes whose origin is remembered. */
const REMEMBERED = 65536;

/** One trace as a process of its own. */
class Process {
  readonly #trace: TraceReader;
  readonly #pid: number;
  readonly #wanted: Wanted | null;
  readonly #timeline = new Timeline();
  /** When and by whom each address was handed out, by seq: two numbers an allocation or mapping, for the whole trace. */
  readonly #origins = new Map<number, Origin>();
  /** By the cause that an access names: accesses by one GATT entry or one mapping come together. */
  readonly #originsByCause = new Map<number, Origin | null>();
  /** The ops that began and have not ended, by what they are called. */
  readonly #open = new Map<number, string>();

  constructor(trace: TraceReader, pid: number, wanted: Wanted | null) {
    this.#trace = trace;
    this.#pid = pid;
    this.#wanted = wanted;
  }

  *events(): Generator<Json> {
    yield* this.#names();
    for (const recorded of this.#trace.events()) {
      if (this.#wanted?.(this.#trace, recorded) === false) continue;
      const ns = this.#timeline.next(recorded.event.at ?? null);
      if (recorded.event.kind === "op.began") yield this.#opBegan(recorded, ns);
      else if (recorded.event.kind === "op.ended") yield* this.#opEnded(recorded, ns);
      else yield* this.#event(recorded, ns);
    }
    // An op that the trace holds no end of lasts to the end of the trace.
    for (const name of [...this.#open.values()].reverse())
      yield this.#at("workload", "E", this.#timeline.now, { name });
  }

  *#names(): Generator<Json> {
    const name = nameOf(this.#trace.about);
    yield { name: "process_name", ph: "M", pid: this.#pid, tid: 0, args: { name } };
    for (const [tid, actor] of actors.entries())
      yield { name: "thread_name", ph: "M", pid: this.#pid, tid, args: { name: actor } };
  }

  #opBegan({ op, event }: Recorded, ns: number): Json {
    const { name, arguments: args } = event as Event & { kind: "op.began" };
    this.#open.set(op, name);
    return this.#at("workload", "B", ns, { name, cat: "op", args: { op, ...args } });
  }

  *#opEnded({ op, event }: Recorded, ns: number): Generator<Json> {
    const name = this.#open.get(op);
    // An end without a beginning ends nothing.
    if (name === undefined || !this.#open.delete(op)) return;
    const { result } = event as Event & { kind: "op.ended" };
    yield this.#at("workload", "E", ns, { name, args: result });
  }

  *#event(recorded: Recorded, ns: number): Generator<Json> {
    const { event, seq } = recorded;
    const common = { name: event.kind, cat: familyOf(event), args: this.#facts(recorded) };
    const isOrigin = originKinds.includes(event.kind);
    if (isOrigin) this.#origins.set(seq, { ns, actor: event.actor });
    const hasArrow = isAccess(event.kind);
    if (!hasArrow && !isOrigin) {
      yield this.#at(event.actor, "i", ns, { ...common, s: "t" });
      return;
    }
    yield this.#at(event.actor, "X", ns, { ...common, dur: 0.001 });
    const origin = hasArrow ? this.#originOf(event) : null;
    if (origin === null) return;
    const arrow = { name: "reaches", cat: "flow", id: `${this.#pid}.${seq}` };
    yield this.#at(origin.actor, "s", origin.ns, arrow);
    yield this.#at(event.actor, "f", ns, { ...arrow, bp: "e" });
  }

  /** The nearest allocation or mapping among the causes of an access; null where there is none. */
  #originOf({ cause }: Event): Origin | null {
    if (cause == null) return null;
    const known = this.#originsByCause.get(cause);
    if (known !== undefined) return known;
    if (this.#originsByCause.size === REMEMBERED) this.#originsByCause.clear();
    const nearest = nearestCause(this.#trace, cause, originKinds);
    const origin = (nearest && this.#origins.get(nearest.seq)) ?? null;
    this.#originsByCause.set(cause, origin);
    return origin;
  }

  #facts(recorded: Recorded): Json {
    const { seq, op, event } = recorded;
    const { kind, ...addresses } = addressesOf(event);
    const wrong = knownWrongAt(this.#trace, recorded.seq);
    const verdict = wrong?.verdict ?? verdictIn(this.#trace, recorded);
    return {
      seq,
      says: eventText(event, this.#trace.about.virtBase),
      ...(op < 0 ? {} : { op }),
      ...(event.place == null ? {} : { place: event.place }),
      ...(event.cause == null ? {} : { cause: event.cause }),
      ...this.#hexadecimal(addresses),
      ...(verdict === null ? {} : { verdict }),
      ...(wrong?.check == null ? {} : { wrong: wrong.check }),
    };
  }

  #hexadecimal(addresses: Omit<Addresses, "kind">): Json {
    const known: { [column: string]: string } = {};
    for (const [column, value] of Object.entries(addresses))
      if (value !== null) known[column] = columnText(column, value, this.#trace.about.virtBase);
    return known;
  }

  /** An event of the format; it counts in microseconds. */
  #at(actor: Actor, ph: string, ns: number, rest: Json): Json {
    return { ph, pid: this.#pid, tid: actors.indexOf(actor), ts: ns / 1000, ...rest };
  }
}

const nameOf = ({ platform, hooks, workload }: About): string =>
  `${platform}, ${hooks} hooks, ${workload}`;

const familyOf = ({ kind }: Event): string => kind.slice(0, kind.indexOf("."));
