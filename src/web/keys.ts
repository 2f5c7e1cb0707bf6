// keys.ts - what each key does.

import { isHelpShown } from "./help.tsx";
import { sentence } from "./latest.ts";
import type { Model } from "./model.ts";
import { fitting, zoomed } from "./scale.ts";
import { ask } from "./source.ts";

type Direction = "next" | "previous";

export function listenToKeys(model: Model): void {
  const actions = actionsOf(model);
  addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      isHelpShown.value = false;
      (document.activeElement as HTMLElement | null)?.blur();
      return;
    }
    if (event.ctrlKey || event.altKey || event.metaKey || isWriting(event.target)) return;
    const action = actions[event.key];
    if (action === undefined) return;
    event.preventDefault();
    Promise.resolve(action()).catch((error: unknown) => {
      model.message.value = sentence(error);
    });
  });
}

/** Whether keys are text there. */
const isWriting = (target: EventTarget | null): boolean =>
  target instanceof HTMLSelectElement ||
  target instanceof HTMLTextAreaElement ||
  (target instanceof HTMLInputElement && target.type !== "range");

function actionsOf(model: Model): { readonly [key: string]: () => unknown } {
  const step = (by: number) => () => model.go({ at: model.focus.peek().at + by }, "scrub");
  const zoom = (factor: number) => () => {
    const trace = model.shown;
    trace.view.value = zoomed(trace.view.peek(), factor, model.focus.peek().at, trace.count.peek());
  };
  const found = model.traces.length > 1 ? "divergence" : "wrong";
  return {
    "?": () => {
      isHelpShown.value = !isHelpShown.value;
    },
    j: step(1),
    k: step(-1),
    J: () => travel(model, "op", "next"),
    K: () => travel(model, "op", "previous"),
    n: () => travel(model, found, "next"),
    p: () => travel(model, found, "previous"),
    "[": () => travel(model, "change", "previous"),
    "]": () => travel(model, "change", "next"),
    w: () => reveal("why"),
    x: () => changeSides(model),
    m: () => mark(model),
    "/": () => document.getElementById("search")?.focus(),
    g: () => document.getElementById("position")?.focus(),
    "+": zoom(0.5),
    "=": zoom(0.5),
    "-": zoom(2),
    Home: () => model.go({ at: 0 }),
    End: () => model.go({ at: model.shown.count.peek() }),
    "0": () => {
      const count = model.shown.count.peek();
      model.shown.view.value = fitting({ from: 0, to: count }, count);
    },
  };
}

function reveal(id: string): void {
  const pane = document.getElementById(id);
  pane?.scrollIntoView({ block: "start" });
  pane?.focus({ preventScroll: true });
}

/** The other trace, where it stands beside this one. */
async function changeSides(model: Model): Promise<void> {
  if (model.traces.length < 2) {
    model.message.value = "One trace alone is shown: there is no other side.";
    return;
  }
  const { trace, at } = model.focus.peek();
  const partner = await ask(model.source, "partner", { trace, at });
  const other = model.other(trace);
  model.go({ trace: other.side, at: partner.at ?? other.at.peek() ?? 0, thing: null });
}

/** The trace is not written: the link holds the moment, and a command keeps it. */
function mark(model: Model): void {
  const { trace, at } = model.focus.peek();
  const { file } = model.of(trace).about.peek();
  model.go({ at });
  model.message.value = `This moment is in the link. To keep it in the trace: gartrace mark ${file} '#${at}' 'what is to be seen here' --name NAME`;
}

const ends: { readonly [what: string]: string } = {
  op: "op",
  wrong: "finding",
  divergence: "divergence",
  change: "change of the chosen thing",
};

async function travel(model: Model, what: string, direction: Direction): Promise<void> {
  const { trace, at, thing } = model.focus.peek();
  const found = await ask(model.source, "place", { trace, at, thing, what, direction });
  if (found.at !== null) model.go({ at: found.at });
  else model.message.value = `There is no ${direction} ${ends[what]}.`;
}
