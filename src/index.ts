// index.ts - the library gartrace: what programs import. The command line is a client of the same rooms.

export {
  type Address,
  type Aperture,
  alignDown,
  alignUp,
  aperture,
  type Bus,
  type BusPage,
  bus,
  busOf,
  busPage,
  busPageOf,
  type DirectoryIndex,
  directoryIndex,
  distance,
  type GattIndex,
  gattIndex,
  hex,
  type Index,
  type Machine,
  type Mfn,
  machine,
  machineOf,
  mfn,
  mfnOf,
  offset,
  PAGE_SIZE,
  type Pfn,
  type Phys,
  type PteIndex,
  pageOffset,
  pfn,
  pfnOf,
  phys,
  physOf,
  pteIndex,
  type RegisterIndex,
  raw,
  registerIndex,
  type Virt,
  type Vpn,
  virt,
  vpn,
  vpnOf,
} from "./address.ts";
export type {
  Check,
  Checked,
  EventAt,
  Finding,
  Handlers,
  Moment,
  Report,
  Watch,
} from "./check/check.ts";
export type { Answer, Comparison, Divergence } from "./diff/comparison.ts";
export type { Facts, FamilyName, Subject } from "./event/field.ts";
export { ENTRIES_A_DOMAIN } from "./event/iommu.ts";
export type { About, Mark, OpRow, SourceFile } from "./event/trace.ts";
export type { Verdict } from "./event/verdict.ts";
export {
  type Actor,
  actors,
  type Event,
  type KindName,
  kindNames,
  type Of,
  type Recorded,
} from "./event/vocabulary.ts";
export { AbortedError, type ErrorCode, EventError, UserError } from "./fault.ts";
export type { Judgement, Refusal, Uses, Word, WrongEvent } from "./judgement/judgement.ts";
export { type CheckAnswer, type CheckOptions, check, defineCheck } from "./library/check.ts";
export { type DiffAnswer, type DiffOptions, diff } from "./library/diff.ts";
export { type RecordOptions, record, type WorkloadFile } from "./library/record.ts";
export type { Progress, Steering } from "./library/steering.ts";
export { openTrace, type Position, type Trace, type Wanted } from "./library/trace.ts";
export { type OwnRun, TraceWriter } from "./library/trace-writer.ts";
export type { Written } from "./library/writing.ts";
export type { State } from "./machine/state.ts";
export type { Step } from "./replay/provenance.ts";
export { VERSION } from "./version.ts";
