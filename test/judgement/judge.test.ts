// judge.test.ts - what of a run is right, wrong or unknown, event by event, and what the whole comes to.

import { describe, expect, test } from "vitest";
import type { Check } from "../../src/check/check.ts";
import { fromJson } from "../../src/event/line-read.ts";
import type { About } from "../../src/event/trace.ts";
import type { Recorded } from "../../src/event/vocabulary.ts";
import { Judge } from "../../src/judgement/judge.ts";
import type { Judgement, WrongEvent } from "../../src/judgement/judgement.ts";
import { apply } from "../../src/machine/apply.ts";
import { State } from "../../src/machine/state.ts";
import { judgedOf } from "../../src/replay/judged.ts";
import { natureOf } from "../../src/replay/replay.ts";
import { memoryTrace } from "../memory-trace.ts";

/** dom0 with a 440BX, as some other program tells it. */
const about: About = {
  ...{ platform: "xen-i386", hooks: "gart", chipset: "intel-440bx", workload: "of a test" },
  ...{ operations: null, seed: 0, options: {}, virtBase: 0n, physIsMachine: false },
  ...{ source: "imported", origin: null },
};

/** An event as its line of JSON has it, without its number. */
interface Said {
  readonly kind: string;
  readonly [field: string]: unknown;
}

const eventsOf = (said: readonly Said[]): Recorded[] =>
  said.map((event, i) => fromJson({ seq: i + 1, actor: "driver", ...event }, 0n));

function judged(...said: Said[]): { judgement: Judgement; wrong: WrongEvent[] } {
  const { judgement, wrong } = judgedOf(memoryTrace(about, eventsOf(said)));
  return { judgement, wrong: [...wrong(1, said.length, false)] };
}

const seqs = ({ wrong }: { readonly wrong: readonly WrongEvent[] }) => wrong.map(({ seq }) => seq);

/** An entry for the page that is at machine address `page`, as the driver wrote it. */
const entry = (bus: string, page: string, more: object = {}): Said => ({
  kind: "gatt.written",
  ...{ entry: 0, word: "0x1017", phys: "0x1000", machine: page, bus, reached: bus },
  ...more,
});
const right = entry("0x5000", "0x5000");
const astray = entry("0x1000", "0x5000");
const began = (name = "bind"): Said => ({ kind: "op.began", op: 0, name, arguments: {} });
const ended = (ret: number): Said => ({ kind: "op.ended", op: 0, result: { ret } });
/** The card reads the page that is at machine address 0x5000. */
const read = (more: object): Said => ({
  ...{ kind: "device.read", actor: "card", bus: "0xe0000000", machine: "0x5000" },
  ...more,
});
const refused: Said = {
  ...{ kind: "fault.raised", actor: "chipset", fault: "invalid-entry", bus: "0xe0000000" },
};

/** Accesses that get nowhere, by the card and by a PCI device, of pages that are not known. */
const nowhere: Said = { kind: "device.read", actor: "card", bus: "0xe0000000" };
const given: Said = { kind: "device.read", actor: "device", bus: "0x5000", size: 4 };
const handle: Said = {
  ...{ kind: "dma.mapped", actor: "kernel", handle: "0x5000", direction: "to-device" },
  ...{ bus: "0x5000", size: 4096 },
};
const iommuRefuses: Said = { kind: "fault.raised", actor: "kernel", fault: "iommu", bus: "0x5000" };

describe("a trace as a whole", () => {
  test("is right where a number leads to its page and nothing is wrong", () => {
    const { judgement, wrong } = judged(right);
    expect(judgement).toMatchObject({
      word: "right",
      uses: { right: 1, wrong: 0, unknown: 0 },
      verdicts: { identity: 1 },
      wrong: { events: 0, first: null },
    });
    expect(wrong).toEqual([]);
  });

  test("is wrong where one number of two leads elsewhere", () => {
    const { judgement, wrong } = judged(right, { ...astray, entry: 1 });
    expect(judgement).toMatchObject({
      word: "wrong",
      uses: { right: 1, wrong: 1 },
      wrong: { events: 1, first: 2 },
    });
    expect(wrong).toEqual([{ seq: 2, verdict: "wrong-space", check: "entry-astray", root: null }]);
  });

  test("is undecided without any use", () => {
    expect(judged(began(), ended(0)).judgement.word).toBe("undecided");
    expect(judged().judgement).toMatchObject({ word: "undecided", kinds: {}, capture: null });
  });

  test("is undecided where all that is told of a number is its value", () => {
    const { machine: _, ...nowhere } = right;
    expect(judged(nowhere as Said).judgement).toMatchObject({
      word: "undecided",
      uses: { right: 0, wrong: 0, unknown: 1 },
    });
  });

  test("is right beside a number of which nothing is known, which counts as unknown", () => {
    const { machine: _, ...nowhere } = right;
    const { judgement } = judged(right, { ...nowhere, entry: 1 } as Said);
    expect(judgement).toMatchObject({ word: "right", uses: { right: 1, wrong: 0, unknown: 1 } });
  });

  test("is wrong where the kernel dies, right as its numbers may be", () => {
    const oops = { kind: "fault.raised", actor: "kernel", fault: "oops", text: "a NULL pointer" };
    const { judgement, wrong } = judged(right, oops);
    expect(judgement).toMatchObject({ word: "wrong", faults: 1, uses: { right: 1, wrong: 0 } });
    expect(wrong).toMatchObject([{ seq: 2, verdict: null, check: "kernel-fault" }]);
  });
});

describe("what is no use of a number", () => {
  test("is neither right nor wrong: an entry read, an entry that names no page", () => {
    const emptied = { kind: "gatt.written", entry: 0, word: "0x0" };
    const { uses } = judged({ ...astray, kind: "gatt.read" }, emptied).judgement;
    expect(uses).toEqual({ right: 0, wrong: 0, unknown: 0, inferred: 0 });
  });
});

describe("a number that a hook returns", () => {
  const called = (bus: string, more: object = {}): Said => ({
    kind: "hook.called",
    ...{ place: "agp_allocate_memory", hook: "virt_to_gart", virt: "0xc0001000" },
    ...{ phys: "0x1000", machine: "0x5000", bus, ...more },
  });

  test("is right where it is the machine address that the hook promises", () => {
    expect(judged(called("0x5000")).judgement.uses.right).toBe(1);
  });

  test("is wrong where it is the kernel's own number", () => {
    expect(judged(called("0x1000")).wrong).toEqual([
      {
        ...{ seq: 1, verdict: "wrong-space", check: "hook-space" },
        root: "virt_to_gart in agp_allocate_memory",
      },
    ]);
  });

  test("is unknown where the bus may see memory elsewhere", () => {
    const { judgement } = judged(called("0x80005000"));
    expect(judgement).toMatchObject({ word: "undecided", uses: { unknown: 1 } });
  });

  test("of the kernel's own space is right, and wrong where hardware takes it", () => {
    const { bus: _, ...kernels } = called("0x1000", { hook: "virt_to_phys" });
    const both = judged(kernels as Said, { ...astray, cause: 1 });
    expect(both.judgement.uses).toMatchObject({ right: 1, wrong: 1 });
    expect(both.wrong).toMatchObject([{ seq: 2, root: "virt_to_phys in agp_allocate_memory" }]);
  });
});

describe("a fault and the access that it blocks", () => {
  test("are one wrong event, the access, where the fault is told first", () => {
    const both = judged(refused, read({}));
    expect(seqs(both)).toEqual([2]);
    expect(both.judgement).toMatchObject({ faults: 1, uses: { wrong: 1 } });
  });

  test("are one wrong event, the access, where the fault is told behind it", () => {
    const both = judged(read({}), refused);
    expect(seqs(both)).toEqual([1]);
    expect(both.judgement).toMatchObject({ faults: 1, uses: { wrong: 1 } });
  });

  test.each([
    ["the fault is told first", [refused, nowhere], 2],
    ["the fault is told behind it", [nowhere, refused], 1],
    ["a PCI device was given the address", [handle, { ...given, cause: 1 }, iommuRefuses], 2],
    [
      "it was given the address, and the fault comes first",
      [handle, iommuRefuses, { ...given, cause: 1 }],
      3,
    ],
    ["a PCI device was not given the address", [given, iommuRefuses], 1],
  ] as const)("are one wrong event where its page is not known and %s", (_, said, at) => {
    const both = judged(...said);
    expect(seqs(both)).toEqual([at]);
    expect(both.judgement).toMatchObject({ word: "wrong", faults: 1, uses: { wrong: 1 } });
  });

  test("are neither there where an access gets nowhere and no fault tells of it: it is unknown", () => {
    expect(judged(nowhere).judgement).toMatchObject({
      word: "undecided",
      uses: { wrong: 0, unknown: 1 },
    });
  });

  test("are two where the fault is another device's, whichever is told first", () => {
    const [one, other] = [{ device: "0x28" }, { device: "0x20" }];
    expect(seqs(judged({ ...refused, ...one }, read(other)))).toEqual([1, 2]);
    expect(seqs(judged(read(other), { ...refused, ...one }))).toEqual([1, 2]);
    expect(seqs(judged({ ...refused, ...one }, read(one)))).toEqual([2]);
  });

  test("are two where the fault is of another address", () => {
    expect(seqs(judged({ ...refused, bus: "0xe0001000" }, read({})))).toEqual([1, 2]);
  });

  test("are the fault alone where the trace does not hold the access", () => {
    const { wrong, judgement } = judged(right, refused);
    expect(wrong).toMatchObject([{ seq: 2, check: "device-fault" }]);
    expect(judgement).toMatchObject({ word: "wrong", faults: 1, findings: 1 });
  });
});

describe("a wrong event", () => {
  test("is one, however many checks speak of it", () => {
    const cut = entry("0x5000", "0x100005000");
    const { judgement, wrong } = judged(cut);
    expect(wrong).toEqual([{ seq: 1, verdict: "truncated", check: "entry-format", root: null }]);
    expect(judgement).toMatchObject({ findings: 2, wrong: { events: 1 }, uses: { wrong: 1 } });
  });

  test("is the entry that was not read back, not the end of the operation that shows it", () => {
    const posted = entry("0x5000", "0x5000", { virt: "0xd0000000" });
    const { judgement, wrong } = judged(began(), posted, ended(0));
    expect(wrong).toEqual([{ seq: 2, verdict: null, check: "write-posted", root: null }]);
    expect(judgement).toMatchObject({ findings: 1, wrong: { events: 1, first: 2 } });
  });

  test("is the first one even where it is found behind others", () => {
    const posted = entry("0x5000", "0x5000", { virt: "0xd0000000" });
    const both = judged(began(), posted, { ...astray, entry: 1 }, ended(0));
    expect(both.judgement.wrong).toEqual({ events: 2, first: 2 });
    expect(seqs(both)).toEqual([2, 3]);
  });

  test("is told once to who listens, in the order in which it is found", () => {
    const posted = entry("0x5000", "0x5000", { virt: "0xd0000000" });
    const told: number[] = [];
    judgedBy(undefined, [began(), posted, { ...astray, entry: 1 }, ended(0)], ({ seq }) =>
      told.push(seq),
    );
    expect(told).toEqual([3, 2]);
  });

  test("is what the checks that were given find, and what its number says", () => {
    const loud: Check = {
      name: "loud",
      holds: "nothing is logged",
      watch: (_, report) => ({
        after: { "message.logged": () => report.finding([], "a message") },
      }),
    };
    const message = { kind: "message.logged", level: "info", text: "hello" };
    const told: WrongEvent[] = [];
    const judgement = judgedBy([loud], [astray, message], (event) => told.push(event));
    expect(told.map(({ seq, check }) => [seq, check])).toEqual([
      [1, null],
      [2, "loud"],
    ]);
    expect(judgement).toMatchObject({ word: "wrong", findings: 1, wrong: { events: 2 } });
    expect(judgement.checks).toEqual([{ check: "loud", count: 1, held: 0, unknown: 0 }]);
  });
});

/** The judge at work without a trace file. */
function judgedBy(
  checks: readonly Check[] | undefined,
  said: readonly Said[],
  wrong: (event: WrongEvent) => void,
): Judgement {
  const trace = memoryTrace(about, eventsOf(said));
  const state = new State(natureOf(about));
  const judge = new Judge(about, state, {
    ...{ past: trace, wrong },
    ...(checks === undefined ? {} : { checks }),
  });
  for (const { seq, op, event } of trace.events()) {
    judge.before(seq, op, event);
    apply(state, event, seq);
    judge.after(event);
  }
  return judge.end().judgement;
}

describe("a refusal that the driver meets with an errno", () => {
  const noMemory = {
    ...{ kind: "fault.raised", actor: "kernel", fault: "no-memory", text: "alloc_page" },
  };

  test("is an outcome with its reason, and no fault", () => {
    const { judgement, wrong } = judged(right, began("alloc"), noMemory, ended(-12));
    expect(judgement).toMatchObject({ word: "right", faults: 0, findings: 0 });
    expect(judgement.refusals).toEqual({
      count: 1,
      first: [
        {
          ...{ op: 0, name: "alloc", errno: -12 },
          by: { seq: 3, fault: "no-memory", text: "alloc_page" },
        },
      ],
    });
    expect(wrong).toEqual([]);
  });

  test("has no reason where the operation tells none, be there one of an operation before", () => {
    const { refusals } = judged(
      ...[began("alloc"), noMemory, ended(0)],
      ...[began("bind"), ended(-22)],
    ).judgement;
    expect(refusals.first).toEqual([{ op: 0, name: "bind", errno: -22, by: null }]);
  });

  test("is counted on where a hundred are told", () => {
    const many = Array.from({ length: 101 }, () => [began(), ended(-16)]).flat();
    const { count, first } = judged(...many).judgement.refusals;
    expect([count, first.length]).toEqual([101, 100]);
  });
});

describe("a cause that is older than what is kept", () => {
  const KEPT = 65_536;

  test("is looked up in the trace: what it says of the access, and the call that it goes back to", () => {
    const called = {
      ...{ kind: "hook.called", place: "agp_allocate_memory", hook: "virt_to_phys" },
      ...{ virt: "0xc0001000", phys: "0x1000" },
    };
    const message = { kind: "message.logged", level: "info", text: "" };
    const far = Array.from({ length: KEPT }, () => message);
    // Where the old entry was kept there is now this one.
    far[KEPT - 1] = { ...right, entry: 1 } as never;
    const { wrong } = judged(
      ...[called, { ...astray, cause: 1 }, ...far],
      read({ cause: 2, frame: undefined }),
    );
    expect(wrong.map(({ seq, verdict, root }) => [seq, verdict, root])).toEqual([
      [2, "wrong-space", "virt_to_phys in agp_allocate_memory"],
      [KEPT + 3, "wrong-space", "virt_to_phys in agp_allocate_memory"],
    ]);
  });
});
