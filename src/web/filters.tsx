// filters.tsx - what the list of events lets through.

import type { Signal } from "@preact/signals";
import type { Model } from "./model.ts";

export interface FilterValues {
  readonly kind: string;
  readonly actor: string;
  readonly op: string;
  readonly verdict: string;
  readonly thing: string;
  readonly text: string;
}

export const noFilter: FilterValues = {
  kind: "",
  actor: "",
  op: "",
  verdict: "",
  thing: "",
  text: "",
};

export const isFiltering = (filter: FilterValues): boolean =>
  Object.values(filter).some((value) => value !== "");

const verdicts = [
  ["wrong", "wrong: any finding"],
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
  const { kinds, actors } = model.shown.about.value;
  const set = (name: keyof FilterValues, value: string) => {
    filter.value = { ...filter.peek(), [name]: value.trim() };
  };
  const values = filter.value;
  return (
    <search class="filters" aria-label="Filter events">
      <input
        type="search"
        id="search"
        placeholder="search text  /"
        aria-label="Text"
        value={values.text}
        onChange={(event) => set("text", event.currentTarget.value)}
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
        placeholder="thing: gatt[0x10]"
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
