// server.ts - the page's own little web server: to this machine alone, for one who has the link, read-only.

import { timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { UserError } from "../fault.ts";
import { readingTrouble } from "../store/open.ts";
import type { Answers } from "./answers.ts";

/** What is sent for a file of the page. */
export interface PageFile {
  readonly type: string;
  readonly bytes: Uint8Array;
}

export interface PageSetup {
  readonly answers: Answers;
  /** By name; "" is the page itself. */
  readonly files: ReadonlyMap<string, PageFile>;
  /** What the path of every request begins with. */
  readonly token: string;
  /** Told of what went wrong and is no mistake of the asker's. */
  readonly complain: (error: unknown) => void;
}

const HEADERS = {
  "Cache-Control": "no-store",
  "Content-Security-Policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
} as const;

/** Seconds that one has for the head of a request. */
const PATIENCE = 5;

/** A server that listens nowhere yet. */
export function pageServer(setup: PageSetup): Server {
  const server = createServer(
    {
      headersTimeout: PATIENCE * 1000,
      requestTimeout: PATIENCE * 1000,
      connectionsCheckingInterval: 1000,
    },
    (request, response) => handle(setup, request, response),
  );
  server.keepAliveTimeout = PATIENCE * 1000;
  return server;
}

function handle(setup: PageSetup, request: IncomingMessage, response: ServerResponse): void {
  const refusal = refused(request);
  if (refusal !== null) {
    send(response, refusal[0], "text/plain; charset=utf-8", `${refusal[1]}\n`);
    return;
  }
  // Put behind a name, it is a path, whatever it begins with: "//[" alone would be a host, and none that can be.
  const { pathname, searchParams } = new URL(`http://page${request.url}`);
  const [, token = "", ...rest] = pathname.split("/");
  if (!isSame(token, setup.token)) {
    send(
      response,
      403,
      "text/plain; charset=utf-8",
      "This is not the link that gartrace serve printed; open that one.\n",
    );
    return;
  }
  const name = rest.join("/");
  const file = setup.files.get(name);
  if (rest.length === 0) response.writeHead(308, { ...HEADERS, Location: `/${token}/` }).end();
  else if (file !== undefined) send(response, 200, file.type, file.bytes);
  else if (rest.length === 2 && rest[0] === "ask")
    void answer(setup, rest[1]!, searchParams, response);
  else send(response, 404, "text/plain; charset=utf-8", "There is no such page here.\n");
}

/** Why a request is none of the page's; null where it is. */
function refused({ method, url, headers, socket }: IncomingMessage): [number, string] | null {
  const port = socket.localPort;
  const names = [`127.0.0.1:${port}`, `[::1]:${port}`, `localhost:${port}`];
  // A name of somebody else's that was made to lead here has another Host.
  if (!names.includes(headers.host ?? ""))
    return [421, "This server answers for this machine's own names alone."];
  const { origin } = headers;
  if (origin !== undefined && origin !== `http://${headers.host}`)
    return [403, "Another site's page may not ask here."];
  const from = headers["sec-fetch-site"];
  if (from !== undefined && from !== "same-origin" && from !== "none")
    return [403, "Another site's page may not ask here."];
  if (method !== "GET") return [405, "Only GET is answered here: traces are read, never written."];
  return url?.startsWith("/") ? null : [400, "This is no path."];
}

async function answer(
  { answers, complain }: PageSetup,
  name: string,
  parameters: URLSearchParams,
  response: ServerResponse,
): Promise<void> {
  try {
    const found = await answers.ask(name, parameters);
    if (found instanceof Uint8Array) send(response, 200, "application/octet-stream", found);
    else send(response, 200, "application/json; charset=utf-8", JSON.stringify(found));
  } catch (error) {
    const trouble = readingTrouble(
      answers.traces.map(({ path }) => path),
      error,
    );
    const isExpected = trouble instanceof UserError;
    if (!isExpected) complain(trouble);
    const says = isExpected
      ? trouble.message
      : "a bug of gartrace's: the terminal that serves this page says more";
    const status = isExpected ? 400 : 500;
    send(response, status, "application/json; charset=utf-8", JSON.stringify({ refused: says }));
  }
}

function send(
  response: ServerResponse,
  status: number,
  type: string,
  body: string | Uint8Array,
): void {
  response.writeHead(status, {
    ...HEADERS,
    "Content-Type": type,
    "Content-Length": Buffer.byteLength(body),
  });
  response.end(body);
}

/** Compares without telling, by the time it takes, how much is right. */
function isSame(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}
