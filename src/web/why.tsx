// why.tsx - the pane Why: the chain of causes as a picture, each step with its place in the code, and a link.

import type { Step } from "../answer/shapes.ts";
import type { Model } from "./model.ts";
import { RowVerdict } from "./verdict.tsx";

const roles: { readonly [role: string]: string } = {
  asked: "this event",
  cause: "because",
  p2m: "P2M entry in force",
  iommu: "IOMMU entry in force",
  allocation: "allocation",
};

export function Why({ model }: { model: Model }) {
  const { value, refused } = model.why.value;
  const { thing } = model.rested.value;
  return (
    <section class="pane why" aria-label="Why" id="why" tabIndex={-1}>
      <h2>
        Why <span class="count">{thing ?? ""}</span>
      </h2>
      {refused !== null && <p class="refused">{refused}</p>}
      {value !== null && <Chain steps={value.steps} model={model} />}
      {value?.steps.length === 0 && (
        <p class="dim">
          {thing === null ? "before everything" : `nothing changed ${thing} up to here`}
        </p>
      )}
    </section>
  );
}

/** Causes below what they caused, entries that were in force beside them. */
export function Chain({ steps, model }: { steps: readonly Step[]; model: Model }) {
  return (
    <ol class="chain">
      {steps.map((step) => (
        <li key={step.row.seq} class={step.row.wrong ? `${step.role} wrong` : step.role}>
          <button
            type="button"
            class="step"
            onClick={() => model.go({ at: step.row.seq, thing: null })}
          >
            <span class="role">
              {roles[step.role] ?? step.role}
              {step.role !== "asked" && step.role !== "cause" && ` at #${step.explains}`}
            </span>
            <span class="head">
              <b>#{step.row.seq}</b> {step.row.actor}
              {step.row.place !== null && <span class="place">{step.row.place}()</span>}
              <RowVerdict row={step.row} />
            </span>
            <span class="says">{step.row.says}</span>
            <Addresses addresses={step.addresses} />
          </button>
        </li>
      ))}
    </ol>
  );
}

const spaces = ["virt", "phys", "machine", "bus", "reached"] as const;

/** The addresses of an event, each in its space; where hardware got to beside where the page is. */
export function Addresses({ addresses }: { addresses: Step["addresses"] }) {
  const known = spaces.filter((space) => addresses[space] !== undefined);
  if (known.length === 0) return null;
  const isAstray =
    addresses.reached !== undefined &&
    addresses.machine !== undefined &&
    addresses.reached !== addresses.machine;
  return (
    <span class="addresses">
      {known.map((space) => (
        <span key={space} class={isAstray && space === "reached" ? "address astray" : "address"}>
          <i>{space}</i>
          {addresses[space]}
        </span>
      ))}
    </span>
  );
}
