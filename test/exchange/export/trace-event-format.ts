// trace-event-format.ts - what the Trace Event Format asks of a file, as complaints about one that breaks it.
//
// The rules are those of the format's own description: which phases there are and what each must hold, that
// slices of a thread nest, and that a flow's ends lie in slices (`bp: "e"` binds an end to the one around it).

export interface Entry {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts: number;
  readonly dur?: number;
  readonly cat?: string;
  readonly id?: string;
  readonly bp?: string;
  readonly s?: string;
  readonly args: { readonly [name: string]: unknown };
}

interface Slice {
  readonly start: number;
  readonly end: number;
}

const track = ({ pid, tid }: Entry): string => `${pid} ${tid}`;
/** Times are counted in microseconds; a nanosecond is the least that viewers keep. */
const ns = (micros: number): number => Math.round(micros * 1000);

/** Everything that is wrong with a file's events; of one entry at most its first fault. */
export function complaints(entries: readonly Entry[]): string[] {
  return [...entries.flatMap(wrongIn), ...unnamed(entries), ...wrongFlows(entries)];
}

const needs: { readonly [phase: string]: (entry: Entry) => boolean } = {
  M: ({ name, args }) =>
    ["process_name", "thread_name"].includes(name) && typeof args.name === "string",
  B: ({ cat }) => typeof cat === "string",
  E: () => true,
  X: ({ dur }) => Number.isFinite(dur) && dur! > 0,
  i: ({ s }) => s === "t" || s === "p" || s === "g",
  s: ({ id, cat }) => typeof id === "string" && typeof cat === "string",
  f: ({ id, cat, bp }) => typeof id === "string" && typeof cat === "string" && bp === "e",
};

function wrongIn(entry: Entry): string[] {
  const { ph, name, pid, tid, ts } = entry;
  const at = `${ph} ${name} at ${ts}`;
  const rule = needs[ph];
  if (rule === undefined) return [`${at}: no such phase`];
  if (typeof name !== "string" || name === "") return [`${at}: no name`];
  if (!Number.isInteger(pid) || !Number.isInteger(tid)) return [`${at}: no process or thread`];
  if (ph !== "M" && !(Number.isFinite(ts) && ts >= 0)) return [`${at}: no time`];
  return rule(entry) ? [] : [`${at}: lacks what its phase needs`];
}

/** Processes and threads without a name. */
function unnamed(entries: readonly Entry[]): string[] {
  const [processes, threads] = [new Set<number>(), new Set<string>()];
  for (const entry of entries.filter(({ ph }) => ph === "M"))
    if (entry.name === "process_name") processes.add(entry.pid);
    else threads.add(track(entry));
  const nameless = entries.filter((one) => !processes.has(one.pid) || !threads.has(track(one)));
  return nameless
    .filter(({ ph, name }) => ph !== "M" || name !== "process_name")
    .map((entry) => `${track(entry)}: has no name`);
}

function wrongFlows(entries: readonly Entry[]): string[] {
  const found: string[] = [];
  const slices = slicesOf(entries, found);
  const open = new Map<string, Entry>();
  for (const entry of entries.filter(({ ph }) => ph === "s" || ph === "f")) {
    const at = ns(entry.ts);
    if (!slices.get(track(entry))?.some(({ start, end }) => start <= at && at < end))
      found.push(`flow ${entry.id} at ${entry.ts}: in no slice`);
    const start = open.get(entry.id!);
    if (entry.ph === "s") {
      if (start !== undefined) found.push(`flow ${entry.id} begins twice`);
      open.set(entry.id!, entry);
    } else {
      open.delete(entry.id!);
      if (start === undefined || start.cat !== entry.cat || start.name !== entry.name)
        found.push(`flow ${entry.id} ends without such a beginning`);
      else if (start.ts >= entry.ts) found.push(`flow ${entry.id} ends before it begins`);
    }
  }
  return [...found, ...[...open.keys()].map((id) => `flow ${id} has no end`)];
}

/** The slices of each thread; they must lie inside each other or apart. */
function slicesOf(entries: readonly Entry[], found: string[]): Map<string, Slice[]> {
  const slices = new Map<string, Slice[]>();
  const begun = new Map<string, Entry[]>();
  const add = (of: string, slice: Slice) => {
    const there = slices.get(of);
    if (there === undefined) slices.set(of, [slice]);
    else there.push(slice);
  };
  for (const entry of entries) {
    const of = track(entry);
    const stack = begun.get(of) ?? [];
    begun.set(of, stack);
    if (entry.ph === "X") add(of, { start: ns(entry.ts), end: ns(entry.ts + entry.dur!) });
    else if (entry.ph === "B") stack.push(entry);
    else if (entry.ph === "E") {
      const start = stack.pop();
      if (start?.name !== entry.name || start.ts > entry.ts)
        found.push(`${of}: ${entry.name} ends at ${entry.ts}, and is not what began last`);
      else add(of, { start: ns(start.ts), end: ns(entry.ts) });
    }
  }
  for (const [of, left] of begun)
    if (left.length > 0) found.push(`${of}: ${left.at(-1)!.name} never ends`);
  for (const [of, list] of slices) {
    list.sort((a, b) => a.start - b.start || b.end - a.end);
    const around: Slice[] = [];
    for (const slice of list) {
      while (around.length > 0 && around.at(-1)!.end <= slice.start) around.pop();
      if (around.length > 0 && around.at(-1)!.end < slice.end)
        found.push(`${of}: slices cross at ${slice.start} ns`);
      around.push(slice);
    }
  }
  return slices;
}
