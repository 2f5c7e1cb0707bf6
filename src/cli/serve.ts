// serve.ts - gartrace serve: a page about one or two traces, on this machine alone.

import { spawn } from "node:child_process";
import { type Command, InvalidArgumentError } from "commander";
import { serve, usualPort } from "../library/serve.ts";
import { notice, print } from "./output.ts";

interface Options {
  readonly port: number;
  readonly open: boolean;
}

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
    .option("--port <number>", "the port; the next free one where it is taken", port, usualPort)
    .option("--open", "open the page in the browser", false)
    .action(async (path: string, other: string | undefined, options: Options) => {
      const complain = (error: unknown) =>
        notice(
          `gartrace: a bug of ours, please report it: ${error instanceof Error ? error.stack : error}`,
        );
      const { link, port, close } = await serve(path, other, { port: options.port, complain });
      if (port !== options.port) notice(`gartrace: port ${options.port} is taken; this is ${port}`);
      const ended = interrupted();
      await print(link);
      notice("gartrace: open this link in a browser of this machine; Ctrl-C ends the page");
      if (options.open) openLink(link);
      await ended;
      await close();
    });
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
