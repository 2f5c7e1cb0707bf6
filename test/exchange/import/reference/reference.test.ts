// reference.test.ts - what holds for every recording of the real driver, imported.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { beforeAll, describe, expect, test } from "vitest";
import { distance, gattIndex, type Phys, raw } from "../../../../src/address.ts";
import type { Of } from "../../../../src/event/vocabulary.ts";
import { apply } from "../../../../src/machine/apply.ts";
import { accessedWord } from "../../../../src/machine/gart.ts";
import { State } from "../../../../src/machine/state.ts";
import { cpuWord } from "../../../../src/machine/table-words.ts";
import { natureOf } from "../../../../src/replay/replay.ts";
import { chosen, pathOf } from "../../../recordings.ts";
import { at, type Imported, imported, ofKind } from "./imported.ts";

const folder = "traces/reference";

test("there are recordings to import", () => {
  expect(chosen.length).toBeGreaterThan(20);
});

describe.each(chosen)("%s", (name) => {
  const [platform, hooks, chipset, workload] = name.split(".");
  // Xen's ioremap refuses the untranslated address; the 815 cannot be told of a table at 2 GB.
  // Of one size only, or asked for again at the same size: where large tables cannot be had there is none.
  const hasNoSmaller = workload === "fallback" && (chipset === "i810" || chipset === "u3");
  const isRefused =
    hooks === "legacy-xenioremap" || (chipset === "intel-815" && platform === "xen-i386");
  let trace: Imported;
  beforeAll(async () => {
    trace = await imported(pathOf(name));
  });

  test("gives each op, named as in the workload, with the arguments it was called with", () => {
    const ops = operationsIn(workload!);
    const isOfProcess = ops.map((op) => "pid" in op);
    const wanted = ops.map(({ i, op, ...given }) => ({
      op: i,
      name: op === "rw" ? ["read", "write"][given.write as number] : op,
      arguments: given.pages === -1 ? { ...given, pages: mostPages(platform!) } : given,
    }));
    const met = ofKind(trace, "op.began").map(({ op, name, arguments: { mode, ...given } }) => ({
      op,
      name,
      arguments: given,
    }));
    // A program's call says more than was asked: who, which file, which mapping and command are the same.
    const who = (
      { arguments: given, ...said }: (typeof wanted | typeof met)[number],
      i: number,
    ) => ({
      ...said,
      arguments: isOfProcess[i] ? picked(given) : given,
    });
    expect(met.map(who)).toEqual(wanted.map(who));
    expect(ofKind(trace, "op.ended").map(({ op }) => op)).toEqual(ops.map(({ i }) => i));
    expect(trace.events.filter(({ seq, op }, i) => op < 0 || seq !== i + 1)).toEqual([]);
  });

  test("folds to the GATT that the recorder saw after each op", () => {
    const state = new State(natureOf(trace.about));
    let words = new Uint32Array();
    const seen: unknown[] = [];
    const recorded: unknown[] = [];
    for (const { seq, event } of trace.events) {
      apply(state, event, seq);
      if (event.kind !== "op.ended") continue;
      const { gatt_crc32: crc, gatt_nonzero: nonzero, num_entries } = event.result;
      if (typeof num_entries === "number") words = new Uint32Array(num_entries);
      if (crc === undefined) continue;
      recorded.push({ op: event.op, crc, nonzero });
      for (let i = 0; i < words.length; i++)
        words[i] = cpuWord(state, accessedWord(state, { entry: gattIndex(i) })!) ?? 0;
      // Both this machine and the recorder's are little-endian.
      const sum = crc32(new Uint8Array(words.buffer)).toString(16).padStart(8, "0");
      seen.push({
        op: event.op,
        crc: `0x${sum}`,
        nonzero: words.filter((word) => word > 0).length,
      });
    }
    expect(seen).toEqual(recorded);
    if (!hasNoSmaller) expect(recorded.length > 1).toBe(!isRefused);
  });

  test("says of each page bound whether the chipset gets to it, as the recorder's walk did", () => {
    let walked = 0;
    let [ok, bad] = [0, 0];
    let toTable = true;
    for (const { event } of trace.events) {
      if (event.kind === "op.began") [ok, bad] = [0, 0];
      // Whoever is sent to another table finds no page, however right its own table is.
      if (event.kind === "register.written" && event.machine != null)
        toTable = event.reached === event.machine;
      const isEntry = event.kind === "gatt.written" || event.kind === "outside.written";
      if (isEntry && event.bus != null) toTable && event.reached === event.machine ? ok++ : bad++;
      if (event.kind !== "op.ended" || event.result.hw_ok === undefined) continue;
      expect({ ok, bad }).toEqual({ ok: event.result.hw_ok, bad: event.result.hw_bad });
      walked++;
    }
    // There the task dies before it has anything to bind.
    if (!hasNoSmaller && workload !== "ioctl-oops") expect(walked > 0).toBe(!isRefused);
  });

  test("names for every hook call the allocation, and for every entry the hook call", () => {
    const isFrom = (hook: Of<"hook.called">) => {
      const page = at(trace, hook.cause);
      return page?.kind === "page.allocated" && contains(page, hook.phys) && hook.machine != null;
    };
    const isGiven = (entry: Of<"gatt.written">) => {
      const hook = at(trace, entry.cause);
      if (hook?.kind !== "hook.called" || !hook.hook.startsWith("virt_to")) return false;
      // The driver of i810 asks once for four pages and takes their numbers to follow each other.
      const further = distance(hook.phys!, entry.phys!);
      const page = at(trace, hook.cause) as Of<"page.allocated">;
      return (
        contains(page, entry.phys) && raw(hook.bus ?? hook.phys!) + further === raw(entry.bus!)
      );
    };
    expect(ofKind(trace, "hook.called").filter((hook) => !isFrom(hook))).toEqual([]);
    const entries = ofKind(trace, "gatt.written").filter(({ bus }) => bus != null);
    expect(entries.filter((entry) => !isGiven(entry))).toEqual([]);
    expect(ofKind(trace, "p2m.set").length > 0).toBe(platform!.startsWith("xen-"));
  });
});

/** The operations of a workload's file, but for its comments. */
function operationsIn(workload: string): { i: number; op: string; [field: string]: unknown }[] {
  const { ops } = JSON.parse(readFileSync(join(folder, `${workload}.ops.json`), "utf8"));
  return ops.filter(({ op }: { op: string }) => op !== "comment");
}

const picked = (given: { readonly [field: string]: unknown }) => {
  const { key_from, key = key_from, pid, file, map, cmd, slot, comm } = given;
  return { key, pid, file, map, cmd, slot, comm };
};

/** (size_t)-1 as the driver got it; what JSON would round is kept as text. */
const mostPages = (platform: string) =>
  /^ppc|x86_64/.test(platform) ? "18446744073709551615" : 2 ** 32 - 1;

const contains = (run: Of<"page.allocated">, address: Phys | null | undefined): boolean =>
  address != null && distance(run.phys!, address) >= 0 && distance(run.phys!, address) < run.size;
