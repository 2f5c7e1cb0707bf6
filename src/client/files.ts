// files.ts - what the VFS does for programs: files with their references, mappings, and who holds what.
//
// A mapping keeps its file open: agp_release runs when the last reference goes, in the process that drops
// it. Which errno comes of a file that is not there is fs/ and mm/ of 2.6.12-rc2.

import { PAGE_SIZE } from "../address.ts";
import type { FilePrivate } from "../agpgart/frontend-clients.ts";

interface OpenFile {
  readonly number: number;
  readonly private: FilePrivate;
  count: number;
}

/** Memory of a process that is not memory: part of the aperture, by its first page frame. */
export interface Mapping {
  readonly map: number;
  readonly pid: number;
  /** Null for a mapping of another device file. */
  readonly file: OpenFile | null;
  readonly start: number;
  readonly pages: number;
  readonly prot: number;
  /** The address of the first page, as the CPU puts it on its bus. */
  readonly address: number;
}

/** Where the kernel looks for room for a mapping, and where a process's own half ends (i386). */
const TASK_UNMAPPED_BASE = 0x40000000;
const TASK_SIZE = 0xc0000000;

export class Files {
  readonly #files = new Map<number, OpenFile>();
  /** pid -> the files it holds; one that it inherited twice stands there twice. */
  readonly #held = new Map<number, OpenFile[]>();
  readonly #mappings = new Map<number, Mapping>();
  #next = TASK_UNMAPPED_BASE;

  open(number: number, pid: number, file: FilePrivate): void {
    const opened = { number, private: file, count: 1 };
    this.#files.set(number, opened);
    this.#holds(pid).push(opened);
  }

  #holds(pid: number): OpenFile[] {
    const held = this.#held.get(pid) ?? [];
    this.#held.set(pid, held);
    return held;
  }

  /** The file of that number, whoever holds it; null where it is closed. */
  file(number: number): OpenFile | null {
    return this.#files.get(number) ?? null;
  }

  inherit(file: OpenFile, pid: number): number {
    this.#holds(pid).push(file);
    return ++file.count;
  }

  /** Drops one reference and says how many are left; a file without any is gone. */
  drop(file: OpenFile): number {
    file.count--;
    if (file.count === 0) this.#files.delete(file.number);
    return file.count;
  }

  /** A process gives a file back; null where it has none of that number. */
  close(number: number, pid: number): OpenFile | null {
    const held = this.#holds(pid);
    const index = held.findIndex((file) => file.number === number);
    return index < 0 ? null : held.splice(index, 1)[0]!;
  }

  /** Where the next mapping of so many bytes would begin. */
  room(bytes: number): number {
    if (this.#next + bytes > TASK_SIZE) this.#next = TASK_UNMAPPED_BASE;
    return this.#next;
  }

  map(mapping: Mapping): void {
    if (mapping.file !== null) mapping.file.count++;
    this.#mappings.set(mapping.map, mapping);
    this.#next = mapping.start + mapping.pages * PAGE_SIZE;
  }

  mapping(map: number): Mapping | null {
    return this.#mappings.get(map) ?? null;
  }

  /** Takes a mapping away; null where the process has none of that number. */
  unmap(map: number, pid: number): Mapping | null {
    const mapping = this.#mappings.get(map);
    if (mapping === undefined || mapping.pid !== pid) return null;
    this.#mappings.delete(map);
    return mapping;
  }

  /** What a process leaves behind: its mappings in the order of their numbers, then its files in theirs. */
  leave(pid: number): {
    readonly mappings: readonly Mapping[];
    readonly files: readonly OpenFile[];
  } {
    const mappings = [...this.#mappings.values()]
      .filter((mapping) => mapping.pid === pid)
      .toSorted((a, b) => a.map - b.map);
    for (const { map } of mappings) this.#mappings.delete(map);
    const files = this.#holds(pid).toSorted((a, b) => a.number - b.number);
    this.#held.delete(pid);
    return { mappings, files };
  }
}
