// register-bytes.test.ts - a register is bytes, whatever the width it is met at.

import { expect, test } from "vitest";
import { RegisterBytes } from "../../src/replay/register-bytes.ts";

const access = (register: number, size: number, word = 0) =>
  ({ kind: "register.read", actor: "driver", register, size, word }) as const;

test("a bit set in a byte is met in the word around it, and the other way round", () => {
  const registers = new RegisterBytes();
  registers.see(access(0x50, 2, 0));
  registers.see(access(0x51, 1, 0x02));
  expect(registers.wordAt(access(0x50, 2))).toBe(0x200);
  registers.see(access(0x50, 4, 0xfedcba98));
  expect(registers.wordAt(access(0x51, 1))).toBe(0xba);
  expect(registers.wordAt(access(0x50, 4))).toBe(0xfedcba98);
});

test("a word is unknown as long as one of its bytes is", () => {
  const registers = new RegisterBytes();
  registers.see(access(0x51, 1, 0x02));
  expect(registers.wordAt(access(0x50, 2))).toBeUndefined();
  expect(registers.wordAt(access(0x51, 1))).toBe(2);
});
