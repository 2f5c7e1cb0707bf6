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

/** A move: where it arrives, or will, and the reason of the stop unless something else stops it. */
type Go = (open: Open, signal: AbortSignal) => readonly [Arrival | Promise<Arrival>, string];

export class Answers extends DebugSession {
  protected opened: Open | null = null;
  /** The stack as it was last told. */
  protected frames: Frame[] = [];
  protected readonly numbers = new Numbers();
  #way: { readonly way: AbortController; readonly arrival: Promise<Arrival> } | null = null;

  constructor() {
    super();
    this.setDebuggerLinesStartAt1(true);
    this.setDebuggerColumnsStartAt1(true);
  }

  /** Whoever was asking has gone, or is done. */
  override shutdown(): void {
    this.interrupt();
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

  /**
   * Answers, goes somewhere, and says where it stopped and why. On the way a client may ask for a pause, or to go
   * elsewhere: that ends the search under way first.
   */
  protected async move(response: DebugProtocol.Response, go: Go): Promise<void> {
    this.interrupt();
    if (this.#way !== null) await this.#way.arrival;
    const way = new AbortController();
    let went: readonly [Open, ReturnType<Go>] | undefined;
    this.answer(response, () => {
      went = [this.open, go(this.open, way.signal)];
    });
    if (went === undefined) return;
    const [open, [going, otherwise]] = went;
    const arrival = Promise.resolve(going);
    this.#way = { way, arrival };
    const arrived = await arrival;
    this.#way = null;
    // Whoever disconnected on the way wants no news.
    if (this.opened !== open) return;
    this.numbers.forget();
    this.frames = [];
    this.sendEvent(this.#stopped(arrived, otherwise));
  }

  /** Ends the search that is under way, where there is one. */
  protected interrupt(): void {
    this.#way?.way.abort();
  }

  #stopped({ by, stop, moment }: Arrival, otherwise: string): DebugProtocol.StoppedEvent {
    if (by === "arrived") return new StoppedEvent(otherwise, THREAD);
    if (by === "interrupted") return new StoppedEvent("pause", THREAD);
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
