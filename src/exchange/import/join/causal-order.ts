// causal-order.ts - places what a device logged by its own clock among what the guest did.
//
// The device has done a command before the guest sees its completion or takes its buffers back, and after the
// guest gave it. So the log is emitted up to the completion of a command at the last moment: when the guest's
// side comes to that command's end. What the log holds before it comes with it, in the log's own order.

import type { Command, Mapping } from "../kernel/command.ts";
import type { Mappings } from "../kernel/mappings.ts";
import type { Relation } from "./clocks.ts";
import type { Clocks } from "./spans.ts";

/** A command as the device's log tells it. */
export interface Fetched {
  readonly key: string;
  readonly lba: number | null;
  readonly blocks: number | null;
  readonly bytes: number | null;
  /** The number of the record that completed it, counted through the whole log; -1 until it comes. */
  completed: number;
}

/** A device's log: read in batches, emitted record by record. */
export interface Log {
  /** Records read and not emitted yet. */
  readonly waiting: number;
  readonly ended: boolean;
  /** Fetched commands that no command of the guest was matched with yet, oldest first. */
  unmatched(layer: Command["layer"], key: string): Fetched[];
  /** The addresses of a network card's rings, as far as the log was read. */
  readonly rings: readonly number[];
  /** The first record not emitted yet that touches a network card's buffer as it allows; -1 for none that was read. */
  touched(mapping: Mapping): number;
  /**
   * Emits what happened before a moment of its own clock, in microseconds; false where more must be read. What nothing in
   * force allows waits so long as what allows it may have been made before it.
   */
  before(time: number, doubt: number): boolean;
  /** Emits all records up to that one. */
  emit(through: number): void;
  /** For a command whose completion the cut log lacks: emits the records that it has. */
  emitCut(fetched: Fetched): void;
}

/** Records to look ahead for a command, so that a log that lacks it is not read to its end into memory. */
const LOOK_AHEAD = 200_000;

export class CausalOrder {
  log: Log | null = null;
  /** Where they are related, time places what the device logged, and a command's end is only looked up. */
  readonly #clocks: Clocks | null;
  readonly #mappings: Mappings;
  /** Whether the log tells of a network card's buffers. */
  readonly #network: boolean;
  /** The last event of the guest's that what is emitted of the log is behind. */
  #before = 0;
  /** The latest moments that the guest came to, by the device's clock, each with the last event that is not behind it. */
  readonly #moments: { readonly time: number; seq: number }[] = [];
  #now = Number.NEGATIVE_INFINITY;
  /** Whether the guest's last event is behind: what it did since, nobody saw. */
  isPast = false;
  /** Commands of the guest that the log does not show. */
  unmatched = 0;

  /** Whether what the device did may have another place than it has: no finding rests on it. */
  readonly isDoubtful: boolean;

  constructor(
    mappings: Mappings,
    { clocks, isDoubtful }: Pick<Relation, "clocks" | "isDoubtful">,
    network: boolean,
  ) {
    this.#clocks = clocks;
    this.isDoubtful = isDoubtful;
    this.#mappings = mappings;
    this.#network = network;
  }

  /** Whether a relation of the clocks that is sure places what the device did. */
  get isPlaced(): boolean {
    return this.#clocks !== null && !this.isDoubtful;
  }

  /** Takes an event of the guest that what comes next in the log can only be behind. */
  follows(seq: number): void {
    this.#before = Math.max(this.#before, seq);
  }

  /**
   * Whether something that the log has at a time of its own can be older than an event of the guest's before it. Where
   * no relation of the clocks tells, only what the log has behind a later event of the guest's is surely younger.
   */
  canBeBefore(seq: number, time: number): boolean {
    if (this.isDoubtful) return true;
    if (this.#clocks === null) return seq > this.#before;
    return seq > this.#surelyBefore(time - this.#clocks.within);
  }

  /** The same, or whether it can be younger than what the guest does next: where it stands another thing may be in force. */
  canBeElsewhere(seq: number, time: number): boolean {
    if (this.#clocks === null || this.isDoubtful) return this.isDoubtful;
    return time + this.#clocks.within >= this.#now || this.canBeBefore(seq, time);
  }

  /** The last event of the guest's that is surely not behind a moment. */
  #surelyBefore(time: number): number {
    return this.#moments.findLast((moment) => moment.time <= time)?.seq ?? 0;
  }

  /**
   * Emits what the device did before a time that the guest has come to, behind its last event; false where the log must
   * be read further first.
   */
  before(at: number, seq: number): boolean {
    if (this.#clocks === null || this.log === null) return true;
    const time = this.#clocks.deviceTime(at);
    if (this.isDoubtful) return this.log.before(time, 0);
    const { within } = this.#clocks;
    this.#come(time, seq, this.#now - 2 * within);
    return this.log.before(time, within);
  }

  /** Nothing from before `oldest` is asked for any more. Hot: once a record of the guest's. */
  #come(time: number, seq: number, oldest: number): void {
    const moments = this.#moments;
    const last = moments.at(-1);
    if (last !== undefined) last.seq = seq;
    if (time <= this.#now) return;
    while (moments.length > 1 && moments[1]!.time <= oldest) moments.shift();
    moments.push({ time, seq });
    this.#now = time;
  }

  /**
   * Emits the log up to where a network card touches a buffer that is being given back: no command names it.
   * False where the log must be read further first.
   */
  settleBuffer(mapping: Mapping): boolean {
    const { log } = this;
    const { command, direction, device } = mapping;
    if (
      this.#clocks !== null ||
      !this.#network ||
      log === null ||
      command !== null ||
      direction === "coherent"
    )
      return true;
    const may = log.ended || log.waiting > LOOK_AHEAD;
    if (log.rings.length === 0) return may;
    // The card is the device that has a ring where the log says one is.
    if (!log.rings.some((ring) => this.#mappings.ended({ device, start: ring }) !== null))
      return true;
    const found = log.touched(mapping);
    if (found >= 0) log.emit(found);
    return found >= 0 || may;
  }

  /** Emits the log up to where the command completes; false where the log must be read further first. */
  settle(command: Command | null): boolean {
    const { log } = this;
    if (command === null || command.settled || log === null) return true;
    const known = log.unmatched(command.layer, command.key);
    const at = known.findIndex((one) => isSame(one, command));
    const found = known[at];
    const may = this.#clocks !== null || log.ended || log.waiting > LOOK_AHEAD;
    if (found === undefined) {
      if (!may) return false;
      this.unmatched++;
    } else {
      if (found.completed < 0 && !may) return false;
      known.splice(0, at + 1);
      if (found.completed >= 0) log.emit(found.completed);
      else if (this.#clocks === null) log.emitCut(found);
    }
    command.settled = true;
    return true;
  }
}

/** Ids come again after some commands: only one for the same blocks is the same. */
const isSame = (fetched: Fetched, command: Command): boolean =>
  agree(fetched.lba, command.lba) && agree(fetched.blocks, command.blocks);

const agree = (a: number | null, b: number | null): boolean => a === null || b === null || a === b;
