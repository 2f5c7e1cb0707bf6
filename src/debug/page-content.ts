// page-content.ts - the bytes of a page for a debugger, made from the tag that the trace has for its content.

import {
  busPage,
  gattIndex,
  type Mfn,
  machine,
  mfn,
  mfnOf,
  PAGE_SIZE,
  pfn,
  vpn,
} from "../address.ts";
import { tagName } from "../event/device.ts";
import { fetch } from "../machine/gart.ts";
import type { State } from "../machine/state.ts";
import type { Subject, SubjectRange } from "../replay/subject.ts";

/** The bytes that stand for a tag: the tag as a little-endian 64-bit number, over and over. */
export function bytesOf(tag: number): Buffer {
  const word = Buffer.alloc(8);
  word.writeBigUInt64LE(BigInt(tag));
  return Buffer.alloc(PAGE_SIZE, word);
}

/** The bytes of machine memory from an address on, as far as the content of its pages is known. */
export function memoryAt(state: State, address: number, count: number): Buffer {
  const pieces: Buffer[] = [];
  let [at, left] = [address, count];
  while (left > 0) {
    const tag = state.content.get(mfnOf(machine(at)));
    if (tag === undefined) break;
    const within = at % PAGE_SIZE;
    const piece = bytesOf(tag).subarray(within, within + left);
    pieces.push(piece);
    at += piece.length;
    left -= piece.length;
  }
  return Buffer.concat(pieces);
}

/** The machine frames that a subject stands for, each with the number it has there; null where it leads nowhere. */
export function* framesOf(state: State, { parts }: Subject, most: number): Generator<PageFrame> {
  const [part] = parts;
  const frameOf = framers[part!.family];
  if (frameOf === undefined) return;
  const last = Math.min(part!.last, part!.first + most - 1);
  for (let number = part!.first; number <= last; number++) {
    const frame = frameOf(state, number);
    yield { number, frame, says: frame === null ? "leads nowhere" : contentText(state, frame) };
  }
}

interface PageFrame {
  readonly number: number;
  readonly frame: Mfn | null;
  readonly says: string;
}

type Framer = (state: State, number: number) => Mfn | null;

const ofPage: Framer = (state, page) =>
  state.nature.physIsMachine ? mfn(page) : (state.p2m.get(pfn(page)) ?? null);
const framers: { readonly [F in SubjectRange["family"]]?: Framer } = {
  allocation: ofPage,
  attribute: ofPage,
  p2m: ofPage,
  content: (_, frame) => mfn(frame),
  iommu: (state, page) => state.iommu.get(busPage(page)) ?? null,
  mapping: (state, page) => state.mappings.get(vpn(page))?.word ?? null,
  gatt: (state, entry) => {
    const reached = fetch(state, gattIndex(entry))?.reached;
    return reached == null ? null : mfnOf(reached);
  },
};

function contentText(state: State, frame: Mfn): string {
  const tag = state.content.get(frame);
  return tag === undefined ? "nobody was seen to write or read it" : tagName(tag);
}
