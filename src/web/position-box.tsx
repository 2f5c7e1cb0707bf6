// position-box.tsx - where one stands, and a box to go elsewhere by a position as the command line has it.

import { counted } from "./counted.ts";
import { sentence } from "./latest.ts";
import type { Model } from "./model.ts";
import { ask } from "./source.ts";

export function PositionBox({ model }: { model: Model }) {
  const { at, trace, thing } = model.focus.value;
  const go = async (position: string) => {
    if (position.trim() === "") return;
    try {
      const found = await ask(model.source, "position", { trace, position: position.trim() });
      if (found.at !== null) model.go({ at: found.at });
    } catch (error) {
      model.message.value = sentence(error);
    }
  };
  return (
    <form
      class="position"
      onSubmit={(event) => {
        event.preventDefault();
        const input = event.currentTarget.elements.namedItem("position") as HTMLInputElement;
        void go(input.value);
        input.value = "";
        input.blur();
      }}
    >
      <span class="dim">
        moment <b>#{counted(at)}</b> of {counted(model.shown.count.value)}
      </span>
      <input
        id="position"
        name="position"
        aria-label="Position"
        placeholder="go to: #437  63%  end  op:14   g"
        autocomplete="off"
      />
      {thing !== null && (
        <span class="chosen">
          <b>{thing}</b>
          <button
            type="button"
            aria-label={`Let go of ${thing}`}
            onClick={() => model.go({ thing: null })}
          >
            ✕
          </button>
        </span>
      )}
    </form>
  );
}
