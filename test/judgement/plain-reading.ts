// plain-reading.ts - reads the lines of `gartrace export --format jsonl` and says what is right, by no code of gartrace.
//
// It is written from the definition alone: a number that is used leads to the page that was meant, or it does not;
// nothing is refused and nobody dies; and no page, entry or handle outlives what it stands for. It knows no
// registers and no formats but what is said here, and says where it cannot tell. It does not ask for what an entry
// holds when its block is unbound, nor whether keys are unique.

/** An event as a line has it: addresses and words are hexadecimal strings, and what is not known is left out. */
interface Line {
  readonly seq: number;
  readonly kind: string;
  readonly actor: string;
  readonly cause?: number;
  readonly [field: string]: unknown;
}

export interface Reading {
  readonly says: "right" | "wrong" | "undecided" | "cannot tell";
  /** Why it cannot tell; null where it can. */
  readonly why: string | null;
  /** Uses that lead to their page. */
  readonly right: number;
  /** The wrong events, with what is wrong. */
  readonly wrong: ReadonlyMap<number, string>;
}

interface Block {
  readonly pages: number;
  readonly use: unknown;
  readonly seq: number;
}
interface Entry {
  readonly seq: number;
  readonly word: unknown;
  readonly frame: number | null;
  readonly page: number | null;
}
interface Mapping {
  readonly bus: number;
  readonly phys: number | null;
  readonly virt: bigint | null;
  readonly reached: number | null;
  readonly size: number;
  readonly direction: unknown;
}

const PAGE = 4096;
/** Tables that the CPU writes through its cache: an entry counts when its line was flushed. */
const CACHED = /^(u3|uninorth)/;
/** PCI devices drive at least 30 address lines. */
const LINES = [30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40];

const at = (value: unknown): number | null => (value === undefined ? null : Number(value));
const pageOf = (address: number): number => Math.floor(address / PAGE);
const pagesIn = (size: number): number => Math.ceil(size / PAGE);
const isCut = (whole: number, cut: number): boolean =>
  whole > cut && LINES.some((lines) => whole % 2 ** lines === cut);

export class PlainReading {
  readonly #isSimulated: boolean;
  readonly #isBare: boolean;
  readonly #isCached: boolean;
  readonly #expected: number | undefined;
  #lines = 0;
  #why: string | null = null;
  #right = 0;
  readonly #wrong = new Map<number, string>();
  readonly #p2m = new Map<number, number>();
  readonly #m2p = new Map<number, number>();
  readonly #blocks = new Map<number, Block>();
  /** The block of each page. */
  readonly #owners = new Map<number, number>();
  readonly #entries = new Map<number, Entry>();
  /** The entry that an event wrote. */
  readonly #writes = new Map<number, number>();
  /** How many entries lead to a frame. */
  readonly #leading = new Map<number, number>();
  /** The entries that the GART has in its TLB: the word of each. */
  readonly #tlb = new Map<number, unknown>();
  readonly #tlbWrong = new Map<number, unknown>();
  /** Entries that are still in the CPU's cache, and those still on their way to a device. */
  readonly #dirty = new Map<number, number>();
  readonly #posted = new Map<number, number>();
  #tableAt: number | null = null;
  /** The page that each number was made for. */
  readonly #given = new Map<number, number>();
  #readWord: number | null = null;
  /** Entries of the IOMMU, and those that were taken away and nothing stands in their place. */
  readonly #iommu = new Map<number, number>();
  readonly #taken = new Map<number, number>();
  readonly #mappings = new Map<number, Mapping>();
  /** What was taken out of the IOMMU's table in this operation. */
  #cleared: { readonly seq: number; readonly bus: number; readonly size: number }[] = [];
  readonly #handles = new Map<string, number>();
  readonly #slots = new Map<number, number>();
  /** What was last written to a frame, and by which event. */
  readonly #content = new Map<number, { readonly tag: number | null; readonly seq: number }>();
  /** What devices wrote into buffers, by the page at which the CPU reads it. */
  readonly #left = new Map<bigint, unknown>();
  /** Faults of devices without their access, and accesses without their fault, by number. */
  readonly #faults = new Map<number, number>();
  readonly #blocked = new Map<number, number>();
  /** By how much the driver counted wrong, and the memory of a bridge that is gone: the next one counts from 0. */
  #counted = 0;
  readonly #forgotten = new Set<number>();

  constructor(header: string) {
    const { about, events } = JSON.parse(header) as {
      events?: number;
      about: { source: string; physIsMachine: boolean; chipset: string };
    };
    this.#isSimulated = about.source === "simulated";
    this.#isBare = about.physIsMachine;
    this.#isCached = CACHED.test(about.chipset);
    this.#expected = events;
  }

  line(text: string): void {
    const event = JSON.parse(text) as Line;
    this.#lines++;
    this.#told[event.kind]?.(event);
  }

  end(): Reading {
    for (const seq of this.#faults.values()) this.#find(seq, "a device is refused");
    const isWhole = this.#expected === undefined || this.#expected === this.#lines;
    let says: Reading["says"] = this.#right > 0 && isWhole ? "right" : "undecided";
    if (this.#wrong.size > 0) says = "wrong";
    else if (this.#why !== null) says = "cannot tell";
    return { says, why: this.#why, right: this.#right, wrong: this.#wrong };
  }

  /** What is done at each kind of event; of the others nothing is right or wrong. */
  readonly #told: { readonly [kind: string]: (event: Line) => void } = {
    "events.lost": () => {
      this.#why = "events were lost, and what was there before may be gone";
    },
    "page.allocated": (e) => this.#allocated(e),
    "page.freed": (e) => this.#freed(e),
    "p2m.set": ({ seq, page, machine }) => {
      const frame = pageOf(at(machine)!);
      const other = this.#m2p.get(frame);
      const isTaken = other !== undefined && other !== page && this.#p2m.get(other) === frame;
      if (isTaken) this.#find(seq, "the frame is still another page's");
      this.#m2p.set(frame, page as number);
      this.#p2m.set(page as number, frame);
      this.#content.delete(frame);
    },
    "p2m.cleared": ({ page }) => this.#p2m.delete(page as number),
    "iommu.mapped": ({ bus, machine, reached, size }) => this.#map(bus, reached ?? machine, size),
    "iommu.filled": ({ bus, machine, size }) => {
      for (let i = 0; i < pagesIn(size as number); i++)
        this.#iommu.set(pageOf(at(bus)!) + i, pageOf(at(machine)!));
    },
    "iommu.unmapped": ({ seq, bus, size }) => {
      if (this.#isSimulated) this.#cleared.push({ seq, bus: at(bus)!, size: size as number });
      for (let i = 0; i < pagesIn(size as number); i++) {
        const page = pageOf(at(bus)!) + i;
        this.#taken.set(page, this.#iommu.get(page) ?? -1);
        this.#iommu.delete(page);
      }
    },
    "hook.called": (e) => this.#hook(e),
    "register.read": ({ word, register }) => {
      this.#readWord = Number(word);
      // Bit 36 of a register's number: it is memory-mapped, and reading it completes what was written before.
      if (Math.floor((register as number) / 2 ** 36) % 2 === 1) this.#posted.clear();
    },
    "register.written": (e) => this.#base(e),
    "gatt.read": ({ virt }) => {
      if (virt !== undefined) this.#posted.clear();
    },
    "gatt.written": (e) => this.#entry(e),
    "outside.written": ({ seq, frame }) => {
      this.#find(seq, "the word is no entry of the table");
      this.#content.delete(frame as number);
    },
    "directory.written": (e) => this.#handed(e),
    "scratch-directory.written": (e) => this.#handed(e),
    "table.remapped": (e) => this.#handed(e),
    "iommu.translated": (e) => this.#handed(e),
    "descriptor.written": (e) => this.#handed(e),
    "request.mapped": (e) => this.#handed(e),
    "pte.written": (e) => this.#handed(e),
    "bio.merged": (e) => this.#handed(e),
    "dma.mapped": (e) => this.#mapped(e),
    "dma.unmapped": (e) => this.#unmapped(e),
    "page.copied": ({ seq, direction, phys, machine, reached, size }) => {
      if (this.#isSimulated && direction === "from-slot" && machine !== undefined) {
        const isLed = [...this.#mappings.values()].some(
          ({ reached, size }) =>
            reached !== null && at(machine)! >= reached && at(machine)! < reached + size,
        );
        if (!isLed) this.#find(seq, "what is copied back, no device was led to");
      }
      const [page, frame] = [pageOf(at(phys)!), pageOf(at(reached)!)];
      for (let i = 0; i < pagesIn(size as number); i++) {
        if (direction === "to-slot") this.#slots.set(frame + i, page + i);
        this.#content.delete(frame + i);
        const other = this.#frameOf(page + i);
        if (other !== null) this.#content.delete(other);
      }
    },
    "device.read": (e) => this.#access(e),
    "device.wrote": (e) => this.#access(e),
    "cpu.wrote": ({ seq, frame, tag, virt }) => {
      this.#content.set(frame as number, { tag: tag as number, seq });
      if (virt !== undefined) this.#left.delete(BigInt(virt as string) / 4096n);
    },
    "cpu.read": ({ seq, virt, tag }) => {
      const page = virt === undefined ? undefined : BigInt(virt as string) / 4096n;
      if (page === undefined || !this.#left.has(page)) return;
      if (this.#left.get(page) !== tag)
        this.#find(seq, "the CPU does not read what a device wrote");
    },
    "cache.flushed": (e) => this.#flushed(e),
    "tlb.flushed": ({ which }) => {
      if (which !== "gart") return;
      this.#tlb.clear();
      this.#tlbWrong.clear();
      this.#lookAtCache();
    },
    "fault.raised": (e) => this.#fault(e),
    "op.ended": (e) => this.#done(e),
  };

  #find(seq: number, what: string): void {
    if (!this.#wrong.has(seq)) this.#wrong.set(seq, what);
  }

  #frameOf(page: number): number | null {
    return this.#isBare ? page : (this.#p2m.get(page) ?? null);
  }

  /** A number that was handed on: where it leads against where the page is. */
  #handed({ seq, bus, machine, reached }: Line): boolean {
    if (bus === undefined || machine === undefined || reached === undefined) return true;
    if (reached === machine) this.#right++;
    else this.#find(seq, "the number leads to another page");
    return reached === machine;
  }

  #allocated({ seq, allocation, size, use, machine }: Line): void {
    const first = allocation as number;
    this.#blocks.set(first, { pages: pagesIn(size as number), use, seq });
    for (let i = 0; i < pagesIn(size as number); i++) this.#owners.set(first + i, first);
    if (use === "gatt" && machine !== undefined) this.#tableAt ??= at(machine);
  }

  #freed({ seq, allocation, size, use, machine, virt }: Line): void {
    const first = allocation as number;
    const pages = pagesIn(size as number);
    const block = this.#blocks.get(first);
    if (block === undefined) {
      if (this.#isSimulated || this.#owners.has(first)) this.#find(seq, "nobody has that page");
    } else if (block.pages !== pages || block.use !== use)
      this.#find(seq, "it is freed as something else than it was allocated as");
    if (use === "gatt") {
      this.#entries.clear();
      this.#writes.clear();
      this.#leading.clear();
      this.#dirty.clear();
      this.#tableAt = null;
    }
    const frame = machine === undefined ? null : pageOf(at(machine)!);
    for (let i = 0; i < pages; i++) {
      if (frame !== null && (this.#leading.get(frame + i) ?? 0) > 0)
        this.#find(seq, "an entry still leads to the page");
      if (virt !== undefined) this.#left.delete(BigInt(virt as string) / 4096n + BigInt(i));
    }
    if (block === undefined || block.pages !== pages) return;
    this.#blocks.delete(first);
    for (let i = 0; i < pages; i++) this.#owners.delete(first + i);
  }

  /** What a hook returns, in the space that it promises; and what another takes back, the page of which it was made for. */
  #hook({ seq, hook, phys, bus, machine, reached }: Line): void {
    if (reached !== undefined && machine !== undefined) {
      if (reached === machine) this.#right++;
      else this.#find(seq, "the pointer reaches another page");
      this.#content.delete(pageOf(at(reached)!));
      return;
    }
    if (phys === undefined) return;
    const [number, page] = [pageOf(at(bus ?? phys)!), pageOf(at(phys)!)];
    if (!(hook as string).endsWith("_to_virt")) {
      this.#given.set(number, page);
      if (bus === undefined || bus === machine) this.#right++;
      else if (machine === undefined) return;
      else if (bus === phys || isCut(at(machine)!, at(bus)!))
        this.#find(seq, "the hook returns another number than it promises");
      return;
    }
    const meant = this.#given.get(number);
    if (meant === page) this.#right++;
    else if (meant !== undefined) this.#find(seq, "the number was made for another page");
    else if (this.#isSimulated && (this.#readWord === null || number !== pageOf(this.#readWord)))
      this.#find(seq, "nobody made that number");
  }

  /** A register: where it holds the base of a table, every page of the table must follow. */
  #base(event: Line): void {
    if (event.virt !== undefined) this.#find(event.seq, "the word is no entry of the table");
    if (!this.#handed(event)) return;
    const { seq, word, phys, bus, machine, reached } = event;
    if (bus === undefined || phys === undefined || reached !== machine) return;
    const [kept, base] = [pageOf(Number(word)) * PAGE, at(bus)!];
    if (kept < base && [28, 29].some((lines) => base % 2 ** lines === kept % 2 ** 32) && kept > 0)
      this.#find(seq, "the register keeps a part of the number");
    const first = this.#owners.get(pageOf(at(phys)!));
    const block = first === undefined ? undefined : this.#blocks.get(first);
    if (block?.use !== "gatt") return;
    for (let i = 1; i < block.pages; i++) {
      const frame = this.#frameOf(first! + i);
      if (frame !== null && frame !== pageOf(at(reached)!) + i)
        this.#find(seq, "the pages of the table do not follow each other");
    }
  }

  #entry(event: Line): void {
    const { seq, entry, word, phys, bus, machine, reached, virt } = event;
    this.#handed(event);
    if (bus === undefined && machine !== undefined) this.#find(seq, "the word names no page");
    const number = entry as number;
    const before = this.#entries.get(number);
    const page = phys === undefined ? null : pageOf(at(phys)!);
    const isOverwritten = page !== null && this.#isClients(page) && this.#isClients(before?.page);
    if (isOverwritten) this.#find(seq, "the entry led to memory in use");
    const frame = reached === undefined ? null : pageOf(at(reached)!);
    if (before?.frame != null)
      this.#leading.set(before.frame, this.#leading.get(before.frame)! - 1);
    if (frame !== null) this.#leading.set(frame, (this.#leading.get(frame) ?? 0) + 1);
    if (before !== undefined) this.#writes.delete(before.seq);
    this.#writes.set(seq, number);
    this.#entries.set(number, { seq, word, frame, page });
    if (virt !== undefined) {
      this.#posted.set(number, seq);
      this.#tlb.delete(number);
    } else if (this.#isCached) this.#dirty.set(number, seq);
  }

  #isClients(page: number | null | undefined): boolean {
    const first = page == null ? undefined : this.#owners.get(page);
    return first !== undefined && this.#blocks.get(first)!.use === "agp";
  }

  #map(bus: unknown, machine: unknown, size: unknown): void {
    for (let i = 0; i < pagesIn(size as number); i++) {
      this.#iommu.set(pageOf(at(bus)!) + i, pageOf(at(machine)!) + i);
      this.#taken.delete(pageOf(at(bus)!) + i);
    }
  }

  #mapped(event: Line): void {
    const { seq, handle, device, direction, phys, bus, machine, reached, virt, size } = event;
    const mapping = {
      bus: at(bus)!,
      phys: at(phys),
      virt: virt === undefined ? null : BigInt(virt as string),
      reached: at(reached),
      size: size as number,
      direction,
    };
    this.#mappings.set(seq, mapping);
    this.#handles.set(`${handle} ${device}`, seq);
    if (!this.#handed(event)) return;
    const isBehind = this.#iommu.has(pageOf(mapping.bus));
    if (direction === "coherent" && !isBehind) {
      const unit = PAGE * 2 ** Math.ceil(Math.log2(pagesIn(mapping.size)));
      if (mapping.bus % unit !== 0) this.#find(seq, "coherent memory is not aligned to its size");
    }
    // A capture does not tell which entries of an IOMMU are the device's.
    if (!this.#isSimulated && this.#iommu.size > 0) return;
    if (mapping.phys === null || machine === undefined || reached === undefined) return;
    const start = mapping.phys % PAGE;
    for (let i = 1; i * PAGE < start + mapping.size; i++) {
      const page = pageOf(mapping.phys) + i;
      const meant = this.#frameOf(page);
      const entry = this.#iommu.get(pageOf(mapping.bus) + i);
      const led = isBehind ? (entry ?? null) : pageOf(at(reached)!) + i;
      if (meant === null || led === meant) continue;
      if (led === null || this.#slots.get(led) !== page)
        this.#find(seq, "the handle does not lead to every page");
    }
  }

  #unmapped({ seq, cause, handle, device, size }: Line): void {
    const key = `${handle} ${device}`;
    const made = this.#handles.get(key);
    const mapping = made === undefined ? undefined : this.#mappings.get(made);
    this.#handles.delete(key);
    const ended = cause ?? made;
    if (ended !== undefined) this.#mappings.delete(ended);
    if (mapping === undefined) {
      if (this.#isSimulated) this.#find(seq, "nothing is mapped there");
    } else if (mapping.size !== size) this.#find(seq, "another length was mapped");
  }

  #access(event: Line): void {
    const { seq, actor, kind, bus, machine, reached, frame, tag, cause } = event;
    const isBlocked = reached === undefined && this.#meets(seq, at(bus)!);
    if (isBlocked) this.#find(seq, "the access is refused");
    if (machine !== undefined) {
      if (reached === machine) this.#right++;
      else this.#find(seq, "the device gets to another page, or nowhere");
    }
    if (actor === "device") this.#mapping(event);
    else if (cause !== undefined) this.#cached(cause);
    const isRead = kind === "device.read";
    if (isRead && reached !== undefined && reached === machine) this.#met(event);
    if (!isRead && frame !== undefined)
      this.#content.set(frame as number, { tag: (tag as number) ?? null, seq });
    const mapping = cause === undefined ? undefined : this.#mappings.get(cause);
    if (isRead || mapping?.virt == null || tag === undefined || (event.size as number) < PAGE)
      return;
    const within = at(bus)! - mapping.bus;
    if (within >= 0 && within < mapping.size)
      this.#left.set((mapping.virt + BigInt(within)) / 4096n, tag);
  }

  /** What a device meets is what was last written there, and since the memory is its owner's. */
  #met({ seq, frame, phys, tag }: Line): void {
    const last = this.#content.get(frame as number);
    if (last === undefined || tag === undefined) return;
    if (last.tag !== null && last.tag !== tag) this.#find(seq, "the content is an older one");
    const first = phys === undefined ? undefined : this.#owners.get(pageOf(at(phys)!));
    const block = first === undefined ? undefined : this.#blocks.get(first);
    if (block?.use === "agp" && last.seq < block.seq)
      this.#find(seq, "the content is from before the page was allocated");
  }

  /** A PCI device goes through a mapping in force, within its bounds and in its direction. */
  #mapping({ seq, kind, cause, bus, reached, size }: Line): void {
    const taken = this.#taken.get(pageOf(at(bus)!));
    if (this.#isSimulated && reached !== undefined && taken === pageOf(at(reached)!))
      this.#find(seq, "the IOMMU's entry for it was taken away");
    if (cause === undefined) {
      if (this.#isSimulated) this.#find(seq, "the device was given no such address");
      for (const { bus: handle, phys, size } of this.#mappings.values())
        if (phys !== null && at(bus)! >= phys && at(bus)! < phys + size && handle !== phys)
          this.#find(seq, "the device was given the kernel's number of a buffer");
      return;
    }
    const mapping = this.#mappings.get(cause);
    const forbidden = kind === "device.read" ? "from-device" : "to-device";
    if (mapping === undefined) this.#find(seq, "what it goes through is not mapped any more");
    else if (mapping.direction === forbidden) this.#find(seq, "it goes the wrong way");
    else if (
      at(bus)! < mapping.bus ||
      at(bus)! + ((size as number) ?? 1) > mapping.bus + mapping.size
    )
      this.#find(seq, "it goes past the end of its buffer");
  }

  /** The GART keeps the entry that it went through. */
  #cached(cause: number): void {
    const number = this.#writes.get(cause);
    const entry = number === undefined ? undefined : this.#entries.get(number);
    if (entry?.frame != null && !this.#tlb.has(number!)) this.#tlb.set(number!, entry.word);
  }

  /** Whether a fault tells of this access, or will. */
  #meets(seq: number, bus: number): boolean {
    const isTold = this.#faults.delete(bus);
    if (!isTold) this.#blocked.set(bus, seq);
    return isTold;
  }

  #fault(event: Line): void {
    const { seq, fault, bus, phys, machine, reached, size, text } = event;
    if (fault === "oops" || fault === "blocked" || fault === "panic")
      this.#find(seq, "the kernel dies");
    if (fault === "iommu" || fault === "invalid-entry") {
      const access = bus === undefined ? undefined : this.#blocked.get(at(bus)!);
      if (access === undefined) {
        if (bus === undefined) this.#find(seq, "a device is refused");
        else this.#faults.set(at(bus)!, seq);
      } else {
        this.#blocked.delete(at(bus)!);
        this.#find(access, "the access is refused");
      }
      return;
    }
    if (!this.#handed(event) || machine === undefined || reached !== machine) return;
    if (this.#isBare || bus !== machine || !((text as string) ?? "").startsWith("ioremap")) return;
    for (let i = 1; i < pagesIn((size as number) ?? 0); i++) {
      const frame = this.#frameOf(pageOf(at(phys)!) + i);
      if (frame !== null && frame !== pageOf(at(machine)!) + i)
        this.#find(seq, "the pages that were meant do not follow each other");
    }
  }

  #flushed({ machine, size }: Line): void {
    if (machine === undefined || size === undefined || this.#tableAt === null) return;
    const from = (at(machine)! - this.#tableAt) / 4;
    for (const number of this.#dirty.keys())
      if (number >= from && number < from + (size as number) / 4) this.#dirty.delete(number);
  }

  #lookAtCache(): void {
    for (const seq of this.#dirty.values()) this.#find(seq, "the chipset does not see the entry");
  }

  #done({ seq, result }: Line): void {
    this.#lookAtCache();
    for (const posted of this.#posted.values()) this.#find(posted, "a bridge may hold the entry");
    this.#posted.clear();
    for (const { seq, bus, size } of this.#cleared)
      for (const [made, mapping] of this.#mappings)
        if (
          made < seq &&
          pageOf(bus) <= pageOf(mapping.bus + mapping.size - 1) &&
          pageOf(mapping.bus) <= pageOf(bus + size - 1)
        )
          this.#find(seq, "an entry is cleared under a mapping");
    this.#cleared = [];
    for (const [number, word] of this.#tlb) {
      const entry = this.#entries.get(number);
      if (entry === undefined || entry.word === word || this.#tlbWrong.get(number) === word)
        continue;
      this.#tlbWrong.set(number, word);
      this.#find(entry.seq, "the GART still has the old entry");
    }
    this.#count(seq, result as { readonly [fact: string]: unknown });
  }

  /** The driver counts the memory of its clients and the scratch page. */
  #count(
    seq: number,
    { bridge, current_memory: said }: { readonly [fact: string]: unknown },
  ): void {
    if (bridge === null) {
      for (const [first, { use }] of this.#blocks)
        if (use === "agp" || use === "scratch") this.#forgotten.add(first);
    }
    if (typeof said !== "number" || !this.#isSimulated) return;
    let live = 0;
    for (const [first, { use }] of this.#blocks)
      if ((use === "agp" || use === "scratch") && !this.#forgotten.has(first)) live++;
    const difference = said - live;
    if (difference !== 0 && difference !== this.#counted)
      this.#find(seq, "the driver counts wrong");
    this.#counted = difference;
  }
}
