// check.mjs - in plain JavaScript: a check of one's own holds the driver to what dma_map_page() gave it.

import { check, defineCheck, hex, openTrace } from "gartrace";

const mapped = defineCheck({
  name: "mapped-numbers",
  holds: "an entry of the engine's table holds a number that dma_map_page() gave",
  watch: (_about, report) => {
    const given = new Set();
    return {
      after: {
        "dma.mapped": ({ handle }) => void given.add(handle),
        "descriptor.written": ({ bus, place }) => {
          if (!given.has(bus)) report.finding([], `${place} wrote ${hex(bus)}, which nobody gave`);
        },
      },
    };
  },
});

for (const path of ["bare.gart", "guest.gart"]) {
  const trace = openTrace(path);
  const { checks } = await check(trace, { checks: [mapped], only: [mapped.name] });
  console.log(`${path}: ${checks[0].count} findings`);
  for (const { seq, says } of checks[0].findings) console.log(`  #${seq} ${says}`);
  trace.close();
}
