// page.tsx - starts the page: asks for the traces, then shows them.

import { render } from "preact";
import * as z from "zod/mini";
import { reportShape } from "../answer/report-shape.ts";
import { SHAPES, stamp } from "../answer/shapes.ts";
import { App } from "./app.tsx";
import { listenToKeys } from "./keys.ts";
import { sentence } from "./latest.ts";
import { Model } from "./model.ts";
import { ReportSource } from "./report-source.ts";
import { ask, ServerSource, type Source } from "./source.ts";

const page = document.getElementById("page")!;

/** What browsers had last of all that is used here: a page without one of them would stop half-way. */
const used = {
  "Array.prototype.findLast": [].findLast,
  "CanvasRenderingContext2D.prototype.roundRect": CanvasRenderingContext2D.prototype.roundRect,
  DecompressionStream: globalThis.DecompressionStream,
} as const;
const lacking = Object.entries(used)
  .filter(([, one]) => one === undefined)
  .map(([name]) => name);

async function start(source: Source): Promise<void> {
  const session = await ask(source, "session");
  assertReadable(session);
  document.title = `${session.traces.map(({ file }) => file).join(" and ")} - gartrace`;
  const model = new Model(source, session);
  page.replaceChildren();
  render(<App model={model} />, page);
  listenToKeys(model);
  await model.begin();
}

/** Asked before anything else is read, for another version can have any shape. */
function assertReadable({ shapes, version }: z.infer<typeof stamp>): void {
  if (shapes !== SHAPES)
    throw new Error(
      `This page reads answers of version ${SHAPES}, and these are of version ${shapes} ` +
        `(gartrace ${version}): open it with the page of that gartrace.`,
    );
}

/** A report holds its answers itself; else the server that sent the page is asked. */
async function sourceOf(): Promise<Source> {
  const data = document.getElementById("report")?.textContent;
  if (data == null) return new ServerSource();
  const bytes = Uint8Array.from(atob(data), (one) => one.charCodeAt(0));
  const text = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const report: unknown = await new Response(text).json();
  assertReadable(z.object({ session: stamp }).parse(report).session);
  return new ReportSource(reportShape.parse(report));
}

const paragraph = (text: string) =>
  Object.assign(document.createElement("p"), { textContent: text });

// What a browser has to have stands there until the page does.
if (lacking.length > 0) page.append(paragraph(`This browser lacks ${lacking.join(", ")}.`));
else
  sourceOf()
    .then(start)
    .catch((error: unknown) => page.replaceChildren(paragraph(sentence(error))));
