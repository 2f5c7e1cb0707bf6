// trace-writer.test.ts - a trace made by a program of one's own: what it may say, and what it may not.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  bus,
  type Event,
  EventError,
  gattIndex,
  machine,
  type OwnRun,
  openTrace,
  pfn,
  phys,
  TraceWriter,
  UserError,
} from "../../src/index.ts";
import { freshFolder } from "../fresh-folder.ts";

const at = () => join(freshFolder(), "own.gart");
const page: Event = {
  kind: "page.allocated",
  actor: "driver",
  allocation: pfn(0x10),
  by: "alloc_page",
  use: "kernel",
  size: 4096,
  phys: phys(0x10000),
  machine: machine(0x10000),
};
test.each([
  [{}, "a run's platform must be a name"],
  [{ platform: "x", seed: -1 }, "a run's seed must be a whole number from 0"],
  [{ platform: "x", virtBase: 3 }, "a run's virtBase must be a bigint from 0n below 2n ** 64n"],
  [{ platform: "x", options: { a: {} } }, /^a run's options must be an object of numbers/],
  [{ platform: "x", physIsMachine: "no" }, "a run's physIsMachine must be true or false"],
  [{ platform: "x", chipset: "intel-440bxx" }, /^unknown chipset .*did you mean 'intel-440bx'/],
  [{ platform: "x", iomu: true }, /^unknown member of a run 'iomu', did you mean 'iommu'/],
])("a run that says %j is refused, and makes no file", async (run, says) => {
  const path = at();
  const made = TraceWriter.create(path, run as unknown as OwnRun);
  const message = typeof says === "string" ? says : expect.stringMatching(says);
  await expect(made).rejects.toMatchObject({ name: "UserError", code: "ERR_INPUT", message });
  expect(existsSync(path)).toBe(false);
});

const buffer: Event = {
  kind: "dma.mapped",
  actor: "kernel",
  handle: bus(0x10000),
  direction: "to-device",
  size: 4096,
  phys: phys(0x10000),
  machine: machine(0x10000),
  bus: bus(0x10000),
  reached: machine(0x10000),
};
const read = (cause: number, reached: number): Event => ({
  kind: "device.read",
  actor: "device",
  cause,
  phys: phys(0x10000),
  machine: machine(0x10000),
  bus: bus(0x10000),
  reached: machine(reached),
});
const writing = async (run: Partial<OwnRun> = {}, path = at()) =>
  TraceWriter.create(path, { platform: "my-soc", workload: "copy", ...run });

describe("a trace of one's own", () => {
  test("is judged as everything else", async () => {
    for (const [reached, word] of [
      [0x10000, "right"],
      [0x90000, "wrong"],
    ] as const) {
      const writer = await writing();
      const op = writer.begin("copy", { bytes: 4096 });
      const allocated = writer.append(page);
      const mapped = writer.append({ ...buffer, cause: allocated });
      writer.append(read(mapped, reached));
      writer.end();
      const { events, judgement } = writer.finish();
      expect({ op, events, word: judgement?.word }).toEqual({ op: 0, events: 5, word });
      using trace = openTrace(writer.path);
      expect(trace.word).toBe(word);
      expect([...trace.ops()].map(({ name }) => name)).toEqual(["copy"]);
      expect(trace.why(4).map(({ recorded }) => recorded.seq)).toEqual([4, 3, 2]);
    }
  });

  test("has what an object said each time, though the caller uses one for all events", async () => {
    const writer = await writing();
    const used: { [field: string]: unknown } = { ...page };
    const events = [page, { ...buffer, cause: 1 }, read(2, 0x10000), page];
    for (const event of events) {
      for (const field of Object.keys(used)) delete used[field];
      writer.append(Object.assign(used, event) as unknown as Event);
    }
    writer.finish();
    using trace = openTrace(writer.path);
    expect([...trace.events()].map(({ event }) => event)).toEqual(
      events.map((event) => expect.objectContaining(event)),
    );
  });

  test("that is dropped without its end is torn and can be read up to there", async () => {
    const writer = await writing();
    {
      using dropped = writer;
      dropped.append(page);
    }
    using trace = openTrace(writer.path);
    expect({ torn: trace.torn, count: trace.count, word: trace.word }).toEqual({
      torn: true,
      count: 1,
      word: "undecided",
    });
    expect(() => writer.append(page)).toThrow(
      expect.objectContaining({ code: "ERR_CLOSED", message: expect.stringMatching(/up to #1$/) }),
    );
  });

  test.each<[string, Partial<OwnRun>, Event, string, string, RegExp]>([
    ["a later cause", {}, { ...page, cause: 7 }, "ERR_EVENT_CAUSE", "cause", /#7 does not come/],
    [
      "a table that the platform lacks",
      {},
      { kind: "iommu.unmapped", actor: "kernel", page: bus(1) as never, bus: bus(0), size: 4096 },
      "ERR_EVENT_SPACE",
      "kind",
      /no iommu\.unmapped/,
    ],
    [
      "a GART that nobody knows",
      { chipset: "none" },
      { kind: "gatt.written", actor: "driver", entry: gattIndex(1), word: 0 },
      "ERR_EVENT_SPACE",
      "kind",
      /no GART is known/,
    ],
    ["a fraction", {}, { ...page, size: 0.5 }, "ERR_EVENT_RANGE", "size", /0\.5 is out of range/],
    ["a size of terabytes", {}, { ...page, size: 2 ** 40 }, "ERR_EVENT_RANGE", "size", /bytes/],
    ["no such address", {}, { ...page, phys: phys(-1) }, "ERR_EVENT_RANGE", "phys", /0 or more/],
    [
      "a misspelt kind",
      {},
      { ...page, kind: "page.alocated" } as never,
      "ERR_EVENT_KIND",
      "kind",
      /did you mean page\.allocated\?/,
    ],
    [
      "a misspelt field",
      {},
      { ...page, fys: phys(0) } as never,
      "ERR_EVENT_FIELD",
      "fys",
      /no field of page\.allocated 'fys'/,
    ],
    [
      "a misspelt value",
      {},
      { ...page, by: "aloc_page" } as never,
      "ERR_EVENT_FIELD",
      "by",
      /did you mean alloc_page\?/,
    ],
    [
      "a field that is missing",
      {},
      { kind: "page.freed", actor: "driver" } as never,
      "ERR_EVENT_FIELD",
      "allocation",
      /is missing/,
    ],
    [
      "an op that is not under way",
      {},
      { kind: "op.ended", actor: "workload", op: 0, result: {} },
      "ERR_EVENT_OP",
      "op",
      /not under way/,
    ],
  ])(
    "refuses %s by the number the event would have had",
    async (_, run, event, code, field, says) => {
      using writer = await writing(run);
      writer.append(page);
      expect(() => writer.append(event)).toThrow(EventError);
      expect(() => writer.append(event)).toThrow(
        expect.objectContaining({ code, field, seq: 2, message: expect.stringMatching(says) }),
      );
      expect(writer.append({ ...page, cause: 1 })).toBe(2);
    },
  );

  test("takes nothing that is no event, and ends no op where none is under way", async () => {
    using writer = await writing({});
    expect(() => writer.append(null as never)).toThrow(
      expect.objectContaining({ code: "ERR_EVENT_KIND", seq: 1, field: "kind" }),
    );
    expect(() => writer.end()).toThrow(
      expect.objectContaining({ code: "ERR_EVENT_OP", seq: 1, field: "op" }),
    );
    expect(writer.append(page)).toBe(1);
  });

  test("is not written over one that exists, nor over one that is being written", async () => {
    const path = at();
    using writer = await writing({}, path);
    await expect(writing({}, path)).rejects.toThrow(
      expect.objectContaining({ code: "ERR_FILE_EXISTS" }),
    );
    await expect(writing({ force: true }, path)).rejects.toThrow(
      expect.objectContaining({ code: "ERR_FILE_IN_USE" }),
    );
    writer.append(page);
    writer.finish();
    using again = await writing({ force: true }, path);
    expect(again.count).toBe(0);
  });

  test("does not compile with an address of a wrong space", () => {
    // @ts-expect-error a machine address is no kernel-physical one
    const wrong: Event = { ...page, phys: machine(0x10000) };
    expect(wrong.kind).toBe("page.allocated");
    expect(UserError).toBeDefined();
  });
});
