// vscode.test.ts - the debug adapter by the requests that VS Code sends, in their order and with all they carry.

import { once } from "node:events";
import { resolve } from "node:path";
import { DebugClient } from "@vscode/debugadapter-testsupport";
import type { DebugProtocol } from "@vscode/debugprotocol";
import { beforeAll, beforeEach, expect, test, vi } from "vitest";
import { gartrace } from "../cli/gartrace.ts";
import { freshFolder } from "../fresh-folder.ts";
import { HANG } from "../hang.ts";

const folder = freshFolder();
const program = resolve("dist/test/debug/dap-process.js");
const thread = { threadId: 1 };
let client: DebugClient;

beforeAll(async () => {
  await gartrace("record smoke -p xen-i386 -k legacy --lenient-ioremap -o run.gart", { folder });
  await gartrace("record smoke -p xen-i386 -o right.gart", { folder });
});
beforeEach(async () => {
  const options = { cwd: folder, env: { PATH: process.env.PATH } };
  client = new DebugClient(process.execPath, program, "gartrace", options);
  client.defaultTimeout = HANG;
  await client.start();
});

async function ask<T>(command: string, given: object = {}): Promise<T> {
  return (await client.customRequest(command, given)).body;
}

/** Initialize, launch and the breakpoints that an editor remembers, all the way to the first stop. */
async function begun(launch: object, ...functions: object[]): Promise<void> {
  await ask("initialize", {
    ...{ clientID: "vscode", clientName: "Visual Studio Code", adapterID: "gartrace" },
    ...{ pathFormat: "path", linesStartAt1: true, columnsStartAt1: true, locale: "en" },
    ...{ supportsVariableType: true, supportsVariablePaging: true, supportsANSIStyling: true },
    ...{ supportsMemoryReferences: true, supportsInvalidatedEvent: true },
  });
  const ready = client.waitForEvent("initialized");
  const named = { name: "trace", type: "gartrace", request: "launch", __sessionId: "1" };
  await ask("launch", { ...named, ...launch });
  await ready;
  const stale = { name: "op 7 bind", path: "op 7 bind", sourceReference: 99_999_999 };
  const { breakpoints } = await ask<DebugProtocol.SetBreakpointsResponse["body"]>(
    "setBreakpoints",
    {
      ...{
        source: stale,
        lines: [3],
        breakpoints: [{ line: 3, column: 1 }],
        sourceModified: false,
      },
    },
  );
  expect(breakpoints).toMatchObject([{ verified: false, line: 3 }]);
  await ask("setFunctionBreakpoints", { breakpoints: functions });
  await ask("setDataBreakpoints", { breakpoints: [] });
  const filters = { filters: [], filterOptions: [{ filterId: "wrong" }] };
  const made = await ask<{ breakpoints: object[] }>("setExceptionBreakpoints", filters);
  expect(made.breakpoints).toMatchObject([{ verified: true }]);
  await moved("configurationDone", {});
}

/** Sends a request that moves; gives how it stopped. */
async function moved(command: string, given: object = thread) {
  const stopped = client.waitForEvent("stopped");
  await ask(command, given);
  return (await stopped).body as DebugProtocol.StoppedEvent["body"];
}

/** Asks for all that is on show at a stop; gives the values of the first variables of each scope. */
async function shown(): Promise<{ [scope: string]: string[] }> {
  await ask("threads");
  const asked = { ...thread, startFrame: 0, levels: 1 };
  const { stackFrames, totalFrames } = await ask<DebugProtocol.StackTraceResponse["body"]>(
    "stackTrace",
    asked,
  );
  expect([stackFrames.length, totalFrames! >= 1]).toEqual([1, true]);
  await ask("stackTrace", { ...thread, startFrame: 1, levels: 19 });
  const [{ id: frameId, source, line }] = stackFrames as [DebugProtocol.StackFrame];
  const { scopes } = await ask<DebugProtocol.ScopesResponse["body"]>("scopes", { frameId });
  const values: { [scope: string]: string[] } = {};
  for (const { name, variablesReference, indexedVariables = 0 } of scopes) {
    const paging = { filter: "indexed", start: 0, count: Math.min(indexedVariables, 3) };
    const given = { variablesReference, ...(indexedVariables > 0 ? paging : {}) };
    const { variables } = await ask<DebugProtocol.VariablesResponse["body"]>("variables", given);
    expect(variables.length).toBe(Math.min(indexedVariables, 3));
    values[name] = variables.map((one) => one.value);
    for (const { name, memoryReference } of variables) {
      await ask("dataBreakpointInfo", { variablesReference, name });
      if (memoryReference !== undefined)
        await ask("readMemory", { memoryReference, offset: 0, count: 64 });
    }
  }
  for (const context of ["watch", "hover", "repl", "clipboard"])
    await ask("evaluate", { expression: "gatt[2]", frameId, context });
  await ask("source", { source, sourceReference: source!.sourceReference });
  await ask("loadedSources");
  await ask("gotoTargets", { source, line });
  return values;
}

test("all that is asked before anything happened, at a wrong number and at the end is answered", async () => {
  await begun({ trace: "run.gart", trace2: "right.gart" });
  expect(await shown()).toEqual({ Event: [], GATT: [], P2M: [], IOMMU: [], Registers: [] });
  expect(await moved("continue")).toMatchObject({ reason: "exception", text: "wrong" });
  const { breakMode, exceptionId } = await ask<{ [field: string]: string }>(
    "exceptionInfo",
    thread,
  );
  expect([breakMode, exceptionId]).toEqual(["always", "wrong-space"]);
  const values = await shown();
  expect(values.Event!.length).toBe(3);
  expect(values.Other!.length).toBe(3);
  await ask("setExceptionBreakpoints", { filters: [], filterOptions: [] });
  expect(await moved("continue")).toMatchObject({ description: "the end of the trace" });
  await shown();
  expect(await moved("restart", { arguments: {} })).toMatchObject({ reason: "entry" });
  await ask("terminate", { restart: false });
  await client.stop();
});

/** What no event is, asked so often that a search for it takes its time. */
const never = Array.from({ length: 40 }, () => ({ name: "driver", condition: "seq < 0" }));

test("a pause ends a search, and a restart ends it and begins anew", async () => {
  await begun({ trace: "run.gart", stopOnEntry: true }, ...never);
  await ask("setExceptionBreakpoints", { filters: [], filterOptions: [] });
  const paused = moved("continue");
  await ask("pause", thread);
  expect((await paused).reason).toBe("pause");
  expect((await ask<{ result: string }>("evaluate", { expression: "seq" })).result).toBe("16384");
  const reasons: string[] = [];
  client.on("stopped", ({ body }) => reasons.push(body.reason));
  await Promise.all([ask("continue", thread), ask("restart", { arguments: {} })]);
  // Whether the search was over by then or was cut short, the beginning comes last.
  await vi.waitFor(() => expect(reasons).toEqual([expect.any(String), "entry"]), HANG);
  await expect(ask("evaluate", { expression: "seq" })).rejects.toThrow("nothing has happened yet");
  await client.stop();
});

test("a disconnect in the middle of a search ends the adapter quietly", async () => {
  await begun({ trace: "run.gart" }, ...never);
  await ask("setExceptionBreakpoints", { filters: [], filterOptions: [] });
  const { _adapterProcess: adapter } = client as unknown as {
    _adapterProcess: import("node:child_process").ChildProcess;
  };
  let stderr = "";
  adapter.stderr!.on("data", (text) => {
    stderr += text;
  });
  const ended = once(adapter, "exit");
  void ask("continue", thread);
  await ask("disconnect", { restart: false, terminateDebuggee: true });
  const [code] = await ended;
  expect([code, stderr]).toEqual([0, ""]);
});
