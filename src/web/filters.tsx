// filters.tsx - what the list of events lets through.

import type { Signal } from "@preact/signals";
import type { CulpritsAnswer } from "../answer/shapes.ts";
import { type FilterValues, isFiltering, noFilter } from "./filter-values.ts";
import type { Model } from "./model.ts";

const verdicts = [
  ["wrong-space", "wrong-space"],
  ["foreign-frame", "foreign-frame"],
  ["stale", "stale"],
  ["truncated", "truncated"],
  ["discontiguous", "discontiguous"],
  ["translated", "translated"],
  ["identity", "identity"],
  ["unknown", "unknown"],
] as const;

export function Filters({ model, filter }: { model: Model; filter: Signal<FilterValues> }) {
  const set = (name: keyof FilterValues, value: string) => {
    filter.value = { ...filter.peek(), [name]: value.trim() };
  };
  const values = filter.value;
  return (
    <search class="filters" aria-label="Filter events">
      <input
        type="search"
        id="search"
        placeholder="search  /"
        aria-label="Text"
        value={values.text}
        onChange={(event) => set("text", event.currentTarget.value)}
      />
      <Choices model={model} values={values} set={set} />
      <input
        class="short"
        placeholder="op"
        aria-label="Op"
        inputMode="numeric"
        value={values.op}
        onChange={(event) => set("op", event.currentTarget.value)}
      />
      <input
        class="thing"
        placeholder="thing"
        aria-label="Thing"
        value={values.thing}
        onChange={(event) => set("thing", event.currentTarget.value)}
      />
      {isFiltering(values) && (
        <button
          type="button"
          onClick={() => {
            filter.value = noFilter;
          }}
        >
          clear
        </button>
      )}
    </search>
  );
}

function Choices({
  model,
  values,
  set,
}: {
  model: Model;
  values: FilterValues;
  set: (name: keyof FilterValues, value: string) => void;
}) {
  const { kinds, actors } = model.shown.about.value;
  return (
    <>
      <Choice
        label="Found"
        all="all events"
        values={foundIn(model)}
        value={values.found}
        set={(value) => set("found", value)}
      />
      <Choice
        label="Kind"
        all="any kind"
        values={kinds.map((kind) => [kind, kind])}
        value={values.kind}
        set={(value) => set("kind", value)}
      />
      <Choice
        label="Actor"
        all="any actor"
        values={actors.map((actor) => [actor, actor])}
        value={values.actor}
        set={(value) => set("actor", value)}
      />
      <Choice
        label="Verdict"
        all="any verdict"
        values={verdicts}
        value={values.verdict}
        set={(value) => set("verdict", value)}
      />
    </>
  );
}

/** What was found, as far as it can be filtered by: findings, each root cause of them, and divergences. */
function foundIn(model: Model): (readonly [value: string, text: string])[] {
  const culprits = model.culprits.value.value?.culprits ?? [];
  return [
    ["findings", "findings"],
    ...culprits.map((one) => [filterOf(one), rootOf(one)] as const),
    ...(model.traces.length > 1 ? [["divergences", "divergences"] as const] : []),
  ];
}

type Culprit = CulpritsAnswer["culprits"][number];

/** A root cause as events are filtered by it, and as it is said. */
export const rootOf = ({ root, checks }: Culprit): string => root ?? `check ${checks[0]}`;
export const filterOf = (culprit: Culprit): string => `root:${rootOf(culprit)}`;

function Choice({
  label,
  all,
  values,
  value,
  set,
}: {
  label: string;
  all: string;
  values: readonly (readonly [value: string, text: string])[];
  value: string;
  set: (value: string) => void;
}) {
  return (
    <select aria-label={label} value={value} onChange={(event) => set(event.currentTarget.value)}>
      <option value="">{all}</option>
      {values.map(([value, text]) => (
        <option key={value} value={value}>
          {text}
        </option>
      ))}
    </select>
  );
}
