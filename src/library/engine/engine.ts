// engine.ts - a machine of one's own: memory, a copy engine behind a page table, and the driver that fills the table.
//
// The engine is told "copy from entry 0 to entry 1" and finds in its table which pages are meant. The kernel may run on
// the bare machine, or as a guest whose memory lies behind an offset: what it calls page 0x10 is then machine page
// 0x10 and the offset. Everything that happens is told to a TraceWriter.

import {
  type Bus,
  bus,
  type Machine,
  type Mfn,
  machine,
  mfnOf,
  type NewTrace,
  offset,
  PAGE_SIZE,
  type Phys,
  pfnOf,
  phys,
  raw,
  TraceWriter,
} from "gartrace";

/** The engine's bus, device and function: 0000:01:00.0. */
const ENGINE = 0x100;
/** The tag of another guest's pages. */
const DOM1 = 2 ** 32 + 1;
const EIO = -5;

/** The bytes of each page, for which a tag stands: 0 is a page of zeroes. */
class Memory {
  readonly #tags = new Map<Mfn, number>();

  read(at: Machine): number {
    return this.#tags.get(mfnOf(at)) ?? 0;
  }

  write(at: Machine, tag: number): void {
    this.#tags.set(mfnOf(at), tag);
  }
}

/** A page that the kernel gave a driver, and what the events say of it. */
interface Page {
  readonly phys: Phys;
  readonly machine: Machine;
  readonly allocated: number;
}

/** A page that is mapped for the engine, and the event that told so. */
interface Mapping {
  readonly page: Page;
  readonly handle: Bus;
  readonly seq: number;
}

/** Memory as the kernel has it: pages, and numbers by which a device gets to them. */
class Kernel {
  readonly memory = new Memory();
  readonly #writer: TraceWriter;
  readonly #offset: number;
  #next = phys(0x10000);
  #tag = 0;

  constructor(writer: TraceWriter, behind: number) {
    this.#writer = writer;
    this.#offset = behind;
  }

  /** Where a page really is: the only place that knows of the offset. */
  #machineOf(page: Phys): Machine {
    return offset(machine(raw(page)), this.#offset); // a guest's number becomes the machine's
  }

  alloc(): Page {
    const at = { phys: this.#next, machine: this.#machineOf(this.#next) };
    this.#next = offset(this.#next, PAGE_SIZE);
    const page = pfnOf(at.phys);
    if (this.#offset > 0)
      this.#writer.append({ kind: "p2m.set", actor: "hypervisor", page, ...at });
    const allocated = this.#writer.append({
      kind: "page.allocated",
      actor: "kernel",
      place: "engine_probe",
      allocation: page,
      by: "alloc_page",
      use: "kernel",
      size: PAGE_SIZE,
      ...at,
    });
    return { ...at, allocated };
  }

  /** The CPU fills a page with content that no other has. */
  fill({ phys, machine }: Page): number {
    const [frame, tag] = [mfnOf(machine), ++this.#tag];
    this.memory.write(machine, tag);
    this.#writer.append({ kind: "cpu.wrote", actor: "cpu", frame, tag, phys, machine });
    return tag;
  }

  read({ phys, machine }: Page): number {
    const [frame, tag] = [mfnOf(machine), this.memory.read(machine)];
    this.#writer.append({ kind: "cpu.read", actor: "cpu", frame, tag, phys, machine });
    return tag;
  }

  /** dma_map_page(): the number by which a device gets to the page. */
  map(page: Page): Mapping {
    const handle = bus(raw(page.machine)); // the engine takes machine addresses
    const seq = this.#writer.append({
      kind: "dma.mapped",
      place: "engine_probe",
      cause: page.allocated,
      ...mappingOf(page, handle),
    });
    return { page, handle, seq };
  }

  unmap({ page, handle, seq }: Mapping): void {
    this.#writer.append({
      kind: "dma.unmapped",
      place: "engine_remove",
      cause: seq,
      ...mappingOf(page, handle),
    });
  }
}

const mappingOf = ({ phys, machine }: Page, handle: Bus) =>
  ({
    actor: "kernel",
    handle,
    direction: "bidirectional",
    device: ENGINE,
    phys,
    machine,
    bus: handle,
    reached: machine,
    size: PAGE_SIZE,
  }) as const;

/** An entry of the table: the number in it, and the buffer that its driver means. */
interface Entry {
  readonly number: Bus;
  readonly meant: Mapping;
}

/** The device: a table of pages, and a copy from one to another. */
class Engine {
  readonly #writer: TraceWriter;
  readonly #memory: Memory;
  readonly #table = new Map<number, Entry>();

  constructor(writer: TraceWriter, memory: Memory) {
    this.#writer = writer;
    this.#memory = memory;
  }

  /** Without power, the table is lost. */
  powerOff(): void {
    this.#table.clear();
  }

  set(index: number, entry: Entry, place: string): void {
    this.#table.set(index, entry);
    const kind = "descriptor.written";
    this.#writer.append({ kind, actor: "driver", place, ...throughEntry(entry) });
  }

  copy(from: number, to: number): void {
    const [source, target] = [this.#table.get(from)!, this.#table.get(to)!];
    const tag = this.#memory.read(reachedBy(source.number));
    this.#access("device.read", source, tag);
    this.#memory.write(reachedBy(target.number), tag);
    this.#access("device.wrote", target, tag);
  }

  #access(kind: "device.read" | "device.wrote", entry: Entry, tag: number): void {
    const frame = mfnOf(reachedBy(entry.number));
    this.#writer.append({ kind, actor: "device", frame, tag, ...throughEntry(entry) });
  }
}

// Behind the table nothing translates: the number in an entry is taken for a machine address.
const reachedBy = (number: Bus): Machine => machine(raw(number));

const throughEntry = ({ number, meant: { page, seq } }: Entry) => ({
  cause: seq,
  device: ENGINE,
  phys: page.phys,
  machine: page.machine,
  bus: number,
  reached: reachedBy(number),
  size: PAGE_SIZE,
});

/** Runs the driver on the machine, its memory `behind` so many bytes, and writes what happens to `path`. */
export async function run(path: string, behind: number): Promise<NewTrace> {
  using writer = await TraceWriter.create(path, {
    platform: behind === 0 ? "bare" : "guest",
    workload: "copies",
    physIsMachine: behind === 0,
    force: true,
  });
  const kernel = new Kernel(writer, behind);
  const engine = new Engine(writer, kernel.memory);
  // The pages before the guest's are another guest's.
  for (let page = 0; page < behind; page += PAGE_SIZE) kernel.memory.write(machine(page), DOM1);

  writer.begin("probe");
  const buffers = [kernel.map(kernel.alloc()), kernel.map(kernel.alloc())] as const;
  for (const [index, meant] of buffers.entries())
    engine.set(index, { number: meant.handle, meant }, "engine_probe");
  writer.end();

  const copy = () => {
    writer.begin("copy", { from: 0, to: 1 });
    const tag = kernel.fill(buffers[0].page);
    engine.copy(0, 1);
    writer.end({ ret: kernel.read(buffers[1].page) === tag ? 0 : EIO });
  };
  copy();

  writer.begin("resume");
  engine.powerOff();
  for (const [index, meant] of buffers.entries()) {
    // The bug: the number by which the kernel knows the page, where the engine takes what dma_map_page() gave.
    const number = bus(raw(meant.page.phys));
    engine.set(index, { number, meant }, "engine_resume");
  }
  writer.end();
  copy();

  writer.begin("remove");
  for (const buffer of buffers) kernel.unmap(buffer);
  writer.end();
  return writer.finish();
}
