// clocks.ts - what the device's clock is to the guest's, by causality alone: one linear relation that fits every bound.
//
// A device fetches a command after the guest gave it and completes it before the guest sees that; it touches a
// buffer after it was mapped and before it was unmapped. Each is a bound on the relation of the two clocks. Commands
// are joined by queue, id and k-th use. A network card's log names no packet: its k-th transmitted descriptor is the
// k-th buffer that is mapped to the device, its k-th received one the k-th that is mapped from it.

import { coveringRelation } from "./coverage.ts";
import { commandsOf, furthestMiss, packetsOf, partThatFits, type Window } from "./evidence.ts";
import { type Clocks, type Done, isSame, lies, type Span } from "./spans.ts";

/** Moments on both clocks, in microseconds: `device` is not before `guest`, or not after it. */
interface Bound {
  readonly guest: number;
  readonly device: number;
}

/** Spans of one kind that are compared, at most: enough for the relation, and no more memory in a longer log. */
const MOST = 1 << 15;
/** Buffers that the device's log may lack at its beginning. */
const MOST_AHEAD = 4096;
/** Commands of one name that the device's log may lack in a row. */
const MOST_MISSING = 64;
/** The part of the commands that bears out a relation that is right; and of the packets, for a card can use what was taken back. */
const ALL_BUT_FEW = 0.9;
const ENOUGH_FITS = 2 / 3;
/** Guest and host count seconds of nearly one length. */
const STEEPEST = 1e-2;
/** Microseconds of doubt with which a relation says little. */
const LOOSE = 1000;
/** So many bounds on either side say something. */
const ENOUGH = 8;

/** A relation, and whether all that was joined bears it out. */
interface Fit extends Clocks {
  readonly isSure: boolean;
}

/** What was found of the two sides. */
export interface Relation {
  /** Null where nothing fits, or one side is not there or cannot be read twice. */
  readonly clocks: Clocks | null;
  /** Whether it may be another: then it places what the device did, and no finding rests on it. */
  readonly isDoubtful: boolean;
  /** Whether both sides tell enough for one. */
  readonly isTried: boolean;
  readonly controllers: ReadonlyMap<string, number>;
  readonly card: number | null;
}

export class Anchors {
  /** "1 516": queue and id -> the commands of that name, in order. */
  readonly #given = new Map<string, Span[]>();
  readonly #fetched = new Map<string, Done[]>();
  /** "7 to-device" -> the buffers that were mapped so for a device, in order. */
  readonly #mapped = new Map<string, Span[]>();
  readonly #live = new Map<string, Span>();
  readonly #sent: Done[] = [];
  readonly #received: Done[] = [];
  /** What else the device touched, in no order that counts, by the way of its buffers. */
  readonly #touched = new Map<string, Done[]>();
  #touches = 0;
  /** Controllers by the guest's name -> the device. */
  readonly controllers = new Map<string, number>();
  /** Whether the device's log has times. */
  isTimed = true;
  /** The network card, once both sides were read. */
  card: number | null = null;
  #count = 0;

  /** Whether there is enough of the guest's side. */
  get isFull(): boolean {
    return this.#count >= MOST;
  }
  get isDeviceFull(): boolean {
    return Math.max(this.#sent.length, this.#received.length, this.#touches) >= MOST;
  }

  /** Whether both sides have enough. */
  get haveEnough(): boolean {
    let done = this.#sent.length + this.#received.length + this.#touches;
    for (const fetched of this.#fetched.values()) done += fetched.length;
    return this.#count >= ENOUGH && done >= ENOUGH;
  }

  /** Whether the device's log tells of buffers that no command names. */
  get hasPackets(): boolean {
    return this.#sent.length + this.#received.length + this.#touches > 0;
  }

  /** A command that is being made; its `begin` may still move to where it is given to the device. */
  given(key: string, lba: number | null, at: number): Span {
    const span = { address: lba ?? -1, size: 0, begin: at, end: Number.NaN };
    push(this.#given, key, span);
    this.#count++;
    return span;
  }
  completed(key: string, at: number): void {
    const span = this.#given.get(key)?.at(-1);
    if (span !== undefined && Number.isNaN(span.end)) span.end = at;
  }
  mapped(device: number, way: string, address: number, size: number, at: number): void {
    const span = { address, size, begin: at, end: Number.NaN };
    push(this.#mapped, `${device} ${way}`, span);
    this.#live.set(`${device} ${way} ${address}`, span);
    this.#count++;
  }
  unmapped(device: number, way: string, address: number, at: number): void {
    const key = `${device} ${way} ${address}`;
    const span = this.#live.get(key);
    if (span !== undefined) span.end = at;
    this.#live.delete(key);
  }

  fetched(key: string, at: number): Done {
    const done = { address: -1, begin: at, end: Number.NaN };
    push(this.#fetched, key, done);
    return done;
  }
  sent(address: number, at: number): void {
    if (this.#sent.length < MOST) this.#sent.push({ address, begin: at, end: at });
  }
  received(address: number, at: number): void {
    if (this.#received.length < MOST) this.#received.push({ address, begin: at, end: at });
  }

  touched(way: string, address: number, at: number): void {
    push(this.#touched, way, { address, begin: at, end: at });
    this.#touches++;
  }

  /**
   * The relation, and which device the card is; null where nothing fits. A log that begins late has other first uses
   * than the guest, one that ends early other last ones: it is counted from both ends, and that is right which is
   * borne out, or where nothing tells, what both come to.
   */
  fit(): Fit | null {
    if (!this.isTimed) return null;
    // What is counted from the first tells the card last.
    const [last, first] = [this.#fitFrom("last"), this.#fitFrom("first")];
    const fits = [first, last].filter((fit) => fit !== null);
    const window = this.#window;
    const commands = commandsOf(this.#fetched, this.#given);
    const mapped = (way: string) => this.#mapped.get(`${this.card} ${way}`) ?? [];
    const packets = [
      ...packetsOf(this.#sent, mapped("to-device")),
      ...packetsOf(this.#received, mapped("from-device")),
    ];
    // The part of the packets that bears a relation out, where the commands do, or of these.
    const parts = fits.map((fit) => {
      const ofCommands = partThatFits(fit, commands, window);
      if (ofCommands !== null && ofCommands < ALL_BUT_FEW) return 0;
      return partThatFits(fit, packets, window) ?? ofCommands;
    });
    const most = Math.max(...parts.map((part) => part ?? 0));
    const right = fits[parts.indexOf(most)];
    // No driver can make a command seem done before it was given.
    const done = [...commands, ...commandsOf(this.#fetched, this.#given, "end")];
    const inDoubt = (fit: Fit, isSure: boolean): Fit => {
      const within = fit.within + furthestMiss(fit, done, window, LOOSE);
      return { ...fit, within, isSure: isSure && within < LOOSE };
    };
    if (right !== undefined && most >= ENOUGH_FITS) return inDoubt(right, true);
    const best = fits.find(({ isSure }) => isSure) ?? fits[0];
    if (best === undefined) return this.#covering(window);
    const middle = ((window.from + window.to) / 2) * 1e3;
    const isSure = fits.every((fit, i) => parts[i] === null && areOne(best, fit, middle));
    return inDoubt(best, best.isSure && isSure);
  }

  /** By what the device touched beside commands and packets. */
  #covering(window: Window): Fit | null {
    const ofWay = (way: string) =>
      [...this.#mapped].flatMap(([key, spans]) => (key.endsWith(` ${way}`) ? spans : []));
    const deeds = [...this.#touched].flatMap(([way, touched]) => packetsOf(touched, ofWay(way)));
    const found = coveringRelation(deeds, window);
    if (found === null) return null;
    const { part, isClear, ...clocks } = found;
    return { ...clocks, isSure: isClear && part >= ALL_BUT_FEW && clocks.within < LOOSE };
  }

  get #window(): Window {
    let [from, to] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const spans of [...this.#given.values(), ...this.#mapped.values()])
      for (const { begin, end } of spans) {
        from = Math.min(from, begin);
        to = Math.max(to, Number.isNaN(end) ? begin : end);
      }
    return { from, to };
  }

  #fitFrom(end: "first" | "last"): Fit | null {
    const from = <T>(list: readonly T[]) => (end === "first" ? list : list.toReversed());
    const commands = this.#commandBounds(from);
    const packets = this.#packetBounds(from);
    const both = relationOf(join(commands, packets));
    const clocks = both ?? relationOf(commands) ?? relationOf(packets);
    if (clocks === null) return null;
    // What contradicts the other is joined wrong, and which it is nothing tells.
    const isOne = both !== null || !isEnough(commands) || !isEnough(packets);
    return { ...clocks, isSure: isOne && clocks.within < LOOSE };
  }

  #commandBounds(from: <T>(list: readonly T[]) => readonly T[]): Bounds {
    const bounds: Bounds = { after: [], before: [] };
    for (const [key, all] of this.#fetched) {
      const done = from(all);
      const given = from(this.#given.get(key) ?? []);
      let next = 0;
      for (const one of done) {
        // Where both tell the first block it must be the same; the log can lack a command, or begin later.
        const last = Math.min(next + MOST_MISSING, given.length);
        let at = next;
        while (at < last && !isSame(given[at]!.address, one.address)) at++;
        if (at === last) continue;
        next = at + 1;
        add(bounds, given[at]!, one);
      }
    }
    return bounds;
  }

  /** The card is the device whose buffers are touched in their order, most of them. */
  #packetBounds(from: <T>(list: readonly T[]) => readonly T[]): Bounds {
    let best: Bounds = { after: [], before: [] };
    let most = ENOUGH;
    const devices = new Set([...this.#mapped.keys()].map((key) => Number(key.split(" ")[0])));
    for (const device of devices) {
      const bounds: Bounds = { after: [], before: [] };
      const mapped = (way: string) => from(this.#mapped.get(`${device} ${way}`) ?? []);
      inOrder(mapped("to-device"), from(this.#sent), bounds);
      inOrder(mapped("from-device"), from(this.#received), bounds);
      if (bounds.after.length <= most) continue;
      [best, most] = [bounds, bounds.after.length];
      this.card = device;
    }
    return best;
  }
}

interface Bounds {
  /** The device's moment comes after the guest's. */
  readonly after: Bound[];
  readonly before: Bound[];
}

const isEnough = ({ after, before }: Bounds): boolean =>
  after.length >= ENOUGH && before.length >= ENOUGH;

/** Whether two relations are one, as far as each is known. */
const areOne = (a: Clocks, b: Clocks, at: number): boolean =>
  Math.abs(a.deviceTime(at) - b.deviceTime(at)) <= a.within + b.within;

const join = (a: Bounds, b: Bounds): Bounds => ({
  after: [...a.after, ...b.after],
  before: [...a.before, ...b.before],
});

function add(bounds: Bounds, span: Span, done: Done): void {
  bounds.after.push({ guest: span.begin, device: done.begin });
  if (!Number.isNaN(span.end) && !Number.isNaN(done.end))
    bounds.before.push({ guest: span.end, device: done.end });
}

/** The k-th touched is the k-th mapped; a touch of another address is of what was mapped before, and moves nothing. */
function inOrder(mapped: readonly Span[], touched: readonly Done[], bounds: Bounds): void {
  let next = 0;
  for (const done of touched) {
    if (next === 0) {
      // The log may begin later than the guest's side.
      next = mapped.slice(0, MOST_AHEAD).findIndex((span) => lies(done.address, span));
      if (next < 0) next = 0;
    }
    const span = mapped[next];
    if (span === undefined || !lies(done.address, span)) continue;
    next++;
    add(bounds, span, done);
  }
}

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  const there = map.get(key);
  if (there === undefined) map.set(key, [value]);
  else if (there.length < MOST) there.push(value);
}

/** The line with the most room between what must lie below it and what above; null where none has any. */
function relationOf({ after, before }: Bounds): Clocks | null {
  if (!isEnough({ after, before })) return null;
  const [g0, d0] = [after[0]!.guest, after[0]!.device];
  const moved = ({ guest, device }: Bound): Bound => ({ guest: guest - g0, device: device - d0 });
  const [above, below] = [after.map(moved), before.map(moved)];
  /** Between which offsets a line of this slope fits. */
  const room = (slope: number) => {
    let [high, low] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const { guest, device } of above) high = Math.min(high, device - slope * guest);
    for (const { guest, device } of below) low = Math.max(low, device - slope * guest);
    return { low, high };
  };
  const width = (slope: number) => {
    const { low, high } = room(slope);
    return high - low;
  };
  // The room is a concave function of the slope.
  let [from, to] = [1 - STEEPEST, 1 + STEEPEST];
  for (let step = 0; step < 60; step++) {
    const [a, b] = [from + (to - from) / 3, to - (to - from) / 3];
    if (width(a) < width(b)) from = a;
    else to = b;
  }
  const slope = (from + to) / 2;
  const { low, high } = room(slope);
  if (high < low) return null;
  const start = d0 + (low + high) / 2;
  const within = (high - low) / 2;
  return { deviceTime: (at) => start + slope * (at / 1e3 - g0), within };
}
