// imported.ts - a recording as the events it gives, for the tests of its importer.

import type { About } from "../../../../src/event/trace.ts";
import type { Event, KindName, Of, Recorded } from "../../../../src/event/vocabulary.ts";
import { importReference } from "../../../../src/exchange/import/reference/reference.ts";

export interface Imported {
  readonly about: About;
  readonly events: readonly Recorded[];
}

/** Imports a recording and keeps its events. */
export async function imported(path: string): Promise<Imported> {
  const events: Recorded[] = [];
  let said: About | undefined;
  await importReference(path, async (about) => {
    said = about;
    return { take: (seq, op, event) => void events.push({ seq, op, event }) };
  });
  return { about: said!, events };
}

export const ofKind = <K extends KindName>({ events }: Imported, kind: K) =>
  events.map(({ event }) => event).filter((event) => event.kind === kind) as Of<K>[];
export const at = ({ events }: Imported, seq: number | null | undefined): Event | undefined =>
  events[(seq ?? 0) - 1]?.event;
