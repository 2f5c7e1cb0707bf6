// evidence.ts - what the events so far have set: a state that does not know it has forgotten it.
//
// It goes by the events, not by the state: an applier that forgets to change the state cannot hide here.

import {
  type Mfn,
  offset,
  pfnOf,
  type RegisterIndex,
  WORD_SIZE,
  type WordIndex,
} from "../address.ts";
import { isAgpStatus } from "../chipset/agp-capability.ts";
import type { About } from "../event/trace.ts";
import type { Event, Of } from "../event/vocabulary.ts";
import { cpuTag, flushedFrames, isCached } from "../machine/cpu-cache.ts";
import { accessedWord, outsideWord } from "../machine/gart.ts";
import { directoryOf, type State } from "../machine/state.ts";
import { Table } from "../machine/table.ts";
import { cpuEntry, cpuWord, entryWord } from "../machine/table-words.ts";

/** What the state knows; null where it has forgotten it, undefined where no event showed it. */
type Known = number | null | undefined;

type RegisterAccess = Of<"register.read"> | Of<"register.written">;
type EntryAccess = Of<"gatt.read"> | Of<"gatt.written">;
type DirectoryAccess = Of<`${"" | "scratch-"}directory.${"read" | "written"}`>;

export class Evidence {
  readonly #state: State;
  /** Whether registers are those of real devices, which change them by themselves: no event shows what is there. */
  readonly #isCapture: boolean;
  /** Bytes of registers, by number. */
  readonly #registers = new Set<RegisterIndex>();
  /** Frames in which the CPU sees a tag, those in which memory holds one, and those written in the cache alone. */
  readonly #seenByCpu = new Set<Mfn>();
  readonly #inMemory = new Set<Mfn>();
  /** The value is of no account: a flush asks for the frames of a range. */
  readonly #cached = new Table<Mfn, number>();
  readonly #content = [this.#seenByCpu, this.#inMemory, this.#cached];
  /** Words of tables, by machine address in words. */
  readonly #words = new Set<WordIndex>();

  constructor({ source }: Pick<About, "source">, state: State) {
    this.#state = state;
    this.#isCapture = source === "imported" && state.nature.chipset === null;
  }

  /** Takes an event that the state has not met yet. */
  see(event: Event): void {
    switch (event.kind) {
      case "register.written":
      case "register.read":
        this.#seeRegister(event);
        return;
      case "gatt.written":
        this.#seeWord(accessedWord(this.#state, event));
        return;
      case "directory.written":
      case "scratch-directory.written":
        this.#seeWord(this.#directoryIndex(event));
        return;
      case "outside.written":
        this.#seeWord(outsideWord(event));
        for (const frames of this.#content) frames.delete(event.frame);
        return;
      case "cpu.wrote":
        this.#seeCpuWrite(event);
        return;
      case "cache.flushed":
        this.#seeFlush(event);
        return;
      case "device.wrote":
        if (event.frame == null) return;
        for (const frames of [this.#seenByCpu, this.#inMemory])
          if (event.tag == null) frames.delete(event.frame);
          else frames.add(event.frame);
        return;
      case "page.copied":
        for (const frames of this.#content) frames.delete(event.frame);
        return;
      case "p2m.cleared":
        // The hypervisor takes a frame and its content; the event need not say which frame.
        for (const frames of this.#content) frames.clear();
        return;
      case "events.lost":
        for (const set of [this.#registers, this.#words, ...this.#content]) set.clear();
        return;
      default:
    }
  }

  register({ register, size }: RegisterAccess): Known {
    if (this.#isCapture) return undefined;
    const known = this.#state.register(register, size);
    if (known !== undefined) return known.word;
    for (let i = 0; i < size; i++) if (!this.#registers.has(offset(register, i))) return undefined;
    return null;
  }

  /** An entry of the GATT, as the CPU reads it. */
  entry(event: EntryAccess): Known {
    const at = accessedWord(this.#state, event);
    return at === null ? undefined : this.#word(at, cpuEntry(this.#state, at));
  }

  outsideWord(event: Of<"outside.read">): Known {
    const at = outsideWord(event);
    return this.#word(at, cpuEntry(this.#state, at));
  }

  directoryWord(event: DirectoryAccess): Known {
    const at = this.#directoryIndex(event);
    return at === null ? undefined : this.#word(at, cpuWord(this.#state, at));
  }

  /** The tag that the CPU reads in a frame. */
  cpuTag(frame: Mfn): Known {
    return cpuTag(this.#state, frame) ?? (this.#seenByCpu.has(frame) ? null : undefined);
  }

  /** The tag that a device reads in a frame: what the CPU wrote may be in its cache alone. */
  memoryTag(frame: Mfn): Known {
    return this.#state.content.get(frame) ?? (this.#inMemory.has(frame) ? null : undefined);
  }

  #word(at: WordIndex, known: number | undefined): Known {
    return known ?? (this.#words.has(at) ? null : undefined);
  }

  #seeRegister({ register, size }: RegisterAccess): void {
    const { chipset } = this.#state.nature;
    if (chipset !== null && isAgpStatus(chipset, register)) return;
    for (let i = 0; i < size; i++) this.#registers.add(offset(register, i));
  }

  #seeCpuWrite({ frame, phys }: Of<"cpu.wrote">): void {
    this.#seenByCpu.add(frame);
    if (phys != null && isCached(this.#state, pfnOf(phys))) this.#cached.set(frame, 1);
    else this.#inMemory.add(frame);
  }

  #seeFlush(event: Of<"cache.flushed">): void {
    const frames = flushedFrames(event);
    if (frames === null) return;
    for (const [frame] of [...this.#cached.entries(frames.first, frames.last)]) {
      this.#cached.delete(frame);
      this.#inMemory.add(frame);
    }
  }

  #seeWord(at: WordIndex | null): void {
    if (at !== null) this.#words.add(at);
  }

  #directoryIndex({ kind, entry }: DirectoryAccess): WordIndex | null {
    const which = kind.startsWith("scratch-") ? "scratch-directory" : "directory";
    return entryWord(directoryOf(this.#state, which), entry, WORD_SIZE);
  }
}
