// why-text.ts - a chain of causes as text, as JSON and as a graph.

import { columnText } from "../event/address-text.ts";
import { toJson } from "../event/line.ts";
import type { About } from "../event/trace.ts";
import { addressesOf } from "../event/verdict.ts";
import { type Event, eventText } from "../event/vocabulary.ts";
import type { Step } from "../replay/provenance.ts";
import { colours } from "./colours.ts";
import { judgedLine } from "./event-text.ts";

const roles: { readonly [R in Step["role"]]: string } = {
  asked: "",
  cause: "because",
  p2m: "P2M entry",
  iommu: "IOMMU entry",
  allocation: "allocation",
};

/** The addresses of an event, each in hexadecimal. */
export function addresses(event: Event, { virtBase }: About): { [space: string]: string } {
  const { virt, phys, machine, bus, reached } = addressesOf(event);
  const found = Object.entries({ virt, phys, machine, bus, reached }).flatMap(([space, value]) => {
    if (value === null) return [];
    return [[space, columnText(space, value, virtBase)]];
  });
  return Object.fromEntries(found);
}

function addressText(event: Event, about: About): string {
  const { reached, ...rest } = addresses(event, about);
  const words = Object.entries(rest).map(([space, value]) => `${value}:${space[0]}`);
  return [...words, ...(reached === undefined ? [] : [`reaches ${reached}:m`])].join(" ");
}

/** Two lines a step: what happened and where in the driver, and its addresses, each in its space. */
export const whyText = (steps: readonly Step[], about: About): string =>
  steps
    .map(({ recorded, verdict, wrong, role, explains }) => {
      const word = roles[role] === "" ? "" : `${roles[role]} `;
      const of =
        role === "p2m" || role === "iommu" ? colours.dim(` (in force at #${explains})`) : "";
      const spaces = addressText(recorded.event, about);
      const line = `${word}${judgedLine(recorded, verdict, wrong, about)}${of}`;
      return spaces === "" ? line : `${line}\n    ${spaces}`;
    })
    .join("\n");

export const whyJson = (steps: readonly Step[], about: About): unknown =>
  steps.map(({ recorded, verdict, wrong, role, explains }) => ({
    role,
    explains,
    verdict,
    wrong,
    addresses: addresses(recorded.event, about),
    event: toJson(recorded, about.virtBase),
  }));

/** Graphviz: an arrow from each cause to what it caused. */
export function whyDot(steps: readonly Step[], about: About): string {
  const quoted = (text: string) => `"${text.replace(/["\\]/g, "\\$&").replaceAll("\n", "\\n")}"`;
  const lines = steps.flatMap(({ recorded, verdict, role, explains }) => {
    const { seq, event } = recorded;
    const by = `${event.actor}${event.place == null ? "" : ` ${event.place}`}`;
    const spaces = addressText(event, about);
    const words = [
      `#${seq} ${by}`,
      eventText(event, about.virtBase),
      ...(spaces === "" ? [] : [spaces]),
    ];
    const label = quoted([...words, ...(verdict === null ? [] : [`[${verdict}]`])].join("\n"));
    const node = `  e${seq} [label=${label}];`;
    const style = role === "cause" ? "" : ` [style=dashed, label="${roles[role]}"]`;
    return explains === null ? [node] : [node, `  e${seq} -> e${explains}${style};`];
  });
  return ["digraph why {", "  node [shape=box, fontname=monospace];", ...lines, "}"].join("\n");
}
