// focus.ts - the one value that every pane is a view of: a trace, a moment, and perhaps a thing; and its form in a link.

import type { Side } from "../answer/shapes.ts";

export interface Focus {
  readonly trace: Side;
  /** After so many events. */
  readonly at: number;
  /** As the command line names it; null for none. */
  readonly thing: string | null;
}

/** What a link says, still unproven: a position and a thing as people write them. */
export interface LinkFocus {
  readonly trace: Side;
  readonly at: string | null;
  readonly thing: string | null;
}

/** "#at=437&thing=gatt[0x10]&trace=a" */
export const linkOf = ({ trace, at, thing }: Focus): string =>
  `#at=${at}${thing === null ? "" : `&thing=${written(thing)}`}&trace=${trace}`;

/** Brackets and colons stay readable; what would end the value or the link does not. */
const written = (thing: string): string =>
  thing.replace(/[%&#+\s"<>\\^`{|}]/g, (one) => encodeURIComponent(one));

const KNOWN = ["at", "thing", "trace"];

/** What a link's last part says; a text instead where it is nonsense. */
export function readLink(hash: string, sides: readonly Side[]): LinkFocus | string {
  const parameters = new URLSearchParams(hash.replace(/^#/, "").replaceAll("+", "%2B"));
  const stranger = [...parameters.keys()].find((name) => !KNOWN.includes(name));
  if (stranger !== undefined)
    return `The link says '${short(stranger)}', which is no part of a position; one is #at=437&thing=gatt[0x10]&trace=a.`;
  const asked = parameters.get("trace") ?? "a";
  const trace = sides.find((side) => side === asked);
  if (trace === undefined)
    return `The link is of trace '${short(asked)}'; shown here: ${sides.join(" and ")}.`;
  const [at, thing] = [parameters.get("at"), parameters.get("thing")];
  return { trace, at: at === "" ? null : at, thing: thing === "" ? null : thing };
}

const LONGEST = 40;
const short = (text: string): string =>
  text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}...`;
