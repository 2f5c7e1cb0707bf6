// parquet-column.ts - one column of a row group on its way into a Parquet file: numbers, or words by number.
//
// A column of few values is a dictionary and, for each row, a code of one, two or four whole bytes, which
// Snappy shortens; one of many values is its values as they are. Numbers that rise, such as seq, are differences.

import type { ColumnMetaData } from "hyparquet";
import type { SchemaElement } from "hyparquet-writer";
import { ByteWriter } from "hyparquet-writer/src/bytewriter.js";
import { writePageHeader } from "hyparquet-writer/src/datapage.js";
import { deltaBinaryPack } from "hyparquet-writer/src/delta.js";
import { snappyCompress } from "hyparquet-writer/src/snappy.js";
import type { Distinct, DistinctFinder } from "./distinct.ts";

/** How the values of a column are made out of the numbers that it was given. */
export interface Plain {
  /** The values, one after the other, as Parquet's encoding PLAIN has them. */
  readonly bytes: (numbers: Float64Array) => Uint8Array;
  /** The least and the greatest of the values, as statistics have them. */
  readonly bounds: (numbers: Float64Array) => Bounds;
}

export interface Bounds {
  readonly min_value: bigint | string;
  readonly max_value: bigint | string;
}

export interface Encoded {
  readonly bytes: Uint8Array;
  /** Offsets count from the beginning of `bytes`. */
  readonly meta: ColumnMetaData;
}

/** Where a differing number is no rarer than this, a dictionary does not pay. */
const WORTH = 2;

export class ParquetColumn {
  readonly #element: SchemaElement;
  readonly #rises: boolean;
  readonly #finder: DistinctFinder;
  readonly #numbers: Float64Array;
  readonly #present: Uint8Array;
  #rows = 0;
  #filled = 0;

  /** `rises`: its numbers mostly rise and seldom come again. */
  constructor(element: SchemaElement, rises: boolean, finder: DistinctFinder, capacity: number) {
    this.#element = element;
    this.#rises = rises;
    this.#finder = finder;
    this.#numbers = new Float64Array(capacity);
    this.#present = new Uint8Array(capacity);
  }

  add(number: number | null): void {
    if (number === null) this.#present[this.#rows++] = 0;
    else {
      this.#present[this.#rows++] = 1;
      this.#numbers[this.#filled++] = number;
    }
  }

  /** The column chunk; the next value begins a new one. */
  end(plain: Plain): Encoded {
    const writer = new ByteWriter(1 << 16);
    const numbers = this.#numbers.subarray(0, this.#filled);
    const most = Math.floor(this.#filled / WORTH);
    const distinct = this.#rises ? null : this.#finder.of(numbers, most);
    let size = 0;
    if (distinct !== null) {
      const values = plain.bytes(distinct.values);
      const packed = snappyCompress(values);
      writePageHeader(writer, {
        type: "DICTIONARY_PAGE",
        uncompressed_page_size: values.length,
        compressed_page_size: packed.length,
        dictionary_page_header: { num_values: distinct.values.length, encoding: "PLAIN" },
      });
      size += writer.offset + values.length;
      writer.appendBytes(packed);
    }
    const pageAt = writer.offset;
    const { encoding, values } = this.#valuesOf(numbers, distinct, plain);
    const levels = this.#element.repetition_type === "REQUIRED" ? NONE : this.#levels();
    const packed = snappyCompress(values);
    writePageHeader(writer, {
      type: "DATA_PAGE_V2",
      uncompressed_page_size: levels.length + values.length,
      compressed_page_size: levels.length + packed.length,
      data_page_header_v2: {
        num_values: this.#rows,
        num_nulls: this.#rows - this.#filled,
        num_rows: this.#rows,
        encoding,
        definition_levels_byte_length: levels.length,
        repetition_levels_byte_length: 0,
        is_compressed: true,
      },
    });
    size += writer.offset - pageAt + levels.length + values.length;
    writer.appendBytes(levels);
    writer.appendBytes(packed);
    const meta: ColumnMetaData = {
      type: this.#element.type!,
      encodings: distinct === null ? [encoding, "RLE"] : ["PLAIN", encoding, "RLE"],
      path_in_schema: [this.#element.name],
      codec: "SNAPPY",
      num_values: BigInt(this.#rows),
      total_uncompressed_size: BigInt(size),
      total_compressed_size: BigInt(writer.offset),
      data_page_offset: BigInt(pageAt),
      ...(distinct === null ? {} : { dictionary_page_offset: 0n }),
      statistics: {
        null_count: BigInt(this.#rows - this.#filled),
        ...(this.#filled === 0 ? {} : plain.bounds(distinct?.values ?? numbers)),
      },
    };
    this.#rows = 0;
    this.#filled = 0;
    return { bytes: writer.getBytes(), meta };
  }

  #valuesOf(numbers: Float64Array, distinct: Distinct | null, plain: Plain) {
    if (distinct !== null)
      return { encoding: "RLE_DICTIONARY", values: codesOf(distinct) } as const;
    const whole = this.#rises ? asInt32(numbers) : null;
    if (whole === null) return { encoding: "PLAIN", values: plain.bytes(numbers) } as const;
    const writer = new ByteWriter(1 << 12);
    deltaBinaryPack(writer, whole, "INT64");
    return { encoding: "DELTA_BINARY_PACKED", values: writer.getBytes() } as const;
  }

  /** A bit for each row, whether it has a value: runs of the same and packed bits, as RLE has them. */
  #levels(): Uint8Array {
    const bits = new Uint8Array((this.#rows + 7) >> 3);
    for (let row = 0; row < this.#rows; row++) bits[row >> 3]! |= this.#present[row]! << (row & 7);
    // A last byte that rows do not fill up may say what goes on with the run before it.
    const over = this.#rows & 7;
    if (over !== 0 && this.#present[this.#rows - 1] === 1)
      bits[bits.length - 1]! |= (0xff << over) & 0xff;
    const writer = new ByteWriter(bits.length + 16);
    for (let from = 0; from < bits.length; ) {
      let to = from;
      if (isRun(bits, from)) {
        while (to < bits.length && bits[to] === bits[from]) to++;
        writer.appendVarInt(Math.min((to - from) * 8, this.#rows - from * 8) << 1);
        writer.appendUint8(bits[from]! & 1);
      } else {
        while (to < bits.length && !isRun(bits, to)) to++;
        writer.appendVarInt(((to - from) << 1) | 1);
        writer.appendBytes(bits.subarray(from, to));
      }
      from = to;
    }
    return writer.getBytes();
  }
}

const NONE = new Uint8Array(0);

/** Eight rows all with a value or all without one. */
const isRun = (bits: Uint8Array, index: number): boolean =>
  bits[index] === 0 || bits[index] === 0xff;

/** One packed run of whole bytes behind their width: Snappy finds what repeats in bytes alone. */
function codesOf({ codes, values }: Distinct): Uint8Array {
  const width = values.length <= 2 ** 8 ? 1 : values.length <= 2 ** 16 ? 2 : 4;
  const writer = new ByteWriter(codes.length * width + 16);
  writer.appendUint8(width * 8);
  const groups = Math.ceil(codes.length / 8);
  writer.appendVarInt((groups << 1) | 1);
  const packed = new (width === 1 ? Uint8Array : width === 2 ? Uint16Array : Uint32Array)(
    groups * 8,
  );
  packed.set(codes);
  writer.appendBytes(new Uint8Array(packed.buffer));
  return writer.getBytes();
}

/** Null where one of them has more than 32 bits. */
function asInt32(numbers: Float64Array): Int32Array | null {
  const whole = new Int32Array(numbers);
  for (let i = 0; i < whole.length; i++) if (whole[i] !== numbers[i]) return null;
  return whole;
}
