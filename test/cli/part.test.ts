// part.test.ts - a part of a trace is a trace of its own: the same state at its beginning, the same judged wrong in it.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { beforeAll, describe, expect, test } from "vitest";
import { openTrace } from "../../src/library/trace.ts";
import { stateJson } from "../../src/report/state-text.ts";
import { freshFolder } from "../fresh-folder.ts";
import { gartrace } from "./gartrace.ts";

const folder = freshFolder();
const ran = (line: string) => gartrace(line, { folder });
const path = (name: string) => join(folder, name);

/** What is wrong behind a moment, up to another, by its distance from the first. */
function wrongIn(name: string, from: number, to: number) {
  using trace = openTrace(path(name));
  return [...trace.events({ from: from + 1, to, wrong: true })].map((recorded) => {
    const { seq: _, ...wrong } = trace.wrong(recorded.seq)!;
    return { at: recorded.seq - from, kind: recorded.event.kind, ...wrong };
  });
}

function stateAt(name: string, moment: number) {
  using trace = openTrace(path(name));
  const { moment: _, ...state } = stateJson(trace.state(moment), trace.about.virtBase) as {
    moment: number;
  };
  return state;
}

beforeAll(async () => {
  await ran("record smoke -p xen-i386 -k legacy --lenient-ioremap -o wrong.gart");
  await ran("record wander --ops 60 -p ppc64-g5 -k legacy -s 3 -o walk.gart");
});

describe.each(["wrong.gart", "walk.gart"])("a part of %s", (name) => {
  test.each([0.3, 0.75])("from %f on is judged alike, and begins as it was", async (share) => {
    const count = (() => {
      using trace = openTrace(path(name));
      return trace.count;
    })();
    const from = Math.floor(count * share);
    const to = Math.floor(count * (share + 0.2));
    const { code } = await ran(
      `export ${name} --format gart --from ${from + 1} --to ${to} -o p.gart --force`,
    );
    expect(code).toBe(0);
    using part = openTrace(path("p.gart"));
    const start = part.moment("mark:part");
    expect(part.count - start).toBe(to - from);
    expect(stateAt("p.gart", start)).toEqual(stateAt(name, from));
    expect(wrongIn("p.gart", start, part.count)).toEqual(wrongIn(name, from, to));
    expect((await ran("verify p.gart")).code).toBe(0);
  });
});

test("what was superseded before a part is not in it", async () => {
  await ran("record dma -p xen-i386 -o dma.gart");
  await ran("export dma.gart --format gart --from 80% -o late.gart");
  using whole = openTrace(path("dma.gart"));
  using part = openTrace(path("late.gart"));
  expect(part.count).toBeLessThan(whole.count / 2);
});

describe("a redacted part", () => {
  const secrets = ["secret_dma_map", "acme-host", "hunter2", "de:ad:be:ef:00:01"];
  beforeAll(async () => {
    const line = (fields: object) => JSON.stringify({ actor: "kernel", ...fields });
    const message = "acme-host login: hunter2 at de:ad:be:ef:00:01";
    writeFileSync(
      path("hunter2.jsonl"),
      [
        '{"format":"gartrace","version":1,"about":{"platform":"native","physIsMachine":true,"workload":"hunter2","origin":"acme-host.log (dmesg), trace of acme.txt (ftrace)"}}',
        line({
          seq: 1,
          kind: "message.logged",
          level: "info",
          text: message,
          place: "secret_dma_map",
        }),
        line({
          seq: 2,
          kind: "message.logged",
          level: "info",
          text: message,
          place: "dma_map_page",
        }),
        line({ seq: 3, kind: "message.logged", level: "info", text: "another" }),
        "",
      ].join("\n"),
    );
    expect(await ran("import hunter2.jsonl -o hunter2.gart")).toMatchObject({ code: 0 });
  });

  test("holds none of the names, and the same number for the same text", async () => {
    const { stderr } = await ran("export hunter2.gart --format gart --redact -o r.gart");
    expect(stderr).toContain("2 texts");
    const bytes = readFileSync(path("r.gart"), "latin1");
    expect(secrets.filter((secret) => bytes.includes(secret))).toEqual([]);
    using trace = openTrace(path("r.gart"));
    expect(trace.about.origin).toMatch(/^file-\d+ \(dmesg\), file-\d+ \(ftrace\)$/);
    const events = [...trace.events()].map(
      ({ event }) => event as { text?: string; place?: string },
    );
    expect(events.map(({ text }) => text)).toEqual(["text-1", "text-1", "text-2"]);
    expect(events.map(({ place }) => place)).toEqual(["function-1", "dma_map_page", undefined]);
  });

  test("makes a redacted report", async () => {
    const { code } = await ran("report hunter2.gart --redact -o r.html");
    expect(code).toBe(0);
    const html = readFileSync(path("r.html"), "utf8");
    const [, data] = /id="report">([^<]+)</.exec(html)!;
    const report = gunzipSync(Buffer.from(data!, "base64")).toString();
    expect(report).toContain("text-1");
    expect(secrets.filter((secret) => report.includes(secret))).toEqual([]);
  });
});

test.each([
  ["--format gart", "name it with -o"],
  ["--format gart -o x.gart --from 10 --to 5", "nothing lies from #10 to #5"],
  ["--format gart -o wrong.gart", "wrong.gart is the file to read from"],
  ["--format gart -o x.gart --where op==2", "--where is for the other formats"],
  ["--format jsonl --redact", "for --format gart"],
])("export %s is refused", async (options, told) => {
  const { code, stderr } = await ran(`export wrong.gart ${options}`);
  expect(code).toBe(2);
  expect(stderr).toContain(told);
});
