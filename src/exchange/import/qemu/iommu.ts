// iommu.ts - what QEMU's models of an IOMMU say: translations, faults, and what empties their TLB.
//
// Spellings: hw/i386/trace-events (VT-d, AMD-Vi), hw/arm/trace-events and smmuv3.c (SMMU), hw/virtio and
// hw/riscv/trace-events.

import { type Bus, type Machine, machine, raw } from "../../../address.ts";
import type { Of } from "../../../event/vocabulary.ts";
import type { Model } from "../join/one-run.ts";
import type { Run } from "../join/run.ts";
import { nearHex, wholeOf } from "../source/far.ts";
import { Unusable } from "../source/fields.ts";
import { hexOf, pciOf } from "../source/numbers.ts";

/** Lines that say of an IOVA where it leads. */
const TRANSLATED: { readonly [name: string]: RegExp } = {
  vtd_dmar_translate:
    /dev (?<device>[0-9a-f:.]+) iova (?<from>0x[0-9a-f]+) -> gpa (?<to>0x[0-9a-f]+) mask (?<mask>0x[0-9a-f]+)/i,
  amdvi_translation_result:
    /devid: (?<device>[0-9a-f:.]+) gpa (?<from>0x[0-9a-f]+) hpa (?<to>0x[0-9a-f]+)/i,
  smmuv3_translate_success:
    /(?<!\S)(?<region>\S+) sid=(?<sid>0x[0-9a-f]+) iova=(?<from>0x[0-9a-f]+) translated=(?<to>0x[0-9a-f]+)/i,
  virtio_iommu_translate_out:
    /^(?<from>0x[0-9a-f]+) -> (?<to>0x[0-9a-f]+) for sid=(?<endpoint>\d+)/i,
};
/** The IOMMU that is modelled; virtio's is any machine's. */
const MODELS: { readonly [name: string]: Model } = {
  vtd_dmar_translate: "VT-d",
  amdvi_translation_result: "AMD-Vi",
  smmuv3_translate_success: "SMMU",
};
/** Lines that say that it leads nowhere. A number that a terminal has cut is none. */
const REFUSED: { readonly [name: string]: RegExp } = {
  vtd_dmar_fault: /sid (?<sid>0x[0-9a-f]+) fault \d+ addr (?<from>0x[0-9a-f]+)(?![^\s,])/i,
  smmuv3_translate_abort:
    /sid=(?<sid>0x[0-9a-f]+) .{0,500}iova:?=?\s{0,9}(?<from>0x[0-9a-f]+)(?![^\s,])/i,
  virtio_iommu_report_fault: /endpoint=(?<endpoint>\d+) address =(?<from>0x[0-9a-f]+)(?![^\s,])/i,
  riscv_iommu_flt:
    /fault [0-9a-f]{2}(?<device>[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]) reason: 0x[0-9a-f]+ iova: (?<from>0x[0-9a-f]+)(?!\S)/i,
  "detected translation failure":
    /dev=(?<device>[0-9a-f]{2}:[0-9a-f]{2}:[0-9a-f]{2}), iova=(?<from>0x[0-9a-f]+)[,)]/i,
  "translation failed":
    /^(?<region>\S*-(?<devfn>\d+)-\d+) translation failed for iova=(?<from>0x[0-9a-f]+)(?:$| ?\()/i,
};
const EMPTIES =
  /^(vtd_inv_desc_iotlb_(domain|global|pages)|vtd_iotlb_reset|amdvi_(all|pages)_inval|amdvi_iotlb_reset|smmuv3_s1_range_inval|smmuv3_cmdq_tlbi_\w+|smmu_iotlb_inv_\w+)$/;
/** The device's access behind a failed translation, which goes nowhere. */
const REJECTED = /^Invalid (?:read|write) at addr (?<from>0x[0-9a-f]+)/i;

/** The largest page of an AMD IOMMU whose base a line can give for an address inside of it. */
const LARGEST_PAGE = 2 ** 30;
const PAGE = 4096;

type Groups = { readonly [name: string]: string | undefined };

export class QemuIommu {
  readonly #run: Run;
  /** The device of a memory region of the SMMU, by its name: the region tells its slot alone. */
  readonly #regions = new Map<string, number>();
  /** The last fault, its number, and whether its own record of the event queue has come. */
  #fault: { readonly seq: number; readonly from: number | null; recorded: boolean } | null = null;

  constructor(run: Run) {
    this.#run = run;
  }

  /** Emits what a line says; false where it says nothing of this kind. */
  emit(name: string, body: string, time: number): boolean {
    if (EMPTIES.test(name)) {
      this.#run.emit({ kind: "tlb.flushed", actor: "device", place: name, which: "iommu" });
      return true;
    }
    const [translated, refused] = [TRANSLATED[name], REFUSED[name]];
    if (translated !== undefined) this.#translated(name, body, groupsOf(translated, body), time);
    else if (refused !== undefined) this.#refused(name, body, groupsOf(refused, body));
    else if (name === "smmuv3_record_event") this.#recorded(name, body);
    else if (name === "invalid access") this.#rejected(name, body);
    else return false;
    return true;
  }

  /** Whether it is a translation by another entry than may be in force. */
  awaits(name: string, body: string, time: number): boolean {
    const translated = TRANSLATED[name];
    if (translated === undefined) return false;
    const { device, iova, reached, size } = this.#translation(groupsOf(translated, body));
    const { iommu, device: order } = this.#run;
    if (device === null || iova === null || !reached || !iommu.tellsOf(device)) return false;
    const page = pageOf(iova, reached, size, iommu.reachedBy(device, iova));
    const [expected, made] = [iommu.reachedBy(device, page.iova), iommu.entryOf(device, page.iova)];
    if (expected === null || expected === page.said.reached) return false;
    return made !== null && !order.canBeBefore(made, time);
  }

  #translation(groups: Groups) {
    const { from, to, mask } = groups;
    return {
      device: this.#deviceOf(groups),
      iova: nearIn(from),
      reached: hexOf(to ?? ""),
      size: mask === undefined ? PAGE : (hexOf(mask) ?? 0) + 1,
    };
  }

  #translated(place: string, body: string, groups: Groups, time: number): void {
    const run = this.#run;
    const { region } = groups;
    const { device, iova, reached, size } = this.#translation(groups);
    if (device === null || iova === null || reached === null)
      throw new Unusable("no device, IOVA and address below 2^52");
    if (region !== undefined) this.#regions.set(region, device);
    const model = MODELS[place];
    if (model !== undefined) run.oneRun.translates(run.source, model);
    if (reached === 0 && place === "amdvi_translation_result") {
      this.#raise(place, body, device, iova);
      return;
    }
    const page = pageOf(iova, reached, size, run.iommu.reachedBy(device, iova));
    const expected = this.#expected(device, page, time);
    run.emit({
      kind: "iommu.translated",
      actor: "device",
      place,
      cause: run.iommu.entryOf(device, iova),
      device,
      machine: expected,
      ...page.said,
    });
  }

  /** Where the kernel's entry leads; null where another may have been in force when the device asked. */
  #expected(
    device: number,
    { iova, said }: ReturnType<typeof pageOf>,
    time: number,
  ): Machine | null {
    const run = this.#run;
    const expected = run.iommu.reachedBy(device, iova);
    if (expected === null || expected === said.reached) return expected;
    run.pastEnd();
    const made = run.iommu.entryOf(device, iova);
    const isUnsure = made !== null && run.device.canBeElsewhere(made, time);
    if (!run.iommu.tellsOf(device) || !run.device.isPlaced || isUnsure) return null;
    return run.iommu.reachedBy(device, iova);
  }

  #refused(place: string, body: string, groups: Groups): void {
    this.#raise(place, body, this.#deviceOf(groups), nearIn(groups.from));
  }

  /** The record of the event queue follows the fault that it is of; alone it tells of one without its address. */
  #recorded(place: string, body: string): void {
    const last = this.#fault;
    if (last === null || last.recorded)
      this.#raise(place, body, hexOf(/sid=(0x[0-9a-f]+)/i.exec(body)?.[1] ?? ""), null);
    else this.#beside(place, body, last.seq);
    if (this.#fault !== null) this.#fault.recorded = true;
  }

  #rejected(place: string, body: string): void {
    const from = nearIn(groupsOf(REJECTED, body).from);
    const last = this.#fault;
    this.#beside(place, body, last !== null && last.from === from ? last.seq : null);
  }

  #raise(place: string, body: string, device: number | null, from: number | null): void {
    const fault: Of<"fault.raised"> = {
      kind: "fault.raised",
      actor: "device",
      place,
      fault: "iommu",
      text: body.includes(place) ? body : `${place} ${body}`,
      device,
      bus: from === null ? null : wholeOf(from),
    };
    const { faults, source } = this.#run;
    const seq = faults.raise(source, fault, (cause) => entered(place, body, cause));
    this.#fault = { seq, from, recorded: false };
  }

  #beside(place: string, body: string, cause: number | null): void {
    this.#run.emit(entered(place, body, cause));
  }

  #deviceOf({ device, sid, endpoint, region, devfn }: Groups): number | null {
    if (device !== undefined) return pciOf(device.replace(/[.:]0([0-7])$/, ".$1"));
    if (sid !== undefined) return hexOf(sid);
    if (region !== undefined) return this.#regions.get(region) ?? Number(devfn);
    // Endpoints are numbered as PCI devices are (hw/virtio/virtio-iommu-pci.c).
    return endpoint === undefined ? null : Number(endpoint);
  }
}

const entered = (place: string, text: string, cause: number | null): Of<"call.entered"> => ({
  kind: "call.entered",
  actor: "device",
  place,
  cause,
  text,
});

/** The bus address of a group, as the number that stands for it; null for none. */
const nearIn = (digits: string | undefined): number | null =>
  digits === undefined ? null : nearHex(digits);

const groupsOf = (pattern: RegExp, body: string): Groups => pattern.exec(body)?.groups ?? {};

/**
 * The page that was translated. AMD-Vi gives the base of the IOMMU's page for a 4 KiB page somewhere in it, where
 * the entry is a larger one: then the larger page is what it says.
 */
function pageOf(
  iova: number,
  reached: number,
  size: number,
  expected: Machine | null,
): {
  readonly iova: number;
  readonly said: { readonly bus: Bus; readonly reached: Machine; readonly size: number };
} {
  const at = expected === null ? null : Math.floor(raw(expected) / PAGE) * PAGE; // A plain number in the log.
  for (let larger = 2 * PAGE; at !== null && at > reached && larger <= LARGEST_PAGE; larger *= 2)
    if (at - (at % larger) === reached && (iova - (iova % PAGE)) % larger === at % larger)
      return paged(iova - (iova % larger), machine(reached), larger);
  const within = iova % PAGE;
  const isWhole = reached % PAGE === within;
  return paged(iova - within, machine(isWhole ? reached - within : reached), size);
}

const paged = (iova: number, reached: Machine, size: number) => ({
  iova,
  said: { bus: wholeOf(iova), reached, size },
});
