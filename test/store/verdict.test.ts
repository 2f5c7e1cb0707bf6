// verdict.test.ts - one rule says where a number leads: view, search, zone map, comparison and checks agree on it.

import Sqlite, { type Database } from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bus, machine, phys } from "../../src/address.ts";
import type { Handlers, Watch } from "../../src/check/check.ts";
import { deviceAstray } from "../../src/check/device-astray.ts";
import { entryAstray } from "../../src/check/entry-astray.ts";
import { columns } from "../../src/event/field.ts";
import { filledOf, type Row } from "../../src/event/row.ts";
import {
  type Addresses,
  isAccess,
  isAstray,
  isUnproven,
  isWrong,
  leadsTo,
  NO_NUMBER,
  NOWHERE,
  OTHER_FRAME,
  RIGHT,
  rightVerdict,
  rowLeadsTo,
  UNKNOWN,
  unprovenSql,
  useLeadsTo,
  useOf,
  type Verdict,
  verdictBy,
  verdictOf,
  verdicts,
  WRONG_SPACE,
} from "../../src/event/verdict.ts";
import { type Event, kindNames } from "../../src/event/vocabulary.ts";
import { State } from "../../src/machine/state.ts";
import { ZoneMap } from "../../src/store/zone-map.ts";
import { about, record } from "./sample.ts";

type Number = number | null;
/** Every arrangement of some numbers in the four columns that the rule reads. */
const worlds = (kind: string, numbers: readonly Number[]): Addresses[] =>
  numbers.flatMap((phys) =>
    numbers.flatMap((machine) =>
      numbers.flatMap((bus) =>
        numbers.map((reached) => ({ kind, virt: null, phys, machine, bus, reached })),
      ),
    ),
  );

// Two pages, and what their addresses lose with bits 30, 31 and 32: cut, cut twice, and no cut at all.
const few = [null, 0x1000, 0x2000, 0x100001000];
const many = [...few, 0x40001000, 0x80001000, 0xc0001000];

/** Every kind of event over many numbers, without a cause. */
const alone = kindNames.flatMap((kind) => worlds(kind, many));
/** Each kind that an address can come from; the rule does not read the `bus` of a cause. */
const causes = ["gatt.written", "register.written", "hook.called", "page.allocated"].flatMap(
  (kind) => worlds(kind, few).filter(({ bus }) => bus === null),
);
const effects = ["device.read", "gatt.written"].flatMap((kind) => worlds(kind, few));

const codeOf = (kind: string): number => (kindNames as readonly string[]).indexOf(kind);
const leadsOf = ({ kind, phys, machine, bus, reached }: Addresses): number =>
  leadsTo(isAccess(kind), phys, machine, bus, reached);
const useLeadsOf = ({ kind, phys, machine, bus, reached }: Addresses): number =>
  useLeadsTo(useOf(kind), phys, machine, bus, reached);

const rowOf = ({ kind, ...addresses }: Addresses): Row =>
  columns.map((column) => {
    if (column === "kind") return codeOf(kind);
    return column in addresses ? addresses[column as keyof typeof addresses] : null;
  });

let database: Database;
beforeAll(async () => {
  const { path } = await record([]);
  database = new Sqlite(":memory:");
  for (const sql of new Sqlite(path, { readonly: true })
    .prepare<[], string>("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid")
    .pluck()
    .all())
    if (!sql.startsWith("CREATE TABLE sqlite_")) database.exec(sql);
  kindNames.forEach((kind, code) => {
    database.prepare("INSERT INTO kind (code, name) VALUES (?, ?)").run(code, kind);
  });
});
afterAll(() => database.close());

/** The file's events are these, each with the seq of its cause; the next call replaces them. */
function store(events: readonly (readonly [Addresses, cause: number | null])[]): void {
  const insert = database.prepare(
    "INSERT INTO event (seq, kind, cause, phys, machine, bus, reached) VALUES (?,?,?,?,?,?,?)",
  );
  database.transaction(() => {
    database.exec("DELETE FROM event");
    events.forEach(([{ kind, phys, machine, bus, reached }, cause], i) => {
      insert.run(i + 1, codeOf(kind), cause, phys, machine, bus, reached);
    });
  })();
}
const verdictsOfView = (): (Verdict | null)[] =>
  database.prepare<[], Verdict | null>("SELECT verdict FROM events ORDER BY seq").pluck().all();

/** The indices of worlds in which two answers differ. */
const differing = <T>(one: readonly T[], other: readonly T[]): number[] =>
  one.flatMap((answer, i) => (answer === other[i] ? [] : [i]));

describe("for every arrangement of addresses", () => {
  const verdictsAlone = alone.map((world) => verdictOf(world, null));

  test("the view says the verdict of an event without a cause", () => {
    store(alone.map((world) => [world, null]));
    expect(differing(verdictsOfView(), verdictsAlone)).toEqual([]);
  });

  test("the view says the verdict of an event with a cause of any kind", () => {
    const pairs = effects.flatMap((effect) =>
      causes.map((cause, i) => [effect, cause, i + 1] as const),
    );
    store([
      ...causes.map((cause) => [cause, null] as const),
      ...pairs.map(([effect, , seq]) => [effect, seq] as const),
    ]);
    const expected = pairs.map(([effect, cause]) => verdictOf(effect, cause));
    expect(differing(verdictsOfView().slice(causes.length), expected)).toEqual([]);
    // What lies outside the table a check finds, not the addresses.
    expect(new Set(expected).add("outside")).toEqual(new Set([null, ...verdicts]));
  });

  test("the comparison's reading of an event is its verdict, less what a cause would add", () => {
    const readings = {
      [NO_NUMBER]: [null],
      [UNKNOWN]: ["unknown"],
      [RIGHT]: ["identity", "translated"],
      [WRONG_SPACE]: ["wrong-space"],
      [OTHER_FRAME]: ["truncated", "foreign-frame"],
      [NOWHERE]: ["unknown"],
    } as { readonly [leads: number]: readonly (Verdict | null)[] };
    const wrong = alone.filter(
      (world, i) => !readings[useLeadsOf(world)]!.includes(verdictsAlone[i]!),
    );
    expect(wrong).toEqual([]);
    const astray = alone.map(
      (world) =>
        isAstray(useLeadsOf(world)) && (world.reached !== null || useOf(world.kind) === "returned"),
    );
    expect(differing(astray, verdictsAlone.map(isWrong))).toEqual([]);
  });

  test("a use is quickly seen to be right where its verdict is", () => {
    const right = alone.map((world) => rightVerdict(useOf(world.kind), world));
    const expected = verdictsAlone.map((verdict) =>
      verdict === "identity" || verdict === "translated" ? verdict : null,
    );
    expect(differing(right, expected)).toEqual([]);
  });

  test("an event's cause is looked up where the verdict depends on it, and gives the same", () => {
    const pairs = effects.flatMap((effect) => causes.map((cause) => [effect, cause] as const));
    const looked = pairs.map(([effect, cause]) => verdictBy(effect, 1, () => cause));
    const expected = pairs.map(([effect, cause]) => verdictOf(effect, cause));
    expect(differing(looked, expected)).toEqual([]);
    const unasked = alone.map((world) => verdictBy(world, null, () => expect.fail()));
    expect(differing(unasked, verdictsAlone)).toEqual([]);
  });

  test("a row leads where its event leads, whatever stands in the columns that it does not fill", () => {
    const rows = alone.map((world) => {
      const row = rowOf(world);
      const stale = row.map((value) => value ?? 0x1000);
      return rowLeadsTo([7, ...stale], 1, filledOf(row), isAccess(world.kind));
    });
    expect(differing(rows, alone.map(leadsOf))).toEqual([]);
  });

  test("search and zone map look for exactly the events whose verdict is not right", () => {
    const expected = verdictsAlone.map(
      (verdict) => verdict !== null && verdict !== "identity" && verdict !== "translated",
    );
    expect(
      differing(
        alone.map((world) => isUnproven(useLeadsOf(world))),
        expected,
      ),
    ).toEqual([]);
    store(alone.map((world) => [world, null]));
    const condition = unprovenSql(kindNames);
    const seqs = database
      .prepare<[], number>(`SELECT seq FROM event WHERE ${condition}`)
      .pluck()
      .all();
    const found = new Set(seqs);
    expect(
      differing(
        alone.map((_, i) => found.has(i + 1)),
        expected,
      ),
    ).toEqual([]);
    const zone = new ZoneMap(kindNames);
    const noted = alone.map((world) => {
      const row = rowOf(world);
      zone.row(row, 0, filledOf(row));
      return zone.take().astray === 1;
    });
    expect(differing(noted, expected)).toEqual([]);
  });
});

describe("a check's verdict is the rule's, for every arrangement of addresses", () => {
  /** The verdict of the finding about one event; undefined where there is none. */
  function verdictFound(handlers: Handlers, event: Event, found: (Verdict | undefined)[]): void {
    const moment = { seq: 1, op: 0, state: new State({ physIsMachine: false, chipset: null }) };
    const before = found.length;
    const handler = handlers[event.kind] as (event: Event, at: typeof moment) => void;
    handler(event, moment);
    if (found.length === before) found.push(undefined);
  }
  const eventOf = (world: Addresses): Event =>
    ({
      actor: "card",
      entry: 0,
      word: 0,
      tag: 0,
      frame: world.reached === null ? null : world.reached / 0x1000,
      kind: world.kind,
      phys: world.phys === null ? null : phys(world.phys),
      machine: world.machine === null ? null : machine(world.machine),
      bus: world.bus === null ? null : bus(world.bus),
      reached: world.reached === null ? null : machine(world.reached),
    }) as unknown as Event;

  test.each([
    { check: entryAstray, kind: "gatt.written" },
    { check: deviceAstray, kind: "device.wrote" },
  ])("$check.name", ({ check, kind }) => {
    const found: (Verdict | undefined)[] = [];
    const watch: Watch = check.watch(about, {
      finding: (_subjects, _says, verdict) => found.push(verdict),
      ...{ held: () => {}, findingAt: () => {} },
      unknown: () => {},
      cannotTell: () => {},
    });
    const all = worlds(kind, many).filter(({ bus }) => kind === "gatt.written" || bus !== null);
    for (const world of all) verdictFound(watch.after!, eventOf(world), found);
    const expected = all.map((world) => {
      const verdict = verdictOf(world, null);
      return verdict !== null && isWrong(verdict) ? verdict : undefined;
    });
    expect(differing(found, expected)).toEqual([]);
  });
});
