// op-shape.test.ts - which numbers of an op's JSON lie apart from its shape, and which stay in it.

import { describe, expect, test } from "vitest";
import { MOST, OftenNumbers, shaped } from "../../src/store/op-shape.ts";
import { Unshaper } from "../../src/store/unshaper.ts";

describe("of an op's JSON", () => {
  test.each([
    ["{}", "{}", null],
    ['{"a":1}', '{"a":%d}', "1"],
    ['{"a":-1,"b":[0,20]}', '{"a":%d,"b":[%d,%d]}', "-1,0,20"],
    ['{"a":"0x0","b":"0x1f"}', '{"a":"0x%x","b":"0x%x"}', "0,31"],
    ['{"a":"0xfffffffffffff"}', '{"a":"0x%x"}', "4503599627370495"],
    ['{"a":"0x10000000000000"}', '{"a":"0x10000000000000"}', null],
    ['{"a":"0x00"}', '{"a":"0x00"}', null],
    ['{"a":"0x1F"}', '{"a":"0x1F"}', null],
    ['{"a":"0xg"}', '{"a":"0xg"}', null],
    ['{"a":"10"}', '{"a":"10"}', null],
    ['{"a":"a 0x1"}', '{"a":"a 0x1"}', null],
    ['{"a":"0x1 "}', '{"a":"0x1 "}', null],
    ['{"a":0.5,"b":1e3}', '{"a":0.5,"b":1e3}', null],
    ['{"a":9007199254740993}', '{"a":9007199254740993}', null],
    ['{"a":-0}', '{"a":-0}', null],
    ['{"5%":"100%"}', '{"5%%":"100%%"}', null],
    ['{"a":"\\"7"}', '{"a":"\\"7"}', null],
  ])("%s the shape is %s, the numbers are %s", (text, shape, values) => {
    expect(shaped(text, 16)).toEqual({ shape, values });
    expect(new Unshaper().text(shape, values)).toBe(text);
  });

  test("a text with more numbers than its view takes is kept as it is", () => {
    const list = (count: number) => JSON.stringify(Array(count).fill(7));
    expect(shaped(list(MOST.asked), MOST.asked).shape).not.toBeNull();
    const text = list(MOST.asked + 1);
    expect(shaped(text, MOST.asked)).toEqual({ shape: null, values: text });
    expect(new Unshaper().text(null, text)).toBe(text);
  });

  test("a text longer than 4,096 characters is kept as it is", () => {
    const text = (length: number) => JSON.stringify("x".repeat(length - 2));
    expect(shaped(text(4096), 16)).toEqual({ shape: text(4096), values: null });
    expect(shaped(text(4097), 16)).toEqual({ shape: null, values: text(4097) });
  });
});

test("the view's numbers are 16 of what is asked, 24 of an answer, 48 of a state", () => {
  expect(MOST).toEqual({ asked: 16, answered: 24, state: 48 });
});

test("a shape of which nothing is known is an empty text", () => {
  expect(new Unshaper().text(null, null)).toBe("");
});

test("one reader puts together texts of many shapes, each as often as it comes", () => {
  const reader = new Unshaper();
  for (let i = 0; i < 3; i++) {
    expect(reader.text('{"a":%d,"b":"0x%x"}', `${i},${255 + i}`)).toBe(
      `{"a":${i},"b":"0x${(255 + i).toString(16)}"}`,
    );
    expect(reader.text('{"c":"%%d"}', null)).toBe('{"c":"%d"}');
  }
});

describe("a long number that comes often", () => {
  const ioctl = '"0x40044108"';

  test("stays in the shape from its 17th time on", () => {
    const often = new OftenNumbers();
    const shapes = Array.from({ length: 18 }, () => shaped(`{"nr":${ioctl}}`, 16, often).shape);
    expect(shapes).toEqual([
      ...Array(16).fill('{"nr":"0x%x"}'),
      ...Array(2).fill('{"nr":"0x40044108"}'),
    ]);
  });

  test("is one of at least eight digits", () => {
    const often = new OftenNumbers();
    const times = (token: string) =>
      Array.from({ length: 20 }, () => often.has(token)).lastIndexOf(false);
    expect(times('"0x1234567"')).toBe(19);
    expect(times('"0x12345678"')).toBe(15);
  });

  test("is one of 64 at most", () => {
    const often = new OftenNumbers();
    const token = (i: number) => `"0x${(0x10000000 + i).toString(16)}"`;
    for (let i = 0; i < 65; i++) for (let times = 0; times < 16; times++) often.has(token(i));
    const kept = Array.from({ length: 65 }, (_, i) => often.has(token(i)));
    expect(kept).toEqual([...Array(64).fill(true), false]);
  });

  test("is forgotten where thousands of others come between", () => {
    const often = new OftenNumbers();
    for (let i = 0; i < 15; i++) expect(often.has(ioctl)).toBe(false);
    for (let i = 0; i < 4096; i++) often.has(`"0x${(0x10000000 + i).toString(16)}"`);
    for (let i = 0; i < 16; i++) expect(often.has(ioctl), `${i}`).toBe(false);
    expect(often.has(ioctl)).toBe(true);
  });
});
