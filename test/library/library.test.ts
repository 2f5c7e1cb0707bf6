// library.test.ts - what a program does with the library: record, read, ask, compare, check.

import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import {
  AbortedError,
  check,
  defineCheck,
  diff,
  importTrace,
  isCheck,
  openTrace,
  type Progress,
  record,
  UserError,
} from "../../src/index.ts";
import { freshFolder } from "../fresh-folder.ts";

const folder = freshFolder();
const [native, xen] = [join(folder, "native.gart"), join(folder, "xen.gart")];

beforeAll(async () => {
  const run = { workload: "smoke", hooks: "legacy", lenientIoremap: true };
  await record({ ...run, output: native });
  await record({ ...run, output: xen, platform: "xen-i386" });
});

describe("the library", () => {
  test("gives events by place, kind and what is wrong, in order and newest first", () => {
    using trace = openTrace(xen);
    const all = [...trace.events()];
    expect(all.map(({ seq }) => seq)).toEqual(all.map((_, i) => i + 1));
    expect(trace.count).toBe(all.length);
    expect([...trace.events({ from: "#3", to: 5 })].map(({ seq }) => seq)).toEqual([3, 4, 5]);
    const written = [...trace.events({ kinds: ["gatt.written"], backwards: true })];
    expect(written[0]!.seq).toBeGreaterThan(written.at(-1)!.seq);
    expect(written.every(({ event }) => event.kind === "gatt.written")).toBe(true);
    const wrong = [...trace.events({ wrong: true })];
    expect(wrong.length).toBe(trace.judgement.wrong.events);
    expect(wrong.map(({ seq }) => trace.wrong(seq)?.seq)).toEqual(wrong.map(({ seq }) => seq));
    expect(trace.text(wrong[0]!)).toMatch(/\[wrong-space\]$/);
  });

  test("tells the past of a subject, the state at a moment, and where an address came from", () => {
    using trace = openTrace(native);
    const [first] = trace.history("gatt[0x0]");
    expect(first?.event.kind).toBe("gatt.written");
    const [last] = trace.history("gatt[0x0]", { backwards: true });
    expect(trace.why("gatt[0x0]")[0]!.recorded).toEqual(last);
    expect(trace.state(0).moment).toBe(0);
    expect(trace.state("end").moment).toBe(trace.count);
    expect(() => trace.why("gatt[0x0]", 0)).toThrow(UserError);
    expect(() => trace.moment("somewhere")).toThrow(/is no position/);
    expect(trace.query("SELECT count(*) FROM events").columns).toEqual(["count(*)"]);
  });

  test("finds where two platforms part", async () => {
    using a = openTrace(native);
    using b = openTrace(xen);
    const seen: string[] = [];
    const { answer, comparison } = await diff(a, b, {
      onDivergence: ({ class: name }) => seen.push(name),
    });
    expect(answer).toBe("different");
    expect(seen[0]).toBe(comparison.first?.class);
    expect((await diff(a, a)).answer).toBe("alike");
  });

  test("runs a check of one's own beside those built in", async () => {
    using trace = openTrace(native);
    const own = defineCheck({
      name: "no-entry-0",
      holds: "entry 0 of the table stays empty",
      watch: (_, report) => ({
        after: {
          "gatt.written": ({ entry, bus }) => {
            if (bus != null && String(entry) === "0")
              report.finding([{ family: "gatt", number: entry }], "entry 0 is used");
          },
        },
      }),
    });
    const { word, checks } = await check(trace, { checks: [own], only: ["no-entry-0"] });
    expect(word).toBe("wrong");
    expect(checks.map(({ check: { name } }) => name)).toEqual(["no-entry-0"]);
    await expect(check(trace, { only: ["no-entry"] })).rejects.toThrow(/unknown check/);
    await expect(check(trace, { checks: [own, own] })).rejects.toThrow(/already/);
  });

  test("takes for a check what has a name, what holds and a watch, and nothing else", () => {
    const own = { name: "quiet", holds: "nothing is asked", watch: () => ({}) };
    expect(defineCheck(own)).toBe(own);
    const parts = Object.keys(own).map((part) => ({ ...own, [part]: undefined }));
    for (const other of [undefined, null, 1, {}, ...parts]) {
      expect(isCheck(other)).toBe(false);
      expect(() => defineCheck(other as never)).toThrow(
        /a check has a name, what holds, and watch/,
      );
    }
  });

  test("keeps the trace that it was to replace, and nothing beside it, where the new one fails", async () => {
    const alone = join(folder, "replaced");
    mkdirSync(alone);
    const output = join(alone, "run.gart");
    const { digest } = await record({ workload: "smoke", output });
    const stop = new AbortController();
    const recording = record({
      workload: "wander",
      ops: 1_000_000,
      output,
      force: true,
      signal: stop.signal,
      onProgress: () => stop.abort(),
    });
    await expect(recording).rejects.toThrow(AbortedError);
    expect(readdirSync(alone)).toEqual(["run.gart"]);
    using trace = openTrace(output);
    expect(trace.digest).toBe(digest);
  });

  test("says how far it is and ends by a signal, and what was recorded stays", async () => {
    const output = join(folder, "aborted.gart");
    const stop = new AbortController();
    const told: Progress[] = [];
    const recording = record({
      workload: "wander",
      ops: 1_000_000,
      output,
      signal: stop.signal,
      onProgress: (progress) => {
        told.push(progress);
        stop.abort();
      },
    });
    await expect(recording).rejects.toThrow(AbortedError);
    expect(told[0]).toMatchObject({ total: 1_000_000 });
    using trace = openTrace(output);
    expect(trace.torn).toBe(true);
    expect(trace.count).toBeGreaterThan(0);
    await expect(recording).rejects.toMatchObject({ code: "ERR_ABORTED", seq: trace.count });
  });

  test("does not begin where the signal was raised before, and leaves no file", async () => {
    const signal = AbortSignal.abort();
    const output = join(folder, "never.gart");
    const ended = expect.objectContaining({ code: "ERR_ABORTED", seq: 0 });
    await expect(record({ workload: "dma", output, signal })).rejects.toThrow(ended);
    await expect(importTrace([join(folder, "none.txt")], { output, signal })).rejects.toThrow(
      ended,
    );
    expect(existsSync(output)).toBe(false);
    await record({ workload: "dma", output });
    using trace = openTrace(output);
    await expect(diff(trace, trace, { signal })).rejects.toThrow(ended);
    await expect(check(trace, { signal })).rejects.toThrow(ended);
    rmSync(output);
  });

  test("says of a file that is not there that it is not, by a code", async () => {
    const output = join(folder, "nothing.gart");
    const none = expect.objectContaining({ code: "ERR_NO_FILE" });
    await expect(importTrace([join(folder, "none.txt")], { output })).rejects.toThrow(none);
    await expect(record({ workload: "./none.json", output })).rejects.toThrow(none);
    expect(() => openTrace(join(folder, "none.gart"))).toThrow(none);
  });

  test("ends an iteration by a signal, and says behind which event", () => {
    using trace = openTrace(native);
    const stop = new AbortController();
    const events = trace.events({ signal: stop.signal });
    events.next();
    stop.abort();
    expect(() => events.next()).toThrow(
      expect.objectContaining({ name: "AbortedError", code: "ERR_ABORTED", seq: 1 }),
    );
  });

  test.each([
    ["ERR_NO_FILE", "nowhere.gart"],
    ["ERR_NO_TRACE", folder],
  ])("refuses what is no trace with %s", (code, path) => {
    expect(() => openTrace(path)).toThrow(expect.objectContaining({ code }));
  });

  test("refuses a trace that was closed", () => {
    const trace = openTrace(native);
    trace.close();
    expect(() => trace.event(1)).toThrow(expect.objectContaining({ code: "ERR_CLOSED" }));
  });

  test("refuses a machine for a bug that brings its own", async () => {
    const own = {
      ...{ platform: "alpha", hooks: "gart", chipset: "titan", driver: "2.6.12", seed: 1, ops: 2 },
      ...{ ram: "64M", foreign: "0-1", layout: "scattered", era: "2005" },
    };
    for (const [setting, value] of Object.entries(own))
      await expect(record({ workload: "bug:bound-twice", [setting]: value })).rejects.toThrow(
        `bug:bound-twice brings its own machine; leave out ${setting}`,
      );
    for (const flag of ["lenientIoremap", "device"])
      await expect(record({ workload: "bug:bound-twice", [flag]: false })).rejects.toThrow(
        `leave out ${flag}`,
      );
  });

  test("records a bug with its flaw and, where it is asked for, with its fix", async () => {
    const output = join(folder, "bug.gart");
    const flawed = await record({ workload: "bug:bound-twice", output });
    expect(flawed.judgement?.word).toBe("wrong");
    const fixed = await record({ workload: "bug:bound-twice", fixed: true, output, force: true });
    expect(fixed.judgement?.word).toBe("right");
    await expect(record({ workload: "smoke", fixed: true, output })).rejects.toThrow(
      /smoke has no bug to leave out/,
    );
  });
});
