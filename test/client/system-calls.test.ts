// system-calls.test.ts - what programs ask of /dev/agpgart and get: one call at a time, right and wrong.

import { describe, expect, test } from "vitest";
import { setupOf, workloadOf } from "../laws.ts";
import { recorded } from "../memory-trace.ts";

const driver = [{ op: "maxorder", max_order: 0 }, { op: "init" }];
const proc = (pid: number) => ({ op: "proc", pid, uid: 0, suid: 0, comm: `x${pid}` });
const open = (file = 0, pid = 1, minor = 175) => ({ op: "open", file, pid, minor });
const ioctl = (cmd: string, rest: object = {}) => ({ op: "ioctl", file: 0, pid: 1, cmd, ...rest });
const mmap = (map = 0, rest: object = {}) => ({
  ...{ op: "mmap", file: 0, pid: 1, map, length: 2 ** 22, offset: 0, prot: 3, shared: 1 },
  ...rest,
});
const close = (file = 0, pid = 1) => ({ op: "close", file, pid });
const munmap = (map = 0, pid = 1) => ({ op: "munmap", map, pid });
const dup = (pid: number, file = 0) => ({ op: "dup", pid, file });
const exit = (pid: number) => ({ op: "exit", pid });
const allocate = (pg_count: number, slot = 0) => ioctl("ALLOCATE", { slot, pg_count, type: 0 });

const run = (operations: readonly object[]) =>
  recorded(setupOf("native-i386 gart", { workload: workloadOf(...operations) }));
/** The last call of a run: its name, what it was asked and what it gave. */
const lastOf = (...operations: object[]) => [...run(operations).ops()].at(-1)!;
/** The same with the driver loaded and two processes. */
const calling = (...operations: object[]) => lastOf(...driver, proc(1), proc(2), ...operations);
const owner = [open(), ioctl("ACQUIRE")];

test("without the driver there is no device behind the number, and no file is open", () => {
  expect(lastOf(proc(1), open()).result).toMatchObject({ ret: -19, bridge: null });
  expect(lastOf(proc(1), open(), ioctl("INFO")).result).toMatchObject({ ret: -9 });
});

describe("a file", () => {
  test("is opened by its minor number, with the credentials of its process", () => {
    const { arguments: asked, result } = calling(open(3, 2));
    expect(asked).toEqual({ pid: 2, uid: 0, suid: 0, file: 3, minor: 175 });
    expect(result).toMatchObject({ ret: 0, in_use: 0, fe: { files: [[2, "0x3"]] } });
    expect(calling(open(3, 2, 7)).result).toMatchObject({ ret: -6, fe: { files: [] } });
  });

  test("is closed by a process that has it, once, and released with its last reference", () => {
    expect(calling(open(), close()).result).toMatchObject({ ret: 0, fe: { files: [] } });
    expect(calling(open(), close(), close()).result).toEqual({ ret: -9 });
    expect(calling(open(), close(0, 2)).result).toEqual({ ret: -9 });
    expect(calling(open(), dup(2), close()).result).toEqual({});
    expect(calling(open(), dup(2), close(), close(0, 2)).result).toMatchObject({ ret: 0 });
  });

  test("has a reference more for each that inherits it", () => {
    expect(calling(open(), dup(2)).result).toEqual({ f_count: 2 });
    expect(calling(open(), dup(2), dup(2)).result).toEqual({ f_count: 3 });
    expect(calling(dup(2)).result).toEqual({ ret: -9 });
  });

  test("is released in the process that drops the last reference, which fput tells", () => {
    const trace = run([...driver, proc(1), proc(2), open(), dup(2), close(), exit(2)]);
    const said = [...trace.events()].flatMap(({ op, event }) =>
      "place" in event && event.place === "fput" && "text" in event
        ? [[op, event.kind, event.text, "result" in event ? event.result : null]]
        : [],
    );
    expect(said).toEqual([
      [6, "call.returned", "fput(file 0)", 1],
      [7, "call.entered", "agp_release(pid 2, file 0)", null],
      [7, "call.returned", "agp_release(pid 2, file 0)", 0],
    ]);
  });

  test("can be neither read nor written", () => {
    const rw = (write: 0 | 1, file = 0) => ({ op: "rw", file, pid: 1, write });
    expect(calling(open(), rw(1))).toMatchObject({
      ...{ name: "write", arguments: { pid: 1, file: 0, count: 4 }, result: { ret: -22 } },
    });
    expect(calling(open(), rw(0))).toMatchObject({ name: "read", result: { ret: -22 } });
    expect(calling(open(), rw(0, 9)).result).toMatchObject({ ret: -9 });
  });
});

describe("an ioctl", () => {
  test("has its command's number and argument, and its file", () => {
    expect(calling(open(), ioctl("ACQUIRE")).arguments).toEqual({
      ...{ pid: 1, file: 0, cmd: "ACQUIRE", nr: "0x4101" },
    });
    expect(calling(open(), ioctl("RAW", { nr: 0x4141, arg: 5 })).arguments).toMatchObject({
      ...{ cmd: "RAW", nr: "0x4141" },
    });
  });

  test("of one who does not own the bridge is refused, and the owner is one", () => {
    expect(calling(open(), ioctl("INFO")).result).toMatchObject({ ret: -22 });
    expect(calling(...owner).result).toMatchObject({ ret: 0, in_use: 1 });
    expect(calling(...owner, ioctl("ACQUIRE")).result).toMatchObject({ ret: -16 });
  });

  test("INFO tells the mode that SETUP takes from it, and the bytes that a mapping takes", () => {
    const { result } = calling(...owner, ioctl("INFO"));
    expect(result).toMatchObject({ ret: 0, out: { aper_size: 4 } });
    const setup = calling(...owner, ioctl("INFO"), ioctl("SETUP", { agp_mode: "info" }));
    expect(setup.arguments).toMatchObject({ arg: { agp_mode: result!.out!["agp_mode" as never] } });
    const unknown = calling(...owner, ioctl("SETUP", { agp_mode: "info" }));
    expect(Number((unknown.arguments.arg as { agp_mode: unknown }).agp_mode)).toBe(0);
    expect(calling(...owner, ioctl("INFO"), mmap(0, { length: "info" }))).toMatchObject({
      arguments: { vm_start: "0x40000000", vm_end: "0x40400000" },
      result: { ret: 0 },
    });
    expect(calling(...owner, mmap(0, { length: "info" })).result).toMatchObject({ ret: -22 });
  });

  test("ALLOCATE gives a key that a slot keeps, its pages, and none where it fails", () => {
    expect(calling(...owner, allocate(2)).result).toMatchObject({
      ...{ ret: 0, out: { key: 0, pg_count: 2 }, page_count: 2, num_scratch_pages: 1 },
      ...{ memory: ["0x1001000", "0x1002000"], current_memory: 2 },
    });
    const bind = ioctl("BIND", { key: "s0", pg_start: 1 });
    expect(calling(...owner, allocate(2), bind)).toMatchObject({
      arguments: { key_from: "s0", arg: { key: 0, pg_start: 1 } },
      result: { ret: 0 },
    });
    expect(calling(...owner, bind)).toMatchObject({ arguments: { arg: { key: -1 } } });
    const failing = calling(...owner, allocate(2), allocate(-1), bind);
    expect(failing.arguments).toMatchObject({ arg: { key: -1 } });
    expect(calling(...owner, allocate(-1)).result).not.toHaveProperty("memory");
  });

  test("that lists a block lists 1,500 pages of it at most", () => {
    const { memory, page_count: pages } = calling(...owner, allocate(1501)).result as {
      memory: unknown[];
      page_count: number;
    };
    expect([memory.length, pages]).toEqual([1500, 1501]);
  });
});

describe("a mapping", () => {
  test("lies where the last one ended, in whole pages, with its protection", () => {
    expect(calling(...owner, mmap())).toMatchObject({
      arguments: {
        vm_start: "0x40000000",
        vm_end: "0x40400000",
        vm_pgoff: "0x0",
        prot: 3,
        shared: 1,
      },
      result: { ret: 0 },
    });
    expect(calling(...owner, mmap(), mmap(1)).arguments).toMatchObject({ vm_start: "0x40400000" });
    const odd = calling(...owner, mmap(0, { length: 5000, offset: 4096 })).arguments;
    expect(odd).toMatchObject({ vm_end: "0x40002000", vm_pgoff: "0x1" });
    const page_prot = (prot: number) => calling(...owner, mmap(0, { prot })).arguments.vm_page_prot;
    expect(page_prot(1)).not.toBe(page_prot(3));
  });

  test("of no open file is none, and takes no room", () => {
    expect(calling(mmap()).result).toMatchObject({ ret: -9 });
    const next = calling(...owner, mmap(0, { file: 9 }), mmap(1));
    expect(next.arguments).toMatchObject({ vm_start: "0x40000000" });
  });

  test("keeps its file open until it ends", () => {
    expect(calling(...owner, mmap(), close()).result).toEqual({});
    expect(calling(...owner, mmap(), close(), munmap()).result).toMatchObject({
      ret: 0,
      in_use: 0,
    });
    expect(calling(...owner, mmap(), munmap()).result).toEqual({});
    const nothing = { ret: 0, note: "nothing mapped" };
    expect(calling(...owner, mmap(), munmap(), munmap()).result).toEqual(nothing);
    expect(calling(...owner, mmap(), munmap(0, 2)).result).toEqual(nothing);
    expect(calling(munmap()).result).toEqual(nothing);
  });
});

describe("a process that ends", () => {
  test("drops its mappings and files, and the last reference releases the bridge", () => {
    expect(calling(...owner, mmap(), exit(1)).result).toMatchObject({ pid: 1, ret: 0, in_use: 0 });
    expect(calling(...owner, dup(2), mmap(), exit(1)).result).toEqual({ pid: 1 });
    expect(calling(...owner, dup(2), exit(1), exit(2)).result).toMatchObject({ pid: 2, ret: 0 });
    expect(calling(exit(2)).result).toEqual({ pid: 2 });
  });

  test("with several files releases each, and tells the counters after all but the last", () => {
    const { result } = calling(open(0), open(1), open(2), exit(1));
    expect(result).toMatchObject({ ret: 0, fe: { files: [] } });
    expect((result!.releases as unknown[]).length).toBe(2);
    expect(calling(open(0), exit(1)).result).not.toHaveProperty("releases");
  });
});

test("a process is asked for its credentials and gives nothing", () => {
  expect(lastOf(proc(7))).toMatchObject({
    ...{ name: "proc", arguments: { pid: 7, uid: 0, suid: 0, comm: "x7" }, result: {} },
  });
});
