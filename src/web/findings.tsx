// findings.tsx - the pane Findings: what is wrong by root cause, each a link to its first event.

import { counted } from "./counted.ts";
import { noFilter } from "./filter-values.ts";
import { filterOf, rootOf } from "./filters.tsx";
import type { Model } from "./model.ts";
import { Verdict } from "./verdict.tsx";

export function Findings({ model }: { model: Model }) {
  const trace = model.shown;
  const judgement = trace.about.value.judgement;
  const { value, refused } = model.culprits.value;
  return (
    <section class="pane findings" aria-label="Findings">
      <h2>
        Findings
        {model.traces.length > 1 && <span class="of">of {trace.side.toUpperCase()}</span>}
        <span class="count">{judgement === null ? "" : counted(judgement.events)}</span>
      </h2>
      {refused !== null && <p class="refused">{refused}</p>}
      {value?.culprits.length === 0 && <p class="dim">{judgement?.line}</p>}
      <ul class="culprits">
        {value?.culprits.map((culprit) => {
          const { first, kinds, verdicts, checks } = culprit;
          return (
            <li key={first}>
              <button
                type="button"
                class="step"
                onClick={() => model.go({ at: first, thing: null })}
              >
                <span class="root">{rootOf(culprit)}</span>
                <span class="dim">
                  {kinds.join(", ")}, from #{counted(first)} on
                </span>
                <span class="words">
                  {[...verdicts, ...(verdicts.length === 0 ? checks : [])].map((word) => (
                    <Verdict key={word} word={word} />
                  ))}
                </span>
              </button>
              <button
                type="button"
                class="link only"
                aria-label={`list these: ${rootOf(culprit)}`}
                onClick={() => {
                  model.filter.value = { ...noFilter, found: filterOf(culprit) };
                }}
              >
                list these
              </button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
