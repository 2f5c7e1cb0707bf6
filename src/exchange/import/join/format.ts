// format.ts - what an importer of one foreign format gives, so that several sources of one run can be joined.
//
// A source plays one of four parts. A `whole` one is a complete trace and is imported alone. A `context`
// is read to its end before the first event: it says what others rest on, such as a P2M dump. A `stream`
// tells the run in the guest's order; several are merged by the guest's clock. A `device` log has a clock of
// its own: what it says is placed by causality, when the guest's side asks for it.

import type { About } from "../../../event/trace.ts";
import type { Sink } from "../../../machine/machine.ts";
import type { Probes } from "../kernel/probes.ts";
import type { Standing } from "../kernel/standing.ts";
import type { Source } from "../source/source.ts";
import type { Anchors } from "./clocks.ts";
import type { KernelClocks } from "./kernel-clocks.ts";
import type { Run } from "./run.ts";

/** Makes the trace, once it is known what it says of itself, and gives where its events go. */
export type Open = (about: About) => Promise<Sink> | Sink;

/** A source of the run's events in order; memory stays flat because only one batch is in memory. */
export interface Stream<Step = unknown> {
  /** The steps of the source in its own order, some thousands at a time. */
  batches(): AsyncIterable<readonly Step[]>;
  /** Nanoseconds on the guest's clock; null where the step has no time and belongs right after the last. */
  timeOf(step: Step): number | null;
  /**
   * Emits what a step says. False where the device's side must be read further first: the same step comes
   * again once it was.
   */
  take(step: Step): boolean;
  /** Once, after the last step of all streams. */
  end?(): void;
}

/** Takes the lines of a source before any event is made: what they say of the relation of the clocks. */
export interface AnchorTaker {
  take(line: string): void;
}

/** What a device logged, placed when the guest's side has come to where it must have happened. */
export interface DeviceLog {
  /** Reads another batch into memory; false at the end of the log. */
  more(): Promise<boolean>;
  /** After the guest's last step: emits what is left of what was read. */
  end(): void;
}

interface Common {
  /** The name that people see in counts and messages. */
  readonly name: string;
  /** What it is, in a few words. */
  readonly what: string;
  /** The command that makes such a file. */
  readonly madeBy: string;
  /** What a text that may be meant for it has somewhere, though it is not of it; null where nothing tells. */
  readonly near: RegExp | null;
  /** Whether a source that begins with these bytes (up to 64 KiB, no longer compressed) is of this format. */
  recognises(head: Buffer): boolean;
}
export interface WholeFormat extends Common {
  readonly part: "whole";
  read(source: Source, open: Open): Promise<void>;
}
export interface ContextFormat extends Common {
  readonly part: "context";
  /** Whether it tells of a machine by itself, with no run beside it. */
  readonly tells?: true;
  read(source: Source, run: Run): Promise<void>;
}
export interface StreamFormat extends Common {
  readonly part: "stream";
  open(source: Source, run: Run): Stream;
  /** A second stream that the file holds, with times of its own; null where this one holds none. */
  beside?(source: Source, run: Run): Stream | null;
  /** The text that it stands for, where it is none; what is told of clocks is looked for in it. */
  lines?(source: Source): AsyncIterable<readonly string[]>;
  /** The same as far as it can tell of the machine. */
  signs?(source: Source): AsyncIterable<readonly string[]>;
  anchors?(anchors: Anchors): AnchorTaker;
  /** What a kernel's log, or its trace, says of the clocks of both. */
  logClock?(clocks: KernelClocks): AnchorTaker;
  traceClock?(clocks: KernelClocks): AnchorTaker;
  /** What a kernel's trace makes and ends of what was in force at one moment. */
  standing?(standing: Standing, probes: Probes): AnchorTaker;
}
export interface DeviceFormat extends Common {
  readonly part: "device";
  open(source: Source, run: Run): DeviceLog;
  anchors?(anchors: Anchors): AnchorTaker;
}
export type Format = WholeFormat | ContextFormat | StreamFormat | DeviceFormat;
