// bundle.ts - what npm run build makes of the compiled modules: few files, which start in a tenth of the time.
//
// They are CommonJS, which Node reads without its loader of ES modules: that alone takes as long as all that `info`
// does (bench: start). The library is an ES module that hands on what is in them.

import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type OutputChunk, type Plugin, rolldown } from "rolldown";
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

/** What packages load and never use here: commander runs no command that is a file, and store/sqlite.ts finds SQLite. */
const unused: Plugin = {
  name: "unused",
  resolveId: {
    filter: { id: /^(?:node:child_process|bindings)$/ },
    handler: (id, from) => (/\/(?:commander|better-sqlite3)\//.test(from ?? "") ? `\0${id}` : null),
  },
  load: {
    filter: { id: /^\0(?:node:child_process|bindings)$/ },
    handler: () => "export {};",
  },
};

/** Threads of their own, which start from a file beside the one that starts them. */
const threads = {
  "file-worker": inDist("src/store/file-worker.js"),
  "export-worker": inDist("src/library/export-worker.js"),
  "pair-worker": inDist("src/library/pair-worker.js"),
};
const namesOfThreads: Plugin = {
  name: "names of threads",
  transform: {
    filter: { code: /new URL\("\.\/[a-z]+-worker\.js"/ },
    handler: (code) => code.replace(/(new URL\("\.\/[a-z]+-worker)\.js"/g, '$1.cjs"'),
  },
};

/** What the files of the bundle are written as. */
const written = {
  dir: bundle,
  format: "cjs",
  entryFileNames: "[name].cjs",
  chunkFileNames: "[name]-[hash].cjs",
  keepNames: true,
  minify: {
    // Names of functions stay: a bug that is reported comes with a stack.
    mangle: { keepNames: true },
    compress: { target: "node20" },
    codegen: { removeWhitespace: true },
  },
  comments: false,
} as const;

const bundled = await rolldown({
  input: {
    program: inDist("src/cli/program.js"),
    index: inDist("src/index.js"),
    ...threads,
  },
  platform: "node",
  plugins: [oneLanguage, unused, namesOfThreads],
});
const { output } = await bundled.write({
  ...written,
  cleanDir: true,
  codeSplitting: {
    // Node takes some 0.5 ms to find, read and compile a file, so what is loaded together is one: what every
    // command needs, and what reading a trace does. A command keeps what else it needs in files of its own.
    groups: [
      {
        name: "start",
        test: /src\/(cli\/(output|heap)|fault|version)\.js$|\/commander\//,
        priority: 2,
      },
      {
        name: "reading",
        test: /src\/cli\/info\.js$/,
        priority: 1,
      },
    ],
  },
});
await bundled.close();

// By itself: the version is said before anything else is read.
const command = await rolldown({
  input: { gartrace: inDist("src/cli/start.js") },
  platform: "node",
  plugins: [
    {
      name: "the program beside it",
      resolveId: {
        filter: { id: /^\.\/program\.js$/ },
        handler: () => ({ id: "./program.cjs", external: true }),
      },
    },
  ],
});
await command.write({ ...written, banner: "#!/usr/bin/env node", dynamicImportInCjs: false });
await command.close();
const { exports: names } = output.find(({ fileName }) => fileName === "index.cjs") as OutputChunk;
writeFileSync(
  `${bundle}/index.js`,
  `import library from "./index.cjs";\nexport const { ${names.join(", ")} } = library;\n`,
);
// The one file that modules read beside themselves.
cpSync(inDist("src/exchange/import/kernel/probes"), `${bundle}/probes`, { recursive: true });
writeFileSync(`${bundle}/index.d.ts`, typesOf(inDist("src/index.d.ts")));
const modules = output.flatMap((file) => (file.type === "chunk" ? file.moduleIds : []));
writeFileSync(`${bundle}/LICENSES.txt`, licencesOf(modules));
// For programs that check answers and input in other languages: gartrace schema NAME prints the same.
mkdirSync(`${bundle}/schemas`);
for (const name of Object.keys(shapes))
  writeFileSync(`${bundle}/schemas/${name}.json`, `${JSON.stringify(jsonSchemaOf(name))}\n`);
