// page.tsx - starts the page: asks for the traces, then shows them.

import { render } from "preact";
import { reportShape } from "../answer/report-shape.ts";
import { SHAPES } from "../answer/shapes.ts";
import { App } from "./app.tsx";
import { listenToKeys } from "./keys.ts";
import { sentence } from "./latest.ts";
import { Model } from "./model.ts";
import { Packed } from "./packed.ts";
import { ask, Served, type Source } from "./source.ts";

const page = document.getElementById("page")!;

async function start(source: Source): Promise<void> {
  const session = await ask(source, "session");
  if (session.shapes !== SHAPES)
    throw new Error(
      `This page reads answers of version ${SHAPES}, and these are of version ${session.shapes} ` +
        `(gartrace ${session.version}): open it with the page of that gartrace.`,
    );
  document.title = `${session.traces.map(({ file }) => file).join(" and ")} - gartrace`;
  const model = new Model(source, session);
  page.replaceChildren();
  render(<App model={model} />, page);
  listenToKeys(model);
  await model.begin();
}

/** A report holds its answers itself; else the server that sent the page is asked. */
async function sourceOf(): Promise<Source> {
  const data = document.getElementById("report")?.textContent;
  if (data == null) return new Served();
  const bytes = Uint8Array.from(atob(data), (one) => one.charCodeAt(0));
  const text = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Packed(reportShape.parse(await new Response(text).json()));
}

sourceOf()
  .then(start)
  .catch((error: unknown) => {
    const said = Object.assign(document.createElement("p"), { textContent: sentence(error) });
    page.replaceChildren(said);
  });
