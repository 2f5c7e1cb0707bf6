// serve.ts - a page about one or two traces, on this machine alone.

import { randomBytes } from "node:crypto";
import { once } from "node:events";
import type { Server } from "node:http";
import { UserError } from "../fault.ts";
import type { Answers as PageAnswers } from "../page/answers.ts";
import { PAUSE } from "../store/trace-file.ts";
import { servedFiles } from "./page-files.ts";
import { PairThreads } from "./pair-threads.ts";

/** Where a page is served. */
export interface ServeOptions {
  /** The port, or the next one that is free; 8437 by default. */
  readonly port?: number;
  /** Told of an error that is a bug of this program; the page goes on. */
  readonly complain?: ((error: unknown) => void) | undefined;
}

/** A page that is being served. */
export interface PageServer {
  /** Holds a random token: who has it sees the traces. */
  readonly link: string;
  /** At which it is served. */
  readonly port: number;
  /** Answers no more, and lets go of the traces. */
  close(): Promise<void>;
}

/** Where a page is served unless somebody says otherwise, or the port is taken. */
export const usualPort = 8437;
/** Ports that are tried one after the other. */
const TRIES = 50;
/** How often a trace that is still being recorded is looked at, in milliseconds. */
const FOLLOW = 400;
/** How long one that is not counted yet is let go of: for longer than its recorder waits to try again to end it. */
const LET_GO = 2 * PAUSE;

/**
 * Serves a page on 127.0.0.1 and ::1; traces are opened read-only, one that is being recorded is followed. A
 * `UserError` says why a trace cannot be read, or that no port is free.
 */
export async function serve(
  path: string,
  other?: string,
  { port: wanted = usualPort, complain = () => {} }: ServeOptions = {},
): Promise<PageServer> {
  // Few programs serve a page: what it takes is loaded by those alone.
  const { Answers } = await import("../page/answers.ts");
  const { OpenTrace } = await import("../page/open-trace.ts");
  const { pageServer } = await import("../page/server.ts");
  const traces = [new OpenTrace("a", path)];
  if (other !== undefined) traces.push(new OpenTrace("b", other));
  const files = servedFiles();
  const apart = other === undefined ? null : new PairThreads(path, other);
  const answers = new Answers(traces, apart);
  const token = randomBytes(16).toString("hex");
  const serving = { answers, files, token, complain };
  const { servers, port } = await listening(() => pageServer(serving), wanted);
  const looking = keepLooking(answers, complain);
  return {
    link: `http://127.0.0.1:${port}/${token}/`,
    port,
    close: async () => {
      clearTimeout(looking.timer);
      for (const server of servers) {
        server.close();
        server.closeAllConnections();
      }
      await apart?.close();
      answers.close();
    },
  };
}

/** Servers on both loopback addresses and one port: the one asked for, or the next that is free. */
async function listening(
  make: () => Server,
  first: number,
): Promise<{ servers: readonly Server[]; port: number }> {
  for (let port = first; port < first + TRIES && port < 65536; port++) {
    const server = make();
    if ((await listens(server, port, "127.0.0.1")) !== "listens") continue;
    const six = make();
    const answer = await listens(six, port, "::1");
    if (answer === "listens") return { servers: [server, six], port };
    // A machine without IPv6 has the one address alone.
    if (answer === "no such address") return { servers: [server], port };
    server.close();
  }
  throw new UserError(`no port from ${first} on is free; name another one with --port`);
}

async function listens(
  server: Server,
  port: number,
  host: string,
): Promise<"listens" | "taken" | "no such address"> {
  try {
    server.listen(port, host);
    await once(server, "listening");
    return "listens";
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EADDRINUSE") return "taken";
    if (code === "EADDRNOTAVAIL" || code === "EAFNOSUPPORT") return "no such address";
    if (code === "EACCES")
      throw new UserError(`port ${port} is not yours to use; name one above 1023 with --port`);
    throw error;
  }
}

/**
 * Looks at the traces a slice at a time, so that questions are answered in between; then for what is new. While one is
 * being recorded nobody has it open for half of the time at least: its recorder ends it as one plain file meanwhile.
 */
function keepLooking(
  answers: PageAnswers,
  complain: (error: unknown) => void,
): { timer: NodeJS.Timeout | undefined } {
  const looking: { timer: NodeJS.Timeout | undefined } = { timer: undefined };
  const look = () => {
    let wait = 0;
    const since = performance.now();
    try {
      if (answers.look()) wait = FOLLOW;
      else if (answers.isGrowing) wait = Math.max(LET_GO, performance.now() - since);
    } catch (error) {
      // What is wrong with the file is told to whoever asks for something of it.
      if (!(error instanceof UserError)) return complain(error);
      wait = FOLLOW;
    }
    looking.timer = setTimeout(look, wait);
  };
  look();
  return looking;
}
