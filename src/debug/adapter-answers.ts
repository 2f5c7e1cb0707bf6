// adapter-answers.ts - how the debug adapter answers: a request's work, its mistakes, where a move stopped.

import { ContinuedEvent, DebugSession, OutputEvent, StoppedEvent } from "@vscode/debugadapter";
import type { DebugProtocol } from "@vscode/debugprotocol";
import { UserError } from "../fault.ts";
import { readingTrouble } from "../store/open.ts";
import type { Open } from "./adapter-trace.ts";
import type { Frame } from "./frames.ts";
import { nextTurn } from "./pieces.ts";
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
  #search = new AbortController();
  /** The moves so far, one behind the other: settled when the last one has ended. */
  #moves: Promise<void> = Promise.resolve();

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

  /** Does the work and answers; whether it could. A mistake that was `quiet` is in the answer alone. */
  protected answer(response: DebugProtocol.Response, work: () => void, quiet = false): boolean {
    try {
      work();
    } catch (error) {
      this.#fail(response, error, quiet && error instanceof UserError);
      return false;
    }
    this.sendResponse(response);
    return true;
  }

  /**
   * Goes somewhere, answers, and says where it stopped and why. While it searches a client may ask for a pause, or
   * to go elsewhere: that ends the search first.
   */
  protected move(response: DebugProtocol.Response, go: Go): void {
    this.interrupt();
    const search = new AbortController();
    this.#search = search;
    const { opened } = this;
    this.#moves = this.#moves
      .then(() => this.#go(response, opened, go, search.signal))
      .catch((error: unknown) => this.#fail(response, error));
  }

  /** `open` is what was open when the client asked: it may have disconnected by now, or may on the way. */
  async #go(
    response: DebugProtocol.Response,
    open: Open | null,
    go: Go,
    signal: AbortSignal,
  ): Promise<void> {
    if (open !== this.opened) return this.sendResponse(response);
    const [going, otherwise] = go(this.open, signal);
    const arrival = Promise.resolve(going);
    // A long search is answered at its end, for it may fail; until then the client knows that it runs.
    const isLong = await Promise.race([arrival.then(() => false), nextTurn().then(() => true)]);
    if (isLong) this.sendEvent(new ContinuedEvent(THREAD, true));
    let arrived: Arrival;
    try {
      arrived = await arrival;
    } catch (error) {
      this.#fail(response, error);
      if (this.opened === open) this.sendEvent(new StoppedEvent("exception", THREAD));
      return;
    }
    this.sendResponse(response);
    if (this.opened !== open) return;
    this.numbers.forget();
    this.frames = [];
    this.sendEvent(this.#stopped(arrived, otherwise));
  }

  /** Tells the client in the margin of its work, as a line of its console. */
  protected say(text: string, category: "important" | "stderr"): void {
    this.sendEvent(new OutputEvent(`gartrace: ${text}\n`, category));
  }

  /** The error is the answer, and a line of the console; the adapter goes on. */
  #fail(response: DebugProtocol.Response, error: unknown, quiet = false): void {
    const message = this.#messageOf(error);
    // A name with _ in front is put in whatever is left out for privacy.
    this.sendErrorResponse(response, 1, "{_message}", { _message: message });
    if (!quiet) this.say(message, "stderr");
  }

  #messageOf(error: unknown): string {
    const told = readingTrouble(this.opened?.paths ?? [], error);
    if (told instanceof UserError) return told.message;
    return `a bug of ours, please report it: ${told instanceof Error ? told.stack : String(told)}`;
  }

  /** Ends the search that is under way, where there is one. */
  protected interrupt(): void {
    this.#search.abort();
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
