// event-queue.test.ts - events wait in order, and making room for more moves them without a loss.

import { expect, test } from "vitest";
import { EventQueue, KEY, WIDTH } from "../../src/diff/event-queue.ts";

const ROOM = 1024;

function put(queue: EventQueue, key: number): void {
  const place = queue.push();
  queue.values[place + KEY] = key;
}

function filled(count: number): EventQueue {
  const queue = new EventQueue();
  for (let key = 0; key < count; key++) put(queue, key);
  return queue;
}
const from = (first: number, count: number) => Array.from({ length: count }, (_, i) => first + i);

test("events wait in the order in which they came", () => {
  const queue = filled(3);
  expect(queue.waiting).toBe(3);
  expect(queue.keys(2)).toEqual([0, 1]);
  queue.drop(2);
  expect(queue.waiting).toBe(1);
  expect(queue.keys(1)).toEqual([2]);
});

test("when none waits the room is used from its beginning", () => {
  const queue = filled(3);
  queue.drop(3);
  expect([queue.start, queue.end, queue.waiting]).toEqual([0, 0, 0]);
  expect(queue.push()).toBe(0);
});

test.each([
  ["grows where all of it waits", 0, 2 * ROOM],
  ["grows where half of it waits", ROOM / 2, 2 * ROOM],
  ["is used again where less than half of it waits", ROOM / 2 + 1, ROOM],
])("the room %s", (_, dropped, events) => {
  const queue = filled(ROOM);
  queue.drop(dropped);
  put(queue, ROOM);
  expect(queue.values).toHaveLength(events * WIDTH);
  expect([queue.start, queue.waiting]).toEqual([0, ROOM - dropped + 1]);
  expect(queue.keys(queue.waiting)).toEqual(from(dropped, ROOM - dropped + 1));
});
