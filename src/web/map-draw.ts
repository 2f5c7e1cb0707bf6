// map-draw.ts - draws a map of a table: a cell an entry, by colour and, where a cell has room for it, by sign.

import { colour, rgb } from "./palette.ts";
import type { MapPicture } from "./trace-model.ts";

/** Pixels around a map, in which the frame of a cell at its edge has room. */
export const MARGIN = 4;

/** How cells lie on the canvas. */
export interface Grid {
  readonly columns: number;
  readonly rows: number;
  /** Pixels to a cell. */
  readonly cell: number;
}

/** As large as fits the width, never above twelve pixels; rows are the table's own. */
export function gridOf({ head }: MapPicture, width: number): Grid {
  const rows = Math.max(1, head.rows.length);
  const cell = Math.max(1, Math.min(12, Math.floor((width - 2 * MARGIN) / head.columns)));
  return { columns: head.columns, rows, cell };
}

/** The entry under a point; null beside the map. */
export function entryAt({ head }: MapPicture, grid: Grid, x: number, y: number): number | null {
  const placeOf = (pixel: number) => Math.floor((pixel - MARGIN) / grid.cell);
  const [column, row] = [placeOf(x), placeOf(y)];
  const first = head.rows[row];
  if (first === undefined || column < 0 || column >= head.columns) return null;
  return first + column;
}

/** Where an entry's cell is; null where the map has none. */
export function cellOf(
  { head }: MapPicture,
  entry: number,
): { column: number; row: number } | null {
  const row = head.rows.findLastIndex((first) => first <= entry);
  const first = head.rows[row];
  if (first === undefined || entry - first >= head.columns) return null;
  return { column: entry - first, row };
}

/** The cells of a map as a picture that is kept: of another moment only what has changed is drawn. */
export class Cells {
  readonly canvas = document.createElement("canvas");
  #image = new ImageData(1, 1);
  /** What the picture shows: how it lies and is coloured, and each cell's code. */
  #laid = "";
  #drawn: Uint8Array | null = null;

  draw({ head, cells }: MapPicture, { columns, rows, cell }: Grid): void {
    const [width, height] = [columns * cell, rows * cell];
    const tones = head.legend.map(({ tone }) => toneWord(tone));
    const laid = [width, height, cell, ...tones].join();
    if (laid !== this.#laid) {
      this.#laid = laid;
      this.#drawn = null;
      this.#image = new ImageData(Math.max(1, width), Math.max(1, height));
      [this.canvas.width, this.canvas.height] = [width, height];
    }
    const pixels = new Uint32Array(this.#image.data.buffer);
    const signs = head.legend.map(({ tone }) => tone === "wrong");
    let [first, last] = [rows, -1];
    for (let i = 0; i < cells.length; i++) {
      const code = cells[i]!;
      if (this.#drawn?.[i] === code) continue;
      const row = Math.floor(i / columns);
      [first, last] = [Math.min(first, row), row];
      const corner = row * cell * width + (i % columns) * cell;
      drawCell(pixels, width, corner, cell, tones[code]!, signs[code]!);
    }
    this.#drawn = cells;
    const context = this.canvas.getContext("2d")!;
    if (last >= 0)
      context.putImageData(this.#image, 0, 0, 0, first * cell, width, (last - first + 1) * cell);
  }
}

function drawCell(
  pixels: Uint32Array,
  width: number,
  corner: number,
  cell: number,
  tone: number,
  isSigned: boolean,
): void {
  const inner = cell >= 4 ? cell - 1 : cell;
  for (let y = 0; y < inner; y++)
    for (let x = 0; x < inner; x++) pixels[corner + y * width + x] = tone;
  if (!isSigned || inner < 3) return;
  // A cross marks what is wrong, so that colour is not all that tells.
  const dark = toneWord("ink");
  for (let d = 0; d < inner; d++) {
    pixels[corner + d * width + d] = dark;
    pixels[corner + d * width + inner - 1 - d] = dark;
  }
}

function toneWord(tone: string): number {
  const [red, green, blue] = rgb(tone);
  return (255 << 24) | (blue << 16) | (green << 8) | red;
}

/** The frame around one cell. */
export function drawFrame(
  context: CanvasRenderingContext2D,
  picture: MapPicture,
  grid: Grid,
  entry: number,
  tone: string,
): void {
  const at = cellOf(picture, entry);
  if (at === null) return;
  const { cell } = grid;
  const margin = cell < 6 ? 3 : 1;
  context.strokeStyle = colour(tone);
  context.lineWidth = 1.5;
  context.strokeRect(
    MARGIN + at.column * cell - margin,
    MARGIN + at.row * cell - margin,
    cell + 2 * margin,
    cell + 2 * margin,
  );
}
