// files.ts - what the VFS does for programs: open files with their references, and mappings, by process.
//
// A mapping keeps its file open: agp_release runs when the last reference is dropped, in the process that drops it.
// The errno for a file that is not open is that of fs/ and mm/ of 2.6.12-rc2.

import { PAGE_SIZE } from "../address.ts";
import type { FilePrivate } from "../agpgart/frontend-clients.ts";

interface OpenFile {
  readonly number: number;
  readonly private: FilePrivate;
  count: number;
}

/** A mapping of the aperture in a process, by its first page frame. */
export interface Mapping {
  readonly map: number;
  readonly pid: number;
  /** Null for a mapping of another device file. */
  readonly file: OpenFile | null;
  readonly start: number;
  readonly pages: number;
  readonly prot: number;
  /** The address of the first page on the CPU's bus. */
  readonly address: number;
}

/** Where the kernel begins to look for room for a mapping, and where user space ends (i386). */
const TASK_UNMAPPED_BASE = 0x40000000;
const TASK_SIZE = 0xc0000000;

export class Files {
  readonly #files = new Map<number, OpenFile>();
  /** pid -> its open files; one that it inherited twice is there twice. */
  readonly #openFiles = new Map<number, OpenFile[]>();
  readonly #mappings = new Map<number, Mapping>();
  #next = TASK_UNMAPPED_BASE;

  open(number: number, pid: number, file: FilePrivate): void {
    const opened = { number, private: file, count: 1 };
    this.#files.set(number, opened);
    this.#openFilesOf(pid).push(opened);
  }

  #openFilesOf(pid: number): OpenFile[] {
    const openFiles = this.#openFiles.get(pid) ?? [];
    this.#openFiles.set(pid, openFiles);
    return openFiles;
  }

  /** The file of that number, in whichever process; null where it is closed. */
  file(number: number): OpenFile | null {
    return this.#files.get(number) ?? null;
  }

  inherit(file: OpenFile, pid: number): number {
    this.#openFilesOf(pid).push(file);
    return ++file.count;
  }

  /** Drops one reference and returns how many are left; a file without any is removed. */
  drop(file: OpenFile): number {
    file.count--;
    if (file.count === 0) this.#files.delete(file.number);
    return file.count;
  }

  /** close(2) in a process; null where it has no file of that number. */
  close(number: number, pid: number): OpenFile | null {
    const openFiles = this.#openFilesOf(pid);
    const index = openFiles.findIndex((file) => file.number === number);
    return index < 0 ? null : openFiles.splice(index, 1)[0]!;
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

  /** munmap(2) in a process; null where it has no mapping of that number. */
  unmap(map: number, pid: number): Mapping | null {
    const mapping = this.#mappings.get(map);
    if (mapping === undefined || mapping.pid !== pid) return null;
    this.#mappings.delete(map);
    return mapping;
  }

  /** What the kernel cleans up when a process exits: its mappings by number, then its files by number. */
  leave(pid: number): {
    readonly mappings: readonly Mapping[];
    readonly files: readonly OpenFile[];
  } {
    const mappings = [...this.#mappings.values()]
      .filter((mapping) => mapping.pid === pid)
      .toSorted((a, b) => a.map - b.map);
    for (const { map } of mappings) this.#mappings.delete(map);
    const files = this.#openFilesOf(pid).toSorted((a, b) => a.number - b.number);
    this.#openFiles.delete(pid);
    return { mappings, files };
  }
}
