// compare.ts - the same driver on the bare machine and as a guest: where do the two part, and why?

import { diff, openTrace } from "gartrace";
import { run } from "./engine.ts";

for (const [path, behind] of [
  ["bare.gart", 0],
  ["guest.gart", 0x80000],
] as const) {
  const { events, judgement } = await run(path, behind);
  console.log(`${path}: ${events} events, ${judgement?.word}`);
}

using bare = openTrace("bare.gart");
using guest = openTrace("guest.gart");
const { answer, comparison } = await diff(bare, guest);
console.log(`${answer}, ${comparison.first?.class} in op ${comparison.first?.op.name}`);

const { first } = comparison;
if (first?.b != null) {
  console.log(guest.text(first.b.recorded));
  for (const { role, recorded } of guest.why(first.b.recorded.seq).slice(1))
    console.log(`  ${role} ${guest.text(recorded)}`);
}
for (const recorded of guest.events({ wrong: true, kinds: ["device.read"] }))
  console.log(`and so the engine ${guest.text(recorded)}`);
