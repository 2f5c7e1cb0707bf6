// adapter-answers.ts - how the debug adapter answers: a request's work, its mistakes, where a move stopped.

import { DebugSession, StoppedEvent } from "@vscode/debugadapter";
import type { DebugProtocol } from "@vscode/debugprotocol";
import { UserError } from "../fault.ts";
import type { Open } from "./adapter-trace.ts";
import type { Frame } from "./frames.ts";
import type { Arrival } from "./session.ts";
import { Numbers } from "./variables.ts";

/** A trace has one thread: what happened, in order. */
export const THREAD = 1;

export class Answers extends DebugSession {
  protected opened: Open | null = null;
  /** The stack as it was last told. */
  protected frames: Frame[] = [];
  protected readonly numbers = new Numbers();

  constructor() {
    super();
    this.setDebuggerLinesStartAt1(true);
    this.setDebuggerColumnsStartAt1(true);
  }

  /** Whoever was asking has gone, or is done. */
  override shutdown(): void {
    for (const reader of this.opened?.readers ?? []) reader.close();
    this.opened = null;
    super.shutdown();
  }

  protected get open(): Open {
    if (this.opened === null)
      throw new UserError("no trace is open; a launch or attach request names one");
    return this.opened;
  }

  /** Does the work and answers; a mistake of the client's, or of the person's, is the answer then. */
  protected answer(response: DebugProtocol.Response, work: () => void): boolean {
    try {
      work();
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      // A name with _ in front is put in whatever is left out for privacy.
      this.sendErrorResponse(response, 1, "{_message}", { _message: error.message });
      return false;
    }
    this.sendResponse(response);
    return true;
  }

  /** Goes somewhere, answers, and says where it stopped and why. */
  protected move(response: DebugProtocol.Response, go: (open: Open) => [Arrival, string]): void {
    let went: [Arrival, string] | undefined;
    this.answer(response, () => {
      went = go(this.open);
    });
    if (went === undefined) return;
    this.numbers.forget();
    this.frames = [];
    this.sendEvent(this.#stopped(...went));
  }

  #stopped({ by, stop, moment }: Arrival, otherwise: string): DebugProtocol.StoppedEvent {
    if (by === "arrived") return new StoppedEvent(otherwise, THREAD);
    const { stops } = this.open;
    const event: DebugProtocol.StoppedEvent = new StoppedEvent(
      stop === null ? otherwise : stops.reasonOf(stop),
      THREAD,
    );
    const edge = moment === 0 ? "the beginning of the trace" : "the end of the trace";
    event.body.description = stop === null ? edge : `${stops.reasonOf(stop)}: ${stop.text}`;
    event.body.text = stop === null ? edge : stop.text;
    event.body.allThreadsStopped = true;
    if (stop !== null) event.body.hitBreakpointIds = [stop.number];
    return event;
  }
}
