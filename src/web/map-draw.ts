// map-draw.ts - draws a map of a table: a cell an entry, by colour and, where a cell has room for it, by sign.

import { colour, rgb } from "./palette.ts";
import type { MapPicture } from "./trace-model.ts";

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
  const cell = Math.max(1, Math.min(12, Math.floor(width / head.columns)));
  return { columns: head.columns, rows, cell };
}

/** The entry under a point; null beside the map. */
export function entryAt({ head }: MapPicture, grid: Grid, x: number, y: number): number | null {
  const [column, row] = [Math.floor(x / grid.cell), Math.floor(y / grid.cell)];
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

/** The pixels of all cells. */
export function pixelsOf({ head, cells }: MapPicture, grid: Grid): ImageData {
  const { cell } = grid;
  const [width, height] = [grid.columns * cell, grid.rows * cell];
  const image = new ImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer);
  const tones = head.legend.map(({ tone }) => toneWord(tone));
  const signs = head.legend.map(({ tone }) => tone === "wrong");
  const dark = toneWord("ink");
  const inner = cell >= 4 ? cell - 1 : cell;
  cells.forEach((code, i) => {
    const left = (i % grid.columns) * cell;
    const top = Math.floor(i / grid.columns) * cell;
    for (let y = 0; y < inner; y++)
      pixels.fill(tones[code]!, (top + y) * width + left, (top + y) * width + left + inner);
    // A cross marks what is wrong, so that colour is not all that tells.
    if (signs[code] && inner >= 3)
      for (let d = 0; d < inner; d++) {
        pixels[(top + d) * width + left + d] = dark;
        pixels[(top + d) * width + left + inner - 1 - d] = dark;
      }
  });
  return image;
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
    at.column * cell - margin,
    at.row * cell - margin,
    cell + 2 * margin,
    cell + 2 * margin,
  );
}
