// adapter-looks.ts - the requests that show something: stack, scopes, variables, sources, values, memory.

import type { DebugProtocol } from "@vscode/debugprotocol";
import { UserError } from "../fault.ts";
import { subjectNamed } from "../replay/subject.ts";
import { meanings } from "../report/event-text.ts";
import { hex } from "../report/state-parts.ts";
import { titleOf } from "../report/text.ts";
import { whyText } from "../report/why-text.ts";
import { Answers, THREAD } from "./adapter-answers.ts";
import { framesOf, memoryAt } from "./content.ts";
import { evaluate } from "./evaluate.ts";
import { type Frame, framesAt } from "./frames.ts";
import { eventShown, scopesOf } from "./variables.ts";

export class Looks extends Answers {
  /** Every variable's name is that of a subject, or it is a field of the event and cannot change. */
  protected override dataBreakpointInfoRequest(
    response: DebugProtocol.DataBreakpointInfoResponse,
    { name }: DebugProtocol.DataBreakpointInfoArguments,
  ): void {
    this.answer(response, () => {
      try {
        const subject = subjectNamed(this.open.session.trace, name);
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
    this.answer(response, () => {
      const name = titleOf(this.open.session.trace.about);
      response.body = { threads: [{ id: THREAD, name }] };
    });
  }

  protected override stackTraceRequest(
    response: DebugProtocol.StackTraceResponse,
    { startFrame = 0, levels = 0 }: DebugProtocol.StackTraceArguments,
  ): void {
    this.answer(response, () => {
      const { session, sources } = this.open;
      const { here, trace } = session;
      this.frames = here === undefined ? [] : framesAt(session.travel, here);
      const stack = this.frames.map(({ name, recorded }, i) => ({
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
    this.answer(response, () => {
      const { session } = this.open;
      const frame = this.frames[frameId - 1]?.recorded;
      const scopes = scopesOf(session, frame, this.#partner(frame));
      response.body = {
        scopes: Object.entries(scopes).map(([name, make]) => {
          const shelf = make();
          return {
            name,
            variablesReference: this.numbers.of(shelf),
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
    this.answer(response, () => {
      const variables =
        filter === "named" ? [] : this.numbers.variables(variablesReference, start, count);
      response.body = { variables };
    });
  }

  protected override sourceRequest(
    response: DebugProtocol.SourceResponse,
    { source, sourceReference }: DebugProtocol.SourceArguments,
  ): void {
    this.answer(response, () => {
      const reference = source?.sourceReference ?? sourceReference;
      response.body = { content: this.open.sources.text(reference), mimeType: "text/x-gartrace" };
    });
  }

  protected override loadedSourcesRequest(response: DebugProtocol.LoadedSourcesResponse): void {
    this.answer(response, () => {
      const { session, sources } = this.open;
      response.body = { sources: sources.around(session.here?.op ?? 0) };
    });
  }

  protected override evaluateRequest(
    response: DebugProtocol.EvaluateResponse,
    { expression, context }: DebugProtocol.EvaluateArguments,
  ): void {
    // The pointer passes over words that are no expressions: the console is not for them.
    const quiet = context === "hover";
    this.answer(
      response,
      () => {
        const { session } = this.open;
        const result = evaluate(session, expression);
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
    this.answer(response, () => {
      const { session } = this.open;
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
    this.answer(response, () => {
      const { here, travel, trace } = this.open.session;
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

  #partner(frame: Frame["recorded"] | undefined) {
    const { other } = this.open;
    if (other === null || frame === undefined) return null;
    return () => {
      const partners = other.partnersOf(frame);
      if (partners === null) return [{ name: "partner", value: "none: diff does not compare it" }];
      const [partner] = partners;
      if (partner === undefined)
        return [{ name: "partner", value: "none: this happened here alone" }];
      return eventShown({ travel: other.travel, trace: other.travel.trace }, partner);
    };
  }

  /** Where the bytes of a subject's first page are, so that a client can show them. */
  #memoryOf(expression: string): { readonly memoryReference?: string } {
    const { session } = this.open;
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
}
