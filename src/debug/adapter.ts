// adapter.ts - the debug adapter: a debugging session by the Debug Adapter Protocol.
//
// The event log is the source, an event a line. stepIn goes an event on and stepBack one back, next goes to the
// next op, stepOut to the end of this one: each is the REPL's command, and every continue is a look-up.

import {
  ContinuedEvent,
  DebugSession,
  InitializedEvent,
  OutputEvent,
  StoppedEvent,
} from "@vscode/debugadapter";
import type { DebugProtocol } from "@vscode/debugprotocol";
import { UserError } from "../fault.ts";
import { wrongAt } from "../replay/judged.ts";
import { subjectNamed } from "../replay/subject.ts";
import { meanings } from "../report/event-text.ts";
import { hex } from "../report/state-text.ts";
import { titleOf } from "../report/text.ts";
import { whyText } from "../report/why-text.ts";
import { troubleBehind } from "../store/trouble.ts";
import { exceptionFilters } from "./adapter-breakpoints.ts";
import { blame } from "./blame.ts";
import { nextTurn } from "./chunks.ts";
import { evaluate } from "./evaluate.ts";
import { type Open, openTraces } from "./launch.ts";
import { framesOf, memoryAt } from "./page-content.ts";
import type { Arrival } from "./session.ts";
import { type Frame, framesAt } from "./stack.ts";
import { eventVariables, Numbers, scopesOf } from "./variables.ts";

const capabilities: DebugProtocol.Capabilities = {
  supportsConfigurationDoneRequest: true,
  supportsFunctionBreakpoints: true,
  supportsConditionalBreakpoints: true,
  supportsDataBreakpoints: true,
  supportsStepBack: true,
  supportsGotoTargetsRequest: true,
  supportsRestartRequest: true,
  supportsEvaluateForHovers: true,
  supportsExceptionOptions: false,
  supportsExceptionFilterOptions: true,
  supportsExceptionInfoRequest: true,
  supportsLoadedSourcesRequest: true,
  supportsReadMemoryRequest: true,
  exceptionBreakpointFilters: exceptionFilters,
};

/** A trace has one thread: what happened, in order. */
const THREAD = 1;

/** A move: its arrival, and the reason of the stop unless a breakpoint or a pause ends it. */
type Go = (open: Open, signal: AbortSignal) => readonly [Arrival | Promise<Arrival>, string];

export class Adapter extends DebugSession {
  #opened: Open | null = null;
  /** The stack of the last stackTrace response, which later requests refer to by index. */
  #frames: Frame[] = [];
  readonly #numbers = new Numbers();
  #search = new AbortController();
  /** Settled when the last move has ended: moves run one after the other. */
  #moves: Promise<void> = Promise.resolve();

  constructor() {
    super();
    this.setDebuggerLinesStartAt1(true);
    this.setDebuggerColumnsStartAt1(true);
  }

  /** The client has disconnected or its connection is gone. */
  override shutdown(): void {
    this.#interrupt();
    for (const reader of this.#opened?.readers ?? []) reader.close();
    this.#opened = null;
    super.shutdown();
  }

  protected override initializeRequest(response: DebugProtocol.InitializeResponse): void {
    response.body = capabilities;
    this.sendResponse(response);
  }

  protected override launchRequest(
    response: DebugProtocol.LaunchResponse,
    args: DebugProtocol.LaunchRequestArguments,
  ): void {
    this.#answer(response, () => {
      this.#opened = openTraces(args);
    });
    if (this.#opened === null) return;
    for (const { torn, count } of this.#opened.readers)
      if (torn)
        this.#say(
          `the recording did not finish; the trace is read up to event #${count}`,
          "important",
        );
    this.sendEvent(new InitializedEvent());
  }

  protected override attachRequest(
    response: DebugProtocol.AttachResponse,
    args: DebugProtocol.AttachRequestArguments,
  ): void {
    this.launchRequest(response, args);
  }

  protected override configurationDoneRequest(
    response: DebugProtocol.ConfigurationDoneResponse,
  ): void {
    this.#move(response, ({ session, stopOnEntry }, signal) => [
      stopOnEntry ? session.goTo(0) : session.continue("forwards", signal),
      "entry",
    ]);
  }

  protected override restartRequest(response: DebugProtocol.RestartResponse): void {
    this.#move(response, ({ session }) => [session.goTo(0), "entry"]);
  }

  protected override setBreakPointsRequest(
    response: DebugProtocol.SetBreakpointsResponse,
    args: DebugProtocol.SetBreakpointsArguments,
  ): void {
    this.#answer(response, () => {
      response.body = { breakpoints: this.#open.stops.lines(args) };
    });
  }

  protected override setFunctionBreakPointsRequest(
    response: DebugProtocol.SetFunctionBreakpointsResponse,
    args: DebugProtocol.SetFunctionBreakpointsArguments,
  ): void {
    this.#answer(response, () => {
      response.body = { breakpoints: this.#open.stops.functions(args) };
    });
  }

  protected override setExceptionBreakPointsRequest(
    response: DebugProtocol.SetExceptionBreakpointsResponse,
    args: DebugProtocol.SetExceptionBreakpointsArguments,
  ): void {
    this.#answer(response, () => {
      response.body = { breakpoints: this.#open.stops.verdicts(args) };
    });
  }

  protected override setDataBreakpointsRequest(
    response: DebugProtocol.SetDataBreakpointsResponse,
    args: DebugProtocol.SetDataBreakpointsArguments,
  ): void {
    this.#answer(response, () => {
      response.body = { breakpoints: this.#open.stops.subjects(args) };
    });
  }

  protected override continueRequest(response: DebugProtocol.ContinueResponse): void {
    response.body = { allThreadsContinued: true };
    this.#move(response, ({ session }, signal) => [session.continue("forwards", signal), "step"]);
  }

  protected override reverseContinueRequest(response: DebugProtocol.ReverseContinueResponse): void {
    this.#move(response, ({ session }, signal) => [session.continue("backwards", signal), "step"]);
  }

  protected override nextRequest(response: DebugProtocol.NextResponse): void {
    this.#move(response, ({ session }, signal) => [session.next("forwards", signal), "step"]);
  }

  protected override stepInRequest(response: DebugProtocol.StepInResponse): void {
    this.#move(response, ({ session }) => [session.step("forwards"), "step"]);
  }

  protected override stepBackRequest(response: DebugProtocol.StepBackResponse): void {
    this.#move(response, ({ session }) => [session.step("backwards"), "step"]);
  }

  /** Outside an op, and at its end, it goes to the next op. */
  protected override stepOutRequest(response: DebugProtocol.StepOutResponse): void {
    this.#move(response, ({ session }, signal) => [
      session.canFinish ? session.finish("forwards", signal) : session.next("forwards", signal),
      "step",
    ]);
  }

  protected override pauseRequest(response: DebugProtocol.PauseResponse): void {
    this.#interrupt();
    this.sendResponse(response);
  }

  protected override gotoTargetsRequest(
    response: DebugProtocol.GotoTargetsResponse,
    { source, line }: DebugProtocol.GotoTargetsArguments,
  ): void {
    this.#answer(response, () => {
      const seq = this.#open.sources.eventAt(source.sourceReference ?? 0, line);
      response.body = { targets: seq === null ? [] : [{ id: seq, label: `#${seq}`, line }] };
    });
  }

  protected override gotoRequest(
    response: DebugProtocol.GotoResponse,
    { targetId }: DebugProtocol.GotoArguments,
  ): void {
    this.#move(response, ({ session }) => [session.goTo(targetId), "goto"]);
  }

  /** Every variable's name is that of a subject, or it is a field of the event and cannot change. */
  protected override dataBreakpointInfoRequest(
    response: DebugProtocol.DataBreakpointInfoResponse,
    { name }: DebugProtocol.DataBreakpointInfoArguments,
  ): void {
    this.#answer(response, () => {
      try {
        const subject = subjectNamed(this.#open.session.trace, name);
        response.body = {
          dataId: subject.name,
          description: subject.name,
          accessTypes: ["write", "read", "readWrite"],
          canPersist: true,
        };
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        response.body = { dataId: null, description: error.message };
      }
    });
  }

  protected override threadsRequest(response: DebugProtocol.ThreadsResponse): void {
    this.#answer(response, () => {
      const name = titleOf(this.#open.session.trace.about);
      response.body = { threads: [{ id: THREAD, name }] };
    });
  }

  protected override stackTraceRequest(
    response: DebugProtocol.StackTraceResponse,
    { startFrame = 0, levels = 0 }: DebugProtocol.StackTraceArguments,
  ): void {
    this.#answer(response, () => {
      const { session, sources } = this.#open;
      const { here, trace } = session;
      this.#frames = here === undefined ? [] : framesAt(session.travel, here);
      const stack = this.#frames.map(({ name, recorded }, i) => ({
        id: i + 1,
        name,
        column: 1,
        ...sources.at(recorded.seq),
      }));
      const first = { id: 1, name: "before everything", line: 1, column: 1 };
      if (here === undefined)
        stack.push({ ...first, ...(trace.count === 0 ? {} : sources.at(1)) } as (typeof stack)[0]);
      const end = levels > 0 ? startFrame + levels : stack.length;
      response.body = { stackFrames: stack.slice(startFrame, end), totalFrames: stack.length };
    });
  }

  protected override scopesRequest(
    response: DebugProtocol.ScopesResponse,
    { frameId }: DebugProtocol.ScopesArguments,
  ): void {
    this.#answer(response, () => {
      const { session } = this.#open;
      const frame = this.#frames[frameId - 1]?.recorded;
      const scopes = scopesOf(session, frame, this.#partner(frame));
      response.body = {
        scopes: Object.entries(scopes).map(([name, make]) => {
          const variables = make();
          return {
            name,
            variablesReference: this.#numbers.of(variables),
            indexedVariables: variables.count,
            expensive: false,
          };
        }),
      };
    });
  }

  protected override variablesRequest(
    response: DebugProtocol.VariablesResponse,
    { variablesReference, filter, start = 0, count = 0 }: DebugProtocol.VariablesArguments,
  ): void {
    this.#answer(response, () => {
      const variables =
        filter === "named" ? [] : this.#numbers.variables(variablesReference, start, count);
      response.body = { variables };
    });
  }

  protected override sourceRequest(
    response: DebugProtocol.SourceResponse,
    { source, sourceReference }: DebugProtocol.SourceArguments,
  ): void {
    this.#answer(response, () => {
      const reference = source?.sourceReference ?? sourceReference;
      response.body = { content: this.#open.sources.text(reference), mimeType: "text/x-gartrace" };
    });
  }

  protected override loadedSourcesRequest(response: DebugProtocol.LoadedSourcesResponse): void {
    this.#answer(response, () => {
      const { session, sources } = this.#open;
      response.body = { sources: sources.around(session.here?.op ?? 0) };
    });
  }

  protected override evaluateRequest(
    response: DebugProtocol.EvaluateResponse,
    { expression, context }: DebugProtocol.EvaluateArguments,
  ): void {
    // A hover asks about any word under the pointer; most are no expressions, which is no error to print.
    const quiet = context === "hover";
    this.#answer(
      response,
      () => {
        const { session } = this.#open;
        const result =
          context === "repl" && expression.trim() === "blame"
            ? blame(session.trace)
            : evaluate(session, expression);
        response.body = { result, variablesReference: 0, ...this.#memoryOf(expression) };
      },
      quiet,
    );
  }

  /** Bytes of machine memory: in each page the tag of its content, as a 64-bit number over and over. */
  protected override readMemoryRequest(
    response: DebugProtocol.ReadMemoryResponse,
    { memoryReference, offset = 0, count }: DebugProtocol.ReadMemoryArguments,
  ): void {
    this.#answer(response, () => {
      const { session } = this.#open;
      const address = Number(memoryReference) + offset;
      if (!Number.isSafeInteger(address) || address < 0)
        throw new UserError(`'${memoryReference}' is no machine address`);
      const bytes = memoryAt(session.travel.stateAt(session.moment), address, count);
      response.body = {
        address: hex(address),
        data: bytes.toString("base64"),
        unreadableBytes: count - bytes.length,
      };
    });
  }

  protected override exceptionInfoRequest(response: DebugProtocol.ExceptionInfoResponse): void {
    this.#answer(response, () => {
      const { here, travel, trace } = this.#open.session;
      const wrong = here === undefined ? null : wrongAt(trace, here.seq);
      const verdict = wrong?.verdict ?? (here === undefined ? null : travel.verdict(here));
      if (here === undefined || (verdict === null && wrong === null))
        throw new UserError("no number was handed to hardware here");
      const words = [
        ...(verdict === null ? [] : [meanings[verdict]]),
        ...(wrong?.check == null ? [] : [`found by ${wrong.check}`]),
        ...(wrong?.root == null ? [] : [`goes back to ${wrong.root}`]),
      ];
      response.body = {
        exceptionId: verdict ?? wrong!.check!,
        description: words.join("; "),
        breakMode: "always",
        details: { message: whyText(travel.why(here), trace.about) },
      };
    });
  }

  #partner(frame: Frame["recorded"] | undefined) {
    const { other } = this.#open;
    if (other === null || frame === undefined) return null;
    return () => {
      const partners = other.partnersOf(frame);
      if (partners === null) return [{ name: "partner", value: "none: diff does not compare it" }];
      const [partner] = partners;
      if (partner === undefined)
        return [{ name: "partner", value: "none: this happened here alone" }];
      return eventVariables({ travel: other.travel, trace: other.travel.trace }, partner);
    };
  }

  /** Where the bytes of a subject's first page are, so that a client can show them. */
  #memoryOf(expression: string): { readonly memoryReference?: string } {
    const { session } = this.#open;
    try {
      const subject = subjectNamed(session.trace, expression.trim());
      const [first] = framesOf(session.travel.stateAt(session.moment), subject, 1);
      return first?.frame == null ? {} : { memoryReference: `${hex(first.frame)}000` };
    } catch (error) {
      // A field or a comparison is no subject and has no bytes.
      if (error instanceof UserError) return {};
      throw error;
    }
  }

  get #open(): Open {
    if (this.#opened === null)
      throw new UserError("no trace is open; a launch or attach request names one");
    return this.#opened;
  }

  /** Does the work and answers; false if it failed. A `quiet` error is not printed in the console. */
  #answer(response: DebugProtocol.Response, work: () => void, quiet = false): boolean {
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
  #move(response: DebugProtocol.Response, go: Go): void {
    this.#interrupt();
    const search = new AbortController();
    this.#search = search;
    const opened = this.#opened;
    this.#moves = this.#moves
      .then(() => this.#go(response, opened, go, search.signal))
      .catch((error: unknown) => this.#fail(response, error));
  }

  /** `open` is the trace of the request; the client may disconnect before the search starts or while it runs. */
  async #go(
    response: DebugProtocol.Response,
    open: Open | null,
    go: Go,
    signal: AbortSignal,
  ): Promise<void> {
    if (open !== this.#opened) return this.sendResponse(response);
    const [going, otherwise] = go(this.#open, signal);
    const arrival = Promise.resolve(going);
    // A long search is answered at its end, for it may fail; until then the client knows that it runs.
    const isLong = await Promise.race([arrival.then(() => false), nextTurn().then(() => true)]);
    if (isLong) this.sendEvent(new ContinuedEvent(THREAD, true));
    let arrived: Arrival;
    try {
      arrived = await arrival;
    } catch (error) {
      this.#fail(response, error);
      if (this.#opened === open) this.sendEvent(new StoppedEvent("exception", THREAD));
      return;
    }
    this.sendResponse(response);
    if (this.#opened !== open) return;
    this.#numbers.forget();
    this.#frames = [];
    this.sendEvent(this.#stopped(arrived, otherwise));
  }

  /** Prints a line in the client's console. */
  #say(text: string, category: "important" | "stderr"): void {
    this.sendEvent(new OutputEvent(`gartrace: ${text}\n`, category));
  }

  /** Answers with the error, after a line in the console; the adapter goes on. */
  #fail(response: DebugProtocol.Response, error: unknown, quiet = false): void {
    const message = this.#messageOf(error);
    if (!quiet) this.#say(message, "stderr");
    // A client may send an error's variables to its maker, but not one whose name begins with _.
    this.sendErrorResponse(response, 1, "{_message}", { _message: message });
  }

  #messageOf(error: unknown): string {
    const cause = troubleBehind(this.#opened?.paths ?? [], this.#opened?.readers ?? [], error);
    if (cause instanceof UserError) return cause.message;
    return `a bug of ours, please report it: ${cause instanceof Error ? cause.stack : String(cause)}`;
  }

  /** Ends the current search, if any. */
  #interrupt(): void {
    this.#search.abort();
  }

  #stopped({ by, stop, moment }: Arrival, otherwise: string): DebugProtocol.StoppedEvent {
    if (by === "arrived") return new StoppedEvent(otherwise, THREAD);
    if (by === "interrupted") return new StoppedEvent("pause", THREAD);
    const { stops } = this.#open;
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
