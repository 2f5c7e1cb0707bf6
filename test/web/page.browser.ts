// page.browser.ts - the page in a browser shows what the commands print, and is used by keyboard and screen reader.

import { copyFileSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import type { Page } from "playwright-core";
import { beforeAll, describe, expect, test } from "vitest";
import { openTrace } from "../../src/library/trace.ts";
import { TraceWriter } from "../../src/store/write.ts";
import { gartrace } from "../cli/gartrace.ts";
import { freshFolder } from "../fresh-folder.ts";
import { current, usePages } from "./pages.ts";

const folder = freshFolder();
const [a, b, html] = ["a.gart", "b.gart", "x.html"].map((name) => join(folder, name)) as [
  string,
  string,
  string,
];
const pages = usePages();
const { opened, served } = pages;

beforeAll(async () => {
  await gartrace(`record smoke -p native-i386 -o ${a}`);
  await gartrace(`record smoke -p xen-i386 -k legacy --lenient-ioremap -o ${b}`);
  expect((await gartrace(`report ${a} ${b} -o ${html}`)).code).toBe(0);
});

const json = async (line: string) => JSON.parse((await gartrace(line)).stdout);
describe("the page of one trace", () => {
  let page: Page;
  let link: string;
  beforeAll(async () => {
    link = await served(b);
    page = await opened(link);
  });

  test("says first what was run, what it comes to, and what went wrong first", async () => {
    const { wrong } = await json(`info ${b} --json`);
    const start = page.getByRole("region", { name: "Start" });
    await start.getByText("xen-i386 with legacy hooks").waitFor();
    await start.getByText(`${wrong.events.toLocaleString("en-US")} wrong events`).waitFor();
    await start.getByRole("button", { name: `#${wrong.first.toLocaleString("en-US")}` }).click();
    await current(page, wrong.first);
    expect(page.url()).toContain(`#at=${wrong.first}&trace=a`);
  });

  test.each(["Timeline", "GATT", "Why", "Ladder", "State", "Findings"])(
    "has a pane %s",
    async (name) => {
      await page.getByRole("region", { name, exact: true }).waitFor();
    },
  );

  test("is moved by keys, and a key that leads nowhere says so", async () => {
    await page.getByRole("slider", { name: "Moment" }).fill("10");
    await page.locator("body").press("j");
    await current(page, 11);
    await page.locator("body").press("k");
    await current(page, 10);
    const { first } = (await json(`info ${b} --json`)).wrong;
    await page.locator("body").press("n");
    await current(page, first);
    await page.locator("body").press("p");
    await page.getByRole("alert").getByText("There is no previous finding").waitFor();
    await page.locator("body").press("?");
    await page.getByRole("dialog", { name: "Keys" }).waitFor();
    await page.keyboard.press("Escape");
    await page.locator("body").press("g");
    await page.keyboard.type("op:1");
    await page.keyboard.press("Enter");
    await page.locator("tr[aria-current] >> text=op 1").first().waitFor();
  });

  test("has a key for every way that its list of keys names", async () => {
    using trace = openTrace(b);
    const page = await opened(link);
    const ops = [...trace.ops()];
    const body = page.locator("body");
    const status = page.getByRole("alert");
    await page.getByRole("slider", { name: "Moment" }).fill(String(ops[1]!.first));
    await body.press("J");
    await current(page, ops[2]!.first);
    await body.press("K");
    await current(page, ops[1]!.first);
    await body.press("m");
    await status.getByText(`gartrace mark ${basename(b)} '#${ops[1]!.first}'`).waitFor();
    await body.press("x");
    await status.getByText("there is no other side").waitFor();
    await body.press("w");
    await page.locator("#why:focus").waitFor();
    await body.press("/");
    await page.locator("#search:focus").waitFor();
    await page.keyboard.press("Escape");
    await body.press("+");
    await body.press("-");
    await body.press("Home");
    expect(new URL(page.url()).hash).toContain("at=0");
    await body.press("End");
    await current(page, trace.count);
    const [change] = [...trace.history("gatt[0x0]", { to: trace.count - 1, backwards: true })];
    await page.goto(`${link}#at=${trace.count}&thing=gatt[0x0]&trace=a`);
    await page.locator(".chosen b").filter({ hasText: "gatt[0x0]" }).waitFor();
    await body.press("[");
    await current(page, change!.seq);
    await page.close();
  });

  test("asks one question for a moment, and none behind its answer", async () => {
    // Opened at a position it has the whole in view, and the timeline need not move with the moment.
    const page = await opened(`${link}#at=5000`);
    const moment = page.getByRole("slider", { name: "Moment" });
    await page.locator(".why .chain li.asked b:text-is('#5000')").waitFor();
    await page.waitForLoadState("networkidle");
    const asked: string[] = [];
    page.on("request", (request) => asked.push(new URL(request.url()).pathname));
    await moment.fill("9000");
    await page.getByRole("region", { name: "State" }).getByText("after #9,000").waitFor();
    await page.locator(".map figcaption").getByText("after #9,000").waitFor();
    await current(page, 9000);
    // Causes come once the slider rests.
    const names = asked.map((path) => path.split("/").at(-1)).filter((name) => name !== "why");
    expect(names.filter((name) => name !== "ladders")).toEqual(["sight"]);
    await page.close();
  });

  test("goes to the mark that a click on the timeline is near", async () => {
    using trace = openTrace(b);
    const page = await opened(`${link}#at=1`);
    const marks = [...trace.events({ wrong: true })].map(({ seq }) => seq);
    const lanes = page.locator(".lanes");
    const { width } = (await lanes.boundingBox())!;
    const [gutter, inner] = [76, Math.round(width) - 76];
    const clicked = async (x: number) => {
      await lanes.click({ position: { x, y: 60 } });
      return Number(/at=(\d+)/.exec(page.url())?.[1]);
    };
    const at = gutter + (marks[0]! / trace.count) * inner;
    await expect.poll(async () => marks.includes(await clicked(at - 3))).toBe(true);
    const meant = Math.ceil(trace.count / 2);
    await expect
      .poll(async () => Math.abs((await clicked(gutter + inner / 2)) - meant))
      .toBeLessThan(2);
    await page.close();
  });

  test("goes back and forward, and refuses a link that is nonsense", async () => {
    await page.goto(`${link}#at=20&trace=a`);
    await current(page, 20);
    await page.goto(`${link}#at=30&trace=a`);
    await current(page, 30);
    await page.goBack();
    await current(page, 20);
    await page.goto(`${link}#at=99999999`);
    await page.getByRole("alert").getByText("is past the end").waitFor();
    await page.goto(`${link}#rubbish=1`);
    await page.getByRole("alert").getByText("no part of a position").waitFor();
  });

  test("filters its list, and a cell of a map is chosen by keyboard", async () => {
    await page.getByLabel("Found").selectOption("findings");
    const { wrong } = await json(`info ${b} --json`);
    await page.getByText(`${Math.min(wrong.events, 400).toLocaleString("en-US")} match`).waitFor();
    await page.getByRole("button", { name: "clear" }).click();
    const moment = page.getByRole("slider", { name: "Moment" });
    await moment.fill("20");
    await page.getByText("the table is not there at this moment").waitFor();
    await moment.fill(String(wrong.first));
    await page.getByRole("button", { name: /^GATT: / }).focus();
    await page.keyboard.press("ArrowLeft");
    await page.locator(".chosen b").filter({ hasText: "gatt[0x" }).waitFor();
    expect(page.url()).toMatch(/thing=gatt\[0x[0-9a-f]+\]/);
  });

  test.each(["light", "dark"] as const)("has nothing serious against it in %s", async (scheme) => {
    await page.emulateMedia({ colorScheme: scheme });
    const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
    await page.evaluate(readFileSync(axe, "utf8"));
    const found = (await page.evaluate("axe.run()")) as {
      violations: { id: string; impact: string; nodes: { html: string }[] }[];
    };
    const grave = found.violations.filter(({ impact }) => ["serious", "critical"].includes(impact));
    expect(grave.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
  });
});

describe.each(["served", "a report from disk"])("the page of two traces, %s", (how) => {
  let page: Page;
  beforeAll(async () => {
    page = await opened(how === "served" ? await served(a, b) : pathToFileURL(html).href);
  });

  test("shows the first divergence open, and n and x lead to it and to its partner", async () => {
    const { first } = await json(`diff ${a} ${b} --json`);
    const pane = page.getByRole("region", { name: "Divergences" });
    await pane.locator("li").first().getByText(`#${first.a.seq}`).waitFor();
    // The page opens at what went wrong first.
    await current(page, first.b.seq);
    await page.locator("body").press("x");
    await current(page, first.a.seq);
    await page.locator("body").press("Home");
    await page.locator("body").press("n");
    await current(page, first.a.seq);
    await page.getByRole("table", { name: "Ladder" }).waitFor();
  });
});

test("two traces that part nowhere are opened in the middle of what was run", async () => {
  const page = await opened(await served(a, a));
  await page.getByRole("region", { name: "Divergences" }).getByText("alike").waitFor();
  await page.locator("tr[aria-current]").waitFor();
  expect(Number(/at=(\d+)/.exec(page.url())?.[1])).toBeGreaterThan(0);
  await page.close();
});

test("an entry that is chosen in the other trace's map is that of the moment which it shows", async () => {
  const page = await opened(await served(a, b));
  const { first } = await json(`diff ${a} ${b} --json`);
  await current(page, first.b.seq);
  const shown = `GATT after #${first.a.seq.toLocaleString("en-US")}`;
  await page.locator(".map figcaption").getByText(shown).waitFor();
  await page
    .getByRole("button", { name: /^GATT: / })
    .first()
    .focus();
  await page.keyboard.press("ArrowLeft");
  await current(page, first.a.seq);
  expect(page.url()).toMatch(new RegExp(`at=${first.a.seq}&thing=gatt.*trace=a`));
  await page.close();
});

test("the page follows a trace that is being recorded, and lets the recorder end it as one file", async () => {
  const growing = join(folder, "growing.gart");
  using whole = openTrace(a);
  const writer = await TraceWriter.create(growing, whole.about, { force: false });
  const record = (from: number, to: number) => {
    for (const { seq, op, event } of whole.events({ from, to })) writer.append(seq, op, event);
    writer.land();
  };
  record(1, 1000);
  const page = await opened(await served(growing));
  const reaches = (count: number) =>
    page.locator(`input[type=range][max="${count}"]`).waitFor({ state: "attached" });
  await reaches(1000);
  record(1001, 1500);
  await reaches(1500);
  await page.locator("body").press("End");
  await current(page, 1500);
  record(1501, 1600);
  await reaches(1600);
  writer.finish();
  expect(readdirSync(folder).filter((name) => name.startsWith("growing.gart"))).toEqual([
    "growing.gart",
  ]);
  await page.close();
});

test("rows are as high as they are counted, and no number is cut", async () => {
  const many = join(folder, "many.gart");
  await gartrace(`record wander --ops 1500 --seed 3 -p xen-i386 -o ${many}`);
  for (const link of [await served(many), await served(a, b)]) {
    const page = await opened(link);
    await page.locator("body").press("End");
    await page.locator("tr[aria-current] .verdict, tr[aria-current]").first().waitFor();
    const found = (await page.evaluate(`(() => {
      const cells = [...document.querySelectorAll(".list td.number, .list th")];
      const rows = [...document.querySelectorAll(".list tbody tr")];
      return {
        cut: cells.filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.textContent),
        heights: [...new Set(rows.map((row) => row.getBoundingClientRect().height))],
        rows: rows.length,
      };
    })()`)) as { cut: string[]; heights: number[]; rows: number };
    expect(found).toMatchObject({ cut: [], heights: [20] });
    expect(found.rows).toBeGreaterThan(10);
    await page.close();
  }
});

test("rows have the marks of what they are, wherever the list was moved, and no choice of the filters is cut", async () => {
  const page = await opened(await served(b));
  const marks = () =>
    page.evaluate(`[...document.querySelectorAll(".list tbody tr")].map((row) => {
      const isMarked = getComputedStyle(row.children[0]).boxShadow.includes("3px");
      const isToBe = row.classList.contains("wrong") || row.classList.contains("current");
      return isMarked === isToBe ? "" : row.className + " " + row.textContent;
    }).filter((row) => row !== "")`);
  // A message takes a part of the height, and j moves the list by a row.
  for (const key of ["m", "j", "j", "n", "n", "m", "p", "Home", "n"]) {
    await page.locator("body").press(key);
    await expect.poll(marks).toEqual([]);
  }
  await page.getByLabel("Found").selectOption("findings");
  await page.getByRole("button", { name: "clear" }).waitFor();
  const widths = (await page.evaluate(
    `[...document.querySelectorAll(".filters select")].map((one) => one.clientWidth)`,
  )) as number[];
  expect(Math.min(...widths)).toBeGreaterThanOrEqual(99);
  await page.close();
});

test("what a trace says is shown as text, whatever it says", async () => {
  const hostile =
    "<script>document.title='owned'</script><img src=x onerror=alert(1)>\u001b[31m\u202e";
  const line = { seq: 1, actor: "kernel", kind: "message.logged", level: "info", text: hostile };
  const about = { platform: hostile, physIsMachine: true, workload: hostile, origin: hostile };
  const lines = [{ format: "gartrace", version: 1, about }, line].map((one) => JSON.stringify(one));
  const [jsonl, gart, report] = ["h.jsonl", "h.gart", "h.html"].map((name) => join(folder, name));
  writeFileSync(jsonl!, `${lines.join("\n")}\n`);
  expect((await gartrace(`import ${jsonl} -o ${gart}`)).code).toBe(0);
  expect((await gartrace(`report ${gart} -o ${report}`)).code).toBe(0);
  for (const link of [await served(gart!), pathToFileURL(report!).href]) {
    const page = await opened(link);
    await page.locator("body").press("End");
    await current(page, 1);
    const text = await page.locator("body").textContent();
    expect(text).toContain("<script>document.title='owned'</script>");
    for (const one of ["\u001b", "\u202e"]) expect(text).not.toContain(one);
    expect(await page.title()).not.toBe("owned");
    expect(await page.locator("img").count()).toBe(0);
    await page.close();
  }
});

test("a report of another version says so, whatever else it holds", async () => {
  const other = { session: { shapes: 99, version: "9.9.9" }, tracks: [] };
  const data = gzipSync(JSON.stringify(other)).toString("base64");
  const path = join(folder, "other.html");
  const text = readFileSync(html, "utf8").replace(/(id="report">)[^<]+/, `$1${data}`);
  writeFileSync(path, text);
  const page = await pages.blank();
  await page.goto(pathToFileURL(path).href);
  await page.getByText("these are of version 99 (gartrace 9.9.9)").waitFor();
  await page.close();
});

test("a browser that cannot show the page is told so, and what it lacks", async () => {
  for (const [link, lacks] of [
    [await served(a), "Array.prototype.findLast"],
    [pathToFileURL(html).href, "DecompressionStream"],
  ] as const) {
    const page = await pages.blank();
    await page.addInitScript(`delete ${lacks}`);
    await page.goto(link);
    await page.getByText(`This browser lacks ${lacks}`).waitFor();
    await page.getByText("a browser of 2023 or later").waitFor();
    await page.close();
  }
});

test("a trace that vanishes while it is shown is missed with a sentence, and shown again when it is back", async () => {
  const [path, away] = [join(folder, "gone.gart"), join(folder, "away.gart")];
  copyFileSync(b, path);
  const page = await opened(await served(path));
  renameSync(path, away);
  await page.getByRole("slider", { name: "Moment" }).fill("77");
  await page.getByText("is gone: it was moved or removed").first().waitFor();
  renameSync(away, path);
  await page.getByRole("slider", { name: "Moment" }).fill("78");
  await page.getByRole("region", { name: "State" }).getByText("after #78").waitFor();
  await page.close();
});
