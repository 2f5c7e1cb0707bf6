// wander.ts - a seeded random walk over everything that the front end offers, of any length.
//
// The walk keeps a small picture of its own: what each process holds open and mapped. It never looks at an
// answer, so that the same seed asks for the same on every platform.

import { Dice } from "../dice.ts";
import type { Operation } from "./operation.ts";

/** Root, a server that is set-uid root, and two ordinary users. */
const PROCESSES = [
  { op: "proc", pid: 3000, uid: 0, suid: 0, comm: "server" },
  { op: "proc", pid: 3001, uid: 1000, suid: 0, comm: "setuid" },
  { op: "proc", pid: 3002, uid: 1000, suid: 1000, comm: "client" },
  { op: "proc", pid: 3003, uid: 1001, suid: 1001, comm: "other" },
] as const;
const FILES = 10;
const MAPS = 10;
const SLOTS = 8;
const PAGE = 4096;
/** 64 MB, as the aperture is where nothing makes it smaller. */
const APERTURE = 0x4000000;

/** How often each ioctl is asked for, of a hundred. */
const IOCTLS = [
  ["ACQUIRE", 12],
  ["RELEASE", 2],
  ["INFO", 8],
  ["SETUP", 3],
  ["RESERVE", 10],
  ["PROTECT", 1],
  ["ALLOCATE", 19],
  ["DEALLOCATE", 9],
  ["BIND", 20],
  ["UNBIND", 12],
  ["RAW", 4],
] as const;
/** INFO for programs of each word size and architecture, and a number that nobody knows. */
const NUMBERS = [0x80044100, 0x80084100, 0x40084100, 0x4142] as const;

export class Walk implements Iterable<Operation> {
  readonly length: number;
  readonly seed: number;

  constructor(length: number, seed: number) {
    this.length = length;
    this.seed = seed;
  }

  *[Symbol.iterator](): Generator<Operation> {
    const wanderer = new Wanderer(new Dice(this.seed));
    for (let i = 0; i < this.length; i++) yield wanderer.next();
  }

  *entries(): Generator<[number, Operation]> {
    let i = 0;
    for (const operation of this) yield [i++, operation];
  }
}

/** A process and a file that it holds. */
interface OpenFile {
  readonly file: number;
  readonly pid: number;
}

class Wanderer {
  readonly #dice: Dice;
  /** What must come next, whatever the dice say. */
  readonly #due: Operation[] = [{ op: "init" }, ...PROCESSES, { op: "drm_init" }];
  #openFiles: OpenFile[] = [];
  /** Who asked to be the controller, as long as it holds that file and has not released it. */
  #leader: OpenFile | null = null;
  #mapped: { readonly map: number; readonly pid: number }[] = [];
  /** Files and mappings get new numbers all the time, so that none is mistaken for an older one. */
  #files = 0;
  #maps = 0;

  constructor(dice: Dice) {
    this.#dice = dice;
  }

  next(): Operation {
    return this.#due.shift() ?? this.#step();
  }

  #chance(percent: number): boolean {
    return this.#dice.roll(100) < percent;
  }

  #one<T>(list: readonly T[]): T {
    return list[this.#dice.roll(list.length)]!;
  }

  #step(): Operation {
    if (this.#openFiles.length === 0) return this.#open();
    const turn = this.#dice.roll(100);
    if (turn < 70) return this.#ioctl(this.#caller());
    if (turn < 76) return this.#openFiles.length < FILES ? this.#open() : this.#close();
    if (turn < 79) return this.#close();
    if (turn < 85) return this.#mapped.length < MAPS ? this.#mmap() : this.#munmap();
    if (turn < 89) return this.#munmap();
    if (turn < 91) return this.#dup();
    if (turn < 92)
      return { op: "rw", ...this.#one(this.#openFiles), write: this.#chance(50) ? 1 : 0 };
    if (turn < 93) return this.#exit();
    if (turn < 94) return this.#module();
    return this.#drm();
  }

  /** The module is unloaded or loaded, mostly both; the machine sleeps; or memory runs out for a while. */
  #module(): Operation {
    const turn = this.#dice.roll(10);
    if (turn === 0) return { op: "init" };
    if (turn === 1) return { op: "cleanup" };
    if (turn === 2) return { op: "suspend" };
    if (turn === 3) {
      this.#due.push(this.#step(), { op: "failafter", count: -1 });
      return { op: "failafter", count: this.#dice.roll(4) };
    }
    this.#due.push({ op: "init" });
    return { op: "cleanup" };
  }

  /** Mostly the one that may come through. */
  #caller(): OpenFile {
    if (this.#leader !== null && !this.#openFiles.includes(this.#leader)) this.#leader = null;
    return this.#leader !== null && this.#chance(80) ? this.#leader : this.#one(this.#openFiles);
  }

  #open(): Operation {
    const file = this.#files++;
    const { pid } = this.#one(PROCESSES);
    // Another minor is not agpgart's: no file comes of it.
    if (this.#chance(3)) return { op: "open", file, pid, minor: 174 };
    this.#openFiles.push({ file, pid });
    return { op: "open", file, pid, minor: 175 };
  }

  #close(): Operation {
    const closed = this.#one(this.#openFiles);
    this.#openFiles = this.#openFiles.filter((file) => file !== closed);
    return { op: "close", ...closed };
  }

  #dup(): Operation {
    const { file } = this.#one(this.#openFiles);
    const { pid } = this.#one(PROCESSES);
    this.#openFiles.push({ file, pid });
    return { op: "dup", file, pid };
  }

  /** A process ends, and another of the same number begins. */
  #exit(): Operation {
    const ended = this.#one(PROCESSES);
    this.#openFiles = this.#openFiles.filter(({ pid }) => pid !== ended.pid);
    this.#mapped = this.#mapped.filter(({ pid }) => pid !== ended.pid);
    this.#due.push(ended);
    return { op: "exit", pid: ended.pid };
  }

  /** Mostly what may come through: all of the aperture, or a segment as RESERVE gives them. */
  #mmap(): Operation {
    const caller = this.#caller();
    const map = this.#maps++;
    this.#mapped.push({ map, pid: caller.pid });
    const whole = this.#chance(50);
    const [start, pages, prot] = this.#segment();
    return {
      op: "mmap",
      ...caller,
      map,
      length: whole ? APERTURE : pages * PAGE,
      offset: whole ? 0 : start * PAGE,
      prot,
      shared: this.#chance(90) ? 1 : 0,
    };
  }

  #munmap(): Operation {
    const map = this.#mapped.length === 0 ? undefined : this.#one(this.#mapped);
    if (map === undefined) return { op: "munmap", map: 0, pid: this.#one(PROCESSES).pid };
    this.#mapped = this.#mapped.filter((other) => other !== map);
    return { op: "munmap", ...map };
  }

  /** One of few segments, so that a client's mapping often is one that was reserved. */
  #segment(): [number, number, number] {
    const prot = this.#chance(75) ? 3 : 1;
    return [16 * this.#dice.roll(4), 16 * (1 + this.#dice.roll(2)), prot];
  }

  /** The leader has slots of its own: after a failed ALLOCATE a slot has no key. */
  #slot(file: OpenFile): number {
    return this.#dice.roll(SLOTS) + (file === this.#leader ? 0 : SLOTS);
  }

  #key(file: OpenFile): string {
    return this.#chance(92) ? `s${this.#slot(file)}` : `k${this.#dice.roll(24) - 1}`;
  }

  /** Mostly in the aperture; sometimes past its end, before its beginning, or so that the sum wraps around. */
  #page(): number {
    if (this.#chance(5)) return APERTURE / PAGE - this.#dice.roll(4);
    if (this.#chance(2)) return this.#one([-100000, -(2 ** 31), 2 ** 31 - 1]);
    return this.#chance(2) ? -1 - this.#dice.roll(8) : this.#dice.roll(400);
  }

  #ioctl(file: OpenFile): Operation {
    const to = { op: "ioctl", ...file } as const;
    let turn = this.#dice.roll(100);
    const [cmd] = IOCTLS.find(([, share]) => {
      turn -= share;
      return turn < 0;
    })!;
    if (cmd === "ACQUIRE") this.#leader ??= this.#mayLead(file) ? file : null;
    if (cmd === "RELEASE" && file === this.#leader) this.#leader = null;
    if (cmd === "ACQUIRE" || cmd === "RELEASE") return { ...to, cmd };
    if (cmd === "RAW") return { ...to, cmd, nr: this.#one(NUMBERS), arg: 0 };
    if (cmd === "DEALLOCATE") return { ...to, cmd, key: this.#key(file) };
    if (this.#chance(2)) return { ...to, cmd, arg: null };
    switch (cmd) {
      case "INFO":
        return { ...to, cmd };
      case "SETUP":
        return { ...to, cmd, agp_mode: "info" };
      case "RESERVE":
      case "PROTECT":
        return { ...to, cmd, ...this.#region() };
      case "ALLOCATE":
        return this.#allocate(file);
      case "BIND":
        return { ...to, cmd, key: this.#key(file), pg_start: this.#page() };
      case "UNBIND":
        return { ...to, cmd, key: this.#key(file), priority: 0 };
    }
  }

  /** Whether that process may become the controller; it may still come too late. */
  #mayLead({ pid }: OpenFile): boolean {
    return PROCESSES.some((one) => one.pid === pid && one.suid === 0);
  }

  #region() {
    const client_pid = this.#chance(95) ? this.#one(PROCESSES).pid : 4242;
    if (this.#chance(3)) return { client_pid, seg_count: 16384, segments: null };
    const seg_count = this.#dice.roll(4);
    const segments = Array.from({ length: seg_count }, () => this.#segment());
    return { client_pid, seg_count, segments };
  }

  /** A slot that is filled anew is emptied first, or its memory would be out of reach until the end. */
  #allocate(file: OpenFile): Operation {
    const to = { op: "ioctl", ...file } as const;
    const slot = this.#slot(file);
    const pg_count = this.#chance(3) ? 60000 : this.#dice.roll(9);
    const type = this.#chance(3) ? 1 + this.#dice.roll(2) : 0;
    this.#due.push({ ...to, cmd: "ALLOCATE", slot, pg_count, type });
    return { ...to, cmd: "DEALLOCATE", key: `s${slot}` };
  }

  #drm(): Operation {
    const slot = this.#dice.roll(SLOTS);
    const turn = this.#dice.roll(8);
    if (turn === 0) return { op: "drm_acquire" };
    if (turn === 1) return { op: "drm_info" };
    if (turn === 2) {
      this.#due.push({ op: "drm_alloc", slot, size: PAGE * this.#dice.roll(5), type: 0 });
      return { op: "drm_free", slot };
    }
    if (turn === 3) return { op: "drm_bind", slot, offset: PAGE * this.#dice.roll(400) };
    if (turn === 4) return { op: "drm_unbind", slot };
    if (turn === 5) return { op: "drm_free", slot };
    return { op: "drm_release" };
  }
}
