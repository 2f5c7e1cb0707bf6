// kernel-fault.ts - the kernel goes on: no oops, no panic, no task that waits for ever.
//
// A refusal that the driver meets with an errno is an outcome of the run, and no fault.

import type { Check } from "./check.ts";
import { isKernelFault } from "./refused.ts";

export const kernelFault: Check = {
  name: "kernel-fault",
  holds: "the kernel survives",
  counts: true,
  byEvent: true,
  watch: (about, report) => ({
    after: {
      "fault.raised": (event) => {
        if (isKernelFault(event)) report.finding([], event.text ?? event.fault);
      },
      "op.ended": () => {
        // What a log of a real kernel leaves out, it may have died of.
        if (about.source === "simulated") report.held();
      },
    },
  }),
};
