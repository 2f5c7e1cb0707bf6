// dap.ts - gartrace dap: the debug adapter for editors, over stdin and stdout.

import type { Command } from "commander";
import { serveEditor } from "../library/debug.ts";

export function addDap(program: Command): void {
  program
    .command("dap")
    .summary("serve an editor as a debug adapter")
    .description(
      "Speaks the Debug Adapter Protocol over stdin and stdout, for VS Code, neovim and other clients.\n" +
        'A launch configuration has "trace", the path of a trace, and may have "trace2" and "stopOnEntry".',
    )
    .action(() => {
      // An editor that closes the pipe has ended the session: the adapter gets the end of its input and exits.
      process.stdout.removeAllListeners("error");
      return serveEditor(process.stdin, process.stdout);
    });
}
