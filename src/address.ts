// address.ts - the address spaces as opaque types: one space's address cannot be taken for another's.
//
// Underneath each is a plain number, exact below 2^53. Machine, bus and phys addresses are below 2^52;
// virt is relative to the trace's virt base (0 on i386). The types refuse arithmetic, comparison and
// assignment across spaces; Linux (asm/xen/page.h: xmaddr_t, xpaddr_t) and Xen (typesafe.h) do the same.

declare const space: unique symbol;
type In<Space extends string> = { readonly [space]: Space };

/** Kernel linear address, relative to the virt base. */
export type Virt = In<"virt">;
/** What the kernel calls physical: pseudo-physical under Xen, an index into the P2M table. */
export type Phys = In<"phys">;
/** Where the bytes are, as the front-side bus sees it. */
export type Machine = In<"machine">;
/** The number that was handed to hardware: a GATT entry's address, a table base, a DMA handle. */
export type Bus = In<"bus">;
/** What an AGP master issues into the aperture; the GART translates it. */
export type Aperture = In<"aperture">;
export type Address = Virt | Phys | Machine | Bus | Aperture;

/** Page frame number: a phys address in pages. */
export type Pfn = In<"pfn">;
/** Machine frame number: a machine address in pages. */
export type Mfn = In<"mfn">;

export const PAGE_SIZE = 4096;

const box = <T>(value: number) => value as unknown as T;
export const virt = (value: number): Virt => box(value);
export const phys = (value: number): Phys => box(value);
export const machine = (value: number): Machine => box(value);
export const bus = (value: number): Bus => box(value);
export const aperture = (value: number): Aperture => box(value);
export const pfn = (value: number): Pfn => box(value);
export const mfn = (value: number): Mfn => box(value);

/** The plain number of an address or frame; the one way out of a space. */
export const raw = (value: Address | Pfn | Mfn): number => value as unknown as number;

/** The address so many bytes further, in the same space. */
export const offset = <A extends Address>(base: A, bytes: number): A => box(raw(base) + bytes);

/** Bytes from low to high, both in one space. */
export const distance = <A extends Address>(low: A, high: NoInfer<A>): number =>
  raw(high) - raw(low);

export const pfnOf = (address: Phys): Pfn => pfn(Math.floor(raw(address) / PAGE_SIZE));
export const mfnOf = (address: Machine): Mfn => mfn(Math.floor(raw(address) / PAGE_SIZE));
export const physOf = (frame: Pfn): Phys => phys(raw(frame) * PAGE_SIZE);
export const machineOf = (frame: Mfn): Machine => machine(raw(frame) * PAGE_SIZE);

/** Byte within the page. */
export const pageOffset = (address: Address): number => raw(address) % PAGE_SIZE;

/** Where a kernel-physical address is on bare metal, with no hypervisor in between. */
export const onBareMetal = (address: Phys): Machine => machine(raw(address));

/** A machine address given to hardware as it is: right on every bus without an IOMMU. */
export const onBus = (address: Machine): Bus => bus(raw(address));

/** Where a bus address leads when nothing translates it on the way: the front-side bus. */
export const untranslated = (address: Bus): Machine => machine(raw(address));

/** The mistake, by name: a kernel-physical address given to hardware as if it were a machine address. */
export const misreadAsBus = (address: Phys): Bus => bus(raw(address));

/** The same mistake on the way back: what hardware holds, taken for a kernel-physical address. */
export const misreadAsPhys = (address: Bus): Phys => phys(raw(address));

export const hex = (value: Address | Pfn | Mfn | number): string =>
  `0x${(typeof value === "number" ? value : raw(value)).toString(16)}`;
