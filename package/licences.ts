// licences.ts - the licences of packages whose code is in a built file, as each of them asks for.

import { readdirSync, readFileSync } from "node:fs";

/** Of the packages that these files are of; `inputs` are paths as the bundler's metafile has them. */
export function licencesOf(inputs: readonly string[]): string {
  const folders = inputs.flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path) ?? []);
  const texts = [...new Set(folders)].sort().map((folder) => {
    const name = folder.replace(/^.*node_modules\//, "");
    const file = readdirSync(folder).find((one) => /^licen[cs]e/i.test(one));
    const { license } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"));
    return `${name}: ${license}\n\n${file === undefined ? "" : readFileSync(`${folder}/${file}`, "utf8")}`;
  });
  return texts.join(`\n${"-".repeat(80)}\n`);
}
