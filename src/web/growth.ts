// growth.ts - follows a trace that is still being recorded or counted: what is new of it comes to the page.

import { batch, type Signal } from "@preact/signals";
import type { ExtentAnswer } from "../answer/shapes.ts";
import type { Focus } from "./focus.ts";
import { sentence } from "./latest.ts";
import { fitting } from "./scale.ts";
import { ask, type Source } from "./source.ts";
import type { TraceModel } from "./trace-model.ts";

/** Milliseconds between two looks at a trace. */
const FOLLOW = 500;

/** The page that a trace grows on. */
interface Page {
  readonly source: Source;
  readonly focus: Signal<Focus>;
  readonly go: (to: Partial<Focus>, how: "scrub") => void;
  readonly say: (sentence: string) => void;
}

/** Until it is finished and counted. */
export async function keepUp(page: Page, trace: TraceModel): Promise<void> {
  for (;;) {
    try {
      const extent = await ask(page.source, "extent", { trace: trace.side });
      const before = trace.extent.peek();
      const isNew = before?.surveyed !== extent.surveyed || before.count !== extent.count;
      if (isNew) {
        grow(page, trace, extent);
        await trace.loadLevels(page.source);
        await renew(page, trace);
      }
      if (before?.torn && !extent.torn) await renew(page, trace);
      if (!extent.torn && extent.surveyed >= extent.count) return;
    } catch (error) {
      page.say(sentence(error));
    }
    await new Promise((done) => setTimeout(done, FOLLOW));
  }
}

/** New events: who stands at the end stays there. */
function grow(page: Page, trace: TraceModel, extent: ExtentAnswer): void {
  const count = trace.count.peek();
  const view = trace.view.peek();
  const isWhole = view.from <= 0 && view.to >= count;
  const focus = page.focus.peek();
  batch(() => {
    trace.extent.value = extent;
    trace.rows.forgetFrom(count);
    if (isWhole) trace.view.value = fitting({ from: 0, to: extent.count }, extent.count);
    if (focus.trace === trace.side && focus.at === count && extent.count > count)
      page.go({ at: extent.count }, "scrub");
  });
}

async function renew({ source }: Page, trace: TraceModel): Promise<void> {
  const session = await ask(source, "session");
  const about = session.traces.find(({ side }) => side === trace.side);
  if (about === undefined) return;
  trace.about.value = about;
  trace.mapName.value ??= about.maps[0]?.name ?? null;
}
