// kinds.ts - what each kind of event says, for the page that lists them: a kind without a sentence does not compile.

import type { Field } from "../../src/event/field.ts";
import { declarationOf, type KindName, kindNames } from "../../src/event/vocabulary.ts";

const says: { readonly [K in KindName]: string } = {
  "op.began": "an operation of the workload begins",
  "op.ended": "it ends, with what came of it",
  "call.entered": "a function or a request begins that structures the rest",
  "call.returned": "it returns",
  "message.logged": "a line of the kernel's log",
  "page.allocated": "pages are allocated; the addresses are those of the first",
  "page.freed": "they are freed",
  "p2m.set": "a page of a Xen domain has this machine frame from now on",
  "p2m.cleared": "a page of a Xen domain has no machine frame any more",
  "hypercall.made": "the hypervisor is asked for something",
  "iommu.mapped": "an entry of the IOMMU is made",
  "iommu.unmapped": "an entry of the IOMMU is cleared",
  "iommu.opened":
    "a range of the bus: entries of an IOMMU translate it, or memory from `machine` on is seen there as it is",
  "iommu.filled":
    "all entries from `page` on lead to one spare page, so that nothing on the bus meets a fault",
  "dma.mapped": "a buffer is mapped for a device, coherent or streaming",
  "dma.unmapped": "the mapping ends",
  "dma.synced": "a buffer changes hands while it stays mapped (`dma_sync_*`)",
  "iommu.translated": "what the IOMMU says it made of an address that a device put on the bus",
  "hook.called": "a function by which the driver gets an address for hardware, or back",
  "table.remapped":
    "ioremap and its end: `bus` is the address that was asked for, `reached` what was really mapped",
  "gatt.written": "an entry of the GATT is written; `bus` is the address that it decodes to",
  "gatt.read": "an entry of the GATT is read",
  "directory.written": "an entry of a directory of GATT pages is written",
  "directory.read": "an entry of a directory of GATT pages is read",
  "scratch-directory.written": "the same, of a directory that is not in use yet",
  "scratch-directory.read": "the same, read",
  "outside.written": "a word beside the table is written as if it were an entry",
  "outside.read": "a word beside the table is read as if it were an entry",
  "register.written": "a register of a device or chipset is written",
  "register.read": "a register of a device or chipset is read",
  "cache.flushed": "the CPU's cache is written back",
  "tlb.flushed": "a TLB is emptied",
  "attribute.changed": "a page's cache attribute or reservation changes",
  "cpu.wrote": "the CPU gives a page new content, for which a tag stands",
  "cpu.read": "the CPU reads a page, and the tag that it met",
  "device.wrote": "a device writes through the address that it puts on the bus",
  "device.read": "a device reads through the address that it puts on the bus",
  "descriptor.written":
    "an address is put where a device will fetch it: a PRP, a PRD entry, a ring",
  "page.copied":
    "a bounce buffer: `phys` and `machine` are where the bytes come from, `reached` where they go",
  "request.issued": "a request is given to a disk",
  "request.fetched":
    "the device has read the command: from here on it may touch the request's buffers",
  "request.mapped": "which bytes of the disk are in which piece of memory",
  "request.completed": "the request is done",
  "bio.merged": "two segments of a request become one",
  "bio.split": "two segments of a request stay two",
  "fault.raised": "an IOMMU, a chipset, a hypervisor or the kernel refuses or dies",
  "events.lost": "the recorder could not keep up: what was known before may no longer hold",
  "pte.written": "an entry of a CPU page table is written",
};

/** One row a kind: its subject, what it says, and its fields. */
export function kindTable(): string {
  const rows = kindNames.map((name) => {
    const fields = Object.entries(declarationOf(name).fields);
    const told = fields.map(([field, it]) => `\`${field}\`${it.optional ? "?" : ""} ${typeOf(it)}`);
    const subject = fields.find(([, { family }]) => family !== null)?.[1].family;
    return `| \`${name}\` | ${subject ?? "-"} | ${says[name]} | ${told.join("; ")} |`;
  });
  return ["| kind | subject | says | fields |", "|---|---|---|---|", ...rows].join("\n");
}

const spaces = ["virt", "phys", "machine", "bus", "reached"];

function typeOf({ in: storage, hex, names, family }: Field): string {
  if (names !== null) return names.map((one) => `\`"${one}"\``).join(" ");
  if (family !== null) return hex ? "hex, names the subject" : "number, names the subject";
  if (spaces.includes(storage)) return `hex, ${storage}`;
  if (hex) return "hex";
  if (storage === "size") return "number";
  if (storage.startsWith("op.")) return storage === "op.name" ? "text" : "object";
  return storage === "note" ? "text" : "number";
}
