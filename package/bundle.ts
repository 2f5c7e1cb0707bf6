// bundle.ts - what npm run build makes of the compiled modules: few files, which start in a third of the time.

import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Plugin, rolldown } from "rolldown";
import { jsonSchemaOf, shapes } from "../src/shape/index.ts";
import { licencesOf } from "./licences.ts";
import { typesOf } from "./types.ts";

const inDist = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));
const bundle = inDist("bundle");

/** zod brings its messages in fifty languages, of which the program speaks one. */
const oneLanguage: Plugin = {
  name: "one language",
  load: {
    filter: { id: /zod\/v4\/locales\/index\.js$/ },
    handler: () => 'export { default as en } from "./en.js";',
  },
};

const bundled = await rolldown({
  input: {
    program: inDist("src/cli/program.js"),
    index: inDist("src/index.js"),
    // Threads of their own, which start from a file beside the one that starts them.
    "file-worker": inDist("src/store/file-worker.js"),
    "export-worker": inDist("src/library/export-worker.js"),
    "pair-worker": inDist("src/library/pair-worker.js"),
  },
  platform: "node",
  // It is compiled where it is installed.
  external: ["better-sqlite3"],
  plugins: [oneLanguage],
});
const { output } = await bundled.write({
  dir: bundle,
  cleanDir: true,
  format: "esm",
  entryFileNames: "[name].js",
  chunkFileNames: "[name]-[hash].js",
  keepNames: true,
  minify: {
    mangle: false,
    compress: { target: "node20" },
    codegen: { removeWhitespace: true },
  },
  comments: false,
  codeSplitting: {
    // Node takes some 2 ms to find, read and compile a file, so what is loaded together is one: what every
    // command needs, and what reading a trace does. A command keeps what else it needs in files of its own.
    groups: [
      {
        name: "start",
        test: /src\/(cli\/(output|heap)|fault|version)\.js$|\/commander\//,
        priority: 2,
      },
      {
        name: "reading",
        test: /src\/cli\/(info|events|state|history|why|blame)\.js$/,
        priority: 1,
      },
    ],
  },
});
await bundled.close();
// The one file that modules read beside themselves.
cpSync(inDist("src/exchange/import/kernel/probes"), `${bundle}/probes`, { recursive: true });
writeFileSync(`${bundle}/index.d.ts`, typesOf(inDist("src/index.d.ts")));
const modules = output.flatMap((file) => (file.type === "chunk" ? file.moduleIds : []));
writeFileSync(`${bundle}/LICENSES.txt`, licencesOf(modules));
// For programs that check answers and input in other languages: gartrace schema NAME prints the same.
mkdirSync(`${bundle}/schemas`);
for (const name of Object.keys(shapes))
  writeFileSync(`${bundle}/schemas/${name}.json`, `${JSON.stringify(jsonSchemaOf(name))}\n`);
