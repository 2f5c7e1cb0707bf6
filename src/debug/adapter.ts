// adapter.ts - the debug adapter: the session in the words of the Debug Adapter Protocol.
//
// The event log is the source, an event a line. stepIn goes an event on and stepBack one back, next goes to the
// next op, stepOut to the end of this one: each is the REPL's command, and every continue is a look-up.

import { InitializedEvent } from "@vscode/debugadapter";
import type { DebugProtocol } from "@vscode/debugprotocol";
import { Looks } from "./adapter-looks.ts";
import { exceptionFilters } from "./adapter-stops.ts";
import { openTraces } from "./adapter-trace.ts";

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

export class Adapter extends Looks {
  protected override initializeRequest(response: DebugProtocol.InitializeResponse): void {
    response.body = capabilities;
    this.sendResponse(response);
  }

  protected override launchRequest(
    response: DebugProtocol.LaunchResponse,
    args: DebugProtocol.LaunchRequestArguments,
  ): void {
    this.answer(response, () => {
      this.opened = openTraces(args);
    });
    if (this.opened === null) return;
    for (const { torn, count } of this.opened.readers)
      if (torn)
        this.say(
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
    this.move(response, ({ session, stopOnEntry }, signal) => [
      stopOnEntry ? session.goTo(0) : session.continue("forwards", signal),
      "entry",
    ]);
  }

  protected override restartRequest(response: DebugProtocol.RestartResponse): void {
    this.move(response, ({ session }) => [session.goTo(0), "entry"]);
  }

  protected override setBreakPointsRequest(
    response: DebugProtocol.SetBreakpointsResponse,
    args: DebugProtocol.SetBreakpointsArguments,
  ): void {
    this.answer(response, () => {
      response.body = { breakpoints: this.open.stops.lines(args) };
    });
  }

  protected override setFunctionBreakPointsRequest(
    response: DebugProtocol.SetFunctionBreakpointsResponse,
    args: DebugProtocol.SetFunctionBreakpointsArguments,
  ): void {
    this.answer(response, () => {
      response.body = { breakpoints: this.open.stops.functions(args) };
    });
  }

  protected override setExceptionBreakPointsRequest(
    response: DebugProtocol.SetExceptionBreakpointsResponse,
    args: DebugProtocol.SetExceptionBreakpointsArguments,
  ): void {
    this.answer(response, () => {
      response.body = { breakpoints: this.open.stops.verdicts(args) };
    });
  }

  protected override setDataBreakpointsRequest(
    response: DebugProtocol.SetDataBreakpointsResponse,
    args: DebugProtocol.SetDataBreakpointsArguments,
  ): void {
    this.answer(response, () => {
      response.body = { breakpoints: this.open.stops.subjects(args) };
    });
  }

  protected override continueRequest(response: DebugProtocol.ContinueResponse): void {
    response.body = { allThreadsContinued: true };
    this.move(response, ({ session }, signal) => [session.continue("forwards", signal), "step"]);
  }

  protected override reverseContinueRequest(response: DebugProtocol.ReverseContinueResponse): void {
    this.move(response, ({ session }, signal) => [session.continue("backwards", signal), "step"]);
  }

  protected override nextRequest(response: DebugProtocol.NextResponse): void {
    this.move(response, ({ session }, signal) => [session.next("forwards", signal), "step"]);
  }

  protected override stepInRequest(response: DebugProtocol.StepInResponse): void {
    this.move(response, ({ session }) => [session.step("forwards"), "step"]);
  }

  protected override stepBackRequest(response: DebugProtocol.StepBackResponse): void {
    this.move(response, ({ session }) => [session.step("backwards"), "step"]);
  }

  /** Outside an op, and at its end, the way out is the way on. */
  protected override stepOutRequest(response: DebugProtocol.StepOutResponse): void {
    this.move(response, ({ session }, signal) => [
      session.canFinish ? session.finish("forwards", signal) : session.next("forwards", signal),
      "step",
    ]);
  }

  protected override pauseRequest(response: DebugProtocol.PauseResponse): void {
    this.interrupt();
    this.sendResponse(response);
  }

  protected override gotoTargetsRequest(
    response: DebugProtocol.GotoTargetsResponse,
    { source, line }: DebugProtocol.GotoTargetsArguments,
  ): void {
    this.answer(response, () => {
      const seq = this.open.sources.eventAt(source.sourceReference ?? 0, line);
      response.body = { targets: seq === null ? [] : [{ id: seq, label: `#${seq}`, line }] };
    });
  }

  protected override gotoRequest(
    response: DebugProtocol.GotoResponse,
    { targetId }: DebugProtocol.GotoArguments,
  ): void {
    this.move(response, ({ session }) => [session.goTo(targetId), "goto"]);
  }
}
