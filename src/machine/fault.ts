// fault.ts - a fault is a fact: what it refuses did not happen, so nothing changes.

import type { Part } from "./part.ts";
import { nothing } from "./part.ts";

export const fault = { "fault.raised": nothing } satisfies Part;
