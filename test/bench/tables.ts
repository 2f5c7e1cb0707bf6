// tables.ts - all tables of the benchmarks, in the order in which they are measured.

import { checkTable } from "./check.ts";
import { demoTable } from "./demo.ts";
import { diffTable } from "./diff.ts";
import { formatsTable } from "./formats.ts";
import { importTable } from "./import.ts";
import { matrixTable } from "./matrix.ts";
import { memoryTable } from "./memory.ts";
import { pageTable } from "./page.ts";
import { recordTable } from "./record.ts";
import { spaceTable } from "./space.ts";
import { startTable } from "./start.ts";
import type { Table } from "./table.ts";
import { travelTable } from "./travel.ts";
import { verifyTable } from "./verify.ts";
import { wanderTable } from "./wander.ts";

export const tables: readonly Table[] = [
  recordTable,
  memoryTable,
  checkTable,
  wanderTable,
  spaceTable,
  matrixTable,
  startTable,
  demoTable,
  importTable,
  formatsTable,
  diffTable,
  travelTable,
  verifyTable,
  pageTable,
];
