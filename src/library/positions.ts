// positions.ts - how positions and subjects are written, in words for people.

import { subjectNamed } from "../replay/subject.ts";
import { readerOf, type Trace } from "./trace.ts";

export { positions } from "../replay/position.ts";
export { subjectExamples } from "../replay/subject.ts";

/** What a subject is called, however it was written: `gatt[0x3]` for `gatt[3]`. */
export const subjectName = (trace: Trace, subject: string): string =>
  subjectNamed(readerOf(trace), subject).name;
