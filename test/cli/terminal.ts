// terminal.ts - runs the built command at a terminal: script(1) has one made, and hands over what is typed.

import { type ChildProcess, spawn } from "node:child_process";
import { HANG } from "../hang.ts";
import { main, type Ran, run } from "./gartrace.ts";

/** Milliseconds after which an answer does not come any more: before the test ends, to say what came. */
const PATIENCE = HANG / 2;

const MISSING = "the tests of the terminal need script(1): apt-get install bsdutils, or util-linux";

interface Where {
  readonly folder: string;
  readonly env?: { readonly [name: string]: string };
}

const command = (line: string): [string, string[]] => [
  "script",
  ["-qec", `"${process.execPath}" "${main}" ${line}`, "/dev/null"],
];

const withTerminal = ({ folder, env }: Where): Where => ({
  folder,
  env: { TERM: "xterm", ...env },
});

/** Runs `gartrace LINE` at a terminal at which nobody types. */
export async function onTerminal(line: string, where: Where): Promise<Ran> {
  await present();
  return run(...command(line), withTerminal(where));
}

async function present(): Promise<void> {
  const { code } = await run("/bin/sh", ["-c", "command -v script"]);
  if (code !== 0) throw new Error(MISSING);
}

/** Somebody at a terminal: types, and reads what comes. */
export class Terminal {
  readonly #child: ChildProcess;
  readonly #ended: Promise<number | null>;
  #unread = "";
  #onData = (): void => {};

  /** Begins `gartrace LINE`. */
  static async open(line: string, where: Where): Promise<Terminal> {
    await present();
    return new Terminal(line, withTerminal(where));
  }

  private constructor(line: string, { folder, env }: Where) {
    const { PATH, HOME } = process.env;
    const child = spawn(...command(line), { cwd: folder, env: { PATH, HOME, ...env } });
    child.stdout.setEncoding("utf8").on("data", (text) => {
      this.#unread += text.replaceAll("\r", "");
      this.#onData();
    });
    this.#ended = new Promise((done) => child.on("close", done));
    this.#child = child;
  }

  type(keys: string): void {
    this.#child.stdin!.write(keys);
  }

  /** What comes up to this text, without carriage returns; it is read then. */
  async until(wanted: string): Promise<string> {
    const overdue = Date.now() + PATIENCE;
    while (!this.#unread.includes(wanted)) {
      const left = overdue - Date.now();
      if (left < 0)
        throw new Error(`'${wanted}' does not come; ${JSON.stringify(this.#unread)} did`);
      await new Promise<void>((done) => {
        const timer = setTimeout(done, left);
        this.#onData = () => {
          clearTimeout(timer);
          done();
        };
      });
    }
    const end = this.#unread.indexOf(wanted) + wanted.length;
    const read = this.#unread.slice(0, end);
    this.#unread = this.#unread.slice(end);
    return read;
  }

  /** Its exit code, and what came and was not read. */
  async end(): Promise<{ readonly code: number | null; readonly rest: string }> {
    const code = await this.#ended;
    return { code, rest: this.#unread };
  }
}
