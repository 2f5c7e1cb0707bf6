// index.ts - every format a trace file has had, oldest first; a shipped one is never edited.

import type { Migration } from "kysely";
import { first } from "./0001-first.ts";
import { travel } from "./0002-travel.ts";
import { sources } from "./0003-sources.ts";
import { registers } from "./0004-registers.ts";
import { judgement } from "./0005-judgement.ts";
import { farRegisters } from "./0006-far-registers.ts";
import { ops } from "./0007-ops.ts";
import { checksums } from "./0008-checksums.ts";
import { postings } from "./0009-postings.ts";
import { farHandles } from "./0010-far-handles.ts";
import { workload } from "./0011-workload.ts";
import { compact } from "./0012-compact.ts";

/** By name: they run in this order; the format's number is their count. */
export const migrations: Readonly<Record<string, Migration>> = {
  "0001-first": first,
  "0002-travel": travel,
  "0003-sources": sources,
  "0004-registers": registers,
  "0005-judgement": judgement,
  "0006-far-registers": farRegisters,
  "0007-ops": ops,
  "0008-checksums": checksums,
  "0009-postings": postings,
  "0010-far-handles": farHandles,
  "0011-workload": workload,
  "0012-compact": compact,
};
