// page-files.ts - the page as it was built: its code, its style, and the frame around both.

import { existsSync, readFileSync } from "node:fs";
import { UserError } from "../fault.ts";
import type { PageFile } from "../page/server.ts";

/** Beside the command's own modules, or beside its bundle. */
const built = new URL("page/", import.meta.url);

/** The built page's code and style. */
export function pageCode(): { readonly script: string; readonly style: string } {
  const [script, style] = [new URL("page.js", built), new URL("page.css", built)];
  if (!existsSync(script) || !existsSync(style))
    throw new UserError("the page is not built; build it with: npm run build");
  return { script: readFileSync(script, "utf8"), style: readFileSync(style, "utf8") };
}

/** The frame: what is shown until the code runs, and for ever by a browser that cannot run it. */
export const frame = (head: string, body: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>gartrace</title>
${head}
</head>
<body>
<div id="page"><p>This page draws a trace of gartrace. It needs JavaScript and a browser of 2023 or later
(Chromium 114, Firefox 115, Safari 16.4); if this line stays, open it in one of these, or ask the command line:
gartrace info, gartrace events --wrong, gartrace why.</p></div>
${body}
</body>
</html>
`;

/** The page as a server sends it: three files. */
export function servedFiles(): Map<string, PageFile> {
  const { script, style } = pageCode();
  const bytes = (text: string) => new TextEncoder().encode(text);
  const html = frame(
    '<link rel="stylesheet" href="page.css"><link rel="icon" href="data:,">',
    '<script src="page.js" defer></script>',
  );
  return new Map([
    ["", { type: "text/html; charset=utf-8", bytes: bytes(html) }],
    ["page.js", { type: "text/javascript; charset=utf-8", bytes: bytes(script) }],
    ["page.css", { type: "text/css; charset=utf-8", bytes: bytes(style) }],
  ]);
}
