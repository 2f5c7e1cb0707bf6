// commands.test.ts - what each command of the debugger says, and what it says to what is none.

import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { Context } from "../../src/debug/command.ts";
import { commands, Interpreter } from "../../src/debug/interpreter.ts";
import { OtherTrace } from "../../src/debug/other-trace.ts";
import { Session } from "../../src/debug/session.ts";
import { verdicts } from "../../src/event/verdict.ts";
import { UserError } from "../../src/fault.ts";
import { TimeTravel } from "../../src/replay/travel.ts";
import { colours, setColours } from "../../src/report/colours.ts";
import { TraceReader } from "../../src/store/read.ts";
import { setupOf, workloadOf } from "../laws.ts";
import { recorded } from "../memory-trace.ts";
import { storedAt } from "../replay/stored.ts";

const workload = workloadOf(
  { op: "maxorder", max_order: 0 },
  { op: "init" },
  { op: "alloc", slot: 0, pages: 3 },
  { op: "bind", slot: 0, pg_start: 2 },
  { op: "unbind", slot: 0 },
);
const wrong = recorded(setupOf("xen-i386 legacy", { workload, lenientIoremap: true }));
const right = recorded(setupOf("xen-i386 gart", { workload }));
let path = "";
let trace: TraceReader;
beforeAll(async () => {
  path = await storedAt(wrong, 64);
  trace = TraceReader.open(path);
});
afterEach(() => setColours(false));

function contextOf(withOther = false, of: TraceReader = trace): Context {
  const travel = new TimeTravel(of);
  const other = withOther ? new OtherTrace(travel, new TimeTravel(right), "right.gart") : null;
  return new Context(new Session(travel), path, other, commands);
}

/** What the lines print, one after the other; of a mistake what is said of it. */
async function said(lines: readonly string[], context = contextOf()): Promise<string[]> {
  const interpreter = new Interpreter(context);
  const all: string[] = [];
  for (const line of lines)
    all.push(
      await interpreter.run(line).catch((error) => {
        if (error instanceof UserError) return error.message;
        throw error;
      }),
    );
  return all;
}
const lastOf = async (...lines: string[]) => (await said(lines)).at(-1)!;
const bind = () => trace.op(3)!;
/** The first entry that is written while binding. */
const written = () =>
  [...trace.events(bind().first)].find(({ event }) => event.kind === "gatt.written")!.seq;
const seqOf = (text: string) => Number(/^(?:=> | {3})?#(\d+)/m.exec(text)![1]);

describe("a move", () => {
  test.each([
    ["step 3", 3],
    ["s", 1],
    ["run #9", 9],
    ["r #9", 9],
    ["run", 0],
  ])("%s from the beginning ends at #%i", async (line, moment) => {
    expect(await lastOf(line, "when")).toMatch(new RegExp(`^#${moment} of #${trace.count}, `));
  });

  test("says the event at which it ends, or why it ends before one", async () => {
    expect(await said(["run #1", "reverse-step", "run end", "step"])).toEqual([
      expect.stringMatching(/^#1 workload: op 0 maxorder/),
      "#0: nothing has happened yet",
      expect.stringMatching(new RegExp(`^#${trace.count} `)),
      expect.stringMatching(new RegExp(`^the end of the trace\n#${trace.count} `)),
    ]);
    expect(await lastOf("step", "run")).toBe("#0: nothing has happened yet");
  });

  test("next, finish and their reverses go by ops", async () => {
    const { first, last } = bind();
    const { first: allocates } = trace.op(2)!;
    const met = await said(["run op:2", "n", "fin", "rfin", "rn", "n 2", "run op:2", "next 99"]);
    expect(met.slice(0, 6).map(seqOf)).toEqual([
      allocates,
      first,
      last,
      first,
      allocates,
      trace.op(4)!.first,
    ]);
    expect(met.at(-1)).toMatch(/^the end of the trace\n/);
  });

  test("continue goes to the next stop, so many times", async () => {
    const begins = [0, 1, 2, 3, 4].map((op) => trace.op(op)!.first);
    const met = await said(["break op.began", "c", "c 2", "rc", "continue 99"]);
    expect(met[0]).toBe("breakpoint 1, op.began");
    expect(met.slice(1, 4)).toEqual(
      [begins[0], begins[2], begins[1]].map((seq) =>
        expect.stringMatching(new RegExp(`^breakpoint 1, op.began\n#${seq} `)),
      ),
    );
    expect(met[4]).toMatch(/^the end of the trace\n/);
  });

  test("is retraced by back and forward", async () => {
    const met = await said(["run #5", "run #9", "back", "fo", "back", "back", "back", "forward"]);
    expect(met.slice(2).map((one) => one.split(" ")[0])).toEqual([
      "#5",
      "#9",
      "#5",
      "#0:",
      ...["this", "#5"],
    ]);
    expect(met[6]).toBe("this is where the session began");
    expect(await lastOf("forward")).toBe("there is nothing to go forward to");
  });

  test("is repeated by an empty line, and what is none is not", async () => {
    const repeated = async (line: string) => (await said(["run #20", line, ""])).slice(1);
    for (const line of ["step", "s 2", "reverse-step", "print seq", "list"]) {
      const [once, again] = await repeated(line);
      expect([line, again === ""]).toEqual([line, false]);
      if (line !== "print seq") expect(again).not.toBe(once);
    }
    for (const line of ["when", "where", "state", "info trace"])
      expect((await repeated(line))[1]).toBe("");
    expect(await said(["", "  "])).toEqual(["", ""]);
  });

  test("is told as one to the beginning where continue finds no stop before", async () => {
    expect(await lastOf("run #9", "rc")).toBe(
      "the beginning of the trace: nothing has happened yet",
    );
  });

  test("may be broken off, and the next one is not", () => {
    const context = contextOf();
    const { signal } = context;
    context.goOn();
    expect(context.signal).toBe(signal);
    context.interrupt();
    expect(signal.aborted).toBe(true);
    context.goOn();
    expect(context.signal.aborted).toBe(false);
  });
});

describe("a stop", () => {
  test.each([
    ["break gatt.written", "breakpoint 1, gatt.written"],
    ["b gatt if entry == 3", "breakpoint 1, gatt if entry == 3"],
    ["watch gatt[3]", "watchpoint 1, gatt[0x3]"],
    ["rwatch gatt[3]", "read watchpoint 1, gatt[0x3]"],
    ["awatch gatt[3] if op == 3", "access watchpoint 1, gatt[0x3] if op == 3"],
  ])("by %s is told as %s", async (line, says) => {
    expect(await lastOf(line)).toBe(says);
  });

  test("without a place is at the event where one stands", async () => {
    expect(await lastOf("run #7", "break")).toBe("breakpoint 1, #7");
    expect(await lastOf("run #7", "break if entry == 3")).toBe("breakpoint 1, #7 if entry == 3");
    expect(await lastOf("break")).toBe(
      "nothing has happened yet; say where to stop: break gatt.written",
    );
  });

  test("is listed with how often it was met, until it is deleted", async () => {
    const lines = [
      "info breakpoints",
      "break op.began",
      "watch gatt[3]",
      "c",
      "c",
      "info breakpoints",
    ];
    const met = await said([...lines, "delete 1", "info b", "d", "info b", "delete 2", "delete"]);
    expect(met[0]).toBe("no breakpoints and no watchpoints");
    expect(met[5]).toBe("breakpoint 1, op.began, met 2 times\nwatchpoint 2, gatt[0x3]");
    expect(met.slice(6)).toEqual([
      ...["", "watchpoint 2, gatt[0x3]", "", "no breakpoints and no watchpoints"],
      ...["there is no breakpoint 2", "there is no breakpoint"],
    ]);
  });

  test.each([
    ["watch", "say what to watch: watch gatt[0x42]"],
    ["rwatch", "say what to watch: rwatch gatt[0x42]"],
    [
      "delete everything",
      "'everything' is nothing to delete; write delete 2 or delete checkpoint 1",
    ],
    ["delete mark 3", "'mark 3' is nothing to delete; write delete 2 or delete checkpoint 1"],
    ["delete checkpoint", "there is no checkpoint"],
    ["delete display 4", "there is no display 4"],
    ["restart x", "'x' is no number from 1 up"],
    ["step 0", "'0' is no number from 1 up"],
    ["step 12345678901234567", "'12345678901234567' is no number from 1 up"],
    ["mark", "say what this moment is called: mark first-wrong the entry is stale"],
    ["mark no/name", "say what this moment is called: mark first-wrong the entry is stale"],
  ])("%s: %s", async (line, says) => {
    expect(await lastOf(line)).toBe(says);
  });
});

test("checkpoints are remembered, gone back to, listed and deleted", async () => {
  const lines = ["info checkpoints", "run #5", "checkpoint", "run #9", "check", "info checkpoints"];
  const met = await said([...lines, "restart 1", "delete checkpoint 1", "restart 1", "restart"]);
  expect([met[0], met[2], met[4]]).toEqual([
    "no checkpoints",
    "checkpoint 1 at #5",
    "checkpoint 2 at #9",
  ]);
  expect(met[5]).toBe("checkpoint 1 at #5\ncheckpoint 2 at #9");
  expect(met.slice(6)).toEqual([
    ...[
      expect.stringMatching(/^#5 /),
      "",
      "there is no checkpoint 1; 'info checkpoints' lists them",
    ],
    "#0: nothing has happened yet",
  ]);
});

test("a mark is put into the trace's file, and listed there", async () => {
  const own = await storedAt(wrong, 64);
  const before = TraceReader.open(own);
  const context = new Context(new Session(new TimeTravel(before)), own, null, commands);
  expect(await said(["info marks", "run #5", "mark here it begins", "mark bare"], context)).toEqual(
    [
      ...[
        "no marks",
        expect.stringMatching(/^#5 /),
        "marked #5 as mark:here",
        "marked #5 as mark:bare",
      ],
    ],
  );
  before.close();
  const after = TraceReader.open(own);
  const again = new Context(new Session(new TimeTravel(after)), own, null, commands);
  expect(await said(["info marks", "run mark:here"], again)).toEqual([
    "#5  mark:here  it begins\n#5  mark:bare",
    expect.stringMatching(/^#5 /),
  ]);
  after.close();
});

describe("what is shown moves nothing:", () => {
  test("print gives a field, a subject, a comparison or the whole event", async () => {
    const at = `run #${written()}`;
    const printed = (what: string) => lastOf(at, `print ${what}`.trim());
    expect(await printed("entry")).toBe("2");
    expect(await printed("kind")).toBe("gatt.written");
    expect(await printed("seq")).toBe(`${written()}`);
    expect(await printed("entry >= 2 and verdict == wrong-space")).toBe("yes");
    expect(await printed("entry > 2")).toBe("no");
    expect([await printed("entry <= 2"), await printed("entry <= 1")]).toEqual(["yes", "no"]);
    expect(await printed("zzzzzzzz > 3")).toMatch(/'zzzzzzzz' is no field of any event$/);
    expect(await printed("gatt[2] @ op:2")).toBe(await printed("gatt[2]@op:2"));
    expect(await printed("gatt[2]@op:2")).toMatch(/empty/);
    expect(await printed("gatt[2]")).toMatch(/^gatt\[0x2\] +not reached, 0x1001017/);
    expect(await printed("hook")).toBe(`#${written()} is gatt.written, which has no hook`);
    const [seq, op, kind, ...rest] = (await printed("")).split("\n");
    expect([seq, op, kind]).toEqual([
      expect.stringMatching(/^seq +\d+$/),
      expect.stringMatching(/^op +3$/),
      expect.stringMatching(/^kind +gatt\.written$/),
    ]);
    expect(rest.at(-1)).toMatch(/^verdict +wrong-space$/);
    const nothing = "nothing has happened yet, so there is no event here; 'step' goes to the first";
    expect(await said(["print", "print entry", "p entry > 2"])).toEqual([
      nothing,
      nothing,
      nothing,
    ]);
  });

  test("list gives ten events around, then those behind or before", async () => {
    const listed = async (...lines: string[]) =>
      (await said(lines)).slice(1).map((text) => text.split("\n").map(seqOf));
    const from = (first: number, count = 10) => Array.from({ length: count }, (_, i) => first + i);
    expect(await listed("run #30", "list", "l", "list -", "list #50")).toEqual([
      from(26),
      from(36),
      from(26),
      from(46),
    ]);
    expect(await listed("run #30", "list -")).toEqual([from(16)]);
    expect(await listed("run", "list")).toEqual([from(1)]);
    expect(await listed("run", "list -")).toEqual([from(1)]);
    const text = await lastOf("run #30", "list");
    expect(text.split("\n").map((line) => line.slice(0, 3))).toEqual([
      ...["   ", "   ", "   ", "   ", "=> ", "   ", "   ", "   ", "   ", "   "],
    ]);
    expect(await lastOf("run end", "list", "list")).toBe("the trace ends here");
    expect(
      (await said(["run #30", "list", "run #40", "list"])).at(-1)!.split("\n").map(seqOf),
    ).toEqual(from(36));
  });

  test("x gives what lies in pages, and says which have none", async () => {
    const at = ["run end", "rc"];
    expect(await lastOf(...at, "run op:4", "x gatt[2..3]")).toMatch(
      /^gatt\[0x2\] .*\ngatt\[0x3\] /,
    );
    expect(await lastOf("run op:4", "x page:0xc1001000")).toMatch(/^page\[0x1001\] +0x[0-9a-f]+:m/);
    expect(await lastOf("x")).toBe("say which pages: x page:0xc1010000 or x gatt[0x42]");
    expect(await lastOf("x reg:ATTBASE")).toMatch(
      /^reg:ATTBASE has no pages; ask for page:0xc1010000, /,
    );
  });

  test("display prints at every stop until it is deleted", async () => {
    const met = await said([
      ...["info display", "display", "display entry", "display gatt[2]", "display entry > 2"],
      ...["info display", `run #${written()}`, "display", "delete display 1", "info display"],
      ...["delete display", "info display"],
    ]);
    expect(met.slice(0, 3)).toEqual([
      ...[
        "nothing is on display",
        "nothing is on display; write display gatt[0x42]",
        "1: entry = -",
      ],
    ]);
    expect(met[3]).toMatch(/^2: gatt\[0x2\]/);
    expect(met[4]).toBe("3: entry > 2 = -");
    expect(met[5]).toBe("1: entry\n2: gatt[2]\n3: entry > 2");
    const [line, ...shown] = met[6]!.split("\n");
    expect(line).toMatch(new RegExp(`^#${written()} `));
    expect(shown).toEqual([
      "1: entry = 2",
      expect.stringMatching(/^2: gatt\[0x2\]/),
      "3: entry > 2 = no",
    ]);
    expect(met[7]).toBe(shown.join("\n"));
    expect(met.slice(8)).toEqual(["", "2: gatt[2]\n3: entry > 2", "", "nothing is on display"]);
  });

  test("why and history go back from here", async () => {
    const at = `run #${written()}`;
    expect(await lastOf(at, "why")).toMatch(new RegExp(`^#${written()} .*[^]*virt_to_phys`));
    expect(await lastOf("run op:4", "why gatt[2]")).toMatch(new RegExp(`^#${written()} `));
    expect(await lastOf("why")).toBe("nothing has happened yet");
    expect(await lastOf("run #1", "why gatt[2]")).toBe("nothing changed gatt[0x2] up to #1");
    const past = (await lastOf("run op:4", "history gatt[2]")).split("\n").map(seqOf);
    expect(past[0]).toBe(written());
    expect(past).toEqual(past.toSorted((a, b) => b - a));
    expect(await lastOf("run #1", "history gatt[2]")).toBe("nothing changed gatt[0x2] up to #1");
    expect(await lastOf("history")).toBe("say whose history: history gatt[0x42]");
    const many = (await lastOf("run end", "history gatt[0..1023]")).split("\n");
    expect(many).toHaveLength(41);
    expect(many.at(-1)).toMatch(
      /^older ones: gartrace history TRACE gatt\[0x0\.\.0x3ff\] --before #\d+$/,
    );
  });

  test("where gives the event and its op, when how far it is", async () => {
    expect((await lastOf(`run #${written()}`, "bt")).split("\n").map(seqOf)).toEqual([
      written(),
      bind().first,
    ]);
    expect(await lastOf("where")).toBe("#0: nothing has happened yet");
    const part = ((written() * 100) / trace.count).toFixed(1);
    expect(await lastOf(`run #${written()}`, "when")).toBe(
      `#${written()} of #${trace.count}, ${part}%, op:3`,
    );
    expect(await lastOf("when")).toBe(`#0 of #${trace.count}, 0.0%`);
  });

  test("other gives the partner in the second trace, with the addresses of both", async () => {
    const [, text] = await said([`run #${written()}`, "other"], contextOf(true));
    expect(text).toMatch(/^#\d+ .*gatt\[0x2\] <- /);
    expect(text).toMatch(/\n +run\.gart +right\.gart\n/);
    expect(text).toMatch(/\nbus +0x1001000 +0x4767e000\n/);
    expect(await lastOf("other")).toBe(
      "there is one trace only; begin with two: gartrace debug TRACE TRACE2",
    );
    expect((await said(["other"], contextOf(true)))[0]).toBe(
      "nothing has happened yet in either trace",
    );
  });
});

describe("about the session", () => {
  test("info tells of the trace, of subjects and of registers", async () => {
    const [alone] = await said(["info trace"]);
    expect(alone).toMatch(/run\.gart: .*xen-i386.*, of a test, [\d,]+ events$/);
    const [both] = await said(["info trace"], contextOf(true));
    expect(both!.split("\n")[1]).toMatch(/^beside it right\.gart: .*xen-i386/);
    expect(await lastOf("info registers")).toBe("no register has been read or written yet");
    expect(await lastOf("run end", "info registers")).toMatch(
      /^APBASE +0xe0000008 +base=0xe0000000$/m,
    );
    expect(await lastOf("info subjects")).toMatch(/^gatt\[0x42\]/);
    expect(await lastOf("run #1", "info event")).toMatch(/^seq +1\n/);
    expect(await lastOf("info")).toBe(
      "say of what: breakpoints, checkpoints, display, marks, subjects, registers, event, trace",
    );
    expect(await lastOf("info x")).toMatch(/^unknown subject of info 'x'/);
    expect(await lastOf("blame")).toContain("virt_to_phys in agp_allocate_memory");
    expect(await lastOf("run end", "state")).toContain("GART TLB");
  });

  test("set takes colours and pages and refuses what is neither", async () => {
    const context = contextOf();
    await said(["set pages 30"], context);
    expect(context.pages).toBe(30);
    await said(["set pages"], context);
    expect(context.pages).toBe(24);
    await said(["set pages off", "set colour on"], context);
    expect([context.pages, colours.isColorSupported]).toEqual([0, true]);
    await said(["set color off"], context);
    expect(colours.isColorSupported).toBe(false);
    expect(await lastOf("set colour maybe")).toBe("write set colour on or set colour off");
    expect(await lastOf("set pages few")).toBe("'few' is no number from 1 up");
    expect(await lastOf("set speed 3")).toBe("unknown setting 'speed'; known: colour, pages");
  });

  test("help lists every command with what it does, and tells all of one", async () => {
    const list = (await lastOf("help")).split("\n");
    for (const { name, says } of commands)
      expect(
        list.some((line) => line.startsWith(`${name} `) && line.endsWith(says)),
        name,
      ).toBe(true);
    expect(list.at(-1)).toBe("'help COMMAND' tells more of one.");
    for (const { name, usage, says, more } of commands) {
      const help = (await lastOf(`help ${name}`)).split("\n");
      expect(help.slice(0, 2)).toEqual([usage, `  ${says}`]);
      if (more !== undefined) expect(help.join("\n").endsWith(`\n\n${more}`)).toBe(true);
    }
    expect(await lastOf("help step")).toBe("step [EVENTS]\n  one event on\n  short: s");
    expect(await lastOf("help when")).toBe("when\n  how far along the trace one is");
  });

  test("quit ends it, by each of its names", async () => {
    for (const line of ["quit", "q", "exit"]) {
      const context = contextOf();
      expect([await said([line], context), context.isOver]).toEqual([[""], true]);
    }
  });
});

describe("a word", () => {
  test.each([
    ["whe", "'whe' can be where, when; write more of it"],
    ["brek", "unknown command 'brek', did you mean 'break'; 'help' lists them"],
    [
      "break verdict wrng",
      `unknown verdict 'wrng', did you mean 'wrong'; known: ${[...verdicts, "wrong"].join(", ")}`,
    ],
    ["zzz", "unknown command 'zzz'; 'help' lists them"],
    ["when now", "'when' takes no argument; leave out 'now'"],
  ])("%s: %s", async (line, says) => {
    expect(await lastOf(line)).toBe(says);
  });

  test("may be any beginning that no other has, and a short form wins", async () => {
    expect(await lastOf("stat")).toBe(await lastOf("state"));
    expect(await lastOf("chec")).toBe("checkpoint 1 at #0");
  });

  test("is completed by what can follow it", () => {
    const interpreter = new Interpreter(contextOf());
    const completed = (line: string) => interpreter.complete(line);
    expect(completed("ste")).toEqual([["step "], "ste"]);
    expect(completed("wh")).toEqual([["when", "where", "why"], "wh"]);
    expect(completed("")[0]).toHaveLength(commands.length);
    expect(completed("info br")).toEqual([["breakpoints "], "br"]);
    expect(completed("i br")[0]).toEqual(["breakpoints "]);
    expect(completed("inf br")[0]).toEqual(["breakpoints "]);
    expect(completed("set co")[0]).toEqual(["colour "]);
    expect(completed("set p")[0]).toEqual(["pages "]);
    expect(completed("set o")[0]).toEqual(["off", "on"]);
    expect(completed("break wro")[0]).toEqual(["wrong", "wrong-space"]);
    expect(completed("delete ch")[0]).toEqual(["checkpoint "]);
    expect(completed("run e")[0]).toEqual(["end "]);
    expect(completed("run op")[0]).toEqual(["op:"]);
    expect(completed("break gatt.w")[0]).toEqual(["gatt.written "]);
    expect(completed("watch gat")[0]).toEqual(["gatt["]);
    expect(completed("print reg:ATT")[0]).toEqual(["reg:ATTBASE "]);
    expect(completed("x pag")[0]).toEqual(["page:"]);
    expect(completed("nothing x")).toEqual([[], "x"]);
    expect(completed("when x")).toEqual([[], "x"]);
  });
});
