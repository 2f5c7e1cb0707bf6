// counting.tsx - how far the events of a long trace are counted or judged: the rest of its timeline is a sketch.

import type { Model } from "./model.ts";
import type { TraceModel } from "./trace-model.ts";

export const Counting = ({ model }: { model: Model }) => (
  <>
    {model.traces.map((trace) => (
      <Progress key={trace.side} trace={trace} isPair={model.traces.length > 1} />
    ))}
  </>
);

function Progress({ trace, isPair }: { trace: TraceModel; isPair: boolean }) {
  const { surveyed, count } = trace.extent.value ?? { surveyed: 0, count: 0 };
  if (surveyed >= count) return null;
  const part = Math.floor((100 * surveyed) / count);
  const name = isPair ? `${trace.side.toUpperCase()} counted` : "counted";
  return (
    <span class="counting dim">
      {name} to {part} %, the rest is a sketch <progress aria-label={name} max={100} value={part} />
    </span>
  );
}
