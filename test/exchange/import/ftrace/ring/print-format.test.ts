// print-format.test.ts - a record is printed as its kernel's print format says, whatever C stands in it.

import { expect, test } from "vitest";
import { eventOf } from "../../../../../src/exchange/import/ftrace/ring/format-file.ts";

const FIELDS = `	field:unsigned short common_type;	offset:0;	size:2;	signed:0;
	field:int common_pid;	offset:4;	size:4;	signed:1;

	field:unsigned long pfn;	offset:8;	size:8;	signed:0;
	field:unsigned int flags;	offset:16;	size:4;	signed:0;
	field:int error;	offset:20;	size:4;	signed:1;
`;

interface Values {
  readonly pfn?: bigint;
  readonly flags?: number;
  readonly error?: number;
}

/** An event of a format, and a record of it with these fields. */
function recorded(format: string, { pfn = 0n, flags = 0, error = 0 }: Values, word = 8) {
  const event = eventOf(`name: e\nID: 7\nformat:\n${FIELDS}\nprint fmt: ${format}\n`, word)!;
  const bytes = Buffer.alloc(24);
  bytes.writeBigUInt64LE(pfn, 8);
  bytes.writeUInt32LE(flags, 16);
  bytes.writeInt32LE(error, 20);
  const target = { big: false, word, symbols: () => null };
  return { event, record: { bytes, at: 0, length: 24, target } };
}

/** What a format prints of a record with these fields. */
function printed(format: string, values: Values, word = 8): string {
  const { event, record } = recorded(format, values, word);
  return event.print(record);
}

const GFP =
  '__print_flags(REC->flags, "|", {( unsigned long)((( gfp_t)((((1UL))) << (6))) | (( gfp_t)((((1UL))) << (22)))), "GFP_ACCOUNT"}, {( unsigned long)(( gfp_t)((((1UL))) << (6))), "__GFP_IO"}, {( unsigned long)(( gfp_t)((((1UL))) << (31))), "__GFP_LAST"}, { 0, ((void *)0) })';

test.each([
  ["flags, those of several bits first", GFP, { flags: 0x400040 }, "GFP_ACCOUNT"],
  ["flags that have no name", GFP, { flags: 0x41 }, "__GFP_IO|0x1"],
  ["the highest of 32 bits", GFP, { flags: 0x80000040 }, "__GFP_IO|__GFP_LAST"],
  ["no flags", GFP, {}, ""],
])("%s are told by their names, up to a null pointer", (_, call, record, text) => {
  expect(printed(`"%s", ${call}`, record)).toBe(text);
});

const PAGE =
  '"page=%p pfn=0x%lx", REC->pfn != -1UL ? (((struct page *)vmemmap_base) + (REC->pfn)) : ((void *)0), REC->pfn != -1UL ? REC->pfn : 0';

test("what the kernel alone knows is 0, as for libtraceevent: a page is the number of its frame", () => {
  expect(printed(PAGE, { pfn: 0x104e2en })).toBe("page=0000000000104e2e pfn=0x104e2e");
});

test("-1UL is all ones: an allocation that failed has no page", () => {
  expect(printed(PAGE, { pfn: 0xffff_ffff_ffff_ffffn })).toBe("page=0000000000000000 pfn=0x0");
  expect(printed('"%d", REC->flags == -1UL', { flags: 0xffffffff }, 4)).toBe("1");
  expect(printed('"%d", REC->flags == -1UL', { flags: 0xffffffff }, 8)).toBe("0");
});

const NAMES = '__print_symbolic(REC->error, { 0, "NONE" }, { -5, "EIO" }, { EPERM, "EPERM" })';

test.each([
  [0, "NONE"],
  [-5, "EIO"],
  [7, "0x7"],
])("the number %i is told as %s, and a name without a number as nothing", (error, text) => {
  expect(printed(`"%s", ${NAMES}`, { error })).toBe(text);
});

test.each([
  ['"%016llx", REC->pfn', "0000000000001000"],
  ['"0x%08x", REC->flags', "0x00000010"],
  ['"%#06x", REC->flags', "0x0010"],
  ['"%06d", REC->error', "-00005"],
  ['"%-4d|%4d", REC->flags, REC->flags', "16  |  16"],
])("%s is padded as printf does", (format, text) => {
  expect(printed(format, { pfn: 0x1000n, flags: 16, error: -5 })).toBe(text);
});

test("what cannot be followed is told field by field", () => {
  expect(printed('"%s", unheard_of(REC->pfn)', { pfn: 1n, flags: 2 })).toBe(
    "[FAILED TO PARSE] pfn=0x1 flags=2 error=0",
  );
});

test.each([
  ["numbers are not", '"%d %#x %p", REC->error, REC->flags, REC->pfn', ""],
  ["the names of numbers are", `"%d %s", REC->flags, ${NAMES}`, "EIO"],
  ["functions are, by their addresses", '"%pS %px", (void *)REC->pfn, REC->pfn', "4096 "],
  ["of what cannot be followed nobody knows", '"%s", REC->pfn', null],
])("of a record's words %s", (_, format, words) => {
  const { event, record } = recorded(format, { pfn: 0x1000n, flags: 7, error: -5 });
  expect(event.words(record)).toBe(words);
});
