// kernel-judge.ts - a recording of the kernel's own DMA and block code against the same calls here.
//
// What a line of the recording tells is worked out of our events and results: addresses, table words, copies, flushes,
// pages and messages, each in one form for both sides.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { usualEra } from "../src/agpgart/era.ts";
import { chipsets } from "../src/chipset/index.ts";
import { BlockCalls } from "../src/client/block-calls.ts";
import type { Facts } from "../src/event/field.ts";
import type { Event } from "../src/event/vocabulary.ts";
import { UserError } from "../src/fault.ts";
import { gart } from "../src/hooks/gart.ts";
import { Machine } from "../src/machine/machine.ts";
import { codeFor } from "../src/platform/dma/index.ts";
import { Exchange } from "../src/platform/exchange.ts";
import { platforms } from "../src/platform/index.ts";
import { Kernel } from "../src/platform/kernel.ts";
import { type Variant, varied } from "../src/platform/variant.ts";
import type { Trace } from "../src/replay/trace.ts";
import { verify } from "../src/replay/verify.ts";
import type { Setup } from "../src/scenario/setup.ts";
import { isBlockScript, parseWorkload, platformFor } from "../src/workload/workload.ts";
import { type Judged, ourLine, theirLine } from "./kernel-lines.ts";
import { recorded } from "./memory-trace.ts";

/** The platform that each kind of recording was made of, by how its name begins. */
const machines: readonly (readonly [prefix: string, platform: string, variant: Variant])[] = [
  ["alpha-", "alpha", {}],
  ["gart-", "native-x86_64iommu", {}],
  ["dart-", "ppc64-g5", { layout: "dart" }],
  ["sba-", "ia64-zx1", {}],
  ["block-i386-", "native-i386", {}],
  ["block-xen-", "xen-i386", {}],
  ["block-x86_64-", "native-x86_64", {}],
  ["swiotlb-x86_64-", "native-x86_64swiotlb", {}],
  ["swiotlb-ia64-", "ia64-swiotlb", {}],
  ["swiotlb-xen0816-", "xen-i386-swiotlb", { era: "2005-08-16" }],
  ["swiotlb-xen0818-", "xen-i386-swiotlb", { era: "2005-08-18" }],
  ["swiotlb-xen0906-", "xen-i386-swiotlb", { era: "2005-09-06" }],
  ["swiotlb-xen1217-", "xen-i386-swiotlb", { era: "2005-12-17" }],
];

const endings = [".ops.json", ".ops.json.gz"];
const read = (path: string): string =>
  path.endsWith(".gz") ? gunzipSync(readFileSync(path)).toString() : readFileSync(path, "utf8");

/** The names of the scripts in a folder that have their recording beside them. */
export const kernelRecordingsIn = (folder: string): string[] =>
  readdirSync(folder)
    .flatMap((file) => {
      const ending = endings.find((one) => file.endsWith(one));
      return ending === undefined ? [] : [file.slice(0, -ending.length)];
    })
    .filter((name) => found(folder, `${name}.jsonl`) !== null && !name.includes("."));

/** A file, or its compressed form. */
const found = (folder: string, name: string): string | null =>
  [name, `${name}.gz`].map((one) => join(folder, one)).find((path) => existsSync(path)) ?? null;

/** For each kind of recording in a folder the one whose script is the shortest. */
export const shortestOfEach = (folder: string): string[] =>
  machines.flatMap(([prefix]) => {
    const size = (name: string) => readFileSync(found(folder, `${name}.ops.json`)!).length;
    const names = kernelRecordingsIn(folder).filter((name) => name.startsWith(prefix));
    return names.sort((a, b) => size(a) - size(b)).slice(0, 1);
  });

export function kernelSetup(name: string, folder: string): Setup {
  const prefix = machines.find(([one]) => name.startsWith(one));
  if (prefix === undefined)
    throw new UserError(
      `${name}: a recording of an unknown form; known are: ${machines.map(([one]) => `${one}*`).join(", ")}`,
    );
  const path = found(folder, `${name}.ops.json`)!;
  const workload = parseWorkload(read(path), path);
  const plain = varied(platforms.find((one) => one.name === prefix[1])!, prefix[2]);
  const platform = platformFor(plain, workload);
  const chipset = chipsets.find((one) => one.name === platform.chipsets[0])!;
  const run = { platform, hooks: gart, chipset, era: usualEra, workload, seed: 0 };
  return { ...run, lenientIoremap: false, device: true };
}

/** What a DART's registers are told of only where the script says so. */
function tellsRegisters({ workload, platform }: Setup): boolean {
  const { registers = 0, flush_reads = 0 } = workload.script!.machine;
  return platform.dma.code.name !== "dart" || registers === 1 || flush_reads > 0;
}

type Line = { readonly [field: string]: unknown };

/** Where a recording and the same calls here first part, in words; null where they are alike. */
export function kernelParting(name: string, folder: string): string | null {
  const setup = kernelSetup(name, folder);
  const path = found(folder, `${name}.jsonl`)!;
  const lines = read(path)
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);
  const trace = recorded(setup);
  const facts = bootFacts(setup);
  const about: Judged = {
    platform: setup.platform,
    words: new Map(),
    frames: new Map(),
    tellsRegisters: tellsRegisters(setup),
    firstEntry: Number(facts.first_entry ?? 0),
  };
  const ops = opsOf(trace);
  const booted = [...trace.events()].filter(({ op }) => op < 0).map(({ event }) => event);
  const boot = ourLine(about, "boot", facts, booted);
  const part = partingOf(boot, theirLine(about, lines[0]!.boot as Line), `${path}:1: boot`);
  if (part !== null) return part;
  if (ops.length !== lines.length - 1)
    return `${lines.length - 1} operations are recorded, ${ops.length} were performed`;
  for (const [i, { name: op, result, events }] of ops.entries()) {
    const ours = ourLine(about, op, result, events);
    const theirs = theirLine(about, lines[i + 1]!);
    const part = partingOf(ours, theirs, `${path}:${i + 2}: op ${i} ${op}`);
    if (part !== null) return part;
  }
  const { disagreements } = verify(trace);
  return disagreements.length === 0
    ? null
    : `replay disagrees: ${JSON.stringify(disagreements[0])}`;
}

function partingOf(ours: Line, theirs: Line, where: string): string | null {
  for (const field of new Set([...Object.keys(theirs), ...Object.keys(ours)])) {
    const [a, b] = [JSON.stringify(ours[field]), JSON.stringify(theirs[field])];
    if (a !== b) return `${where}: ${field}\n  here  ${around(a, b)}\n  there ${around(b, a)}`;
  }
  return null;
}

const SHOWN = 200;
/** The part of a text where it parts from another. */
function around(text: string | undefined, other: string | undefined): string {
  if (text === undefined) return "nothing";
  const from = [...text].findIndex((letter, i) => letter !== other?.[i]);
  const start = Math.max(0, from - SHOWN / 2);
  return `${start > 0 ? "..." : ""}${text.slice(start, start + SHOWN)}`;
}

interface Op {
  readonly name: string;
  readonly result: Facts;
  readonly events: readonly Event[];
}

function opsOf(trace: Trace): Op[] {
  const ops: { name: string; result: Facts; events: Event[] }[] = [];
  for (const { event } of trace.events())
    if (event.kind === "op.began") ops.push({ name: event.name, result: {}, events: [] });
    else if (event.kind === "op.ended") ops.at(-1)!.result = event.result;
    else ops.at(-1)?.events.push(event);
  return ops;
}

/** What the code says of itself at boot. */
function bootFacts({ platform, workload }: Setup): Facts {
  const machine = new Machine(
    { physIsMachine: platform.physIsMachine, chipset: null },
    { take: () => {} },
  );
  const kernel = new Kernel(machine, platform, 0);
  const script = workload.script!;
  if (isBlockScript(script)) return new BlockCalls(kernel, script.machine).boot();
  const code = codeFor(kernel, new Exchange(kernel));
  const facts = code.boot();
  const after = code.after();
  return after === null ? facts : { ...facts, after: [...after] };
}
