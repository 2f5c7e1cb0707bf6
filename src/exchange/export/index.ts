// index.ts - the formats that traces are exported to.

import { chrome } from "./chrome.ts";
import { csv } from "./csv.ts";
import type { ExportFormat } from "./format.ts";
import { jsonl } from "./jsonl.ts";
import { parquet } from "./parquet.ts";

export const exportFormats: readonly ExportFormat[] = [jsonl, csv, chrome, parquet];
