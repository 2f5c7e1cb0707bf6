// record.ts - a run: platform, hooks, chipset, workload and seed make events, one op after the other.

import { hex } from "../address.ts";
import { acquire, release } from "../agpgart/backend.ts";
import { type AgpMemory, type Board, ENOSYS } from "../agpgart/bridge.ts";
import { Drm } from "../agpgart/drm.ts";
import { bridgeFacts, infoFacts } from "../agpgart/facts.ts";
import { Frontend } from "../agpgart/frontend.ts";
import { Agpgart } from "../agpgart/index.ts";
import { allocateMemory, bindMemory, freeMemory, unbindMemory } from "../agpgart/memory.ts";
import { BlockCalls } from "../client/block-calls.ts";
import { DmaClient, isOfDma } from "../client/dma-client.ts";
import { Files } from "../client/files.ts";
import { isKernelCall, KernelCalls } from "../client/kernel-calls.ts";
import { isOfProcess, Processes } from "../client/processes.ts";
import { isOfDrm, Rendering } from "../client/rendering.ts";
import { Touching } from "../client/touching.ts";
import type { Facts } from "../event/field.ts";
import { Machine, type Sink } from "../machine/machine.ts";
import { Card } from "../platform/card.ts";
import { CoherentMemory } from "../platform/coherent.ts";
import { DmaApi } from "../platform/dma/api.ts";
import { codeFor } from "../platform/dma/index.ts";
import { Exchange } from "../platform/exchange.ts";
import { Kernel, Killed } from "../platform/kernel.ts";
import { Mmio } from "../platform/mmio.ts";
import { Msr } from "../platform/msr.ts";
import { Pci } from "../platform/pci.ts";
import { sleep } from "../platform/power.ts";
import { Remap } from "../platform/remap.ts";
import { TableAccess } from "../platform/table-access.ts";
import { changeOf } from "../scenario/scenario.ts";
import type { Setup } from "../scenario/setup.ts";
import type { Change } from "../workload/change.ts";
import { isBlockCall } from "../workload/kernel-calls.ts";
import type { Operation } from "../workload/operation.ts";
import { isBlockScript } from "../workload/workload.ts";

/** Runs the workload; gives control back after every op, so that the caller can show progress. */
export function* record(setup: Setup, sink: Sink): Generator<{ op: number; events: number }> {
  const run = new Run(setup, sink);
  run.boot();
  if (run.isDead) return;
  for (const [op, operation] of setup.workload.operations.entries()) {
    for (const change of setup.changes ?? []) if (change.op === op) run.change(change);
    run.step(op, operation);
    yield { op, events: run.events };
    if (run.isDead) return;
  }
}

const POINTER = { bridge: "bridge", memory: "memory" } as const;

class Run {
  readonly #machine: Machine;
  readonly #kernel: Kernel;
  readonly #remap: Remap;
  readonly #agp: Agpgart;
  /** The driver's own: what is changed here, it meets at its next call. */
  readonly #board: { -readonly [P in keyof Board]: Board[P] };
  readonly #frontend: Frontend;
  readonly #touching: Touching;
  readonly #processes: Processes;
  readonly #rendering: Rendering;
  readonly #dma: DmaClient;
  readonly #calls: KernelCalls;
  readonly #block: BlockCalls | null;
  /** Set once the kernel has panicked. */
  isDead = false;
  readonly #bootCode: () => void;
  readonly #slots = new Map<number, AgpMemory | null>();

  constructor(setup: Setup, sink: Sink) {
    const { platform, hooks, chipset, era, seed, lenientIoremap, device, staged } = setup;
    this.#machine = new Machine({ physIsMachine: platform.physIsMachine, chipset }, sink);
    this.#kernel = new Kernel(this.#machine, platform, seed);
    this.#remap = new Remap(this.#kernel, lenientIoremap ? "phys" : platform.ioremap);
    const exchange = new Exchange(this.#kernel);
    const code = codeFor(this.#kernel, exchange);
    const dma = new DmaApi(this.#kernel, code);
    const coherent = new CoherentMemory(this.#kernel, dma);
    const arch = { kernel: this.#kernel, coherent, exchange };
    const card = new Card(this.#kernel);
    const pci = new Pci(this.#kernel, chipset);
    this.#board = {
      arch,
      hooks,
      pci,
      chipset,
      remap: this.#remap,
      access: new TableAccess(this.#kernel, this.#remap),
      mmio: new Mmio(this.#kernel, chipset),
      statics: { claimed: null, i810Registers: null },
      era,
      msr: new Msr(this.#kernel),
    };
    this.#agp = new Agpgart(this.#board, staged && changeOf(staged).driver);
    const bridge = () => this.#agp.global;
    const files = new Files();
    this.#frontend = new Frontend(this.#kernel, bridge);
    this.#touching = new Touching(card, files, bridge, device);
    this.#rendering = new Rendering(new Drm(bridge), files, this.#touching);
    this.#processes = new Processes({
      kernel: this.#kernel,
      frontend: this.#frontend,
      files,
      touching: this.#touching,
      isLoaded: () => this.#agp.bridge !== null,
      counters: () => this.#counters(),
    });
    this.#dma = new DmaClient({ kernel: this.#kernel, dma, card });
    const { script } = setup.workload;
    const isBlock = script !== undefined && isBlockScript(script);
    this.#calls = new KernelCalls(this.#kernel, dma);
    this.#block = isBlock ? new BlockCalls(this.#kernel, script.machine) : null;
    this.#bootCode = () => {
      (this.#block ?? code).boot();
      if (script === undefined) hooks.boot?.(arch);
    };
  }

  get events(): number {
    return this.#machine.state.moment;
  }

  change(change: Change): void {
    if (change.name === "hooks") this.#board.hooks = change.hooks;
    else if (change.name === "device") this.#touching.isUsed = change.on;
    else this.#remap.rule = change.on ? "phys" : this.#kernel.platform.ioremap;
  }

  /** What happens before the first operation; a kernel can panic there. */
  boot(): void {
    try {
      this.#bootCode();
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
      this.isDead = true;
    }
  }

  step(op: number, operation: Operation): void {
    const by = { actor: "workload", op } as const;
    this.#machine.emit({ kind: "op.began", ...by, ...this.#callOf(operation) });
    this.#machine.emit({ kind: "op.ended", ...by, result: this.#survive(operation) });
  }

  /** An oops kills the calling task: its op is over, its resources stay lost. */
  #survive(operation: Operation): Facts {
    try {
      return this.#perform(operation);
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
      // A script is one caller's: when that is killed, nobody goes on with it.
      const isScript = isKernelCall(operation);
      this.isDead ||= isScript || error.by === "panic";
      return isScript ? { stopped: error.by, why: error.message } : { ret: "oops" };
    }
  }

  #callOf(operation: Operation): { readonly name: string; readonly arguments: Facts } {
    if (isOfProcess(operation)) return this.#processes.calls(operation);
    if (isKernelCall(operation)) {
      const { op: name, ...fields } = operation.given as { readonly op: string } & Facts;
      return { name, arguments: fields };
    }
    const { op: name, ...fields } = operation;
    return { name, arguments: this.#arguments(name, fields) };
  }

  /** The arguments as the driver's function gets them. */
  #arguments(name: string, fields: Facts): Facts {
    if (name === "enable_info") return { mode: hex(this.#agp.global?.mode ?? 0) };
    return name === "alloc" && fields.pages === -1 ? { ...fields, pages: this.#sizeMax } : fields;
  }

  /** (size_t)-1, as text where it is past what a number of JSON holds. */
  get #sizeMax(): number | string {
    return this.#kernel.platform.wordBits === 32 ? 0xffffffff : (2n ** 64n - 1n).toString();
  }

  #perform(operation: Operation): Facts {
    if (isOfProcess(operation)) return this.#processes.perform(operation);
    if (isOfDrm(operation)) return this.#rendering.perform(operation);
    if (isOfDma(operation)) return this.#dma.perform(operation);
    if (isKernelCall(operation)) {
      const { call } = operation;
      return isBlockCall(call) ? this.#block!.perform(call) : this.#calls.perform(call);
    }
    const agp = this.#agp;
    switch (operation.op) {
      case "init": {
        const ret = agp.init();
        if (ret === 0) this.#frontend.initialize();
        this.#touching.hasHandle(agp.bridge?.gattTableReal?.handle ?? null);
        return { ret, ...this.#counters(), ...(agp.bridge ? bridgeFacts(agp.bridge) : {}) };
      }
      case "cleanup":
        agp.cleanup();
        this.#touching.hasHandle(null);
        return this.#counters();
      case "acquire":
        return { ret: acquire(agp.bridge) && POINTER.bridge, ...this.#counters() };
      case "release":
        release(agp.global);
        return this.#counters();
      case "info":
        return infoFacts(agp.global);
      case "enable_info":
        agp.global?.driver.enable(agp.global, agp.global.mode);
        return {};
      case "alloc":
        return this.#allocate(operation);
      case "bind":
        return this.#bind(operation);
      case "unbind": {
        const ret = unbindMemory(this.#slots.get(operation.slot) ?? null);
        return { slot: operation.slot, ret, ...this.#counters() };
      }
      case "free":
        freeMemory(this.#slots.get(operation.slot) ?? null, agp.global);
        this.#slots.set(operation.slot, null);
        return { slot: operation.slot, ...this.#counters() };
      case "suspend":
        return this.#suspend();
      case "dump":
        return {};
      case "maxorder":
        this.#kernel.pages.maxOrder = operation.max_order;
        return {};
      case "failafter":
        this.#kernel.pages.remaining =
          operation.count < 0 ? Number.POSITIVE_INFINITY : operation.count;
        return {};
      case "failioremap":
        this.#remap.failing = operation.on === 1;
        return {};
      case "fill":
        return this.#touching.fill(operation);
      case "verify":
        return this.#touching.verify(operation);
    }
  }

  #suspend(): Facts {
    if (this.#agp.neverSleeps) return { ret: ENOSYS, ...this.#counters() };
    this.#agp.suspend();
    sleep(this.#kernel, this.#board.pci);
    const ret = this.#agp.resume();
    this.#touching.resumed();
    return { ret, ...this.#counters() };
  }

  #allocate({ slot, pages, type }: Operation & { op: "alloc" }): Facts {
    const count = pages < 0 ? 2 ** this.#kernel.platform.wordBits - 1 : pages;
    const memory = allocateMemory(this.#agp.global, count, type);
    this.#slots.set(slot, memory);
    if (memory === null) return { slot, ret: null, ...this.#counters() };
    this.#touching.allocated(memory);
    return {
      slot,
      ret: POINTER.memory,
      key: memory.key,
      page_count: memory.memory.length,
      num_scratch_pages: memory.numScratchPages,
      type,
      physical: memory.physical === null ? "0x0" : hex(memory.physical.bus),
      memory: memory.memory.map(({ bus }) => hex(bus)),
      ...this.#counters(),
    };
  }

  #bind({ slot, pg_start }: Operation & { op: "bind" }): Facts {
    const memory = this.#slots.get(slot) ?? null;
    const ret = bindMemory(memory, pg_start);
    if (ret === 0) this.#touching.bound(memory!);
    return { slot, ret, ...this.#counters() };
  }

  /** What the driver keeps count of, or that there is no bridge. */
  #counters(): Facts {
    const { bridge, global } = this.#agp;
    if (bridge === null) return { bridge: global === null ? null : "unregistered" };
    return { current_memory: bridge.currentMemory, in_use: bridge.agpInUse };
  }
}
