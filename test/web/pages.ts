// pages.ts - the page in a browser for a test: served or from disk, at whatever pace the machine has.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, expect } from "vitest";
import { main } from "../cli/gartrace.ts";
import { HANG } from "../hang.ts";

export interface Pages {
  /** The link of a page about these traces, served until the tests end. */
  served(...paths: string[]): Promise<string>;
  /** The page behind a link, once it shows something. */
  opened(link: string): Promise<Page>;
  /** A page that need not become one of ours. */
  blank(): Promise<Page>;
}

/** A browser for the tests of a file; what it complains of, a broken policy or an error of the page's, fails them. */
export function usePages(): Pages {
  const children: ChildProcess[] = [];
  const complaints: string[] = [];
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath: "/usr/bin/chromium",
      args: ["--no-sandbox"],
      timeout: HANG,
    });
  });
  afterAll(async () => {
    await browser.close();
    for (const child of children) {
      child.kill("SIGINT");
      const [code] = await once(child, "close");
      expect(code).toBe(0);
    }
    expect(complaints).toEqual([]);
  });
  const blank = async () => {
    const page = await browser.newPage({ viewport: { width: 1280, height: 720 } });
    page.setDefaultTimeout(HANG);
    return page;
  };
  return {
    blank,
    async served(...paths) {
      const child = spawn(process.execPath, [main, "serve", ...paths]);
      children.push(child);
      const [link] = await once(child.stdout, "data");
      return String(link).trim();
    },
    async opened(link) {
      const page = await blank();
      page.on("console", (message) => {
        // What was refused with a sentence is told by the browser as well.
        const isRefusal = /status of 400/.test(message.text());
        if (message.type() === "error" && !isRefusal) complaints.push(message.text());
      });
      page.on("pageerror", (error) => complaints.push(error.message));
      await page.goto(link);
      await page.getByRole("region", { name: "Timeline" }).waitFor();
      return page;
    },
  };
}

/** The row of the list that the moment stands at. */
export const current = (page: Page, seq: number) =>
  page.locator(`tr[aria-current]:has-text("#${seq}")`).first().waitFor();
