// server.test.ts - the page's server answers this machine, one who has the link, and nobody else.

import { once } from "node:events";
import type { Server } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Answers } from "../../src/page/answers.ts";
import { OpenTrace } from "../../src/page/open-trace.ts";
import { pageServer } from "../../src/page/server.ts";
import { gartrace } from "../cli/gartrace.ts";
import { freshFolder } from "../fresh-folder.ts";

const token = "0123456789abcdef";
let server: Server;
let answers: Answers;
let port: number;
const complaints: unknown[] = [];

beforeAll(async () => {
  const path = join(freshFolder(), "a.gart");
  await gartrace(`record smoke -p native-i386 -o ${path}`);
  answers = new Answers([new OpenTrace("a", path)]);
  const files = new Map([["", { type: "text/html", bytes: new TextEncoder().encode("<p>") }]]);
  server = pageServer({ answers, files, token, complain: (error) => complaints.push(error) });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  port = (server.address() as AddressInfo).port;
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
  answers.close();
  expect(complaints).toEqual([]);
});

/** Sends bytes and gives all that comes back until the other side closes. */
async function sent(text: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  let answer = "";
  socket.setEncoding("utf8").on("data", (part) => {
    answer += part;
  });
  socket.on("error", () => {});
  socket.write(text);
  await once(socket, "close");
  return answer;
}

const get = (path: string, headers: Record<string, string> = {}, method = "GET"): Promise<string> =>
  sent(
    [
      `${method} ${path} HTTP/1.1`,
      ...Object.entries({ Host: `127.0.0.1:${port}`, Connection: "close", ...headers }).map(
        ([name, value]) => `${name}: ${value}`,
      ),
      "\r\n",
    ].join("\r\n"),
  );

describe("the server answers", () => {
  test.each(["127.0.0.1", "localhost", "[::1]"])("who calls it %s", async (name) => {
    expect(await get(`/${token}/`, { Host: `${name}:${port}` })).toMatch(/^HTTP\/1.1 200 /);
  });

  test("a question, as JSON that nobody keeps or guesses the type of", async () => {
    const answer = await get(`/${token}/ask/extent?trace=a`, {
      Origin: `http://127.0.0.1:${port}`,
      "Sec-Fetch-Site": "same-origin",
    });
    expect(answer).toMatch(/^HTTP\/1.1 200 /);
    expect(answer).toMatch(/Cache-Control: no-store/);
    expect(answer).toMatch(/X-Content-Type-Options: nosniff/);
    expect(answer).toMatch(/Content-Security-Policy: default-src 'none'; script-src 'self'/);
    expect(answer).not.toMatch(/Access-Control/);
  });
});

describe("the server refuses", () => {
  test.each([
    ["another name that leads here", { Host: "evil.example:80" }, 421],
    ["the right name with another port", { Host: "127.0.0.1:1" }, 421],
    ["a page of another site", { Origin: "https://evil.example" }, 403],
    ["a page without an origin of its own", { Origin: "null" }, 403],
    ["a link on another site", { "Sec-Fetch-Site": "cross-site" }, 403],
  ] as const)("%s", async (_, headers, status) => {
    expect(await get(`/${token}/ask/extent`, headers)).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  });

  test.each([
    "/",
    "/ask/session",
    "/0123456789abcdeX/",
    "/0123456789abcde/",
    `//${token}/`,
    "//[",
    "//a:b/",
    "/\\[/%",
  ])("the path %s, which has not the token", async (path) => {
    const answer = await get(path);
    expect(answer).toMatch(/^HTTP\/1.1 403 /);
    expect(answer).not.toContain(token);
  });

  test.each(["POST", "PUT", "DELETE", "OPTIONS", "HEAD"])("the method %s", async (method) => {
    expect(await get(`/${token}/ask/extent`, {}, method)).toMatch(/^HTTP\/1.1 405 /);
  });

  test.each([
    `/${token}/../../etc/passwd`,
    `/${token}/%2e%2e/%2e%2e/etc/passwd`,
    `/${token}/..%2f..%2fetc%2fpasswd`,
    `/${token}/ask/../../../etc/passwd`,
    `/${token}/page.js%00.html`,
  ])("the path %s: there are no files but the page's own", async (path) => {
    expect(await get(path)).toMatch(/^HTTP\/1.1 (403|404|400) /);
  });

  test("a head of a megabyte", async () => {
    const answer = await get(`/${token}/`, { "X-Long": "x".repeat(1 << 20) });
    expect(answer).toMatch(/^HTTP\/1.1 431 |^$/);
  });

  test("what is no HTTP", async () => {
    expect(await sent("\u0016\u0003\u0001\u0000 hello\r\n\r\n")).toMatch(/^HTTP\/1.1 400 /);
  });

  test("an unknown question, with a sentence and without a stack", async () => {
    const answer = await get(`/${token}/ask/rubbish`);
    expect(answer).toMatch(/^HTTP\/1.1 400 /);
    expect(answer).toMatch(/"refused":"unknown question 'rubbish'/);
    expect(answer).not.toMatch(/at .*:\d+:\d+/);
  });
});

test("200 clients that are slow with their requests do not keep it from answering another", async () => {
  const slow: Socket[] = [];
  for (let i = 0; i < 200; i++) {
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => {});
    socket.write(`GET /${token}/ HTTP/1.1\r\nX-Slow: `);
    slow.push(socket);
  }
  expect(await get(`/${token}/ask/extent`)).toMatch(/^HTTP\/1.1 200 /);
  for (const socket of slow) socket.destroy();
});
