// page.ts - what npm run build makes of the page: one file of code and one of style, which gartrace serve sends.

import { appendFileSync, cpSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { licencesOf } from "./licences.ts";

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const page = at("../src/library/page");

const { metafile } = await build({
  entryPoints: [at("../../src/web/page.tsx"), at("../../src/web/page.css")],
  outdir: page,
  bundle: true,
  minify: true,
  format: "iife",
  platform: "browser",
  // What is said to a browser that cannot stands in src/library/page-files.ts.
  target: ["chrome114", "firefox115", "safari16.4"],
  jsx: "automatic",
  jsxImportSource: "preact",
  legalComments: "none",
  metafile: true,
  logLevel: "warning",
});
// Whoever gets the page, as a file too, gets what its parts are licensed by.
const licences = licencesOf(Object.keys(metafile.inputs)).replaceAll("*/", "* /");
appendFileSync(`${page}/page.js`, `/*\n${licences}*/\n`);
// The command starts from its modules or from its bundle, and finds the page beside either.
cpSync(page, at("../bundle/page"), { recursive: true });
