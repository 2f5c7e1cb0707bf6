// bundle.ts - what npm run build makes of the compiled modules: few files, which start in a third of the time.

import { cpSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "esbuild";

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
await build({
  entryPoints: {
    program: inDist("src/cli/program.js"),
    // A thread of its own, which starts from a file beside the one that starts it.
    "export-worker": inDist("src/cli/export-worker.js"),
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
    js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
  },
  logLevel: "warning",
});
// The one file that modules read beside themselves.
cpSync(inDist("src/exchange/import/kernel/probes"), `${bundle}/probes`, { recursive: true });
