// page.tsx - starts the page: asks for the traces, then shows them.

import { render } from "preact";
import { SHAPES } from "../answer/shapes.ts";
import { App } from "./app.tsx";
import { listenToKeys } from "./keys.ts";
import { sentence } from "./latest.ts";
import { Model } from "./model.ts";
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

start(new Served()).catch((error: unknown) => {
  page.replaceChildren(
    Object.assign(document.createElement("p"), { textContent: sentence(error) }),
  );
});
