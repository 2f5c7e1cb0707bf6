// frontend.test.ts - /dev/agpgart beyond the recordings: the lock that an oops keeps, and odd calls.

import { describe, expect, test } from "vitest";
import { u3 } from "../../src/chipset/u3.ts";
import { bareRun, type DriverRun, failAfter } from "../driver-run.ts";

const proc = (pid: number, uid = 0) => ({ op: "proc", pid, uid, suid: uid, comm: `p${pid}` });
const open = (file: number, pid: number) => ({ op: "open", file, pid });
const ioctl = (cmd: string, fields: object = {}, file = 0, pid = 1) => ({
  ...{ op: "ioctl", file, pid, cmd },
  ...fields,
});
const close = (file: number, pid: number) => ({ op: "close", file, pid });
const mmap = (file: number, pid: number, map: number, length: number) => ({
  ...{ op: "mmap", file, pid, map, length, offset: 0, prot: 3, shared: 1 },
});
const allocate = ioctl("ALLOCATE", { slot: 0, pg_count: 4, type: 0 });
const start = [
  { op: "maxorder", max_order: 0 },
  { op: "init" },
  ...[proc(1), proc(2), open(0, 1), open(1, 2)],
];

/** The return values of the operations after the start. */
const retsOf = (told: DriverRun, count: number): unknown[] =>
  Array.from({ length: count }, (_, i) => told.ret(start.length + i));
const rets = (words: string, ...ops: object[]): unknown[] =>
  retsOf(bareRun(words, {}, ...start, ...ops), ops.length);

describe("an oops inside ALLOCATE", () => {
  const blocked = [
    open(2, 2),
    ioctl("INFO", {}, 1, 2),
    mmap(1, 2, 0, 4096),
    close(1, 2),
    { op: "exit", pid: 1 },
  ];
  const told = bareRun(
    "native-i386 legacy",
    {},
    ...[...start, ioctl("ACQUIRE"), failAfter(2), allocate, failAfter(-1)],
    ...[{ op: "rw", file: 0, pid: 2, write: 0 }, ...blocked, { op: "init" }],
  );

  test("takes agp_mutex along: whoever wants it after that sleeps for good", () => {
    const after = retsOf(told, 5 + blocked.length);
    expect(after.slice(0, 3)).toEqual([0, undefined, "oops"]);
    expect(after.slice(5)).toEqual(blocked.map(() => "blocked"));
    for (let i = 0; i < blocked.length; i++) {
      const [fault] = told.of(start.length + 5 + i, "fault.raised");
      expect(fault).toMatchObject({ fault: "blocked", text: "agp_mutex" });
    }
  });

  test("leaves read and write alone, which take no lock", () => {
    expect(told.ret(start.length + 4)).toBe(-22);
  });

  test("leaves the program without a key and the driver with the pages", () => {
    const { fe, current_memory } = told.result(start.length + 4);
    expect(fe).toMatchObject({ current: 1, controllers: [{ pid: 1, pool: [] }] });
    expect(current_memory).toBe(2);
  });
});

test("a number of another word size is -ENOTTY for the controller, and for others what the gates say", () => {
  const info = { i386: 0x80044100, x86_64: 0x80084100, ppc64: 0x40084100 };
  const raw = (nr: number, file = 0, pid = 1) => ioctl("RAW", { nr, arg: 0x60000000 }, file, pid);
  const asked = [
    raw(info.x86_64),
    ioctl("ACQUIRE"),
    ...Object.values(info).map((nr) => raw(nr)),
    raw(info.x86_64, 1, 2),
  ];
  expect(rets("native-i386 gart", ...asked)).toEqual([-22, 0, 0, -25, -25, -1]);
  const g5 = bareRun("ppc64-g5 gart", { chipset: u3 }, ...start.slice(1), ...asked);
  const rets5 = asked.map((_, i) => g5.ret(start.length - 1 + i));
  expect(rets5).toEqual([-22, 0, -25, -25, 0, -1]);
});

describe("a mapping", () => {
  test("keeps its file open: the controller goes with the last of them", () => {
    const whole = 4 * 2 ** 20;
    const ops = [ioctl("ACQUIRE"), mmap(0, 1, 0, whole), allocate, close(0, 1)];
    const told = bareRun("native-i386 gart", {}, ...start, ...ops, {
      op: "munmap",
      map: 0,
      pid: 1,
    });
    const closed = start.length + 3;
    expect(told.of(closed, "call.returned")).toMatchObject([{ text: "fput(file 0)", result: 1 }]);
    expect(told.result(closed)).toEqual({});
    expect(told.result(closed + 1)).toMatchObject({ ret: 0, current_memory: 0, in_use: 0 });
    expect(told.of(closed + 1, "page.freed")).toHaveLength(4);
  });

  test("of nobody, and files that are not open, do no harm", () => {
    expect(
      rets(
        "native-i386 gart",
        { op: "munmap", map: 7, pid: 1 },
        close(7, 1),
        close(0, 2),
        ioctl("INFO", {}, 7),
        mmap(7, 1, 0, 4096),
        { op: "dup", file: 7, pid: 1 },
      ),
    ).toEqual([0, -9, -9, -9, -9, -9]);
  });
});

test("a device file without its module cannot be opened, and loading it again forgets everybody", () => {
  const ops = [ioctl("ACQUIRE"), { op: "cleanup" }, open(2, 1), { op: "init" }, open(3, 1)];
  const told = bareRun("native-i386 gart", {}, ...start, ...ops);
  expect(told.ret(start.length + 2)).toBe(-19);
  expect(told.result(start.length + 4).fe).toEqual({
    ...{ current: null, backend_acquired: 0, controllers: [] },
    files: [[1, "0x3"]],
  });
});

test("a process that ends says what each of its files left behind", () => {
  const told = bareRun("native-i386 gart", {}, ...start, open(2, 1), { op: "exit", pid: 1 });
  const { fe, releases } = told.result(start.length + 1);
  expect(releases).toMatchObject([
    {
      ret: 0,
      in_use: 0,
      fe: {
        files: [
          [1, "0x3"],
          [2, "0x3"],
        ],
      },
    },
  ]);
  expect(fe).toMatchObject({ files: [[2, "0x3"]] });
});
