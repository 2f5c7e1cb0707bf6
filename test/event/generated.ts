// generated.ts - events of any kind, made from what the kind's fields say of themselves.

import fc from "fast-check";
import type { Field } from "../../src/event/field.ts";
import {
  actors,
  declarationOf,
  type Event,
  type KindName,
  type Recorded,
} from "../../src/event/vocabulary.ts";

/** Raw words and addresses: any bit up to the highest that a number holds exactly, often that one. */
const word = fc.oneof(
  fc.maxSafeNat(),
  fc.integer({ min: 2 ** 51, max: Number.MAX_SAFE_INTEGER }),
  fc.constantFrom(0, 2 ** 32 - 1, 2 ** 32, 2 ** 51, 2 ** 52 - 1),
);
/** An IOMMU's addresses have up to 64 bits. */
const onBus = fc.oneof(
  word,
  fc.bigInt({ min: 2n ** 53n, max: 2n ** 64n - 1n }),
  fc.constantFrom(2n ** 53n, 2n ** 63n - 1n, 2n ** 63n, 2n ** 64n - 1n),
);
/** A subject stands in its column as number x 16 + family. */
const subject = fc.oneof(fc.nat(), fc.nat({ max: 2 ** 49 - 1 }));
const facts = fc.dictionary(
  fc.stringMatching(/^[a-z][a-z_]{0,11}$/),
  fc.oneof(fc.integer(), fc.string(), fc.constant(null), fc.array(fc.nat(), { maxLength: 6 })),
  { maxKeys: 4, noNullPrototype: true },
);

function valueIn({ in: storage, names, hex, range, family }: Field): fc.Arbitrary<unknown> {
  if (names !== null) return fc.constantFrom(...names);
  if (storage === "note" || storage === "op.name") return fc.string();
  if (storage === "op.arguments" || storage === "op.result") return facts;
  if (family === "dma") return fc.nat({ max: 2 ** 48 - 1 });
  if (storage === "subject") return subject;
  if (storage === "bus") return onBus;
  if (hex) return word;
  // The events of a trace cover so many pages and no more.
  const [least, most] = range;
  if (storage === "size" && least === 0) return fc.nat({ max: 2 ** 22 });
  if (most < Number.MAX_SAFE_INTEGER) return fc.integer({ min: least, max: most });
  return least < 0 ? fc.integer() : fc.nat();
}

/** Events of a kind; what is optional is there in some and missing in others. */
export function eventOf(kind: KindName): fc.Arbitrary<Event> {
  const fields = Object.entries(declarationOf(kind).fields);
  const required = fields.filter(([, field]) => !field.optional).map(([name]) => name);
  const model = {
    kind: fc.constant(kind),
    actor: fc.constantFrom(...actors),
    place: fc.constantFrom("agp_generic_insert_memory", "ioremap", ""),
    cause: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
    at: fc.maxSafeNat(),
    ...Object.fromEntries(fields.map(([name, field]) => [name, valueIn(field)])),
  };
  // What a kind declares is not known here as a type, so neither is the event.
  return fc
    .record(model, {
      requiredKeys: ["kind", "actor", ...(required as "kind"[])],
      noNullPrototype: true,
    })
    .map(withHandle) as unknown as fc.Arbitrary<Event>;
}

/** A handle from 2^48 on is the bus address that it stands beside. */
function withHandle<E extends object>(event: E): E {
  const { handle, bus } = event as { readonly handle?: number; readonly bus?: number | bigint };
  return handle !== undefined && bus !== undefined && bus >= 2 ** 48
    ? { ...event, handle: bus }
    : event;
}

/** An event with its position in a trace: an op's own events belong to that op. */
export const recordedOf = (kind: KindName): fc.Arbitrary<Recorded> =>
  fc
    .tuple(fc.integer({ min: 1, max: 2 ** 40 }), fc.integer({ min: -1, max: 1000 }), eventOf(kind))
    .map(([seq, op, event]) => ({
      seq,
      op: "op" in event ? event.op : op,
      event: causedBefore(seq, event),
    }));

/** One event of a kind, the same every time; a DMA handle in it is a number of its own. */
export function sampleOf(kind: KindName): Recorded {
  const [recorded] = fc.sample(recordedOf(kind), { numRuns: 1, seed: 1 }) as [Recorded];
  const near = { ...recorded.event, handle: 0x1000, bus: 0x1000 } as unknown as Event;
  return "handle" in recorded.event ? { ...recorded, event: near } : recorded;
}

/** The event with a cause before it, or with none where none can be. */
export function causedBefore<E extends Event>(seq: number, event: E): E {
  if (event.cause == null) return event;
  if (seq > 1) return { ...event, cause: 1 + (event.cause % (seq - 1)) };
  const { cause: _, ...causeless } = event;
  return causeless as E;
}
