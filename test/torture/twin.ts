// twin.ts - the sound traces that changed ones are held against, each made once and asked once.

import { copyFileSync, existsSync, mkdirSync, renameSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Dice } from "../../src/dice.ts";
import { recordTo, scenarioSetup } from "../../src/library/recording.ts";
import { addMark } from "../../src/store/update.ts";
import { type Answers, answersOf } from "./answers.ts";
import { oneOf } from "./trial.ts";

export interface Twin {
  readonly path: string;
  readonly answers: Answers;
}

/** Small ones of several platforms: translated or not, with an IOMMU, of the kernel's DMA code. */
const names = ["stale-gart-tlb", "wrong-reverse", "silent-bounce", "dart-unmap-unflushed"] as const;

const twins = new Map<string, Promise<Twin>>();

/** One of them, copied to where it can be changed. */
export async function copyOfTwin(dice: Dice, to: string): Promise<Twin> {
  const name = oneOf(dice, names);
  let twin = twins.get(name);
  if (twin === undefined) {
    twin = made(name);
    twins.set(name, twin);
  }
  const sound = await twin;
  copyFileSync(sound.path, to);
  return sound;
}

async function made(name: string): Promise<Twin> {
  const folder = join(tmpdir(), "twins");
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${name}.gart`);
  if (!existsSync(path)) {
    const unfinished = `${path}.${process.pid}`;
    await recordTo(unfinished, scenarioSetup(name, false), false);
    await addMark(unfinished, { moment: 5, name: "here", text: "a mark of somebody" });
    renameSync(unfinished, path);
  }
  return { path, answers: answersOf(path) };
}
