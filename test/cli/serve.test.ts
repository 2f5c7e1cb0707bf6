// serve.test.ts - what gartrace serve refuses before it serves anything, and what it leaves to others while it serves.

import { once } from "node:events";
import { readdirSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { shapes } from "../../src/answer/shapes.ts";
import { openTrace } from "../../src/library/trace.ts";
import { TraceWriter } from "../../src/store/write.ts";
import { freshFolder } from "../fresh-folder.ts";
import { gartrace } from "./gartrace.ts";

describe("gartrace serve refuses", () => {
  test.each([
    ["no trace at all", "serve", /missing required argument 'trace'/],
    ["a file that is not there", "serve nowhere.gart", /no such file: nowhere\.gart/],
    ["a folder", "serve .", /\. is a folder, not a trace/],
    ["a port that is none", "serve a.gart --port 99999", /a port is a number from 1 to 65535/],
    ["a word for a port", "serve a.gart --port http", /a port is a number from 1 to 65535/],
  ])("%s", async (_, line, complaint) => {
    const { code, stderr, stdout } = await gartrace(line);
    expect(code).toBe(2);
    expect(stderr).toMatch(complaint);
    expect(stdout).toBe("");
  });

  test("a second trace that is none, and names it", async () => {
    const folder = freshFolder();
    await gartrace(`record smoke -p native-i386 -o ${join(folder, "a.gart")}`);
    const { code, stderr } = await gartrace("serve a.gart b.gart", { folder });
    expect(code).toBe(2);
    expect(stderr).toMatch(/no such file: b\.gart/);
  });
});

test("a port in use is passed over, and gartrace serve says which one it took", async () => {
  const folder = freshFolder();
  await gartrace("record smoke -p native-i386 -o a.gart", { folder });
  const taken = createServer().listen(0, "127.0.0.1");
  await once(taken, "listening");
  const { port } = taken.address() as AddressInfo;
  const { code, stdout, stderr } = await gartrace(`serve a.gart --port ${port}`, {
    folder,
    meanwhile: async (child) => {
      await once(child.stdout!, "data");
      child.kill("SIGINT");
    },
  });
  taken.close();
  expect(code).toBe(0);
  const [, other] = /^http:\/\/127\.0\.0\.1:(\d+)\/[0-9a-f]{32}\/$/.exec(stdout.trim())!;
  expect(Number(other)).toBeGreaterThan(port);
  expect(stderr).toContain(`port ${port} is taken; this is ${other}`);
});

test("a recorder ends its trace as one plain file while gartrace serve has counted a part of it", async () => {
  const folder = freshFolder();
  await gartrace("record testgart -p xen-i386 -o a.gart", { folder });
  using whole = openTrace(join(folder, "a.gart"));
  const growing = join(folder, "growing.gart");
  const writer = await TraceWriter.create(growing, whole.about, { force: false });
  for (const { seq, op, event } of whole.events()) writer.append(seq, op, event);
  writer.land();
  const { code } = await gartrace("serve growing.gart", {
    folder,
    meanwhile: async (child) => {
      const [link] = await once(child.stdout!, "data");
      const asked = await fetch(`${String(link).trim()}ask/extent`);
      const { surveyed, count } = shapes.extent.parse(await asked.json());
      expect(surveyed).toBeLessThan(count);
      expect(writer.finish().log).toBeNull();
      expect(readdirSync(folder)).toEqual(["a.gart", "growing.gart"]);
      child.kill("SIGINT");
    },
  });
  expect(code).toBe(0);
});
