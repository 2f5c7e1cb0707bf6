// adapter-breakpoints.ts - the four sorts of breakpoints of the debug adapter protocol, as stops of the session.

import type { DebugProtocol } from "@vscode/debugprotocol";
import { type Verdict, verdicts } from "../event/verdict.ts";
import { UserError } from "../fault.ts";
import { subjectNamed } from "../replay/subject.ts";
import { meanings } from "../report/event-text.ts";
import { type Breakpoint, splitCondition, type Target, targetOf } from "./breakpoint.ts";
import { conditionOf } from "./condition.ts";
import type { Session } from "./session.ts";
import type { Sources } from "./sources.ts";

/** What the protocol calls the reason of a stop. */
export type Reason = "breakpoint" | "function breakpoint" | "data breakpoint" | "exception";

/** A client sends the breakpoints of one source, or all of one sort, anew each time. */
export class AdapterBreakpoints {
  readonly #session: Session;
  readonly #sources: Sources;
  readonly #made = new Map<string, Breakpoint[]>();
  readonly #reasons = new Map<number, Reason>();

  constructor(session: Session, sources: Sources) {
    this.#session = session;
    this.#sources = sources;
  }

  /** Why the session stopped there. */
  reasonOf = (stop: Breakpoint): Reason => this.#reasons.get(stop.number)!;

  lines({
    source,
    breakpoints,
  }: DebugProtocol.SetBreakpointsArguments): DebugProtocol.Breakpoint[] {
    const reference = source.sourceReference ?? 0;
    return this.#anew(
      `source ${reference}`,
      "breakpoint",
      breakpoints ?? [],
      ({ line, condition }) => {
        const seq = reference > 0 ? this.#sources.eventAt(reference, line) : null;
        if (seq === null)
          throw new UserError(
            `${source.name ?? "this source"} is no part of the trace with a line ${line}`,
          );
        return [`#${seq}`, { at: "event", seq }, condition];
      },
    ).map((made, i) => ({ ...made, line: breakpoints![i]!.line, source }));
  }

  functions({
    breakpoints,
  }: DebugProtocol.SetFunctionBreakpointsArguments): DebugProtocol.Breakpoint[] {
    return this.#anew("functions", "function breakpoint", breakpoints, ({ name, condition }) => {
      const [spec, written] = splitCondition(name);
      return [spec, targetOf(this.#session.trace, spec), condition ?? written?.text];
    });
  }

  subjects({ breakpoints }: DebugProtocol.SetDataBreakpointsArguments): DebugProtocol.Breakpoint[] {
    const ways = { read: "read", write: "change", readWrite: "access" } as const;
    return this.#anew("subjects", "data breakpoint", breakpoints, (asked) => {
      const subject = subjectNamed(this.#session.trace, asked.dataId);
      return [subject.name, { at: ways[asked.accessType ?? "write"], subject }, asked.condition];
    });
  }

  verdicts({
    filters,
    filterOptions,
  }: DebugProtocol.SetExceptionBreakpointsArguments): DebugProtocol.Breakpoint[] {
    const asked = [
      ...filters.map((filterId) => ({ filterId, condition: undefined })),
      ...(filterOptions ?? []),
    ];
    return this.#anew("verdicts", "exception", asked, ({ filterId, condition }) => [
      filterId,
      targetOf(this.#session.trace, `verdict ${filterId}`),
      condition,
    ]);
  }

  #anew<Asked>(
    sort: string,
    reason: Reason,
    asked: readonly Asked[],
    read: (one: Asked) => readonly [string, Target, string | undefined],
  ): DebugProtocol.Breakpoint[] {
    for (const { number } of this.#made.get(sort) ?? []) this.#session.delete(number);
    const stops: Breakpoint[] = [];
    this.#made.set(sort, stops);
    return asked.map((one) => {
      try {
        const [text, target, condition] = read(one);
        const stop = this.#session.add(text, target, condition ? conditionOf(condition) : null);
        stops.push(stop);
        this.#reasons.set(stop.number, reason);
        return { id: stop.number, verified: true };
      } catch (error) {
        if (error instanceof UserError) return { verified: false, message: error.message };
        throw error;
      }
    });
  }
}

/** Verdicts as filters of exceptions; the first stands for all bad ones and is on unless a client says else. */
export const exceptionFilters: DebugProtocol.ExceptionBreakpointsFilter[] = [
  { filter: "wrong", label: "wrong: any number that does not lead to its page", default: true },
  ...verdicts.map((verdict: Verdict) => ({
    filter: verdict,
    label: verdict,
    description: meanings[verdict],
  })),
].map((filter) => ({ ...filter, supportsCondition: true }));
