// index.ts - the library gartrace: what programs import. The command line is a client of it.

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
export {
  type CheckAnswer,
  type CheckOptions,
  check,
  defineCheck,
  isCheck,
} from "./library/check.ts";
export { counted, countOf, inColumns, inLine } from "./library/columns.ts";
export { type DebugOptions, debug, serveEditor } from "./library/debug.ts";
export { type DemoOptions, demo } from "./library/demo.ts";
export { type DiffAnswer, type DiffOptions, diff, isOf, type Rules } from "./library/diff.ts";
export { exported, exportNames, exportTrace } from "./library/export.ts";
export {
  exportPart,
  type PartOptions,
  type TracePart,
  tellPart,
} from "./library/export-part.ts";
export {
  type ForkedTrace,
  type ForkOptions,
  fork,
  tellFork,
} from "./library/fork.ts";
export {
  type ImportedTrace,
  type ImportOptions,
  importTrace,
  tellImported,
} from "./library/import.ts";
export { indexTrace, repairTrace } from "./library/index-trace.ts";
export { type KnownWhat, known, tellKnown } from "./library/known.ts";
export { assertOther, type NewTrace } from "./library/make-trace.ts";
export { mark } from "./library/mark.ts";
export {
  type MatrixCell,
  type MatrixOptions,
  type MatrixSteering,
  matrix,
  tellMatrix,
  usualMatrix,
} from "./library/matrix.ts";
export type { Json, Output } from "./library/output.ts";
export { positions, subjectExamples, subjectName } from "./library/positions.ts";
export { type RecordOptions, record, usualDriver, type WorkloadFile } from "./library/record.ts";
export { reduce, type SmallerWorkload } from "./library/reduce.ts";
export { type ReportFile, type ReportOptions, report } from "./library/report.ts";
export { type PageServer, type ServeOptions, serve, usualPort } from "./library/serve.ts";
export { shown } from "./library/shown.ts";
export type { Progress, Steering } from "./library/steering.ts";
export { tellBlame } from "./library/tell-blame.ts";
export { type CheckOutput, tellCheck } from "./library/tell-check.ts";
export {
  type DiffOutput,
  type DiffTelling,
  type FolderOutput,
  tellDiff,
  tellFolder,
} from "./library/tell-diff.ts";
export {
  type EventsOptions,
  type HistoryOptions,
  tellEvents,
  tellHistory,
} from "./library/tell-events.ts";
export { tellInfo } from "./library/tell-info.ts";
export { tellLadder } from "./library/tell-ladder.ts";
export { type ProofOutput, tellProof } from "./library/tell-proof.ts";
export { tellSpace } from "./library/tell-space.ts";
export { tellState, tellSubjects } from "./library/tell-state.ts";
export { tellWhy, type Why } from "./library/tell-why.ts";
export { tellWord } from "./library/tell-word.ts";
export { tellRecorded } from "./library/tell-written.ts";
export {
  type Cell,
  type EventSelection,
  lostLogOf,
  openTrace,
  type Position,
  type QueryAnswer,
  type Trace,
  troubleOf,
} from "./library/trace.ts";
export { type OwnRun, TraceWriter } from "./library/trace-writer.ts";
export { type Where, whereOf } from "./library/where.ts";
export { assertReplaceable, type Chunk, writeWhole } from "./library/whole-file.ts";
export type { State } from "./machine/state.ts";
export type { Step } from "./replay/provenance.ts";
export { parseAnswer } from "./shape/answer.ts";
export { VERSION } from "./version.ts";
