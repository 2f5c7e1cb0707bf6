// redaction.ts - a trace for others' eyes: names and texts of whoever recorded it become numbers, alike throughout.
//
// What the simulated machine says is the program's own, and stays, but for what the writer of a workload put in. Of
// an imported run every text goes, and every name of a function that is not known to be the kernel's or QEMU's.

import { isNamedDevice, namedDevice, nameOfDevice } from "../../../event/device-name.ts";
import type { Facts } from "../../../event/field.ts";
import type { About } from "../../../event/trace.ts";
import type { Event } from "../../../event/vocabulary.ts";
import { isPublicFunction } from "./public-functions.ts";

type Kind = "file" | "function" | "name" | "text" | "device";

/** Words that the judge reads in a text: they stay, or the trace would be judged otherwise. */
const JUDGED = / has pending DMA allocations while released |^ioremap\b/;
/** What an operation of a simulated workload is told in the words of its writer. */
const WRITTEN = ["comm", "text", "tag"];
/** Options of a trace that list devices. */
const DEVICES = ["identity", "busOffsets"];

/** Numbers for names; one for all traces that are to be read side by side. */
export class Redaction {
  readonly #numbers = new Map<Kind, Map<string, number>>();
  readonly #isPublicWorkload: (name: string) => boolean;

  constructor(isPublicWorkload: (name: string) => boolean) {
    this.#isPublicWorkload = isPublicWorkload;
  }

  /** How much was replaced. */
  get counts(): readonly (readonly [kind: string, count: number])[] {
    return [...this.#numbers].map(([kind, names]) => [kind, names.size]);
  }

  file(name: string): string {
    return this.#instead("file", name);
  }

  about({ parent: _, ...about }: About): About {
    const { origin, workload, options } = about;
    // Made anew from the events.
    const { devices: _devices, ...further } = options;
    return {
      ...about,
      workload: this.#isPublicWorkload(workload) ? workload : this.#instead("name", workload),
      // They are in the words of whoever wrote them.
      operations: null,
      options: Object.fromEntries(
        Object.entries(further).map(([name, value]) => [
          name,
          DEVICES.includes(name) ? this.#devicesIn(String(value)) : value,
        ]),
      ),
      origin: origin?.replace(/[^\s,()][^,()]*(?= \(|,|$)/g, (name) => this.file(name)) ?? null,
    };
  }

  event(event: Event, { source }: About): Event {
    const isImported = source === "imported";
    const { place, text, device } = event as {
      readonly place?: string | null;
      readonly text?: string | null;
      readonly device?: number | null;
    };
    const hidden: { [field: string]: unknown } = {};
    if (isImported && place != null && !isPublicFunction(place))
      hidden.place = this.#instead("function", place);
    if (text != null && (isImported || event.kind === "message.logged"))
      hidden.text = this.#text(text);
    if (device != null && isNamedDevice(device))
      hidden.device = namedDevice(this.#instead("device", nameOfDevice(device)));
    if (event.kind === "op.began") {
      if (isImported) hidden.name = this.#instead("name", event.name);
      hidden.arguments = this.#facts(event.arguments, isImported);
    }
    if (event.kind === "op.ended") hidden.result = this.#facts(event.result, isImported);
    return Object.keys(hidden).length === 0 ? event : ({ ...event, ...hidden } as Event);
  }

  #text(text: string): string {
    const [judged] = JUDGED.exec(text) ?? [];
    const number = this.#instead("text", text);
    if (judged === undefined) return number;
    return judged.startsWith("ioremap") ? `${judged} ${number}` : `${number}${judged}`;
  }

  /** The texts in what an op was asked for or gave; of a simulated one, those alone that its writer worded. */
  #facts(facts: Facts, all: boolean): Facts {
    return Object.fromEntries(
      Object.entries(facts).map(([name, value]) => [
        name,
        all || WRITTEN.includes(name) ? this.#hidden(value) : value,
      ]),
    ) as Facts;
  }

  #hidden(value: unknown): unknown {
    if (typeof value === "string")
      return /^(0x[0-9a-f]+|-?\d+)$/.test(value) ? value : this.#instead("text", value);
    if (Array.isArray(value)) return value.map((one) => this.#hidden(one));
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, one]) => [name, this.#hidden(one)]),
    );
  }

  /** Devices in a list such as "0000:00:04.0+0x1000 3f000000.mmc": the address of a PCI device is no name. */
  #devicesIn(text: string): string {
    return text.replace(/[^ +]+(?=\+|-| |$)/g, (name) =>
      /^([0-9a-f]{4,}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]|-?0x[0-9a-f]+)$/.test(name)
        ? name
        : this.#instead("device", name),
    );
  }

  #instead(kind: Kind, name: string): string {
    let numbers = this.#numbers.get(kind);
    if (numbers === undefined) {
      numbers = new Map();
      this.#numbers.set(kind, numbers);
    }
    let number = numbers.get(name);
    if (number === undefined) {
      number = numbers.size + 1;
      numbers.set(name, number);
    }
    return `${kind}-${number}`;
  }
}
