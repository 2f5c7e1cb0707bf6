// adapter.ts - the debug adapter: the session in the words of the Debug Adapter Protocol.
//
// The event log is the source, an event a line. stepIn goes an event on and stepBack one back, next goes to the
// next op, stepOut to the end of this one: each is the REPL's command, and every continue is a look-up.

import { DebugSession, InitializedEvent, OutputEvent, StoppedEvent } from "@vscode/debugadapter";
import type { DebugProtocol } from "@vscode/debugprotocol";
import { z } from "zod";
import { UserError } from "../fault.ts";
import { thingOf } from "../replay/thing.ts";
import { TimeTravel } from "../replay/travel.ts";
import { meanings } from "../report/event-text.ts";
import { hex } from "../report/state-parts.ts";
import { titleOf } from "../report/text.ts";
import { whyText } from "../report/why-text.ts";
import { TraceReader } from "../store/read.ts";
import { AdapterStops, exceptionFilters } from "./adapter-stops.ts";
import { framesOf, memoryAt } from "./content.ts";
import { evaluate } from "./evaluate.ts";
import { type Frame, framesAt } from "./frames.ts";
import { Other } from "./other.ts";
import { type Arrival, Session } from "./session.ts";
import { Sources } from "./sources.ts";
import { eventShown, Numbers, scopesOf } from "./variables.ts";

const THREAD = 1;

/** What a launch or attach says; clients add fields of their own. */
const asked = z.looseObject({
  trace: z.string(),
  trace2: z.string().optional(),
  stopOnEntry: z.boolean().default(true),
});

/** What there is from launch to disconnect. */
interface Open {
  readonly readers: readonly TraceReader[];
  readonly session: Session;
  readonly sources: Sources;
  readonly stops: AdapterStops;
  readonly other: Other | null;
  readonly stopOnEntry: boolean;
}

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

export class Adapter extends DebugSession {
  #opened: Open | null = null;
  #frames: Frame[] = [];
  readonly #numbers = new Numbers();

  constructor() {
    super();
    this.setDebuggerLinesStartAt1(true);
    this.setDebuggerColumnsStartAt1(true);
  }

  /** Whoever was asking has gone, or is done. */
  override shutdown(): void {
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
      this.#opened = open(args);
    });
    if (this.#opened === null) return;
    for (const { torn, count } of this.#opened.readers)
      if (torn) this.#say(`the recording did not finish; the trace is read up to event #${count}`);
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
    this.#move(response, ({ session, stopOnEntry }) =>
      stopOnEntry ? [session.goTo(0), "entry"] : [session.continue("forwards"), "entry"],
    );
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

  /** Every variable's name is that of a thing, or it is a field of the event and cannot change. */
  protected override dataBreakpointInfoRequest(
    response: DebugProtocol.DataBreakpointInfoResponse,
    { name }: DebugProtocol.DataBreakpointInfoArguments,
  ): void {
    this.#answer(response, () => {
      try {
        const thing = thingOf(this.#open.session.trace, name);
        response.body = {
          dataId: thing.name,
          description: thing.name,
          accessTypes: ["write", "read", "readWrite"],
          canPersist: true,
        };
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        response.body = { dataId: null, description: error.message };
      }
    });
  }

  protected override setDataBreakpointsRequest(
    response: DebugProtocol.SetDataBreakpointsResponse,
    args: DebugProtocol.SetDataBreakpointsArguments,
  ): void {
    this.#answer(response, () => {
      response.body = { breakpoints: this.#open.stops.things(args) };
    });
  }

  protected override continueRequest(response: DebugProtocol.ContinueResponse): void {
    response.body = { allThreadsContinued: true };
    this.#move(response, ({ session }) => [session.continue("forwards"), "step"]);
  }

  protected override reverseContinueRequest(response: DebugProtocol.ReverseContinueResponse): void {
    this.#move(response, ({ session }) => [session.continue("backwards"), "step"]);
  }

  protected override nextRequest(response: DebugProtocol.NextResponse): void {
    this.#move(response, ({ session }) => [session.next("forwards"), "step"]);
  }

  protected override stepInRequest(response: DebugProtocol.StepInResponse): void {
    this.#move(response, ({ session }) => [session.step("forwards"), "step"]);
  }

  protected override stepBackRequest(response: DebugProtocol.StepBackResponse): void {
    this.#move(response, ({ session }) => [session.step("backwards"), "step"]);
  }

  /** Outside an op, and at its end, the way out is the way on. */
  protected override stepOutRequest(response: DebugProtocol.StepOutResponse): void {
    this.#move(response, ({ session }) => [
      session.canFinish ? session.finish("forwards") : session.next("forwards"),
      "step",
    ]);
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
          const shelf = make();
          return {
            name,
            variablesReference: this.#numbers.of(shelf),
            indexedVariables: shelf.count,
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
    { expression }: DebugProtocol.EvaluateArguments,
  ): void {
    this.#answer(response, () => {
      const { session } = this.#open;
      const result = evaluate(session, expression);
      response.body = { result, variablesReference: 0, ...this.#memoryOf(expression) };
    });
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
      const verdict = here === undefined ? null : travel.verdict(here);
      if (here === undefined || verdict === null)
        throw new UserError("no number was handed to hardware here");
      response.body = {
        exceptionId: verdict,
        description: meanings[verdict],
        breakMode: "always",
        details: { message: whyText(travel.why(here), trace.about) },
      };
    });
  }

  get #open(): Open {
    if (this.#opened === null)
      throw new UserError("no trace is open; a launch or attach request names one");
    return this.#opened;
  }

  /** Does the work and answers; a mistake of the client's, or of the person's, is the answer then. */
  #answer(response: DebugProtocol.Response, work: () => void): boolean {
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
  #move(response: DebugProtocol.Response, go: (open: Open) => [Arrival, string]): void {
    let went: [Arrival, string] | undefined;
    this.#answer(response, () => {
      went = go(this.#open);
    });
    if (went === undefined) return;
    this.#numbers.forget();
    this.#frames = [];
    this.sendEvent(this.#stopped(...went));
  }

  #stopped({ by, stop, moment }: Arrival, otherwise: string): DebugProtocol.StoppedEvent {
    if (by === "arrived") return new StoppedEvent(otherwise, THREAD);
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

  #partner(frame: Frame["recorded"] | undefined) {
    const { other } = this.#open;
    if (other === null || frame === undefined || frame.op < 0) return null;
    return () => {
      const partner = other.partnerOf(frame);
      if (partner === null) return [{ name: "partner", value: "none: this happened here alone" }];
      return eventShown({ travel: other.travel, trace: other.travel.trace }, partner);
    };
  }

  /** Where the bytes of a thing's first page are, so that a client can show them. */
  #memoryOf(expression: string): { readonly memoryReference?: string } {
    const { session } = this.#open;
    try {
      const thing = thingOf(session.trace, expression.trim());
      const [first] = framesOf(session.travel.stateAt(session.moment), thing, 1);
      return first?.frame == null ? {} : { memoryReference: `${hex(first.frame)}000` };
    } catch (error) {
      // A field or a comparison is no thing and has no bytes.
      if (error instanceof UserError) return {};
      throw error;
    }
  }

  #say(text: string): void {
    this.sendEvent(new OutputEvent(`gartrace: ${text}\n`, "important"));
  }
}

function open(args: unknown): Open {
  const { data, error } = asked.safeParse(args);
  if (data === undefined)
    throw new UserError(
      `the launch configuration is wrong (${error.issues[0]!.path.join(".")}: ${error.issues[0]!.message}); ` +
        'it needs "trace", the path of a trace file',
    );
  const readers: TraceReader[] = [];
  try {
    for (const path of [data.trace, data.trace2 ?? []].flat()) readers.push(TraceReader.open(path));
  } catch (error) {
    for (const reader of readers) reader.close();
    throw error;
  }
  const travel = new TimeTravel(readers[0]!);
  const session = new Session(travel);
  const sources = new Sources(travel);
  const other =
    readers[1] === undefined ? null : new Other(travel, new TimeTravel(readers[1]), data.trace2!);
  const stops = new AdapterStops(session, sources);
  return { readers, session, sources, stops, other, stopOnEntry: data.stopOnEntry };
}
