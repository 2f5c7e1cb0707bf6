// browser.ts - measures the page in a browser as a person sees it: from what they do until it is on the screen.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { type Browser, chromium, type Page } from "playwright-core";
import { program } from "./command.ts";

export const BROWSER = "/usr/bin/chromium";
/** Until the code is compiled; not measured. */
const WARMING = 5;

/** Milliseconds. */
interface Spread {
  readonly p50: number;
  readonly p95: number;
}
export interface Watched {
  readonly events: number;
  readonly picture: number;
  readonly counted: number;
  readonly scrub: Spread;
  /** From a question of the page's to the answer, of the slowest one of each move. */
  readonly server: Spread;
  /** Kilobytes of the server at most. */
  readonly peak: number;
  /** Bytes of the page's own memory. */
  readonly heap: number;
}

/** `moves`: how often the slider is moved. */
export async function watched(path: string, moves: number): Promise<Watched> {
  const since = performance.now();
  const server = spawn(process.execPath, [program, "serve", path], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  try {
    const [link] = await once(server.stdout, "data");
    return await inBrowser(async (browser) =>
      look(browser, server, { link: String(link).trim(), since, moves }),
    );
  } finally {
    server.kill("SIGINT");
    await once(server, "close");
  }
}

/** Milliseconds from the request on until a page's timeline is drawn. */
export const openTimed = (link: string): Promise<number> =>
  inBrowser(async (browser) => {
    const page = await browser.newPage();
    return pictureOf(page, link);
  });

async function inBrowser<T>(use: (browser: Browser) => Promise<T>): Promise<T> {
  const browser = await chromium.launch({ executablePath: BROWSER, args: ["--no-sandbox"] });
  try {
    return await use(browser);
  } finally {
    await browser.close();
  }
}

async function look(
  browser: Browser,
  server: ChildProcess,
  { link, since, moves }: { link: string; since: number; moves: number },
): Promise<Watched> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 720 } });
  const picture = await pictureOf(page, link);
  const counted = (await waitUntilCounted(link)) - since;
  await page.locator("progress").waitFor({ state: "detached" });
  const moved = (await page.evaluate(scrub(WARMING + moves))) as Move[];
  const measured = moved.slice(WARMING);
  const client = await page.context().newCDPSession(page);
  await client.send("HeapProfiler.collectGarbage");
  const { usedSize } = await client.send("Runtime.getHeapUsage");
  return {
    events: Number(await page.getByRole("slider", { name: "Moment" }).getAttribute("max")),
    ...{ picture, counted },
    scrub: spread(measured.map(({ took }) => took)),
    server: spread(measured.map(({ answered }) => answered)),
    peak: peakOf(server.pid!),
    heap: usedSize,
  };
}

/** The timeline is drawn when its canvas has colours, and the list when it has rows. */
const PICTURE = `(() => {
  const look = () => {
    const canvas = document.querySelector(".lanes canvas");
    if (canvas?.width > 0 && document.querySelector("tr[aria-rowindex]:not(.waiting)")) {
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      let coloured = 0;
      for (let i = 0; i < data.length; i += 4) if (Math.abs(data[i] - data[i + 2]) > 30) coloured++;
      if (coloured > data.length / 4 / 20) return void (window.pictureAt = performance.now());
    }
    requestAnimationFrame(look);
  };
  look();
})()`;

async function pictureOf(page: Page, link: string): Promise<number> {
  await page.addInitScript(PICTURE);
  await page.goto(link);
  for (;;) {
    const at = (await page.evaluate("window.pictureAt ?? null")) as number | null;
    if (at !== null) return at;
    await new Promise((done) => setTimeout(done, 20));
  }
}

interface Move {
  readonly took: number;
  readonly answered: number;
}

/** Moves the slider to random moments; each is done when map, state and list show it on the screen. */
const scrub = (moves: number): string => `(async () => {
  const slider = document.querySelector(".moment-slider");
  const text = (selector) => document.querySelector(selector)?.textContent ?? "";
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  const found = [];
  let seed = 1;
  for (let i = 0; i < ${moves}; i++) {
    seed = (seed * 48271) % 2147483647;
    const at = 1 + (seed % Number(slider.max));
    const after = "after #" + at.toLocaleString("en-US");
    performance.clearResourceTimings();
    const since = performance.now();
    slider.value = String(at);
    slider.dispatchEvent(new Event("input", { bubbles: true }));
    const isShown = () =>
      text(".state h2").includes(after) &&
      text(".map figcaption").includes(after) &&
      text(".list tr.current").startsWith("#" + at);
    while (!isShown()) await frame();
    const took = performance.now() - since;
    const answers = performance.getEntriesByType("resource").map(({ duration }) => duration);
    found.push({ took, answered: Math.max(0, ...answers) });
    // As somebody who looks before they go on: causes and ladder come once the slider rests.
    for (let quiet = 0; quiet < 10; quiet++) {
      const had = performance.getEntriesByType("resource").length;
      await new Promise((done) => setTimeout(done, 20));
      if (performance.getEntriesByType("resource").length > had) quiet = 0;
    }
  }
  return found;
})()`;

/** The time at which every event is counted. */
async function waitUntilCounted(link: string): Promise<number> {
  for (;;) {
    const answer = await fetch(`${link}ask/extent`);
    const { surveyed, count } = (await answer.json()) as { surveyed: number; count: number };
    if (surveyed === count) return performance.now();
    await new Promise((done) => setTimeout(done, 100));
  }
}

function peakOf(pid: number): number {
  const [, kilobytes] = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))!;
  return Number(kilobytes);
}

function spread(times: readonly number[]): Spread {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (part: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))]!;
  return { p50: at(0.5), p95: at(0.95) };
}
