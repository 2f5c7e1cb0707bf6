// record.ts - gartrace record: runs a workload on a simulated machine and writes its trace.

import { type Command, InvalidArgumentError } from "commander";
import type { NewTrace } from "../library/make-trace.ts";
import { type RecordOptions, record, usualDriver } from "../library/record.ts";
import { tellRecorded } from "../library/tell-written.ts";
import { notice, noticeText, printAnswer } from "./output.ts";
import { steered } from "./steered.ts";

interface Options extends Omit<RecordOptions, "workload"> {
  readonly json: boolean;
}

export function addRecord(program: Command): void {
  program
    .command("record")
    .summary("run a workload on a simulated machine and record it")
    .description(
      "Runs a workload on a simulated machine and writes every event to a trace.\n" +
        "WORKLOAD is a built-in one (see 'gartrace list'), the path of a JSON file, or bug:NAME for a " +
        "real bug reproduced (see 'gartrace list bugs').",
    )
    .argument("[workload]", "what the client does", "testgart")
    .option(
      "-o, --output <file>",
      "the trace to write (default: PLATFORM.HOOKS.CHIPSET.WORKLOAD.gart)",
    )
    .option("-p, --platform <name>", "who owns memory and how addresses translate", "native-i386")
    .option("-k, --hooks <name>", "what the kernel believes of its architecture", "gart")
    .option("-c, --chipset <name>", "the host bridge (default: the platform's first)")
    .option("-d, --driver <version>", "the Linux that agpgart is of", usualDriver)
    .option(...seedOption)
    .option("--ops <number>", "how many operations wander makes (default: 1000)", oneOrMore)
    .option(...ramOption)
    .option(...foreignOption)
    .option(...layoutOption)
    .option(...dateOption)
    .option(
      "--lenient-ioremap",
      "let ioremap take a physical address, whatever the platform",
      false,
    )
    .option("--no-device", "leave out the client's writes and the card's reads")
    .option("--fixed", "run bug:NAME without its bug", false)
    .option("-f, --force", "overwrite the trace if it exists", false)
    .option("--json", "print what was recorded as JSON", false)
    .action(async (name: string, options: Options, command: Command) => {
      const asked = (option: string) => command.getOptionValueSource(option) === "cli";
      const { json, ...wanted } = Object.fromEntries(
        Object.entries(options).filter(([option]) => asked(option)),
      ) as Partial<Options>;
      const written = await steered("recording", (steering) =>
        record({ ...wanted, workload: name, ...steering }),
      );
      sayIfApart(written);
      const output = tellRecorded(written);
      if (json) await printAnswer("record", output.json);
      else noticeText(output.text);
    });
}

/** Says that a trace is in two files, where somebody read it as it was finished. */
export function sayIfApart({ path, log }: NewTrace): void {
  if (log === null) return;
  notice(
    `gartrace: somebody reads ${path}, so its end stays in ${log} for now: copy both, or run any gartrace ` +
      "command on it later, which folds it in",
  );
}

function oneOrMore(text: string): number {
  const number = wholeNumber(text);
  if (number === 0) throw new InvalidArgumentError("expected at least one operation");
  return number;
}

/** Options that the matrix has as well. */
export const seedOption = [
  "-s, --seed <number>",
  "how frames are dealt, 0 being the reference's order, and where wander goes",
  wholeNumber,
  0,
] as const;
export const ramOption = [
  "--ram <size>",
  "the kernel's memory, 32M to 32G (default: 256M)",
] as const;
export const foreignOption = [
  "--foreign <frames>",
  "machine frames of other domains, as 0x1000-0x3ffff,0x50000-0x7ffff (the default) or none",
] as const;

export const layoutOption = [
  "--layout <name>",
  "how the IOMMU gives out bus addresses: reference (the default) or dart",
] as const;
export const dateOption = [
  "--era <date>",
  "of which date Xen's swiotlb is: 2005-08-16 (the default), 2005-08-18, 2005-09-06 or 2005-12-17",
] as const;

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text) || Number(text) > 0xffffffff)
    throw new InvalidArgumentError("expected a whole number from 0 to 4294967295");
  return Number(text);
}
