// drivers.test.ts - the kernel's messages and tracepoints tell when a device's driver comes and goes.

import { expect, test } from "vitest";
import { Drivers } from "../../src/check/drivers.ts";
import type { Of } from "../../src/event/vocabulary.ts";
import { told } from "./judged.ts";

type Said = Of<"message.logged"> | Of<"call.entered">;
const D = "0000:07:00.0";
const log = (text: string, actor: Said["actor"] = "kernel") =>
  told("message.logged", { actor, level: "info", text });
const call = (place: string | null, text: string | null, actor: Said["actor"] = "kernel") =>
  told("call.entered", { actor, place, text });

/** "coming" or "gone" and the device, of each event. */
const changesOf = (events: readonly Said[], drivers = new Drivers()): string[][] =>
  events.map((event) =>
    drivers.changesIn(event).map(({ device, driver }) => `${driver} ${device}`),
  );
const [coming, gone] = [`coming ${D}`, `gone ${D}`];

test.each<[string, Said[], string[][]]>([
  ["joins an IOMMU group", [log(`pci ${D}: Adding to iommu group 12`)], [[coming]]],
  ["joins one, as older kernels say", [log(`iommu: Adding device ${D} to group 12`)], [[coming]]],
  ["is enabled", [log(`e1000e ${D}: enabling device (0000 -> 0002)`)], [[coming]]],
  ["is a disk's", [log(`nvme nvme0: pci function ${D}`)], [[coming]]],
  ["leaves an IOMMU group", [log(`pci ${D}: Removing from iommu group 12`)], [[gone]]],
  [
    "leaves one, as older kernels say",
    [log(`iommu: Removing device ${D} from group 12`)],
    [[gone]],
  ],
  [
    "is quoted",
    [
      log(`say: pci ${D}: Adding to iommu group 12`),
      log(`my iommu: Adding device ${D} to group 1`),
    ],
    [[], []],
  ],
  [
    "is quoted as gone",
    [
      log(`say: pci ${D}: Removing from iommu group 12`),
      log(`my iommu: Removing device ${D} from group 1`),
    ],
    [[], []],
  ],
  [
    "is enabled in another's place",
    [log(`e1000e ${D}: link`), log(`vfio-pci ${D}: enabling device (0000 -> 0002)`)],
    [[], [gone, coming]],
  ],
  [
    "is enabled again",
    [log(`e1000e ${D}: link`), log(`e1000e ${D}: enabling device (0000 -> 0002)`)],
    [[], [coming]],
  ],
  ["is quoted as a disk's", [log(`my nvme nvme0: pci function ${D}`)], [[]]],
  ["is quoted as enabled", [log(`say: e1000e ${D}: enabling device (0000 -> 0002)`)], [[]]],
  ["is enabled to do what is not told", [log(`e1000e ${D}: enabling device (x)`)], [[]]],
  ["is named by a program", [log(`pci ${D}: Adding to iommu group 12`, "workload")], [[]]],
  ["speaks", [log(`e1000e ${D}: link`), log(`e1000e ${D}: down`)], [[], []]],
  [
    "speaks by its interface",
    [log(`e1000e ${D} eth0: link`), log(`pci ${D}: removed`)],
    [[], [gone, coming]],
  ],
  ["speaks for its bus", [log(`pci ${D}: [8086:10d3]`)], [[coming]]],
  ["speaks for its bus again", [log(`pci ${D}: a`), log(`pci ${D}: b`)], [[coming], [coming]]],
  ["is of no driver any more", [log(`e1000e ${D}: a`), log(`pci ${D}: b`)], [[], [gone, coming]]],
  ["is another one", [log(`e1000e ${D}: a`), log(`vfio-pci ${D}: b`)], [[], [gone, coming]]],
  [
    "comes to a device of none",
    [log(`pci ${D}: a`), log(`e1000e ${D}: b`), log(`e1000e ${D}: c`)],
    [[coming], [], []],
  ],
  [
    "is of a platform's device",
    [log("sdhci 3f000000.mmc: a"), log("platform 3f000000.mmc: b")],
    [[], ["gone 3f000000.mmc", "coming 3f000000.mmc"]],
  ],
  [
    "is in no such message",
    [log("something else"), log(`: ${D}: a`), log(`a ${D} b c: d`)],
    [[], [], []],
  ],
])("a driver %s", (_, events, changes) => {
  expect(changesOf(events)).toEqual(changes);
});

const buses = [
  "pci",
  "platform",
  "amba",
  "pnp",
  "virtio",
  "auxiliary",
  "vmbus",
  "vio",
  "ccw",
  "fsl-mc",
];
const more = [
  "host1x",
  "cdx",
  "bcma",
  "ssb",
  "macio",
  "eisa",
  "usb",
  "scsi",
  "mdio_bus",
  "ps3_system_bus",
];

test.each([...buses, ...more])("%s is a bus and no driver", (name) => {
  expect(changesOf([log(`${name} 1-1: new`)])).toEqual([["coming 1-1"]]);
});

test.each<[string, Said[], string[][]]>([
  ["joins its group", [call("add_device_to_group", `IOMMU: groupID=3 device=${D}`)], [[coming]]],
  [
    "leaves its group",
    [call("remove_device_from_group", `IOMMU: groupID=3 device=${D}`)],
    [[gone]],
  ],
  ["leaves its domain", [call("detach_device_from_domain", `IOMMU: device=${D}`)], [[gone]]],
  ["is meant by another call", [call("map", `IOMMU: device=${D}`)], [[]]],
  [
    "is not told",
    [call("add_device_to_group", "IOMMU: groupID=3"), call("add_device_to_group", null)],
    [[], []],
  ],
  ["is in a call without a name", [call(null, `IOMMU: device=${D}`)], [[]]],
  ["is in a log of its own", [call("add_device_to_group", `IOMMU: device=${D}`, "device")], [[]]],
])("by the tracepoints, a device %s", (_, events, changes) => {
  expect(changesOf(events)).toEqual(changes);
});

const [load, free] = [
  call("module_load", "snd_hda_intel OE"),
  call("module_free", "snd_hda_intel"),
];
const speaks = log(`snd-hda-intel ${D}: codec`);

test.each<[string, Said[], string[][]]>([
  ["is loaded and speaks", [load, speaks, speaks], [[], [coming], []]],
  [
    "is loaded by a name with a minus",
    [call("module_load", "snd-hda-intel"), speaks],
    [[], [coming]],
  ],
  ["was there before", [speaks], [[]]],
  ["is not the one that is loaded", [call("module_load", "e1000e"), speaks], [[], []]],
  [
    "is loaded without a name",
    [call("module_load", null), call("module_load", ""), speaks],
    [[], [], []],
  ],
  ["is freed", [speaks, free], [[], [gone]]],
  ["is freed once", [speaks, free, free], [[], [gone], []]],
  ["is not the one that is freed", [speaks, call("module_free", "e1000e")], [[], []]],
  ["is freed and its device's bus spoke last", [log(`pci ${D}: a`), free], [[coming], []]],
  ["is freed without a name", [speaks, call("module_free", null)], [[], []]],
  ["is freed and spoken of by its bus", [speaks, free, log(`pci ${D}: a`)], [[], [gone], [coming]]],
])("a module %s", (_, events, changes) => {
  expect(changesOf(events)).toEqual(changes);
});

const joins = log(`pci ${D}: Adding to iommu group 12`);
const boot = (options: string, label = "Kernel command") => log(`${label} line: quiet ${options}`);

test.each<[string, Said[], boolean]>([
  ["and nothing shows that calls are traced", [joins], false],
  ["and a tracepoint was met", [call("sched_switch", null), joins], true],
  ["and a tracepoint is met only then", [joins, call("sched_switch", null)], false],
  ["and a call without a name was met", [call(null, "x"), joins], false],
  ["and the boot traces DMA", [boot("trace_event=dma:*"), joins], true],
  ["and the boot traces everything", [boot("trace_event=sched,*"), joins], true],
  ["and the boot traces something else", [boot("trace_event=sched"), joins], false],
  [
    "and the boot traces DMA by another name for it",
    [boot("trace_event=iommu,dma", "Command"), joins],
    true,
  ],
  [
    "and a program says that the boot traces",
    [log("my Command line: trace_event=dma"), joins],
    false,
  ],
  ["and the option is another", [boot("my_trace_event=dma"), joins], false],
  ["and it goes", [call("x", null), log(`pci ${D}: Removing from iommu group 1`)], false],
])("all that a driver mapped is in the trace where it comes %s", (_, events, isWhole) => {
  const drivers = new Drivers();
  changesOf(events, drivers);
  expect(drivers.cameInTrace(0x700)).toBe(isWhole);
  expect(drivers.cameInTrace(0x800)).toBe(false);
  expect(drivers.cameInTrace(null)).toBe(false);
});

test("a gap in the recording makes nothing of what came before it", () => {
  const drivers = new Drivers();
  drivers.traced();
  changesOf([joins, load], drivers);
  expect(drivers.cameInTrace(0x700)).toBe(true);
  drivers.lost();
  expect(drivers.cameInTrace(0x700)).toBe(false);
  expect(changesOf([speaks], drivers)).toEqual([[]]);
});
