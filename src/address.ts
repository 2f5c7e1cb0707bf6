// address.ts - the address spaces as opaque types: one space's address cannot be taken for another's.
//
// Underneath each is a plain number, exact below 2^53. Machine and phys addresses are below 2^52; virt is relative
// to the trace's virt base (0 on i386). IOMMUs translate addresses of 57 bits (VT-d) and of 64 (AMD): a bus address
// from 2^53 on is a bigint underneath. JavaScript orders and compares both kinds exactly. The types refuse arithmetic, comparison and
// assignment across spaces; Linux (asm/xen/page.h: xmaddr_t, xpaddr_t) and Xen (typesafe.h) do the same.

declare const space: unique symbol;
/** A number of one space: made by the function of its name, and a plain number again by `raw`. */
type In<Space extends string> = { readonly [space]: Space };

/** Kernel linear address in bytes, relative to the virt base: 0 to 2^53. */
export type Virt = In<"virt">;
/** What the kernel calls physical, in bytes below 2^52: pseudo-physical under Xen, an index into the P2M table. */
export type Phys = In<"phys">;
/** Where the bytes are, as the front-side bus sees it: bytes below 2^52. */
export type Machine = In<"machine">;
/** The number that was handed to hardware, in bytes: a GATT entry's address, a table base, a DMA handle. Up to 2^64. */
export type Bus = In<"bus">;
/** What an AGP master issues into the aperture; the GART translates it. */
export type Aperture = In<"aperture">;
/** An address of any space, in bytes. */
export type Address = Virt | Phys | Machine | Bus | Aperture;

/** Page frame number: a phys address in pages. */
export type Pfn = In<"pfn">;
/** Machine frame number: a machine address in pages. */
export type Mfn = In<"mfn">;
/** Virtual page number: a virt address in pages. */
export type Vpn = In<"vpn">;
/** IOVA page number: a bus address in pages; above 36 bits stands the IOMMU domain that the page belongs to. */
export type BusPage = In<"bus page">;
/** An entry of the GATT, and the page of the aperture that it translates, counted from the aperture's base. */
export type GattIndex = In<"gatt">;
/** A word of a two-level table's directory. */
export type DirectoryIndex = In<"directory">;
/** A page of a table, counted from the table's beginning. */
export type TablePage = In<"table page">;
/** A machine address in words of four bytes. */
export type WordIndex = In<"word">;
/** A CPU page-table entry: its virt address in entries of eight bytes. */
export type PteIndex = In<"pte">;
/** A register: its device, its space and its offset in bytes (event/register.ts). */
export type RegisterIndex = In<"register">;
/** What tables are indexed by. */
export type Index =
  | Pfn
  | Mfn
  | Vpn
  | BusPage
  | GattIndex
  | DirectoryIndex
  | TablePage
  | WordIndex
  | PteIndex
  | RegisterIndex;

/** Bytes of a page, on every platform. */
export const PAGE_SIZE = 4096;
const PAGE_BYTES = 4096n;
/** Pages of the bus whose addresses are plain numbers. */
const EXACT_PAGES = 2 ** 53 / PAGE_SIZE;
const MOST_EXACT = BigInt(Number.MAX_SAFE_INTEGER);

const box = <T>(value: number | bigint) => value as unknown as T;
/** A kernel linear address in bytes, relative to the trace's virt base. Whether a number fits is seen when an event has it. */
export const virt = (value: number): Virt => box(value);
/** What the kernel calls physical: under Xen an index into the P2M, in bytes. */
export const phys = (value: number): Phys => box(value);
/** Where bytes are, as the front-side bus sees it. */
export const machine = (value: number): Machine => box(value);
/** Where the addresses of a bus end: they have at most 64 bits. */
export const PAST_BUS = 1n << 64n;
/** A number that hardware is given, in bytes: a DMA handle, an entry's address, a table's base. From 2^53 on a bigint. */
export const bus = (value: number | bigint): Bus =>
  box(typeof value === "bigint" && value <= MOST_EXACT ? Number(value) : value);
/** What an AGP master issues into the aperture. */
export const aperture = (value: number): Aperture => box(value);
/** The number of a kernel-physical page. */
export const pfn = (value: number): Pfn => box(value);
/** The number of a machine page. */
export const mfn = (value: number): Mfn => box(value);
/** The number of a page of the kernel's linear addresses. */
export const vpn = (value: number): Vpn => box(value);
/** The number of a page of the bus, an IOMMU's domain above its lowest 36 bits. */
export const busPage = (value: number): BusPage => box(value);
/** The number of an entry of the GATT, from 0. */
export const gattIndex = (value: number): GattIndex => box(value);
/** The number of an entry of a directory of GATT pages, from 0. */
export const directoryIndex = (value: number): DirectoryIndex => box(value);
export const tablePage = (value: number): TablePage => box(value);
export const wordIndex = (value: number): WordIndex => box(value);
/** The number of an entry of a CPU page table: its virt address in entries of eight bytes. */
export const pteIndex = (value: number): PteIndex => box(value);
/** The number of a register: its place in the space of its device. */
export const registerIndex = (value: number): RegisterIndex => box(value);

/** The plain number of an address or index, of a bus address from 2^53 on not exact; the one way out of a space. */
export const raw = (value: Address | Index | number): number => Number(value);

/** The same exactly: a bigint where no plain number has all the bits of a bus address. */
export const rawExact = (value: Address | Index | number): number | bigint =>
  value as unknown as number | bigint;

/**
 * What is left of a whole number from 0 on behind whole units. Hot: once for nearly every address of an event; V8 has C's
 * fmod do `%` of what is no small integer, 20 ns for 5 (bench: record).
 */
export const restOf = (number: number, unit: number): number =>
  number - Math.floor(number / unit) * unit;

/** What is left of an address or an index behind whole units. */
const rest = (address: Address | Index, unit: number): number => {
  const number = rawExact(address);
  return typeof number === "number" ? restOf(number, unit) : Number(number % BigInt(unit));
};

/** 2 to the power of so many bits, up to 64: `**` takes 30 ns where it cannot be folded. */
const POWERS = Float64Array.from({ length: 65 }, (_, bits) => 2 ** bits);
export const powerOf2 = (bits: number): number => POWERS[bits]!;

/** So many bytes further, or so many entries of a table, in the same space; not exact where that leads over 2^53. */
export const offset = <A extends Address | Index>(base: A, count: number): A => {
  const number = rawExact(base);
  if (typeof number === "number") return box(number + count);
  return bus(BigInt.asUintN(64, number + BigInt(count))) as unknown as A;
};

/** The next multiple of so many bytes or entries, or the address itself where it is one. */
export const alignUp = <A extends Address | Index>(address: A, unit: number): A => {
  const over = rest(address, unit);
  return over === 0 ? address : offset(address, unit - over);
};

/** The multiple of so many bytes or entries at or below the address. */
export const alignDown = <A extends Address | Index>(address: A, unit: number): A =>
  offset(address, -rest(address, unit));

/** The address as a register or a word of so many bits has it: the bits above are lost. */
export const asWord = (address: Address, bits = 53): number => rest(address, powerOf2(bits));

/** A page's address as bits 12 and up of a word; null where the page lies past so many bits. */
export const pageBits = (page: Address, bits: number): number | null =>
  rawExact(page) < powerOf2(bits) ? asWord(alignDown(page, PAGE_SIZE)) : null;

/** The kernel's linear mapping: kernel-physical memory, so many bytes further up. */
export const linearPhys = (address: Virt, pageOffset: number): Phys =>
  phys(raw(address) - pageOffset);
export const linearVirt = (address: Phys, pageOffset: number): Virt =>
  virt(raw(address) + pageOffset);

/** Whether an address is a multiple of so many bytes. */
export const isAligned = (address: Address | RegisterIndex, unit: number): boolean =>
  rest(address, unit) === 0;

/** Bytes or entries from low to high, both in one space; from 2^53 on not exact. */
export const distance = <A extends Address | Index>(low: A, high: NoInfer<A>): number => {
  const [from, to] = [rawExact(low), rawExact(high)];
  return typeof from === "number" && typeof to === "number"
    ? to - from
    : Number(BigInt(to) - BigInt(from));
};

/** The page that a kernel-physical address is in. */
export const pfnOf = (address: Phys): Pfn => pfn(Math.floor(raw(address) / PAGE_SIZE));
/** The page that a machine address is in. */
export const mfnOf = (address: Machine): Mfn => mfn(Math.floor(raw(address) / PAGE_SIZE));
/** Where a kernel-physical page begins. */
export const physOf = (frame: Pfn): Phys => phys(raw(frame) * PAGE_SIZE);
/** Where a machine page begins. */
export const machineOf = (frame: Mfn): Machine => machine(raw(frame) * PAGE_SIZE);
/** The page that a linear address is in. */
export const vpnOf = (address: Virt): Vpn => vpn(Math.floor(raw(address) / PAGE_SIZE));
/** The page that a bus address is in. */
export const busPageOf = (address: Bus): BusPage => {
  const number = rawExact(address);
  return busPage(
    typeof number === "number" ? Math.floor(number / PAGE_SIZE) : Number(number / PAGE_BYTES),
  );
};
/** Where a page of the bus begins. */
export const busOf = (page: BusPage): Bus =>
  raw(page) < EXACT_PAGES ? bus(raw(page) * PAGE_SIZE) : bus(BigInt(raw(page)) * PAGE_BYTES);

/** Where an entry of so many bytes is, in bytes from the beginning of its table. */
export const entryOffset = (entry: GattIndex | DirectoryIndex, bytes: number): number =>
  raw(entry) * bytes;

/** Bytes of a word that a chipset fetches from a table; an entry of eight bytes is two words. */
export const WORD_SIZE = 4;
export const wordIndexOf = (address: Machine): WordIndex =>
  wordIndex(Math.floor(raw(address) / WORD_SIZE));
export const machineOfWord = (word: WordIndex): Machine => machine(raw(word) * WORD_SIZE);

/** Which byte of its page an address is: 0 to 4095. */
export const pageOffset = (address: Address): number => rest(address, PAGE_SIZE);

/** The part of an address that fits so many address lines. */
export const lowBits = <A extends Address>(address: A, lines: number): A =>
  box(rest(address, powerOf2(lines)));

/** Where a kernel-physical address is on bare metal, with no hypervisor in between. */
export const onBareMetal = (address: Phys): Machine => machine(raw(address));

export const mfnOnBareMetal = (page: Pfn): Mfn => mfn(raw(page));
export const pfnOnBareMetal = (frame: Mfn): Pfn => pfn(raw(frame));

/** A machine address given to hardware as it is: right on every bus without an IOMMU. */
export const onBus = (address: Machine): Bus => bus(raw(address));

/** The number that a device issued, where the device is no AGP master: an address on its bus. */
export const onDeviceBus = (issued: Bus | Aperture): Bus => box(rawExact(issued));

/** The number that an AGP master issued: an address in the aperture. */
export const inAperture = (issued: Bus | Aperture): Aperture => box(rawExact(issued));

/** Where a bus address leads when nothing translates it on the way: the front-side bus, which has no memory from 2^53 on. */
export const untranslated = (address: Bus): Machine => machine(Number(rawExact(address)));

/** The mistake, by name: a kernel-physical address given to hardware as if it were a machine address. */
export const misreadAsBus = (address: Phys): Bus => bus(raw(address));

/** The same mistake on the way back: what hardware holds, taken for a kernel-physical address. */
export const misreadAsPhys = (address: Bus): Phys => phys(Number(rawExact(address)));

/** "0x1012000"; exact for what JavaScript holds exactly. */
export const hex = (value: Address | Index | number | bigint): string =>
  `0x${(value as unknown as number | bigint).toString(16)}`;
