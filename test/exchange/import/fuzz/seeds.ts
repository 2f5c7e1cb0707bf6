// seeds.ts - a small file of every format that is read, in every spelling and packing: what is wounded in the tests.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { pack } from "tar-stream";
import { writtenDat } from "../ftrace/written-dat.ts";

/** A run's files by name; the first is the one that is wounded. */
export interface Seed {
  readonly name: string;
  readonly files: { readonly [name: string]: Buffer };
}

const seed = (name: string, content: string | Buffer, beside: string | null = null): Seed => ({
  name,
  files: {
    wounded: Buffer.from(content),
    ...(beside === null ? {} : { "beside.txt": Buffer.from(beside) }),
  },
});

const MAP = "dir=TO_DEVICE dma_addr=51000000 size=4096 phys_addr=51000000 attrs=";
const ENTRY =
  "IOMMU: iova=0x0000000051000000 - 0x0000000051001000 paddr=0x0000000002bca000 size=4096";
const FAULT =
  "DMAR: [DMA Read NO_PASID] Request device [07:00.0] fault addr 0x51000000 [fault reason 0x06] PTE Read access is not set";
/** A few records, each as a dialect has it. */
const traced = (record: (event: string, body: string, at: number) => string): string =>
  [
    record("map", ENTRY, 10),
    record("dma_map_page", `0000:07:00.0 ${MAP}`, 11),
    record(
      "dma_map_sg",
      "0000:07:00.0 dir=TO_DEVICE nents=1/1 ents=1/1 dma_addrs={0x52000000} sizes={0x1000} phys_addrs={0x2bcb000} attrs=",
      12,
    ),
    record("dma_unmap_sg", "0000:07:00.0 dir=TO_DEVICE phys_addrs={0x2bcb000} attrs=", 13),
    record("dma_unmap_page", "0000:07:00.0 dir=TO_DEVICE dma_addr=51000000 size=4096 attrs=", 14),
    record(
      "unmap",
      "IOMMU: iova=0x0000000051000000 - 0x0000000051001000 size=4096 unmapped_size=4096",
      15,
    ),
    record(
      "io_page_fault",
      "IOMMU:intel-iommu 0000:07:00.0 iova=0x0000000051000000 flags=0x0000",
      16,
    ),
    record(
      "xhci_queue_trb",
      "BULK: Buffer 0000000051000000 length 64 TD size 0 intr 0 type 'Normal' flags b:i:i:c:s:i:e:C",
      17,
    ),
    record("tracing_mark_write", "OP copy bs=64k", 18),
  ].join("\n");

const TEXT = `${traced((event, body, at) => `          drv-50      [000] ..... ${at}.000090: ${event}: ${body}`)}\n`;

const texts: { readonly [dialect: string]: string } = {
  ftrace: `# tracer: nop\n#\n# entries-in-buffer/entries-written: 8/9   #P:2\n${TEXT}CPU:1 [LOST 9 EVENTS]\n`,
  trace_pipe: TEXT,
  "ftrace with thread groups": traced(
    (event, body, at) => `  drv-50      (     50) [000] d..1. ${at}.000090: ${event}: ${body}`,
  ),
  "ftrace in the latency format": traced(
    (event, body, at) => `     drv-50        0d..1. ${at}us+: ${event}: ${body}`,
  ),
  "ftrace, verbose": traced(
    (event, body, at) =>
      `             drv    50 0 0 00000000 [0000000000000001] ${at}.000ms (+0.000ms): ${event}: ${body}`,
  ),
  "ftrace by a clock that counts": traced(
    (event, body, at) => `  drv-50   [000] ..... ${at}: ${event}: ${body}`,
  ),
  "trace-cmd report": `cpus=2\n${traced((event, body, at) => `             drv-50    [001] ${at}.000090123: ${event}:          ${body}`)}\n`,
  "trace-cmd report -l": `cpus=2\n${traced((event, body, at) => `     drv-50      1d..1 ${at}.000090: ${event}:          ${body}`)}\n`,
  "trace-cmd report -R":
    "cpus=1\n  drv-50 [000] 10.000090: map: iova=0x51000000 paddr=0x2bca000 size=0x1000\n  drv-50 [000] 10.000091: dma_map_page: device=0000:07:00.0 phys_addr=0x51000000 dma_addr=0x51000000 size=0x1000 dir=1 attrs=0x0\n  drv-50 [000] 10.000092: dma_map_sg: [FAILED TO PARSE] device=0000:07:00.0 phys_addrs=ARRAY[00, b0, bc, 02, 00, 00, 00, 00] dma_addrs=ARRAY[00, 00, 00, 52, 00, 00, 00, 00] lengths=ARRAY[00, 10, 00, 00] dir=1 attrs=0\n",
  "perf script": traced(
    (event, body, at) =>
      `             drv      50 [000] ${at}.000090: ${event === "map" || event === "unmap" ? "iommu" : "dma"}:${event}: ${body}`,
  ),
  "perf script without the CPU": traced(
    (event, body, at) => `drv 50/51 ${at}.000090:          1 dma:${event}: ${body}`,
  ),
  "perf script without the thread and the time": traced(
    (event, body) => `[000] dma:${event}: ${body}`,
  ),
  "trace-cmd report --ts-diff of an instance": `  iov: cpus=1\n  iov: CPU:0 [9 EVENTS DROPPED]\n${traced((event, body, at) => `  iov:   drv-50 [000] ..... ${at}.000090: (+1000000) ${event}:   ${body}`)}\n`,
  "ftrace among function_graph": `# tracer: function_graph\n#\n${traced((event, body, at) => ` ${at}.000090 |   0)    drv-50    |   0.123 us    |  foo();\n ${at}.000090 |   0)    drv-50    |               |  /* ${event}: ${body} */`)}\n`,
  "perf script with call chains": traced(
    (event, body, at) =>
      `drv 50/51 [000] ${at}.000090: dma:${event}: ${body}\n\tffffffff81234567 dma_map_page_attrs+0x97 ([kernel.kallsyms])\n\tffffffffc0123456 drv_xmit+0x16 ([drv])\n`,
  ),
  "ftrace with stacks": traced(
    (event, body, at) =>
      `  drv-50 [000] ..... ${at}.000090: ${event}: ${body}\n  drv-50 [000] ..... ${at}.000091: <stack trace>\n => dma_map_page_attrs\n => drv_xmit\n`,
  ),
};

/** One log, as each way of printing it has it. */
const logs: { readonly [dress: string]: (text: string, at: number) => string } = {
  dmesg: (text, at) => `[   ${at}.400017] ${text}`,
  "dmesg with callers": (text, at) => `[   ${at}.400017][  T123] ${text}`,
  "dmesg -r": (text, at) => `<3>[   ${at}.400017] ${text}`,
  "dmesg -x": (text, at) => `kern  :err   : [   ${at}.400017] ${text}`,
  "dmesg -d": (text, at) => `[   ${at}.400017 <    0.000012>] ${text}`,
  "dmesg -T": (text, at) => `[Sun Jan  5 10:20:${at} 2025] ${text}`,
  "dmesg -H": (text, at) => `[  +${at}.000017] ${text}`,
  "dmesg --time-format iso": (text, at) => `2025-01-05T10:20:${at},400017+00:00 ${text}`,
  "dmesg behind a terminal's times": (text, at) =>
    `2025-01-05 10:20:${at}.123 [   ${at}.400017] ${text}`,
  "dmesg --json": (text, at) =>
    `{\n   "dmesg": [\n      {\n         "pri": 3,\n         "time":    ${at}.400017,\n         "msg": ${JSON.stringify(text)}\n      }\n   ]\n}`,
  "/dev/kmsg": (text, at) => `3,1234,${at}400017,-,caller=T12;${text}\n DEVICE=+pci:0000:07:00.0`,
  netconsole: (text, at) => `6.12.0-rc1+,3,1234,${at}400017,-;${text}`,
  pstore: (text) => `<3>${text}`,
  "journalctl -k": (text, at) => `Jan  5 10:20:${at} box kernel: ${text}`,
  "journalctl -k -o short-iso": (text, at) => `2025-01-05T10:20:${at}+0100 box kernel: ${text}`,
  "journalctl -k -o short-monotonic": (text, at) => `[   ${at}.400017] box kernel: ${text}`,
  "journalctl -o json": (text, at) =>
    JSON.stringify({
      _TRANSPORT: "kernel",
      PRIORITY: "3",
      _SOURCE_MONOTONIC_TIMESTAMP: `${at}400017`,
      MESSAGE: text,
    }),
  "journalctl -o json-seq": (text, at) =>
    `\u001e${JSON.stringify({ _TRANSPORT: "kernel", _SOURCE_MONOTONIC_TIMESTAMP: `${at}400017`, MESSAGE: text })}`,
  "journalctl -o json-pretty": (text, at) =>
    `{\n\t"__CURSOR" : "s=1",\n\t"_TRANSPORT" : "kernel",\n\t"_SOURCE_MONOTONIC_TIMESTAMP" : "${at}400017",\n\t"MESSAGE" : [\n\t\t${[...Buffer.from(text)].join(",\n\t\t")}\n\t]\n}`,
  "journalctl -o export": (text, at) =>
    `__CURSOR=s=1\n_TRANSPORT=kernel\n_SOURCE_MONOTONIC_TIMESTAMP=${at}400017\nMESSAGE\n${String.fromCharCode(text.length % 128)}${"\0".repeat(7)}${text}\n`,
  "journalctl -o verbose": (text, at) =>
    `Sun 2025-01-05 10:20:${at}.400017 UTC [s=a1;i=1;b=${"b2".repeat(16)};m=1d8f${at};t=62af;x=1f]\n    _TRANSPORT=kernel\n    MESSAGE=${text}`,
  "grep -n": (text, at) => `${at}:[   ${at}.400017] ${text}`,
  "kern.log": (text, at) => `Jan  5 10:20:${at} box kernel: [   ${at}.400017] ${text}`,
  "busybox syslogd": (text, at) =>
    `Jan  5 10:20:${at} box kern.err kernel: [   ${at}.400017] ${text}`,
  "RFC 5424": (text, at) =>
    `<3>1 2025-01-05T10:20:${at}.400017+01:00 box kernel - - [a@1 b="c"] [   ${at}.400017] ${text}`,
  "log -m of crash": (text, at) => `[   ${at}.400017] <3>${text}`,
  "jq -c": (text, at) => JSON.stringify([{ pri: 3, time: at + 0.400017, msg: text }]),
  "a page": (text, at) =>
    `<span class="line">[&nbsp;&nbsp; ${at}.400017] ${text.replaceAll("&", "&amp;")}</span><br/>`,
  "dmesg --color=always": (text, at) =>
    `\u001b[32m[   ${at}.400017] \u001b[0m\u001b[33mDMAR: \u001b[0m\u001b[31m${text}\u001b[0m`,
  "a difference": (text, at) => `+[   ${at}.400017] ${text.replaceAll(" ", "\t")}`,
  "a mail": (text, at) => `> > [   ${at}.400017] ${text}`,
  "a serial console": (text, at) =>
    `[   ${at}.400017] ${text}\r\n(XEN) [2025-01-05 10:20:${at}] [VT-D]DMAR:[DMA Write] Request device [0000:07:00.0] fault addr 2c0000000\r`,
  "xl dmesg": (text, at) => `(XEN) [   ${at}.400017] [VT-D]${text}`,
};
/** What kernels print of faults, over several lines too. */
const SAID: readonly string[] = [
  "Linux version 6.12.117+deb12-amd64",
  "Booting paravirtualized kernel on bare hardware",
  "DMAR: DRHD: handling fault status reg 3",
  FAULT,
  "arm-smmu-v3 9050000.iommu: event 0x10 received:",
  "arm-smmu-v3 9050000.iommu: \t0x0000070000000010",
  "AMD-Vi: Event logged [IO_PAGE_FAULT device=07:00.0 domain=0x0001 address=0x51000000 flags=0x0000]",
  "DMA-API: nvme 0000:07:00.0: device driver tries to free DMA memory it has not allocated [device address=0x0000000051000000] [size=4096 bytes]",
  "iommu: map: iova 0x51000000 pa 0x0000000002bca000 size 0x1000",
  "iommu: unmap this: iova 0x51000000 size 0x1000",
  "arm-smmu 15000000.iommu: Unhandled context fault: fsr=0x402, iova=0x51000000, fsynr=0x1, cbfrsynra=0x10, cb=3",
  "omap-iommu 40d01000.mmu: 40d01000.mmu: errs:0x00000002 da:0x51000000 pgd:0x(ptrval) *pgd:px00000000",
  "rk_iommu ff8f3f00.iommu: Page fault at 0x0000000051000000 of type write",
  "swiotlb buffer is full (sz: 4096 bytes), total 32768 (slots), used 32768 (slots)",
  "dmar_fault: 58 callbacks suppressed",
  "Dumping ftrace buffer:",
  "-".repeat(33),
  "     drv-50        0d..1. 10000100us : dma_map_page: 0000:07:00.0 dir=TO_DEVICE dma_addr=51000000 size=4096 phys_addr=51000000 attrs=",
  "-".repeat(33),
];

const QEMU = [
  "pci_nvme_mmio_asqaddr wrote low 32 bits of admin submission queue address, address=0x51000000",
  "pci_nvme_io_cmd cid 1 nsid 0x1 sqid 1 opc 0x2 opname 'NVME_NVM_CMD_READ'",
  "pci_nvme_read cid 1 nsid 1 nlb 8 count 4096 lba 0x40",
  "pci_nvme_map_prp trans_len 4096 len 4096 prp1 0x51000000 prp2 0x0 num_prps 1",
  "pci_nvme_map_addr addr 0x51000000 len 4096",
  "pci_nvme_enqueue_req_completion cid 1 cqid 1 dw0 0x0 dw1 0x0 status 0x0",
  "vtd_dmar_translate dev 07:00.00 iova 0x51000000 -> gpa 0x2bca000 mask 0xfff",
  "vtd_dmar_fault sid 0x700 fault 6 addr 0x51000000 write 0",
  "amdvi_translation_result devid: 07:00.0 gpa 0x51000000 hpa 0x2bca000",
  "smmuv3_translate_success smmuv3-iommu-memory-region-16-2 sid=0x10 iova=0x51000000 translated=0x2bca000 perm=0x3",
  "virtio_iommu_report_fault FAULT reason=2 flags=1 endpoint=16 address =0x51000000",
  "e1000e_core_write Write to register 0x2808, 4 byte(s), value: 0x1000",
  "e1000e_rx_desc_buff_write buffer #0, addr: 0x51000000, offset: 0, from: 0x7f00, length: 60",
  "e1000e_tx_descr 0x51000000 : b000003c 0",
  "usb_dwc2_memory_read addr -1056964608 len 64",
  "usb_xhci_fetch_trb addr 0x51000000, TRB_NORMAL, p 0x0000000000000000, s 0x00000000, c 0x0",
  "handle_cmd_fis_dump ahci(0x55d0)[0]: FIS:",
  "ahci_populate_sglist ahci(0x55d0)[0]",
];
const DUMP = "0x00: 27 80 25 00 00 08 00 40 00 00 00 00 08 00 00 00 \n";

/** What debugfs shows of one moment; it tells of a machine by itself, too. */
const moments = {
  "dma-api/dump":
    "0000:00:04.0 nvme single idx 12 P=51000000 N=51000 D=51000000 L=1000 DMA_TO_DEVICE dma map error checked\nnvme 0000:00:04.0 sg idx 12 P=0x0000000051001000 D=51001000 L=1000 cln=0x1440000 DMA_TO_DEVICE dma map error check not applicable\n",
  domain_translation_struct:
    "Device 0000:00:04.0 @0x1017f8000\nIOVA_PFN\t\tPML5E\t\t\tPML4E\t\t\tPDPE\t\t\tPDE\t\t\tPTE\n0x0000000051000 |\t0x0000000000000000\t0x00000001017f9003\t0x00000001017fa003\t0x00000001017fb003\t0x0000000002bca003\n0x0000000060000 |\t0x0000000000000000\t0x00000001017f9003\t0x00000001017fa003\t0x0000000002c00083\t0x0000000000000000\n",
};
const context: { readonly [name: string]: string } = {
  iomem:
    "00001000-0009fbff : System RAM\n00100000-3fffffff : System RAM\n  01000000-02000000 : Kernel code\n",
  kallsyms: "ffffffff81000000 T _stext\nffffffffc0201000 t nvme_probe\t[nvme]\n",
  "kernel-bases": "# page_offset_base @0xffffffff825d85a8 = 0xffff888000000000\n",
  ...moments,
  "dump-m2p": " --- Dumping M2P ---\n Max MFN: 1048576\n  mfn=0x1000 ==> pfn=0x20\n",
  "dump-p2m":
    "# pfn_first pfn_count mfn_first kind step\n0x0 0x100 0x1000 RAM 1\n0x100 1 0x900 FOREIGN 0\n0x101 7 0 INVALID 0\n",
  kprobe_profile:
    "  dma_map_page_attrs                              82               0\n  dma_unmap_page_attrs                            82               3\n",
};

const lines = [
  '{"format":"gartrace","version":1,"about":{"platform":"mine","physIsMachine":false}}',
  '{"seq":1,"kind":"op.began","actor":"workload","op":0,"name":"bind","arguments":{"slot":0}}',
  '{"seq":2,"op":0,"kind":"p2m.set","actor":"hypervisor","page":256,"phys":"0x100000","machine":"0x40100000"}',
  '{"seq":3,"op":0,"kind":"dma.mapped","actor":"kernel","handle":"0x40100000","direction":"to-device","size":4096,"phys":"0x100000","machine":"0x40100000","bus":"0x40100000","reached":"0x40100000"}',
  '{"seq":4,"op":0,"kind":"op.ended","actor":"workload","result":{"ret":0}}',
];

/** The beginning of a file that is kept. */
const kept = (path: string, bytes: number): Buffer => {
  const whole = gunzipSync(readFileSync(join("traces", path))).subarray(0, bytes);
  return path.includes(".bin") ? whole : whole.subarray(0, whole.lastIndexOf(10) + 1);
};

const entries = {
  cpus: [[{ at: 10_000_000_000n, items: [{ iova: 0x10000 }, { iova: 0x11000, delta: 9 }] }]],
};
const recordings: readonly Seed[] = [
  ["trace.dat, version 6", { version: "6", buffers: [entries] }],
  ["trace.dat, version 6, big-endian", { version: "6", big: true, buffers: [entries] }],
  [
    "trace.dat, version 7, two buffers",
    { version: "7", buffers: [entries, { ...entries, name: "iov" }] },
  ],
  ["trace.dat, version 7, big-endian", { version: "7", big: true, buffers: [entries] }],
  ["trace.dat, version 7, zstd", { version: "7", packing: "zstd", buffers: [entries] }],
  ["trace.dat, version 7, zlib", { version: "7", packing: "zlib", buffers: [entries] }],
].map(([name, recording]) => seed(name as string, writtenDat(recording as never)));

/** "[    1.000000] hello", by xz and by zstd. */
const packed = {
  xz: "/Td6WFoAAATm1rRGAgAhARYAAAB0L+Wj4AAUABNdAC2IMEYi4Z/65VEgtzzo7AE9DAAAAHjBv8UYM+qLAAEvFa1pR18ftvN9AQAAAAAEWVo=",
  zstd: "KLUv/QRYqQAAWyAgICAxLjAwMDAwMF0gaGVsbG8KTE6dHQ==",
} as const;

async function archive(): Promise<Buffer> {
  const all = pack();
  all.entry({ name: "run/trace.txt" }, TEXT);
  all.entry({ name: "run/dmesg.txt" }, `[   10.500000] ${FAULT}\n`);
  all.finalize();
  const parts: Buffer[] = [];
  for await (const part of all) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

export async function seeds(): Promise<readonly Seed[]> {
  const tar = await archive();
  const timed = QEMU.map((line, i) => `27@1795343637.56${i + 10}00:${line}`);
  return [
    ...Object.entries(texts).map(([name, text]) => seed(name, text)),
    ...Object.entries(logs).map(([name, line]) =>
      seed(name, `${SAID.map((text, i) => line(text, 10 + i)).join("\n")}\n`),
    ),
    seed("a log beside a trace", `${SAID.map(logs.dmesg as never).join("\n")}\n`, TEXT),
    seed("QEMU's log", `${QEMU.join("\n")}\n${DUMP}`),
    seed("QEMU's log with times", `${timed.join("\n")}\n${DUMP}`),
    seed("QEMU's log beside a trace", `${timed.join("\n")}\n${DUMP}`, TEXT),
    ...Object.entries(context).map(([name, text]) => seed(name, text, TEXT)),
    ...Object.entries(moments).map(([name, text]) => seed(`${name} alone`, text)),
    seed("own lines", `${lines.join("\n")}\n`),
    seed(
      "a recording of the real driver",
      kept("reference/native-i386.gart-2618.i810.argb.jsonl.gz", 20_000),
    ),
    seed("mmiotrace", kept("captures/linux-6.1.xen-dom0/mmiotrace.txt.gz", 6000)),
    seed("xentrace", kept("captures/linux-6.1.xen-dom0/xentrace.bin.gz", 6000)),
    seed("ftrace of kprobes", kept("captures/linux-6.1.xen-dom0/ftrace.txt.gz", 20_000)),
    ...recordings,
    seed("gzip", gzipSync(TEXT)),
    seed("xz", Buffer.from(packed.xz, "base64")),
    seed("zstd", Buffer.from(packed.zstd, "base64")),
    seed("tar", tar),
    seed("tar.gz", gzipSync(tar)),
  ];
}
