// help.tsx - the keys, listed.

import { signal } from "@preact/signals";

/** Every key with what it does, in the order of the list. */
export const keyList: readonly (readonly [keys: string, does: string])[] = [
  ["?", "this list"],
  ["j k", "next and previous event"],
  ["J K", "next and previous op"],
  ["n p", "next and previous finding, or divergence of two traces"],
  ["w", "why: the chain of causes"],
  ["x", "the partner in the other trace"],
  ["/", "search in the events"],
  ["g", "go to a position: #437, 63%, end, op:14, mark:name"],
  ["[ ]", "last and next change of the chosen thing"],
  ["m", "mark the moment: the link holds it, and the command that keeps it is shown"],
  ["+ - 0", "zoom the timeline, and show the whole of it"],
  ["Home End", "beginning and end"],
  ["Escape", "close this, leave a box"],
];

export const isHelpShown = signal(false);

export function Help() {
  return (
    <>
      <button
        type="button"
        class="help-button"
        aria-expanded={isHelpShown.value}
        onClick={() => {
          isHelpShown.value = !isHelpShown.value;
        }}
      >
        keys <kbd>?</kbd>
      </button>
      {isHelpShown.value && (
        <div class="help" role="dialog" aria-label="Keys">
          <table>
            <tbody>
              {keyList.map(([keys, does]) => (
                <tr key={keys}>
                  <th scope="row">
                    {keys.split(" ").map((key) => (
                      <kbd key={key}>{key}</kbd>
                    ))}
                  </th>
                  <td>{does}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </>
  );
}
