// bundle.ts - what npm run build makes of the compiled modules: few files, which start in a third of the time.

import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "esbuild";
import { jsonSchemaOf, shapes } from "../src/shape/index.ts";
import { licencesOf } from "./licences.ts";
import { typesOf } from "./types.ts";

const inDist = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));
const bundle = inDist("bundle");

/** zod brings its messages in fifty languages, of which the program speaks one. */
const oneLanguage: Plugin = {
  name: "one language",
  setup: ({ onLoad }) => {
    onLoad({ filter: /zod\/v4\/locales\/index\.js$/ }, () => ({
      contents: 'export { default as en } from "./en.js";',
    }));
  },
};

rmSync(bundle, { recursive: true, force: true });
const { metafile } = await build({
  entryPoints: {
    program: inDist("src/cli/program.js"),
    index: inDist("src/index.js"),
    // Threads of their own, which start from a file beside the one that starts them.
    "file-worker": inDist("src/store/file-worker.js"),
    "export-worker": inDist("src/library/export-worker.js"),
    "pair-worker": inDist("src/library/pair-worker.js"),
  },
  outdir: bundle,
  bundle: true,
  // A command keeps files of its own, which are loaded with it alone.
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20",
  // It is compiled where it is installed.
  external: ["better-sqlite3"],
  plugins: [oneLanguage],
  chunkNames: "[name]-[hash]",
  keepNames: true,
  minifyWhitespace: true,
  minifySyntax: true,
  // Packages that are no ES modules ask for Node's own by require().
  banner: {
    js: 'import { createRequire as requireFrom } from "node:module"; const require = requireFrom(import.meta.url);',
  },
  metafile: true,
  logLevel: "warning",
});
// The one file that modules read beside themselves.
cpSync(inDist("src/exchange/import/kernel/probes"), `${bundle}/probes`, { recursive: true });
writeFileSync(`${bundle}/index.d.ts`, typesOf(inDist("src/index.d.ts")));
writeFileSync(`${bundle}/LICENSES.txt`, licencesOf(Object.keys(metafile.inputs)));
// For programs that check answers and input in other languages: gartrace schema NAME prints the same.
mkdirSync(`${bundle}/schemas`);
for (const name of Object.keys(shapes))
  writeFileSync(`${bundle}/schemas/${name}.json`, `${JSON.stringify(jsonSchemaOf(name))}\n`);
