// launch-configuration.ts - what an editor's launch configuration says, with fields of its own beside.

import { z } from "zod";

export const launchConfiguration = z.looseObject({
  trace: z.string(),
  trace2: z.string().optional(),
  stopOnEntry: z.boolean().default(true),
});
