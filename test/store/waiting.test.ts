// waiting.test.ts - events that are recorded and not written yet: handed over in batches, and read meanwhile.

import { describe, expect, test } from "vitest";
import { encodeRow, FunctionNames, textsOf } from "../../src/event/row.ts";
import type { Event } from "../../src/event/vocabulary.ts";
import { BATCH } from "../../src/store/trace-file.ts";
import { WaitingEvents } from "../../src/store/waiting.ts";

/** A slot's events; the ring holds four batches. */
const SLOT = 2048;
const SLOTS = (4 * BATCH) / SLOT;

class Recording {
  readonly places = new FunctionNames();
  readonly waiting = new WaitingEvents(this.places.names);
  seq = 0;

  /** Records a message; says whether its slot is full. */
  say(text = `message ${this.seq + 1}`): boolean {
    const { cells, end } = this.waiting;
    const event = { kind: "message.logged", actor: "driver", level: "info", text } as Event;
    const filled = encodeRow(cells, end, ++this.seq, -1, { ...event, place: "probe" }, this.places);
    this.waiting.texts(this.seq, textsOf(event));
    return this.waiting.add(filled);
  }

  sayTo(last: number): void {
    while (this.seq < last) this.say();
  }

  textOf(seq: number): unknown {
    const recorded = this.waiting.event(seq);
    return recorded && "text" in recorded.event ? recorded.event.text : undefined;
  }

  take() {
    return this.waiting.take(this.places.names);
  }
}

test("an event that waits is read as it was recorded, and any other is not there", () => {
  const run = new Recording();
  run.say("one");
  run.say("two");
  expect(run.waiting.event(2)).toEqual({
    seq: 2,
    op: -1,
    event: { kind: "message.logged", actor: "driver", place: "probe", level: "info", text: "two" },
  });
  expect([0, 1, 3].map((seq) => run.textOf(seq))).toEqual([undefined, "one", undefined]);
});

test("a batch has what was recorded since the last one, and what came beside", () => {
  const run = new Recording();
  expect(run.take()).toBeNull();
  run.waiting.attach({ what: "keyframes" });
  run.say();
  run.say();
  run.waiting.note(2, "b");
  run.waiting.note(3, "c");
  expect(run.take()).toMatchObject({
    ...{ first: 1, count: 2, row: 0 },
    attachments: [{ what: "keyframes" }, { what: "notes", seqs: [2, 3], texts: ["b", "c"] }],
  });
  expect(run.take()).toBeNull();
  run.say();
  expect(run.take()).toMatchObject({ first: 3, count: 1, row: SLOT, attachments: [] });
});

test("a batch can be of what came beside alone, and the next one goes on in the same slot", () => {
  const run = new Recording();
  run.waiting.attach({ what: "keyframes" });
  expect(run.take()).toMatchObject({ first: 1, count: 0, row: 0 });
  run.say();
  expect(run.take()).toMatchObject({ first: 1, count: 1, row: 0 });
});

describe("a slot", () => {
  test("is full with its 2,048th event", () => {
    const run = new Recording();
    run.sayTo(SLOT - 1);
    expect(run.say()).toBe(true);
    const half = new Recording();
    half.sayTo(SLOT - 2);
    expect(half.say()).toBe(false);
  });

  test("keeps its events until they are committed, and is used again then", () => {
    const run = new Recording();
    for (let slot = 1; slot < SLOTS; slot++) {
      run.sayTo(slot * SLOT);
      expect(run.take()).toMatchObject({ row: (slot - 1) * SLOT });
      expect(run.waiting.free(0), `slot ${slot}`).toBe(slot < SLOTS - 1);
    }
    expect([1, SLOT, SLOT + 1, (SLOTS - 1) * SLOT].map((seq) => run.textOf(seq))).toEqual(
      [1, SLOT, SLOT + 1, (SLOTS - 1) * SLOT].map((seq) => `message ${seq}`),
    );
    expect(run.waiting.free(SLOT - 1)).toBe(false);
    expect(run.textOf(1)).toBe("message 1");
    expect(run.waiting.free(SLOT)).toBe(true);
    expect(run.textOf(1)).toBeUndefined();
    expect(run.textOf(SLOT + 1)).toBe(`message ${SLOT + 1}`);
    run.sayTo(SLOTS * SLOT);
    expect(run.take()).toMatchObject({ row: (SLOTS - 1) * SLOT });
    run.say("again in the first slot");
    expect(run.waiting.end).toBe((run.waiting.cells as Float64Array).length / SLOTS / SLOT);
    expect(run.textOf(run.seq)).toBe("again in the first slot");
    expect(run.take()).toMatchObject({ row: 0, first: SLOTS * SLOT + 1, count: 1 });
  });
});
