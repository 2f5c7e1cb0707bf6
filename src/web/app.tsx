// app.tsx - the page: its panes and how they lie.

import { Counting } from "./counting.tsx";
import { Divergences } from "./divergences.tsx";
import { Events } from "./events.tsx";
import { Findings } from "./findings.tsx";
import { Help } from "./help.tsx";
import { Ladder } from "./ladder.tsx";
import { Maps } from "./map.tsx";
import type { Model } from "./model.ts";
import { PositionBox } from "./position-box.tsx";
import { Start } from "./start.tsx";
import { State } from "./state.tsx";
import { Timeline } from "./timeline.tsx";
import { Why } from "./why.tsx";

export function App({ model }: { model: Model }) {
  return (
    <div class={model.traces.length > 1 ? "app two" : "app"}>
      <header>
        <h1>gartrace</h1>
        <PositionBox model={model} />
        <Counting model={model} />
        <p class="dim">
          <kbd>n</kbd> <kbd>p</kbd> next and previous{" "}
          {model.traces.length > 1 ? "divergence" : "finding"}, <kbd>w</kbd> why
        </p>
        <Help />
      </header>
      <Start model={model} />
      <Message model={model} />
      <main>
        <Timeline model={model} />
        <div class="column left">
          {model.traces.length > 1 && <Divergences model={model} />}
          <Findings model={model} />
          <Maps model={model} />
        </div>
        <Events model={model} />
        <div class="column right">
          <Why model={model} />
          <Ladder model={model} />
          <State model={model} />
        </div>
      </main>
    </div>
  );
}

function Message({ model }: { model: Model }) {
  const { value } = model.message;
  return (
    <div role="alert" class={value === null ? "message" : "message shown"}>
      {value}
      {value !== null && (
        <button
          type="button"
          aria-label="Close the message"
          onClick={() => {
            model.message.value = null;
          }}
        >
          ✕
        </button>
      )}
    </div>
  );
}
