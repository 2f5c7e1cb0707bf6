// findings.tsx - the pane Findings: what is wrong by root cause, each a link to its first event.

import { useMemo } from "preact/hooks";
import { following } from "./latest.ts";
import type { Model } from "./model.ts";
import { ask } from "./source.ts";
import { Verdict } from "./verdict.tsx";

export function Findings({ model }: { model: Model }) {
  const trace = model.shown;
  const judgement = trace.about.value.judgement;
  const answer = useMemo(
    () =>
      following(
        () => ({
          trace: model.focus.value.trace,
          events: model.shown.about.value.judgement?.events ?? 0,
        }),
        async ({ trace, events }) =>
          events === 0 ? { culprits: [] } : ask(model.source, "culprits", { trace }),
      ),
    [],
  );
  const { value, refused } = answer.value;
  return (
    <section class="pane findings" aria-label="Findings">
      <h2>
        Findings
        {model.traces.length > 1 && <span class="of">of {trace.side.toUpperCase()}</span>}
        <span class="count">
          {judgement === null ? "" : judgement.events.toLocaleString("en-US")}
        </span>
      </h2>
      {refused !== null && <p class="refused">{refused}</p>}
      {value?.culprits.length === 0 && <p class="dim">{judgement?.line}</p>}
      <ul class="culprits">
        {value?.culprits.map(({ root, first, kinds, verdicts, checks }) => (
          <li key={first}>
            <button type="button" class="step" onClick={() => model.go({ at: first, thing: null })}>
              <span class="root">{root ?? "no function is told"}</span>
              <span class="dim">
                {kinds.join(", ")}, from #{first.toLocaleString("en-US")} on
              </span>
              <span class="words">
                {[...verdicts, ...(verdicts.length === 0 ? checks : [])].map((word) => (
                  <Verdict key={word} word={word} />
                ))}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
