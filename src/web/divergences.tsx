// divergences.tsx - the pane Divergences: where two traces part, in order, and what it goes back to.

import { useComputed } from "@preact/signals";
import type { DivergencesAnswer, Side } from "../answer/shapes.ts";
import { counted } from "./counted.ts";
import type { Model } from "./model.ts";
import { RowVerdict, Verdict } from "./verdict.tsx";

type Divergence = DivergencesAnswer["list"][number];
const PAGE = 100;

export function Divergences({ model }: { model: Model }) {
  const { value, refused } = model.divergences.value;
  return (
    <section class="pane divergences" aria-label="Divergences">
      <h2>
        Divergences
        <span class="count">{value === null ? "comparing…" : counted(value.total)}</span>
      </h2>
      {refused !== null && <p class="refused">{refused}</p>}
      {value !== null && <Summary answer={value} />}
      {value !== null && (
        <ol class="pairs" start={value.from + 1}>
          {value.list.map((one, i) => (
            <Pair key={value.from + i} model={model} one={one} isOpen={value.from + i === 0} />
          ))}
        </ol>
      )}
      {value !== null && value.total > PAGE && <Pages model={model} answer={value} />}
    </section>
  );
}

function Summary({ answer }: { answer: DivergencesAnswer }) {
  return (
    <div class="summary">
      <p>
        <Verdict word={answer.answer} />{" "}
        <span class="dim">
          {answer.counts
            .filter(([, count]) => count > 0)
            .map(([name, count]) => `${counted(count)} ${name}`)
            .join(", ")}
        </span>
      </p>
      {answer.causes.slice(0, 4).map((cause) => (
        <p key={cause}>{cause}</p>
      ))}
    </div>
  );
}

function Pair({ model, one, isOpen }: { model: Model; one: Divergence; isOpen: boolean }) {
  const isHere = useComputed(() => {
    const { at, trace } = model.focus.value;
    return one[trace]?.seq === at;
  }).value;
  return (
    <li class={isHere ? "current" : ""}>
      <details open={isOpen || isHere}>
        <summary>
          <Verdict word={one.class} /> <span class="dim">{one.op}</span>
        </summary>
        {one.facts.map((fact) => (
          <p key={fact}>{fact}</p>
        ))}
        <Event model={model} side="a" row={one.a} />
        <Event model={model} side="b" row={one.b} />
      </details>
    </li>
  );
}

function Event({ model, side, row }: { model: Model; side: Side; row: Divergence["a"] }) {
  const letter = <b class="letter">{side.toUpperCase()}</b>;
  if (row === null) return <p class="dim">{letter} has no such event</p>;
  return (
    <button
      type="button"
      class="step"
      onClick={() => model.go({ trace: side, at: row.seq, thing: null })}
    >
      {letter} <b class="code">#{row.seq}</b> <span class="code">{row.says}</span>{" "}
      <RowVerdict row={row} />
    </button>
  );
}

function Pages({ model, answer }: { model: Model; answer: DivergencesAnswer }) {
  const { from, total } = answer;
  const go = (to: number) => () => {
    model.divergencesFrom.value = to;
  };
  return (
    <p class="pages">
      <button type="button" disabled={from === 0} onClick={go(Math.max(0, from - PAGE))}>
        earlier
      </button>
      <span class="dim">
        {counted(from + 1)} to {counted(Math.min(total, from + PAGE))}
      </span>
      <button type="button" disabled={from + PAGE >= total} onClick={go(from + PAGE)}>
        later
      </button>
    </p>
  );
}
