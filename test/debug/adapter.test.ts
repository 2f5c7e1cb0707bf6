// adapter.test.ts - the debug adapter as an editor meets it: the real client over a real pipe.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, copyFileSync, openSync, writeFileSync, writeSync } from "node:fs";
import { join, resolve } from "node:path";
import { DebugClient } from "@vscode/debugadapter-testsupport";
import type { DebugProtocol } from "@vscode/debugprotocol";
import Sqlite from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { gartrace } from "../cli/gartrace.ts";
import { freshFolder } from "../fresh-folder.ts";
import { HANG } from "../hang.ts";

const folder = freshFolder();
const program = resolve("dist/test/debug/dap-process.js");
/** A client whose adapter is not started yet. */
function newClient(): DebugClient {
  const options = { cwd: folder, env: { PATH: process.env.PATH } };
  const made = new DebugClient(process.execPath, program, "gartrace", options);
  made.defaultTimeout = HANG;
  return made;
}
const client = newClient();
const ops = [
  { op: "init" },
  { op: "alloc", slot: 0, pages: 3 },
  { op: "bind", slot: 0, pg_start: 2 },
  { op: "unbind", slot: 0 },
];

beforeAll(async () => {
  writeFileSync(join(folder, "small.json"), JSON.stringify({ workload: "small", ops }));
  const run = "record small.json -p xen-i386";
  await gartrace(`${run} -k legacy --lenient-ioremap -o run.gart`, { folder });
  await gartrace(`${run} -k gart -o right.gart`, { folder });
  await client.start();
});
afterAll(() => client.stop());

type Stopped = DebugProtocol.StoppedEvent["body"];

/** Sends a request that moves, and gives how and where it stopped. */
async function move(send: () => Promise<unknown>): Promise<{ why: Stopped; seq: number }> {
  const stopped = client.waitForEvent("stopped");
  await send();
  const why = (await stopped).body as Stopped;
  return { why, seq: await seqHere() };
}

async function frames(): Promise<DebugProtocol.StackFrame[]> {
  return (await client.stackTraceRequest({ threadId: 1 })).body.stackFrames;
}

/** The event one stands at, by the line that a client would show. */
async function seqHere(): Promise<number> {
  const [frame] = await frames();
  if (frame!.name === "before everything") return 0;
  const { line, source } = frame!;
  return Number(/^#(\d+)/.exec((await text(source!.sourceReference!))[line - 1]!)![1]);
}

async function text(sourceReference: number): Promise<string[]> {
  const { body } = await client.sourceRequest({ sourceReference });
  return body.content.split("\n");
}

async function scope(name: string, frame = 0): Promise<DebugProtocol.Variable[]> {
  const { id } = (await frames())[frame]!;
  const { scopes } = (await client.scopesRequest({ frameId: id })).body;
  const { variablesReference } = scopes.find((one) => one.name === name)!;
  return (await client.variablesRequest({ variablesReference })).body.variables;
}

const thread = { threadId: 1 };
const none = { filters: [] };

describe("a debug adapter", () => {
  test("says what it can, and where the trace is missing", async () => {
    const { body } = await client.initializeRequest();
    expect(body).toMatchObject({ supportsStepBack: true, supportsDataBreakpoints: true });
    expect(body).not.toHaveProperty("supportsDisassembleRequest");
    expect(body!.exceptionBreakpointFilters!.map(({ filter }) => filter)).toContain("stale");
    await expect(client.launchRequest({ trace: "no.gart" } as never)).rejects.toThrow(
      "no such file: no.gart",
    );
    await expect(client.launchRequest({} as never)).rejects.toThrow(/needs "trace"/);
    await expect(client.continueRequest(thread)).rejects.toThrow(/no trace is open/);
  });

  test("begins before everything", async () => {
    const ready = client.waitForEvent("initialized");
    await client.launchRequest({ trace: "run.gart", trace2: "right.gart" } as never);
    await ready;
    await client.setExceptionBreakpointsRequest(none);
    const { why, seq } = await move(() => client.configurationDoneRequest());
    expect([why.reason, seq]).toEqual(["entry", 0]);
  });

  test("shows an op as a source, one line an event, and stops at a line of it", async () => {
    expect((await move(() => client.stepInRequest(thread))).seq).toBe(1);
    const { body } = await client.customRequest("loadedSources");
    const bind = body.sources.find(({ name }: DebugProtocol.Source) => name === "op 2 bind");
    const lines = await text(bind.sourceReference);
    expect(lines[0]).toMatch(/^#\d+ workload: op 2 bind slot=0 pg_start=2$/);
    const line = lines.findIndex((one) => one.includes("gatt[0x3] <- ")) + 1;
    const made = await client.setBreakpointsRequest({
      source: bind,
      breakpoints: [{ line }, { line: 9999 }],
    });
    expect(made.body.breakpoints.map(({ verified }) => verified)).toEqual([true, false]);
    const { why, seq } = await move(() => client.continueRequest(thread));
    expect([why.reason, seq]).toEqual(["breakpoint", bind.sourceReference + line - 1]);
    expect((await frames()).map(({ name }) => name)).toEqual([
      "agp_generic_insert_memory",
      "op 2 bind slot=0 pg_start=2",
    ]);
    await client.setBreakpointsRequest({ source: bind, breakpoints: [] });
  });

  test("shows the event, the machine in ranges, and the partner in the other trace", async () => {
    const event = Object.fromEntries((await scope("Event")).map((one) => [one.name, one.value]));
    expect(event).toMatchObject({ kind: "gatt.written", entry: "3", verdict: "wrong-space" });
    expect((await scope("Other")).find(({ name }) => name === "verdict")!.value).toBe("identity");
    const gatt = await scope("GATT");
    expect(gatt.map(({ name }) => name)).toEqual([
      ...["gatt[0x0..0x1]", "gatt[0x2..0x3]", "gatt[0x4..0x3fff]"],
    ]);
    const under = { variablesReference: gatt[2]!.variablesReference, start: 100, count: 2 };
    const { variables } = (await client.variablesRequest({ ...under, filter: "indexed" })).body;
    expect(variables.map(({ name }) => name)).toEqual(["gatt[0x68]", "gatt[0x69]"]);
    expect((await scope("P2M"))[0]!.value).toMatch(/^-> frame /);
    expect((await scope("Registers")).map(({ name }) => name)).toContain("reg:ATTBASE");
    expect(await scope("IOMMU")).toEqual([]);
  });

  test("evaluates what print prints, and says where an expression goes wrong", async () => {
    const { body } = await client.evaluateRequest({ expression: "gatt[3]" });
    expect(body.result).toMatch(/^gatt\[0x3\] .*wrong-space/);
    expect((await client.evaluateRequest({ expression: "entry == 3" })).body.result).toBe("yes");
    await expect(client.evaluateRequest({ expression: "entry == " })).rejects.toThrow(
      /character 9: the end stands where a value should/,
    );
  });

  test("goes back by events, on by ops, and out of an op", async () => {
    const here = await seqHere();
    expect((await move(() => client.stepBackRequest(thread))).seq).toBe(here - 1);
    expect((await move(() => client.stepInRequest(thread))).seq).toBe(here);
    const out = await move(() => client.stepOutRequest(thread));
    expect((await frames())[0]!.source!.name).toBe("op 2 bind");
    expect((await move(() => client.nextRequest(thread))).seq).toBe(out.seq + 1);
    expect((await frames()).map(({ name }) => name)).toEqual(["op 3 unbind slot=0"]);
  });

  test("goes to a line without stopping on the way", async () => {
    const { source } = (await frames())[0]!;
    const { targets } = (await client.customRequest("gotoTargets", { source, line: 2 }))
      .body as DebugProtocol.GotoTargetsResponse["body"];
    const { why, seq } = await move(() =>
      client.gotoRequest({ threadId: 1, targetId: targets[0]!.id }),
    );
    expect([why.reason, seq]).toEqual(["goto", source!.sourceReference! + 1]);
  });

  test("stops where a subject changed, in either direction, and says where the trace ends", async () => {
    const info = (
      await client.customRequest("dataBreakpointInfo", { name: "gatt[0x3]", variablesReference: 1 })
    ).body;
    expect(info.dataId).toBe("gatt[0x3]");
    await client.customRequest("setDataBreakpoints", { breakpoints: [{ dataId: info.dataId }] });
    const forth = await move(() => client.continueRequest(thread));
    expect([forth.why.reason, forth.why.text]).toEqual(["data breakpoint", "gatt[0x3]"]);
    const end = await move(() => client.continueRequest(thread));
    expect(end.why.description).toBe("the end of the trace");
    const back = await move(() => client.reverseContinueRequest(thread));
    expect(back.seq).toBe(forth.seq);
    const info2 = await client.customRequest("dataBreakpointInfo", { name: "kind" });
    expect(info2.body.dataId).toBeNull();
    await client.customRequest("setDataBreakpoints", { breakpoints: [] });
  });

  test("stops at verdicts as at exceptions, and at what a function breakpoint names", async () => {
    await client.setExceptionBreakpointsRequest({ filters: ["wrong-space"] });
    const wrong = await move(() => client.reverseContinueRequest(thread));
    expect(wrong.why.reason).toBe("exception");
    const info = (await client.customRequest("exceptionInfo", thread)).body;
    expect(info.exceptionId).toBe("wrong-space");
    expect(info.details.message).toContain("because #");
    await client.setExceptionBreakpointsRequest(none);
    const made = await client.setFunctionBreakpointsRequest({
      breakpoints: [{ name: "op unbind" }, { name: "gat.written" }],
    });
    expect(made.body.breakpoints[1]!.message).toContain("did you mean 'gatt.written'");
    const unbind = await move(() => client.continueRequest(thread));
    expect(unbind.why.reason).toBe("function breakpoint");
    await client.setFunctionBreakpointsRequest({ breakpoints: [] });
  });

  test("reads a page's bytes as its tag over and over, and knows what is not known", async () => {
    const { body } = await client.evaluateRequest({ expression: "p2m[0x1010]" });
    expect(body.memoryReference).toMatch(/^0x[0-9a-f]+000$/);
    const read = { memoryReference: body.memoryReference, offset: 4090, count: 16 };
    const memory = (await client.customRequest("readMemory", read)).body;
    const bytes = Buffer.from(memory.data, "base64");
    expect(bytes.length + memory.unreadableBytes).toBe(16);
    await expect(
      client.customRequest("readMemory", { memoryReference: "here", count: 1 }),
    ).rejects.toThrow("'here' is no machine address");
  });
});

describe("an adapter whose trace is damaged", () => {
  /** Zeroes pages of events in the middle of the trace: opened and begun, it is read on into them. */
  function damage(path: string): void {
    const database = new Sqlite(path);
    const pages = database
      .prepare(
        "SELECT pageno FROM dbstat WHERE name = 'event' AND pagetype = 'leaf' ORDER BY pageno",
      )
      .pluck()
      .all() as number[];
    const size = database.pragma("page_size", { simple: true }) as number;
    database.close();
    const file = openSync(path, "r+");
    for (const page of pages.slice(Math.floor(pages.length / 2), -2))
      writeSync(file, Buffer.alloc(size), 0, size, (page - 1) * size);
    closeSync(file);
  }

  test("answers a move into the damage with an error, tells the console why, and goes on", async () => {
    const path = join(folder, "damaged.gart");
    copyFileSync(join(folder, "right.gart"), path);
    damage(path);
    const other = newClient();
    await other.start();
    const told: string[] = [];
    other.on("output", ({ body }) => told.push(body.output));
    await other.initializeRequest();
    const ready = other.waitForEvent("initialized");
    await other.launchRequest({ trace: "damaged.gart" } as never);
    await ready;
    await other.setExceptionBreakpointsRequest(none);
    await other.setFunctionBreakpointsRequest({
      breakpoints: [{ name: "driver", condition: "seq < 0" }],
    });
    const entry = other.waitForEvent("stopped");
    await other.configurationDoneRequest();
    await entry;
    const trouble = /cannot read damaged.gart \(.*\): the file is damaged/;
    await expect(other.continueRequest(thread)).rejects.toThrow(trouble);
    expect(told.join("")).toMatch(trouble);
    const stepped = other.waitForEvent("stopped");
    await other.stepInRequest(thread);
    await stepped;
    const { result } = (await other.evaluateRequest({ expression: "seq" })).body;
    expect(result).toBe("1");
    await other.stop();
  });
});

describe("an adapter whose client goes away", () => {
  const start = () => {
    const child = spawn(process.execPath, [program], { cwd: folder, stdio: "pipe" });
    const closed = once(child, "close");
    let stderr = "";
    child.stderr.on("data", (data) => {
      stderr += data;
    });
    return { child, ended: closed.then(([code]) => ({ code, stderr })) };
  };

  test("leaves quietly in the middle of a message", async () => {
    const { child, ended } = start();
    child.stdin.end('Content-Length: 500\r\n\r\n{"seq":1,"type":"requ');
    expect(await ended).toEqual({ code: 0, stderr: "" });
  });

  test("leaves quietly when nobody reads its answers", async () => {
    const { child, ended } = start();
    const request = (seq: number, command: string, given: object) => {
      const json = JSON.stringify({ seq, type: "request", command, arguments: given });
      child.stdin.write(`Content-Length: ${json.length}\r\n\r\n${json}`);
    };
    child.stdout.destroy();
    request(1, "initialize", { adapterID: "gartrace", pathFormat: "path" });
    request(2, "launch", { trace: "run.gart" });
    request(3, "configurationDone", {});
    expect(await ended).toEqual({ code: 0, stderr: "" });
  });
});
