// serve.ts - gartrace serve: a page about one or two traces, on this machine alone.

import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import type { Server } from "node:http";
import { type Command, InvalidArgumentError } from "commander";
import { UserError } from "../fault.ts";
import { Answers } from "../page/answers.ts";
import { OpenTrace } from "../page/open-trace.ts";
import { pageServer } from "../page/server.ts";
import { notice, print } from "./output.ts";
import { servedFiles } from "./page-files.ts";
import { PairApart } from "./pair-apart.ts";

interface Options {
  readonly port: number;
  readonly open: boolean;
}

/** Where a page is served unless somebody says otherwise, or the port is taken. */
const PORT = 8437;
/** Ports that are tried one after the other. */
const TRIES = 50;
/** How often a trace that is still being recorded is looked at, in milliseconds. */
const FOLLOW = 400;

export function addServe(program: Command): void {
  program
    .command("serve")
    .summary("show one or two traces as a page in a browser on this machine")
    .description(
      "Serves a page on 127.0.0.1 (and ::1) and prints its link, which holds a random token: timeline, maps of " +
        "the tables, events, causes and state at one moment; of two traces, where they part.\n" +
        "Traces are opened read-only; one that is still being recorded is followed. Ctrl-C ends it.",
    )
    .argument("<trace>")
    .argument("[other]", "a second trace, beside the first")
    .option("--port <number>", "the port; the next free one where it is taken", port, PORT)
    .option("--open", "open the page in the browser", false)
    .action(async (path: string, other: string | undefined, options: Options) => {
      const traces = [new OpenTrace("a", path)];
      if (other !== undefined) traces.push(new OpenTrace("b", other));
      const files = servedFiles();
      const apart = other === undefined ? null : new PairApart(path, other);
      const answers = new Answers(traces, apart);
      const token = randomBytes(16).toString("hex");
      const complain = (error: unknown) =>
        notice(
          `gartrace: a bug of ours, please report it: ${error instanceof Error ? error.stack : error}`,
        );
      const serving = { answers, files, token, complain };
      const { servers, port } = await listening(() => pageServer(serving), options.port);
      if (port !== options.port) notice(`gartrace: port ${options.port} is taken; this is ${port}`);
      const link = `http://127.0.0.1:${port}/${token}/`;
      await print(link);
      notice("gartrace: open this link in a browser of this machine; Ctrl-C ends the page");
      if (options.open) openLink(link);
      const looking = keepLooking(answers, complain);
      await interrupted();
      clearTimeout(looking.timer);
      for (const server of servers) {
        server.close();
        server.closeAllConnections();
      }
      await apart?.close();
      answers.close();
    });
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

/** Looks at the traces a slice at a time, so that questions are answered in between; then for what is new. */
function keepLooking(
  answers: Answers,
  complain: (error: unknown) => void,
): { timer: NodeJS.Timeout | undefined } {
  const looking: { timer: NodeJS.Timeout | undefined } = { timer: undefined };
  const look = () => {
    let wait = 0;
    try {
      if (answers.look()) wait = FOLLOW;
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

function openLink(link: string): void {
  const command = process.platform === "darwin" ? "open" : "xdg-open";
  const child = spawn(command, [link], { stdio: "ignore", detached: true });
  child.on("error", () =>
    notice(`gartrace: no ${command} here to open a browser; open the link yourself`),
  );
  child.unref();
}

const interrupted = (): Promise<void> =>
  new Promise((done) => {
    process.once("SIGINT", done);
    process.once("SIGTERM", done);
  });

function port(text: string): number {
  const number = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (number < 1 || number > 65535)
    throw new InvalidArgumentError("a port is a number from 1 to 65535");
  return number;
}
