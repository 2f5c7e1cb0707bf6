// deflated.test.ts - a keyframe that was deflated is read as it was, and bytes of which none is made are told apart.

import { deflateRawSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { keyframeSum } from "../../src/store/checksums.ts";
import { deflateKeyframes, inflated } from "../../src/store/deflated.ts";
import { KeyframeInsert } from "../../src/store/keyframes.ts";
import { emptyFile } from "./sample.ts";

const state = Buffer.alloc(5000, "a state of many entries ");
const packed = deflateRawSync(state);

test("the keyframes of a file become fewer bytes, each with the checksum of what it is then", async () => {
  const database = await emptyFile();
  const insert = new KeyframeInsert(database);
  const facts = { base: 8, kinds: 3, actors: 1, astray: 0 };
  for (const seq of [8, 16]) insert.add({ ...facts, seq, data: state });
  deflateKeyframes(database);
  const rows = database.prepare("SELECT * FROM keyframe").all();
  expect(rows).toEqual(
    [8, 16].map((seq) => ({
      ...{ ...facts, seq, data: packed, inflated: 5000 },
      checksum: keyframeSum({ ...facts, seq, inflated: 5000 }, packed),
    })),
  );
  deflateKeyframes(database);
  expect(database.prepare("SELECT * FROM keyframe").all()).toEqual(rows);
});

test("data that was never deflated is what it is", () => {
  expect(inflated(state, null)).toBe(state);
});

test("data that was deflated is what it was", () => {
  expect(inflated(packed, 5000)).toEqual(state);
});

describe("nothing is made of", () => {
  const large = 2 ** 26 + 1;
  test.each([
    ["fewer bytes than are said", packed, 5001],
    ["more bytes than are said", packed, 4999],
    ["bytes that end too soon", packed.subarray(0, -1), 5000],
    ["bytes that go on", Buffer.concat([packed, Buffer.of(0)]), 5000],
    ["bytes of no such data", Buffer.alloc(40, 0xff), 5000],
    ["no bytes", Buffer.of(), 0],
    ["less than nothing", packed, -1],
    ["more than 64 MB", deflateRawSync(Buffer.alloc(large)), large],
  ])("%s", (_, data, bytes) => {
    expect(inflated(data, bytes)).toBeNull();
  });
});
