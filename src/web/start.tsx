// start.tsx - the top of the page: what was run, what it comes to, what went wrong first, and where to click next.

import type { Step } from "../answer/shapes.ts";
import { counted } from "./counted.ts";
import type { Model } from "./model.ts";
import type { TraceModel } from "./trace-model.ts";
import { RowVerdict, Verdict } from "./verdict.tsx";

export function Start({ model }: { model: Model }) {
  return (
    <section class="start" aria-label="Start">
      {model.traces.map((trace) => (
        <Sentence key={trace.side} model={model} trace={trace} />
      ))}
      <FirstWrong model={model} />
      {model.session.report !== null && <Leaves leaves={model.session.report.leaves} />}
    </section>
  );
}

/** What a report leaves out, and how to see it. */
const Leaves = ({ leaves }: { leaves: readonly string[] }) => (
  <details class="dim">
    <summary>
      This is a report, not the whole of it: what it leaves out, and how to see that
    </summary>
    {leaves.map((text) => (
      <p key={text}>{text}</p>
    ))}
  </details>
);

function Sentence({ model, trace }: { model: Model; trace: TraceModel }) {
  const { sentence, judgement, file } = trace.about.value;
  return (
    <p class="sentence">
      {model.traces.length > 1 && <b class="letter">{trace.side.toUpperCase()}</b>}
      <span class="file">{file}</span>
      <span>{sentence}</span>
      {judgement !== null && (
        <span class="judgement">
          <Verdict word={judgement.word} />{" "}
          <span class="dim" title={judgement.line}>
            {said(judgement.line, model.traces.length)}
          </span>
        </span>
      )}
    </p>
  );
}

/** "8,193 wrong events, the first #32817; 4,096 faults"; beside another trace there is room for the first of it alone. */
const said = (line: string, traces: number): string => {
  const rest = line.replace(/^\w+: /, "");
  return traces > 1 ? rest.replace(/[,;] .*/, "") : rest;
};

function FirstWrong({ model }: { model: Model }) {
  const trace = model.traces.find(({ about }) => about.value.first !== null);
  const steps = trace?.about.value.first;
  const asked = steps?.[0];
  if (trace === undefined || steps == null || asked === undefined) return null;
  const { row } = asked;
  return (
    <div class="first">
      <p>
        <span class="dim">First to go wrong, go to</span>{" "}
        <button
          type="button"
          class="link strong"
          onClick={() => model.go({ trace: trace.side, at: row.seq, thing: null })}
        >
          #{counted(row.seq)}
        </button>{" "}
        {row.actor}
        {row.place !== null && <span class="place"> {row.place}()</span>}: {row.says}{" "}
        <RowVerdict row={row} />
      </p>
      <Parting steps={steps} />
    </div>
  );
}

/** The page that was meant and the place that was reached, as two ends of one number. */
function Parting({ steps }: { steps: readonly Step[] }) {
  const known = (space: string) =>
    steps.map(({ addresses }) => addresses[space]).find((one) => one !== undefined);
  const [virt, phys, machine] = [known("virt"), known("phys"), known("machine")];
  const { bus, reached } = steps[0]!.addresses;
  if (bus === undefined) return null;
  return (
    <div
      class="parting"
      role="img"
      aria-label={`the page is at machine ${machine ?? "unknown"}; the number ${bus} leads to ${reached ?? "nowhere"}`}
    >
      <Box title="kernel address" value={virt} />
      <Box title="physical" value={phys} />
      <Box title="the page is at" value={machine} tone="right" />
      <span class="against">but</span>
      <Box title="hardware was given" value={bus} />
      <Box title="and gets to" value={reached ?? "nowhere"} tone="wrong" />
    </div>
  );
}

function Box({
  title,
  value,
  tone = "",
}: {
  title: string;
  value: string | undefined;
  tone?: string;
}) {
  if (value === undefined) return null;
  return (
    <span class={`box ${tone}`}>
      <i>{title}</i>
      {value}
    </span>
  );
}
