// page-exposed.ts - a client finds in its new pages what the client before it wrote.
//
// agpgart did not clear pages until linux 59de2bebabc; the aperture showed them to whoever had the device file.

import { intel440bx } from "../chipset/440bx.ts";
import { gart } from "../hooks/gart.ts";
import { nativeI386 } from "../platform/native-i386.ts";
import { clearingPages } from "./clearing.ts";
import { type Scenario, sized, workloadOf } from "./scenario.ts";

const client = (pid: number, slot: number, touch: "fill" | "verify"): readonly object[] => {
  const by = { file: slot, pid };
  const ask = (cmd: string, more: object = {}) => ({ op: "ioctl", cmd, ...by, ...more });
  return [
    { op: "proc", pid, uid: 0, suid: 0, comm: `client${slot}` },
    { op: "open", ...by },
    ask("ACQUIRE"),
    ask("INFO"),
    { op: "mmap", ...by, map: slot, length: 0x400000, offset: 0, prot: 3, shared: 1 },
    ask("ALLOCATE", { slot, pg_count: 4, type: 0 }),
    ask("BIND", { key: `s${slot}`, pg_start: 0 }),
    { op: touch, pid, map: slot, first: 0, pages: 4, pattern: "a secret" },
    ask("RELEASE"),
    { op: "munmap", map: slot, pid },
    { op: "close", ...by },
    { op: "exit", pid },
  ];
};

export const pageExposed: Scenario = {
  name: "page-exposed",
  row: 27,
  tells: "a client reads what the one before it wrote",
  real: "agp_generic_alloc_page until linux 59de2bebabc",
  check: "page-exposed",
  verdict: null,
  platform: nativeI386,
  hooks: gart,
  chipset: sized(intel440bx, 0xb4, 0x3f),
  // Its second client reads its pages before it has written any.
  workload: workloadOf(
    "page-exposed",
    { op: "init" },
    ...client(1000, 0, "fill"),
    ...client(1001, 1, "verify"),
  ),
  device: false,
  fix: { driver: clearingPages },
};
