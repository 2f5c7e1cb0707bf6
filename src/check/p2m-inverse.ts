// p2m-inverse.ts - a machine frame belongs to one page only: P2M and M2P are each other's inverse.

import { hex, mfnOf, pfnOf } from "../address.ts";
import type { Check } from "./check.ts";

export const p2mInverse: Check = {
  name: "p2m-inverse",
  holds: "P2M and M2P are each other's inverse",
  watch: (_, report) => ({
    before: {
      "p2m.set": ({ page, phys, machine }, { state }) => {
        const frame = mfnOf(machine);
        const other = state.m2p.get(frame);
        if (other === undefined || other === page || state.p2m.get(other) !== frame) return;
        report.finding(
          [
            { family: "p2m", number: page },
            { family: "p2m", number: other },
          ],
          `frame ${hex(frame)} is given to pfn ${hex(pfnOf(phys))} and still stands behind ${hex(other)}`,
        );
      },
    },
  }),
};
