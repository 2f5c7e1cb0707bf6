// parquet.ts - the public view `events` as Apache Parquet, for DuckDB, ClickHouse, Spark and the like.
//
// The columns are those of the view, typed: an address is an unsigned 64-bit number instead of its
// hexadecimal text, `value` a signed one. A part is a row group; the file's end says where each lies.

import type { ColumnMetaData, FileMetaData, RowGroup } from "hyparquet";
import { ByteWriter } from "hyparquet-writer/src/bytewriter.js";
import { writeMetadata } from "hyparquet-writer/src/metadata.js";
import { VERSION } from "../../version.ts";
import { inParts } from "./format.ts";
import { RowGroupColumns } from "./parquet-group.ts";
import { elements, units } from "./parquet-schema.ts";
import { eachRow } from "./view-row.ts";

/** What a file begins and ends with. */
const MAGIC = Buffer.from("PAR1");
/** Rows to a group: readers share out work by groups and skip those whose least and greatest values exclude them. */
const ROWS = 65536;

/** Bytes of a word that statistics tell. */
const LONGEST_BOUND = 64;

interface Group {
  readonly rows: number;
  readonly bytes: number;
  readonly columns: readonly ColumnMetaData[];
}

export const parquet = inParts("parquet", true, {
  length: ROWS,
  head: () => MAGIC,
  maker(trace, wanted) {
    const group = new RowGroupColumns(trace, ROWS);
    return (from, to) => {
      eachRow(trace, from, to, wanted, (row, text) => group.add(row, text));
      const { rows } = group;
      const columns = group.end();
      if (rows === 0) return { bytes: new Uint8Array(0), about: null };
      const size = columns.reduce((sum, { bytes }) => sum + bytes.length, 0);
      const bytes = new Uint8Array(size);
      let end = 0;
      for (const column of columns) {
        bytes.set(column.bytes, end);
        end += column.bytes.length;
      }
      const about: Group = { rows, bytes: size, columns: columns.map(({ meta }) => meta) };
      return { bytes, about };
    };
  },
  end(_, about) {
    const groups = (about as readonly (Group | null)[]).filter((group) => group !== null);
    const writer = new ByteWriter();
    writeMetadata(writer, metadataOf(groups), LONGEST_BOUND);
    writer.appendBytes(MAGIC);
    return writer.getBytes();
  },
});

/** The groups lie one behind the other, in the order of their events. */
function metadataOf(groups: readonly Group[]): FileMetaData {
  let offset = MAGIC.length;
  const rowGroups = groups.map(({ rows, bytes, columns }): RowGroup => {
    const placed = columns.map((meta) => {
      const from = BigInt(offset);
      offset += Number(meta.total_compressed_size);
      return {
        file_offset: from,
        meta_data: {
          ...meta,
          data_page_offset: from + meta.data_page_offset,
          ...(meta.dictionary_page_offset === undefined ? {} : { dictionary_page_offset: from }),
        },
      };
    });
    return {
      columns: placed,
      num_rows: BigInt(rows),
      total_byte_size: columns.reduce((sum, meta) => sum + meta.total_uncompressed_size, 0n),
      total_compressed_size: BigInt(bytes),
    };
  });
  return {
    version: 2,
    created_by: `gartrace version ${VERSION}`,
    schema: [{ name: "events", num_children: elements.length }, ...elements],
    num_rows: BigInt(groups.reduce((sum, { rows }) => sum + rows, 0)),
    row_groups: rowGroups,
    key_value_metadata: units.map(([column, unit]) => ({ key: `unit.${column}`, value: unit })),
  } as FileMetaData;
}
