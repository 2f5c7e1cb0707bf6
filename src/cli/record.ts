// record.ts - gartrace record: runs a workload on a simulated machine and writes its trace.

import { type Command, InvalidArgumentError } from "commander";
import { countOf } from "../report/text.ts";
import { notice, printJson } from "./output.ts";
import { recordTo, setupOf } from "./recording.ts";
import { workloadOf } from "./workload-file.ts";

interface Options {
  readonly output?: string;
  readonly platform: string;
  readonly hooks: string;
  readonly chipset?: string;
  readonly seed: number;
  readonly ops?: number;
  readonly lenientIoremap: boolean;
  readonly device: boolean;
  readonly force: boolean;
  readonly json: boolean;
}

export function addRecord(program: Command): void {
  program
    .command("record")
    .summary("run a workload on a simulated machine and record it")
    .description(
      "Runs a workload on a simulated machine and writes every event to a trace.\n" +
        "WORKLOAD is a built-in one (see 'gartrace list') or the path of a JSON file.",
    )
    .argument("[workload]", "what the client does", "testgart")
    .option(
      "-o, --output <file>",
      "the trace to write (default: PLATFORM.HOOKS.CHIPSET.WORKLOAD.gart)",
    )
    .option("-p, --platform <name>", "who owns memory and how addresses translate", "native-i386")
    .option("-k, --hooks <name>", "what the kernel believes of its architecture", "gart")
    .option("-c, --chipset <name>", "the host bridge (default: the platform's first)")
    .option(
      "-s, --seed <number>",
      "how frames are dealt, 0 being the reference's order, and where wander goes",
      wholeNumber,
      0,
    )
    .option("--ops <number>", "how many operations wander makes (default: 1000)", oneOrMore)
    .option(
      "--lenient-ioremap",
      "let ioremap take a physical address, whatever the platform",
      false,
    )
    .option("--no-device", "leave out the client's writes and the card's reads")
    .option("-f, --force", "overwrite the trace if it exists", false)
    .option("--json", "print what was recorded as JSON", false)
    .action(async (workloadName: string, options: Options) => {
      const workload = workloadOf(workloadName, options);
      const setup = setupOf({ ...options, chipset: options.chipset ?? null, workload });
      const names = [setup.platform, setup.hooks, setup.chipset, workload].map(({ name }) => name);
      const path = options.output ?? `${names.join(".")}.gart`;
      const written = await recordTo(path, setup, options.force);
      if (options.json) await printJson(written);
      else notice(`recorded ${countOf(written.events, "event")} to ${path}`);
    });
}

function oneOrMore(text: string): number {
  const number = wholeNumber(text);
  if (number === 0) throw new InvalidArgumentError("expected at least one operation");
  return number;
}

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text) || Number(text) > 0xffffffff)
    throw new InvalidArgumentError("expected a whole number from 0 to 4294967295");
  return Number(text);
}
