// processes.ts - processes that use /dev/agpgart: their system calls, and the results.
//
// Arguments and results are in the words of the reference's recordings, so that they can be compared.

import { hex, PAGE_SIZE } from "../address.ts";
import { EBADF, EINVAL, ENODEV } from "../agpgart/bridge.ts";
import { Blocked, type Frontend } from "../agpgart/frontend.ts";
import type { Answer } from "../agpgart/frontend-commands.ts";
import { numberOf, type Request } from "../agpgart/ioctl.ts";
import type { Facts } from "../event/field.ts";
import type { Kernel } from "../platform/kernel.ts";
import type { Operation } from "../workload/operation.ts";
import type { Files, Mapping } from "./files.ts";
import { argumentOf, type IoctlOperation, type ProgramState, requestOf } from "./request.ts";
import type { Touching } from "./touching.ts";

const OPS = ["proc", "open", "ioctl", "mmap", "munmap", "close", "dup", "exit", "rw"] as const;
export type ProcessOperation = Extract<Operation, { readonly op: (typeof OPS)[number] }>;
type Of<O extends ProcessOperation["op"]> = Extract<ProcessOperation, { readonly op: O }>;

export const isOfProcess = (operation: Operation): operation is ProcessOperation =>
  OPS.some((op) => op === operation.op);

/** What the processes use of the rest of the run. */
export interface Surroundings {
  readonly kernel: Kernel;
  readonly frontend: Frontend;
  readonly files: Files;
  readonly touching: Touching;
  /** Whether the device file is there: the module is loaded. */
  isLoaded(): boolean;
  /** The driver's counters. */
  counters(): Facts;
}

export class Processes {
  readonly #around: Surroundings;
  /** The credentials of each process, by pid. */
  readonly #credentials = new Map<number, Of<"proc">>();
  readonly #program: ProgramState = { keys: new Map(), mode: 0 };
  /** Bytes of the aperture, as the last successful INFO returned. */
  #aperture = 0;
  /** The driver's counters after each agp_release of the current call. */
  #releases: Facts[] = [];

  constructor(around: Surroundings) {
    this.#around = around;
  }

  /** The call's name and arguments, as the kernel gets them. */
  calls(operation: ProcessOperation): { readonly name: string; readonly arguments: Facts } {
    const { platform } = this.#around.kernel;
    switch (operation.op) {
      case "open": {
        const { pid, file, minor } = operation;
        const { uid, suid } = this.#credentials.get(pid)!;
        return { name: "open", arguments: { pid, uid, suid, file, minor } };
      }
      case "ioctl": {
        const { pid, file, cmd } = operation;
        const nr = cmd === "RAW" ? operation.nr : numberOf(platform, cmd);
        const argument = argumentOf(platform, this.#program, operation);
        return { name: "ioctl", arguments: { pid, file, cmd, nr: hex(nr), ...argument } };
      }
      case "mmap":
        return { name: "mmap", arguments: this.#areaFacts(operation) };
      case "rw": {
        const { pid, file } = operation;
        return {
          name: operation.write === 1 ? "write" : "read",
          arguments: { pid, file, count: 4 },
        };
      }
      case "munmap":
        return { name: "munmap", arguments: { pid: operation.pid, map: operation.map } };
      case "close":
        return { name: "close", arguments: { pid: operation.pid, file: operation.file } };
      default: {
        const { op: name, ...fields } = operation;
        return { name, arguments: fields };
      }
    }
  }

  /** Performs the call; for a task that blocks for ever `ret` says what it waits for. */
  perform(operation: ProcessOperation): Facts {
    this.#releases = [];
    const comm = this.#credentials.get(operation.pid)?.comm ?? "";
    try {
      return this.#around.kernel.runAs(comm, () => this.#perform(operation));
    } catch (error) {
      if (error instanceof Blocked) return { ret: "blocked" };
      throw error;
    }
  }

  #perform(operation: ProcessOperation): Facts {
    switch (operation.op) {
      case "proc":
        this.#credentials.set(operation.pid, operation);
        return {};
      case "open":
        return { ret: this.#open(operation), ...this.#counters() };
      case "ioctl":
        return this.#ioctl(operation);
      case "mmap":
        return { ret: this.#mmap(operation), ...this.#counters() };
      case "munmap": {
        const mapping = this.#around.files.unmap(operation.map, operation.pid);
        if (mapping === null) return { ret: 0, note: "nothing mapped" };
        this.#unmapped(mapping, operation.pid);
        return this.#released();
      }
      case "close": {
        const file = this.#around.files.close(operation.file, operation.pid);
        if (file === null) return { ret: EBADF };
        this.#put(file, operation.pid);
        return this.#released();
      }
      case "dup": {
        const file = this.#around.files.file(operation.file);
        if (file === null) return { ret: EBADF };
        return { f_count: this.#around.files.inherit(file, operation.pid) };
      }
      case "exit": {
        const { pid } = operation;
        const { mappings, files } = this.#around.files.leave(pid);
        for (const mapping of mappings) this.#unmapped(mapping, pid);
        for (const file of files) this.#put(file, pid);
        return { pid, ...this.#released() };
      }
      case "rw": {
        const isOpen = this.#around.files.file(operation.file) !== null;
        return { ret: isOpen ? EINVAL : EBADF, ...this.#counters() };
      }
    }
  }

  #open({ file, pid, minor }: Of<"open">): number {
    // misc_open finds no driver behind the number.
    if (!this.#around.isLoaded()) return ENODEV;
    const opened = this.#around.frontend.open(minor, this.#credentials.get(pid)!);
    if (typeof opened === "number") return opened;
    this.#around.files.open(file, pid, opened);
    return 0;
  }

  #ioctl(operation: IoctlOperation): Facts {
    const { kernel, files, frontend, touching } = this.#around;
    const file = files.file(operation.file);
    if (file === null) return { ret: EBADF, ...this.#counters() };
    const request = requestOf(kernel.platform, this.#program, operation);
    const slot = operation.cmd === "ALLOCATE" ? operation.slot : undefined;
    // Where the call fails, for whatever reason, the program has no key.
    if (slot !== undefined) this.#program.keys.set(slot, -1);
    const answer = frontend.ioctl(file.private, request);
    if (slot !== undefined && answer.ret === 0) this.#program.keys.set(slot, answer.memory!.key);
    if (answer.ret === 0) touching.answered(request.command, answer);
    if (request.command === "INFO" && answer.out !== undefined) {
      this.#program.mode = Number(answer.out.agp_mode);
      this.#aperture = Number(answer.out.aper_size) * 2 ** 20;
    }
    return { ret: answer.ret, ...successFacts(request, answer), ...this.#counters() };
  }

  #area({ length, offset, prot, shared }: Of<"mmap">) {
    const bytes = length === "info" ? this.#aperture : length;
    const size = Math.ceil(bytes / PAGE_SIZE) * PAGE_SIZE;
    const protection = this.#around.kernel.platform.user.pageProtection(prot, shared === 1);
    return { start: this.#around.files.room(size), size, offset, protection };
  }

  #areaFacts(operation: Of<"mmap">): Facts {
    const { pid, file, map, prot, shared } = operation;
    const { start, size, offset, protection } = this.#area(operation);
    return {
      ...{ pid, file, map, vm_start: hex(start), vm_end: hex(start + size) },
      ...{ vm_pgoff: hex(offset / PAGE_SIZE), prot, shared, vm_page_prot: hex(protection) },
    };
  }

  #mmap(operation: Of<"mmap">): number {
    const { files, frontend } = this.#around;
    const { pid, map, prot } = operation;
    const file = files.file(operation.file);
    if (file === null) return EBADF;
    const area = this.#area(operation);
    const mapped = frontend.mmap(file.private, pid, area);
    if (mapped.ret !== 0) return mapped.ret;
    const pages = area.size / PAGE_SIZE;
    files.map({ map, pid, file, start: area.start, pages, prot, address: mapped.address! });
    return 0;
  }

  #unmapped({ file }: Mapping, pid: number): void {
    if (file !== null) this.#put(file, pid);
  }

  /** fput: the last reference releases. */
  #put(file: NonNullable<Mapping["file"]>, pid: number): void {
    const { machine } = this.#around.kernel;
    const references = this.#around.files.drop(file);
    const by = { actor: "kernel", place: "fput" } as const;
    if (references > 0) {
      const text = `fput(file ${file.number})`;
      machine.emit({ kind: "call.returned", ...by, text, result: references });
      return;
    }
    const text = `agp_release(pid ${pid}, file ${file.number})`;
    machine.emit({ kind: "call.entered", ...by, text });
    const result = this.#around.frontend.release(file.private);
    machine.emit({ kind: "call.returned", ...by, text, result });
    this.#releases.push({ ret: result, ...this.#counters() });
  }

  /** The result after the last agp_release of the call, and the counters after the releases before it. */
  #released(): Facts {
    const last = this.#releases.pop();
    return this.#releases.length === 0 ? { ...last } : { ...last, releases: this.#releases };
  }

  /** The driver's counters, and the lists of the front end. */
  #counters(): Facts {
    return { ...this.#around.counters(), fe: this.#around.frontend.facts };
  }
}

/** The recordings of the front end list so many pages of a block; the events have them all. */
const LISTED_PAGES = 1500;

/** What a program gets after success. */
function successFacts({ command }: Request, { ret, out, memory }: Answer): Facts {
  if (ret !== 0 || out === undefined) return {};
  if (command !== "ALLOCATE") return { out };
  return {
    out,
    page_count: memory!.memory.length,
    num_scratch_pages: memory!.numScratchPages,
    memory: memory!.memory.slice(0, LISTED_PAGES).map(({ bus }) => hex(bus)),
  };
}
