// filter-values.ts - what the list of events is filtered by.

export interface FilterValues {
  /** "findings", "divergences", or "root:" and a root cause. */
  readonly found: string;
  readonly kind: string;
  readonly actor: string;
  readonly op: string;
  readonly verdict: string;
  readonly thing: string;
  readonly text: string;
}

export const noFilter: FilterValues = {
  found: "",
  kind: "",
  actor: "",
  op: "",
  verdict: "",
  thing: "",
  text: "",
};

export const isFiltering = (filter: FilterValues): boolean =>
  Object.values(filter).some((value) => value !== "");
