// ladder.tsx - the pane Ladder: one page through all spaces, in one trace or both, with the step at which they part.

import type { LaddersAnswer } from "../answer/shapes.ts";
import type { Model } from "./model.ts";

type Rung = LaddersAnswer["ladders"][number]["steps"][number];

export function Ladder({ model }: { model: Model }) {
  const { value, refused } = model.ladders.value;
  const ladders = value?.ladders ?? [];
  const page = ladders.find((one) => one.page !== null)?.page;
  const names = [...new Set(ladders.flatMap(({ steps }) => steps.map(({ name }) => name)))];
  const shown = names.filter((name) => ladders.some((one) => rungOf(one, name)?.says != null));
  return (
    <section class="pane ladder" aria-label="Ladder">
      <h2>
        Ladder <span class="count">{page ?? ""}</span>
      </h2>
      {refused !== null && <p class="refused">{refused}</p>}
      {value !== null && shown.length === 0 && (
        <p class="dim">this event is about no page of memory</p>
      )}
      {shown.length > 0 && (
        <table aria-label="Ladder">
          {ladders.length > 1 && (
            <thead>
              <tr>
                <th scope="col">space</th>
                {ladders.map(({ side, at }) => (
                  <th key={side} scope="col">
                    <b class="letter">{side.toUpperCase()}</b> #{at}
                  </th>
                ))}
              </tr>
            </thead>
          )}
          <tbody>
            {shown.map((name) => (
              <tr key={name} class={name === value?.parting ? "parts" : ""}>
                <th scope="row">
                  {name}
                  {name === value?.parting && <span class="verdict wrong">✕ here they part</span>}
                </th>
                {ladders.map((one) => (
                  <td key={one.side}>
                    <Rung rung={rungOf(one, name)} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

const rungOf = ({ steps }: LaddersAnswer["ladders"][number], name: string): Rung | undefined =>
  steps.find((step) => step.name === name);

function Rung({ rung }: { rung: Rung | undefined }) {
  if (rung === undefined || rung.says === null) return <span class="dim">-</span>;
  return (
    <>
      {rung.says}{" "}
      {rung.leads !== null && (
        <span class={rung.leads ? "verdict right" : "verdict wrong"}>
          {rung.leads ? "✓ right" : "✕ astray"}
        </span>
      )}
    </>
  );
}
