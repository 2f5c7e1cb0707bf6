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
  #onTheWay: AbortController | null = null;

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

  /** Answers, goes somewhere, and says where it stopped and why; a client may ask for a pause on the way. */
  protected move(response: DebugProtocol.Response, go: Go): void {
    let went: { readonly open: Open; readonly arrival: ReturnType<Go>[0]; otherwise: string };
    const isGoing = this.answer(response, () => {
      const { open } = this;
      if (this.#onTheWay !== null)
        throw new UserError("a search is on its way already; pause ends it");
      this.#onTheWay = new AbortController();
      const [arrival, otherwise] = go(open, this.#onTheWay.signal);
      went = { open, arrival, otherwise };
    });
    if (isGoing) this.#arrive(went!.open, went!.arrival, went!.otherwise);
  }

  /** Ends the search that is on its way, where there is one. */
  protected interrupt(): void {
    this.#onTheWay?.abort();
  }

  async #arrive(open: Open, going: ReturnType<Go>[0], otherwise: string): Promise<void> {
    const arrival = await going;
    this.#onTheWay = null;
    // Whoever disconnected on the way wants no news.
    if (this.opened !== open) return;
    this.numbers.forget();
    this.frames = [];
    this.sendEvent(this.#stopped(arrival, otherwise));
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
