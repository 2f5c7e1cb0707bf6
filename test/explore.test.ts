import { writeFileSync, mkdtempSync, appendFileSync } from "node:fs";
import { expect, test } from "vitest";
import { compare } from "../src/diff/diff.ts";
import { aboutRun, record } from "../src/record.ts";
import type { Recorded } from "../src/event/vocabulary.ts";
import { UserError } from "../src/fault.ts";
import { memoryTrace } from "./tells.ts";
import { imported, linesOf, setupLike } from "./recordings.ts";

const dir = mkdtempSync("/tmp/edit-");
type Json = any;
function* edits(v: Json, path: string): Generator<[string, Json]> {
  if (typeof v === "number") yield [path, v + 1];
  else if (v === null) { yield [path, "0x1"]; yield [path+"(0)", 0]; }
  else if (typeof v === "string" && /^0x[0-9a-f]+$/.test(v)) {
    yield [path + "+1", "0x" + (parseInt(v, 16) + 1).toString(16)];
    yield [path + "+p", "0x" + (parseInt(v, 16) + 0x1000).toString(16)];
  } else if (typeof v === "string") yield [path, (swap[v] ?? v + "x")];
  else if (Array.isArray(v)) {
    const i = v.length >> 1;
    if (v.length) for (const [p, e] of edits(v[i], path + "[]")) yield [p, v.with(i, e)];
  } else for (const k of Object.keys(v)) for (const [p, e] of edits(v[k], path + "." + k)) yield [p, { ...v, [k]: e }];
}
const swap: Json = { wbinvd: "mb", NOCACHE: "CACHED", CACHED: "NOCACHE", virt_to_gart: "virt_to_bus", gart_to_virt: "bus_to_virt", virt_to_phys:"virt_to_bus", phys_to_virt:"bus_to_virt",
 alloc_page: "__get_free_pages", __get_free_pages: "alloc_page", free_page: "free_pages", free_pages: "free_page", "own-ram": "foreign-ram", "foreign-ram": "injected", ioremap_nocache: "ioremap" };

test("explore", async () => {
  const seen = new Set<string>();
  const out: string[] = [];
  let runs = 0;
  for (const [name, cut] of [["xen-i386.gart.intel-440bx.fallback", 23], ["xen-i386.legacy-xenioremap.intel-440bx.smoke", 6], ["native-i386.legacy.intel-440bx.oom", 5], ["xen-i386.gart.intel-440bx.random-200", 12],["xen-i386.legacy.intel-440bx.errors", 53]] as const) {
    const setup = setupLike(name);
    const sim: Recorded[] = [];
    for (const _ of record(setup, (seq, op, event) => sim.push({ seq, op, event })));
    const lines = linesOf(name);
    const ops = lines.map((l) => JSON.parse(l).op);
    for (const [i, line] of lines.entries()) {
      const json = JSON.parse(line);
      if (json.op >= cut) break;
      const muts: [string, string[]][] = [];
      for (const [p, e] of edits(json, json.ev)) muts.push([p, lines.with(i, JSON.stringify(e))]);
      if (json.ev !== "run") muts.push([`${json.ev} removed`, lines.toSpliced(i, 1).map((l, n) => n < i ? l : l.replace(/"n":(\d+)/, (_, d) => `"n":${Number(d) - (json.per_page?.length ?? 1) * (json.per_page ? json.count : 1)}`))]);
      for (const [p, all] of muts) {
        const key = p + (json.in ?? "") + (json.virt === null || json.cookie === null ? "-" : "");
        if (seen.has(key)) continue;
        seen.add(key);
        const last = ops.lastIndexOf(json.op);
        const text = all.slice(0, all.length - (lines.length - last - 1)).join("\n");
        runs++;
        writeFileSync(dir + "/r", text);
        const verdict = await judge(sim, setup, json.op);
        out.push(`${verdict === "ALIKE" ? "ALIKE" : "found"} ${key} ${name} ${i} :: ${verdict.slice(0, 150)}`);
      }
    }
  }
  writeFileSync("/tmp/explore.txt", out.join("\n") + "\n");
  console.log(runs);
}, 1000000);

async function judge(sim: Recorded[], setup: any, op: number): Promise<string> {
  try {
    const b = await imported(dir + "/r");
    const upto = sim.findIndex((r) => r.op > Math.max(op, 0));
    const r = compare(memoryTrace(aboutRun(setup), upto < 0 ? sim : sim.slice(0, upto)), b, true);
    return r.first ? `${r.first.class} ${r.first.fields} ${JSON.stringify(r.first.facts).slice(0, 80)}` : "ALIKE";
  } catch (e) { if (!(e instanceof UserError)) return "CRASH " + (e as Error).stack; return "refused " + e.message; }
}
