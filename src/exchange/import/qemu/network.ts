// network.ts - what QEMU's e1000e logs of addresses: where its rings are, the descriptors and buffers it touches.
//
// QEMU prints `%p` for a buffer that it sends from, and names neither the card nor the packet: a record is tied
// to its buffer by the address alone.

import { PAGE_SIZE } from "../../../address.ts";
import type { Mapped } from "../kernel/command.ts";
import { nearHex } from "../source/far.ts";

/** The address of a ring, which the driver programs, or one that the card issued. */
export interface Touch {
  readonly what: "ring" | "read" | "wrote";
  readonly address: number;
  readonly size: number;
}

const REGISTER = /^Write to register 0x([0-9a-f]+), 4 byte\(s\), value: 0x([0-9a-f]{1,8})$/;
const RECEIVE_DESCRIPTOR = /, PA: 0x([0-9a-f]+), length: (\d+)$/;
const RECEIVED = /, addr: 0x([0-9a-f]+), offset: (\d+), .{0,500}length: (\d+)$/;
const SENT = /^0x([0-9a-f]+) : ([0-9a-f]{1,8}) [0-9a-f]+$/;

/** Receive and transmit rings, two of each: base low and high, then the length (82574 datasheet, 10.2.5, 10.2.6). */
const RINGS: readonly number[] = [0x2800, 0x2900, 0x3800, 0x3900];
const [HIGH, LENGTH] = [4, 8];
/** DEXT and DTYP of a transmit descriptor: with the first alone it is a context, which has no buffer (7.2.6). */
const [EXTENDED, DATA] = [0x20000000, 0x00100000];

/** Infinity where no number stands for it. */
const hexadecimal = (digits: string): number => nearHex(`0x${digits}`) ?? Number.POSITIVE_INFINITY;

export class Network {
  readonly #registers = new Map<number, number>();
  /** Page -> the records that touch a buffer in it, in order; those already emitted are dropped at the next look-up. */
  readonly #touches = new Map<number, (Touch & { readonly number: number })[]>();
  /** Where rings are, in the order in which they were programmed. */
  readonly rings: number[] = [];

  /** Takes record `number` of the log; null where it tells no address. */
  read(name: string, body: string, number: number): Touch | null {
    switch (name) {
      case "e1000e_core_write":
        return this.#register(body);
      case "e1000e_rx_descr": {
        const [, at, size] = RECEIVE_DESCRIPTOR.exec(body) ?? [];
        return at === undefined ? null : touch("read", hexadecimal(at), Number(size));
      }
      case "e1000e_rx_desc_buff_write": {
        const [, at, within, size] = RECEIVED.exec(body) ?? [];
        if (at === undefined) return null;
        return this.#buffer(touch("wrote", hexadecimal(at) + Number(within), Number(size)), number);
      }
      case "e1000e_tx_descr": {
        const [, at, lower] = SENT.exec(body) ?? [];
        if (at === undefined) return null;
        const command = hexadecimal(lower!);
        if ((command & EXTENDED) !== 0 && (command & DATA) === 0) return null;
        // The length is the lower half of the command (legacy descriptors have no more bits of it).
        return this.#buffer(touch("read", hexadecimal(at), command % 2 ** 16), number);
      }
      default:
        return null;
    }
  }

  /** The first record from `from` on that touches a buffer as its direction allows; -1 for none that was read. */
  touched({ start, size, direction }: Mapped, from: number): number {
    const ways = {
      "to-device": "read",
      "from-device": "wrote",
      bidirectional: null,
      coherent: null,
    };
    const way = ways[direction];
    let first = -1;
    for (let page = pageOf(start); page <= pageOf(start + size - 1); page++) {
      const left = (this.#touches.get(page) ?? []).filter(({ number }) => number >= from);
      if (left.length === 0) this.#touches.delete(page);
      else this.#touches.set(page, left);
      const found = left.find(
        ({ address, what }) =>
          address >= start && address < start + size && (way === null || what === way),
      );
      if (found !== undefined && (first < 0 || found.number < first)) first = found.number;
    }
    return first;
  }

  /** Forgets touches before a record of the log. */
  forget(before: number): void {
    for (const [page, there] of this.#touches) {
      const left = there.filter(({ number }) => number >= before);
      if (left.length === 0) this.#touches.delete(page);
      else if (left.length < there.length) this.#touches.set(page, left);
    }
  }

  #register(body: string): Touch | null {
    const [, register, value] = REGISTER.exec(body) ?? [];
    if (register === undefined) return null;
    const at = hexadecimal(register);
    const ring = RINGS.find((low) => at >= low && at <= low + LENGTH);
    if (ring === undefined) return null;
    this.#registers.set(at, hexadecimal(value!));
    // A driver writes the length last; a ring of no length is being taken down.
    const size = at === ring + LENGTH ? hexadecimal(value!) : 0;
    if (size === 0) return null;
    const low = this.#registers.get(ring) ?? 0;
    const address = low + (this.#registers.get(ring + HIGH) ?? 0) * 2 ** 32;
    this.rings.push(address);
    return touch("ring", address, size);
  }

  #buffer(touch: Touch | null, number: number): Touch | null {
    if (touch === null) return null;
    const page = pageOf(touch.address);
    const there = this.#touches.get(page);
    if (there === undefined) this.#touches.set(page, [{ ...touch, number }]);
    else there.push({ ...touch, number });
    return touch;
  }
}

const touch = (what: Touch["what"], address: number, size: number): Touch | null =>
  size === 0 ? null : { what, address, size };

const pageOf = (address: number): number => Math.floor(address / PAGE_SIZE);
