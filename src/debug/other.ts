// other.ts - the event of another trace that is the partner of one here: same op, same place in it.
//
// Ops are partners by name and arguments, events by what of them does not depend on where frames lie.

import { align } from "../diff/align.ts";
import type { FamilyName } from "../event/field.ts";
import type { OpRow } from "../event/trace.ts";
import { declared, type Recorded } from "../event/vocabulary.ts";
import { UserError } from "../fault.ts";
import type { TimeTravel } from "../replay/travel.ts";

/** Longer ops are for `gartrace diff`, which reads them in stretches. */
const LONGEST = 1 << 18;

/** Things whose numbers are the same on every platform. */
const LOGICAL: readonly (FamilyName | null)[] = ["op", "gatt", "directory", "register"];
/** What a set of hooks chooses: which function allocates, which one translates. */
const CHOSEN = ["hook", "by"];
const ADDRESSES: readonly string[] = ["virt", "phys", "machine", "bus", "reached", "high"];

export class Other {
  readonly travel: TimeTravel;
  readonly name: string;
  readonly #mine: TimeTravel;
  #ops: Int32Array | null = null;
  #op: { readonly number: number; readonly partners: Int32Array } | null = null;

  constructor(mine: TimeTravel, travel: TimeTravel, name: string) {
    this.#mine = mine;
    this.travel = travel;
    this.name = name;
  }

  /** The partner; null where the other trace has none. A UserError says why none can be looked for. */
  partnerOf({ seq, op }: Recorded): Recorded | null {
    const mine = op < 0 ? undefined : this.#mine.trace.op(op);
    if (mine === undefined)
      throw new UserError(`#${seq} is in no op, so nothing says what its partner is`);
    const theirs = this.#partnerOp(mine);
    if (theirs === null) return null;
    if (this.#op?.number !== op)
      this.#op = {
        number: op,
        partners: partnersOf(keysOf(this.#mine, mine), keysOf(this.travel, theirs)),
      };
    const place = this.#op.partners[seq - mine.first] ?? ALONE;
    return place === ALONE ? null : (this.travel.trace.event(theirs.first + place) ?? null);
  }

  /** Mostly the op of the same number; else the lists of ops are aligned, once. */
  #partnerOp(mine: OpRow): OpRow | null {
    const same = this.travel.trace.op(mine.op);
    if (this.#ops === null && same !== undefined && keyOfOp(same) === keyOfOp(mine)) return same;
    const [a, b] = [this.#mine, this.travel].map(({ trace }) => [...trace.ops()]) as [
      OpRow[],
      OpRow[],
    ];
    this.#ops ??= partnersOf(a.map(keyOfOp), b.map(keyOfOp));
    const place = this.#ops[a.findIndex(({ op }) => op === mine.op)] ?? ALONE;
    return place === ALONE ? null : b[place]!;
  }
}

const keyOfOp = ({ name, arguments: given }: OpRow): string => `${name} ${JSON.stringify(given)}`;

/** Of each member of one list, the place of its partner in the other. */
function partnersOf(a: readonly string[], b: readonly string[]): Int32Array {
  const partners = new Int32Array(a.length).fill(ALONE);
  for (const run of align(a, b))
    for (let i = 0; i < run.length; i++) partners[run.a + i] = run.b + i;
  return partners;
}
const ALONE = -1;

function keysOf({ trace }: TimeTravel, { op, first, last }: OpRow): string[] {
  const end = last ?? trace.count;
  if (end - first >= LONGEST)
    throw new UserError(
      `op ${op} has ${end - first + 1} events, too many to be laid side by side here; use gartrace diff`,
    );
  return [...trace.events(first, end)].map(keyOf);
}

/** What of an event does not depend on where frames lie. */
function keyOf({ event }: Recorded): string {
  const values = event as unknown as { readonly [name: string]: unknown };
  const said = Object.entries(declared(event.kind).fields)
    .filter(
      ([name, field]) =>
        !CHOSEN.includes(name) && (LOGICAL.includes(field.family) || isSaid(field)),
    )
    .map(([name]) => values[name] ?? null);
  // How an op ended is compared, not matched.
  const facts = event.kind === "op.ended" ? [] : said;
  return JSON.stringify([event.kind, event.actor, event.place ?? null, ...facts]);
}

const isSaid = ({ in: column, hex, family }: ReturnType<typeof declared>["fields"][string]) =>
  family === null && !hex && !ADDRESSES.includes(column);
