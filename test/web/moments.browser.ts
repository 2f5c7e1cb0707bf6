// moments.browser.ts - at random moments the page shows what the commands print of a run, of a capture, and in a report.

import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Page } from "playwright-core";
import { beforeAll, describe, expect, test } from "vitest";
import { Dice } from "../../src/dice.ts";
import { whyOf } from "../../src/replay/provenance.ts";
import { TimeTravel } from "../../src/replay/travel.ts";
import { spoken } from "../../src/report/event-text.ts";
import { stateAsideJson } from "../../src/report/state-text.ts";
import { addresses } from "../../src/report/why-text.ts";
import { TraceReader } from "../../src/store/read.ts";
import { gartrace } from "../cli/gartrace.ts";
import { freshFolder } from "../fresh-folder.ts";
import { current, usePages } from "./pages.ts";

const folder = freshFolder();
const at = (name: string): string => join(folder, name);
const captured = (name: string): string => resolve("traces/captures", name);
const pages = usePages();

const count = (number: number): string => number.toLocaleString("en-US");

/** What the panes State, Events and Why say. What lies folded away is drawn when it is open. */
const READ = `(async () => {
  const folded = () => [...document.querySelectorAll("#state details")];
  for (const one of folded()) one.open = true;
  while (folded().some((one) => one.childElementCount < 2))
    await new Promise((drawn) => requestAnimationFrame(drawn));
  const text = (cell) => cell?.textContent ?? null;
  const rows = (name) =>
    [...document.querySelectorAll('table[aria-label="' + name + '"] tbody tr, table[aria-label="' + name + ', further"] tbody tr')]
      .map((row) => [...row.cells].map(text));
  return {
    registers: rows("registers").map((cells) => cells.slice(0, 2)),
    memory: rows("memory by use").map((cells) => cells.slice(0, 2)),
    mappings: rows("ioremap"),
    p2m: rows("P2M"),
    iommu: rows("IOMMU"),
    dma: rows("DMA mappings"),
    says: text(document.querySelector(".list tr.current .says")),
    why: [...document.querySelectorAll(".why .chain li")].map((step) => ({
      seq: text(step.querySelector(".head b")),
      says: text(step.querySelector(".says")),
      addresses: Object.fromEntries(
        [...step.querySelectorAll(".address")].map((one) => [text(one.firstChild), text(one.lastChild)]),
      ),
    })),
  };
})()`;

/** The same as the commands have it: state --json, events --json and why --json are made of these. */
function printed(trace: TraceReader, moment: number) {
  const MOST = 200;
  const { registers, allocations, mappings, p2m, iommu, dma } = stateAsideJson(
    new TimeTravel(trace).stateAt(moment),
    trace.about.virtBase,
  );
  const recorded = trace.event(moment)!;
  return {
    registers: registers.map(({ register, value }) => [register, value]),
    memory: allocations.map(({ use, pages }) => [use, count(pages)]),
    mappings: mappings.slice(0, MOST).map((one) => [one.virt, count(one.pages), one.frame]),
    p2m: p2m.runs.slice(0, MOST).map((one) => [one.first, count(one.pages), one.frame]),
    iommu: iommu.slice(0, MOST).map((one) => [one.bus, count(one.pages), one.frame]),
    dma: dma.slice(0, MOST).map((one) => [one.handle, count(one.bytes), one.device ?? ""]),
    says: spoken(recorded.event, trace.about),
    why: whyOf(trace, recorded).map(({ recorded: { seq, event } }) => ({
      seq: `#${seq}`,
      says: spoken(event, trace.about),
      addresses: addresses(event, trace.about),
    })),
  };
}

/** Goes to a moment and compares all that is said of it. */
async function assertShown(page: Page, trace: TraceReader, moment: number): Promise<void> {
  await page.getByRole("slider", { name: "Moment" }).fill(String(moment));
  const state = page.getByRole("region", { name: "State" });
  await state.getByText(`after #${count(moment)}`).waitFor();
  await page.locator(`.why .chain li.asked b:text-is("#${moment}")`).waitFor();
  await current(page, moment);
  expect(await page.evaluate(READ)).toEqual(printed(trace, moment));
}

const MOMENTS = 50;

beforeAll(async () => {
  for (const line of [
    `record smoke -p native-i386 -o ${at("native.gart")}`,
    `record smoke -p xen-i386 -k legacy --lenient-ioremap -o ${at("xen.gart")}`,
    `import ${captured("linux-6.12.native")} -o ${at("pc.gart")}`,
    `import ${captured("linux-6.12.xen-dom0")} -o ${at("dom0.gart")}`,
  ])
    expect((await gartrace(line)).code, line).toBeLessThan(2);
  const report = `report ${at("native.gart")} ${at("xen.gart")} -o ${at("x.html")}`;
  expect((await gartrace(report)).code).toBe(0);
});

describe.each([
  ["a simulated pair", "native.gart", "xen.gart"],
  ["captures of two real machines", "pc.gart", "dom0.gart"],
])("the page of %s", (_, a, b) => {
  test.each(["a", "b"] as const)("shows trace %s as the commands print it", async (side) => {
    const page = await pages.opened(await pages.served(at(a), at(b)));
    const trace = TraceReader.open(at(side === "a" ? a : b));
    const dice = new Dice(22);
    await page.goto(`${page.url().replace(/#.*/, "")}#at=1&trace=${side}`);
    await page
      .getByRole("heading", { name: `of ${side.toUpperCase()}` })
      .first()
      .waitFor();
    for (let i = 0; i < MOMENTS / 2; i++)
      await assertShown(page, trace, 1 + dice.roll(trace.count));
    trace.close();
    await page.close();
  });
});

test("a report shows the moments that it holds as the commands print them", async () => {
  const page = await pages.opened(pathToFileURL(at("x.html")).href);
  const trace = TraceReader.open(at("xen.gart"));
  const { wrong } = JSON.parse((await gartrace(`info ${at("xen.gart")} --json`)).stdout);
  await page.goto(`${pathToFileURL(at("x.html")).href}#at=${wrong.first}&trace=b`);
  await page.getByRole("heading", { name: "of B" }).first().waitFor();
  for (const moment of [wrong.first, trace.count]) await assertShown(page, trace, moment);
  await page.getByRole("slider", { name: "Moment" }).fill("1000");
  const gap = page.locator("tr.gap[aria-current]");
  await gap.getByText("not in this report: gartrace events xen.gart --from").waitFor();
  trace.close();
  await page.close();
});
