// state.tsx - the pane State: the machine at the moment, part by part.

import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import type { MomentAnswer } from "../answer/shapes.ts";
import { counted } from "./counted.ts";
import type { Model } from "./model.ts";

export function State({ model }: { model: Model }) {
  const { value: sight, refused } = model.shown.sight.value;
  const value = sight?.moment ?? null;
  return (
    <section class="pane state" aria-label="State" id="state">
      <h2>
        State
        <span class="count">{value === null ? "" : `after #${counted(value.state.moment)}`}</span>
      </h2>
      {refused !== null && <p class="refused">{refused}</p>}
      {value !== null &&
        model.session.report !== null &&
        value.state.moment !== model.shown.at.value && (
          <p class="warn">
            the state after #{model.shown.at.value} is not in this report; this is the one before it
            that is
          </p>
        )}
      {value !== null && <Parts answer={value} model={model} />}
    </section>
  );
}

function Parts({ answer, model }: { answer: MomentAnswer; model: Model }) {
  const { state, op, more } = answer;
  const { mappings, iommu, dma, allocations, p2m, tlb, unflushed, pages } = state;
  return (
    <>
      <p class="line">
        {op === null ? "outside any op" : op.says}
        {state.unknownSince !== undefined && (
          <span class="warn">
            {" "}
            ⚠ events were lost at #{state.unknownSince}: what was set before may have changed since
          </span>
        )}
      </p>
      <Registers answer={answer} model={model} />
      <Part
        title="memory by use"
        head={["use", "pages", "at page frame number"]}
        rows={allocations.map(({ use, pages, at }) => [use, counted(pages), few(at)])}
      />
      <Part
        title="ioremap"
        head={["kernel address", "pages", "machine frame"]}
        rows={mappings.map(({ virt, pages, frame }) => [virt, counted(pages), frame])}
        more={more.mappings}
      />
      <Part
        title="P2M"
        head={["first page", "pages", "machine frame"]}
        rows={p2m.runs.map(({ first, pages, frame }) => [first, counted(pages), frame])}
        more={more.p2m}
      />
      <Part
        title="IOMMU"
        head={["bus address", "pages", "machine frame"]}
        rows={iommu.map(({ bus, pages, frame }) => [bus, counted(pages), frame])}
        more={more.iommu}
      />
      <Part
        title="DMA mappings"
        head={["handle", "bytes", "device"]}
        rows={dma.map(({ handle, device, bytes }) => [handle, counted(bytes), device ?? ""])}
        more={more.dma}
      />
      <Part
        title="caches"
        head={["what", "how many", "which"]}
        rows={[
          ["GART TLB", counted(tlb.gart), few(tlb.pages)],
          ...(tlb.stale > 0
            ? [["GART TLB, stale", counted(tlb.stale), "no longer what memory says"]]
            : []),
          ["unflushed words", counted(unflushed.words), few(unflushed.entries)],
          ["pages reserved", counted(pages.reserved), ""],
          ["pages uncached", counted(pages.uncached), ""],
        ].filter((row) => row[1] !== "0")}
      />
    </>
  );
}

const FEW = 6;
const few = (list: readonly string[]): string =>
  list.length <= FEW
    ? list.join(" ")
    : `${list.slice(0, FEW).join(" ")} and ${counted(list.length - FEW)} more`;

function Registers({ answer, model }: { answer: MomentAnswer; model: Model }) {
  const { registers } = answer.state;
  if (registers.length === 0) return null;
  return (
    <Table title="registers" head={["register", "value", "fields"]}>
      {registers.map(({ register, value, fields }) => (
        <tr key={register} class={model.thing.value === `reg:${register}` ? "current" : ""}>
          <td>
            <button
              type="button"
              class="link"
              onClick={() => model.go({ thing: `reg:${register}` })}
            >
              {register}
            </button>
          </td>
          <td class="code">{value}</td>
          <td class="fields">
            {Object.entries(fields).map(([name, field]) => (
              <span key={name} class={field === "0" || field === "0x0" ? "field zero" : "field"}>
                {name}={field}
              </span>
            ))}
          </td>
        </tr>
      ))}
    </Table>
  );
}

/** Rows that a part shows before it is opened further. */
const SHOWN = 12;

function Part({
  title,
  head,
  rows,
  more = 0,
}: {
  title: string;
  head: readonly string[];
  rows: readonly (readonly string[])[];
  more?: number | undefined;
}) {
  if (rows.length === 0) return null;
  const rest = rows.length - SHOWN;
  const body = (rows: readonly (readonly string[])[]) =>
    // By their place: at another moment the rows are other ones, in the same elements.
    rows.map((cells, i) => (
      <tr key={i}>
        {cells.map((cell, i) => (
          <td key={head[i]} class={i === 1 ? "number" : "code"}>
            {cell}
          </td>
        ))}
      </tr>
    ));
  return (
    <>
      <Table title={title} head={head}>
        {body(rows.slice(0, SHOWN))}
      </Table>
      {rest > 0 && (
        <Rest summary={`${counted(rest + more)} more`}>
          {() => (
            <>
              <table aria-label={`${title}, further`}>
                <tbody>{body(rows.slice(SHOWN))}</tbody>
              </table>
              {more > 0 && (
                <p class="dim">and {counted(more)} more; gartrace state --json prints all</p>
              )}
            </>
          )}
        </Rest>
      )}
    </>
  );
}

/** Drawn while it is open alone: the state is drawn anew at every moment that the slider passes. */
function Rest({ summary, children }: { summary: string; children: () => ComponentChildren }) {
  const isOpen = useSignal(false);
  return (
    <details
      onToggle={(event) => {
        isOpen.value = event.currentTarget.open;
      }}
    >
      <summary>{summary}</summary>
      {isOpen.value && children()}
    </details>
  );
}

function Table({
  title,
  head,
  children,
}: {
  title: string;
  head: readonly string[];
  children: ComponentChildren;
}) {
  return (
    <table aria-label={title}>
      <caption>{title}</caption>
      <thead class="quiet">
        <tr>
          {head.map((name) => (
            <th key={name} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  );
}
