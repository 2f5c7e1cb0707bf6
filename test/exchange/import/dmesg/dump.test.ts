// dump.test.ts - a trace that the kernel dumped into its log is read as a trace, and the log around it as a log.

import { expect, test } from "vitest";
import { importedText } from "../captured.ts";

const RULE = "---------------------------------";
const dma = (what: string, at: number, more = "phys_addr=51000000 ") =>
  `     drv-50        0d..1. ${at}us : ${what}: 0000:07:00.0 dir=TO_DEVICE dma_addr=51000000 size=4096 ${more}attrs=`;

async function told(text: string): Promise<readonly string[]> {
  const { events, sources } = await importedText({ "dmesg.txt": text });
  expect(sources.flatMap(({ counts }) => counts).filter(({ skipped }) => skipped > 0)).toEqual([]);
  return events.map(({ event }) =>
    event.kind === "message.logged" ? `${event.text}` : `${event.kind} ${event.at}`,
  );
}

test("records stand where they happened, before what the log says later", async () => {
  const lines = [
    "[   10.000150] nic: link is up",
    "[   39.900010] Dumping ftrace buffer:",
    `[   39.900020] ${RULE}`,
    `[   39.900030] ${dma("dma_map_page", 10_000_100)}`,
    "[   39.900035] nic: another CPU says this",
    `[   39.900040] ${dma("dma_unmap_page", 10_000_200, "")}`,
    `[   39.900060] ${RULE}`,
    "[   39.900070] nic: link is down",
  ];
  expect(await told(`${lines.join("\n")}\n`)).toEqual([
    "dma.mapped 10000100000",
    "nic: link is up",
    "dma.unmapped 10000200000",
    "Dumping ftrace buffer:",
    "nic: another CPU says this",
    "nic: link is down",
  ]);
});

test("a lost stretch and the record behind it are one message of two lines, in a journal too", async () => {
  const message = (text: string) =>
    JSON.stringify({
      MESSAGE: text,
      _TRANSPORT: "kernel",
      _SOURCE_MONOTONIC_TIMESTAMP: "39900000",
    });
  const texts = [
    "Dumping ftrace buffer:",
    RULE,
    `CPU:1 [LOST 9 EVENTS]\n${dma("dma_map_page", 10_000_100)}`,
    RULE,
  ];
  expect(await told(`${texts.map(message).join("\n")}\n`)).toEqual([
    "events.lost null",
    "dma.mapped 10000100000",
    "Dumping ftrace buffer:",
  ]);
});

test("beside messages that have the time of day alone the records come first", async () => {
  const said = (second: number, text: string) => `Jan 05 10:20:${second} host kernel: ${text}`;
  const lines = [
    said(30, "Dumping ftrace buffer:"),
    said(30, RULE),
    said(30, dma("dma_map_page", 10_000_100)),
    said(30, dma("dma_unmap_page", 10_000_200, "")),
    said(30, RULE),
    said(31, "nic: link is down"),
  ];
  expect(await told(`${lines.join("\n")}\n`)).toEqual([
    "dma.mapped 10000100000",
    "dma.unmapped 10000200000",
    "Dumping ftrace buffer:",
    "nic: link is down",
  ]);
});
