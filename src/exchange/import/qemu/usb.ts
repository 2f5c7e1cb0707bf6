// usb.ts - what QEMU's USB host controllers log of addresses: the memory they read and write, the requests they fetch.
//
// Spellings: hw/usb/trace-events. DWC2 prints its 32-bit addresses as signed decimals; xHCI's requests are 16 bytes.

import { nearHex } from "../source/far.ts";
import type { Touch } from "./network.ts";

const MEMORY = /^addr (-?\d{1,10}) len (\d{1,10})$/;
const REQUEST = /^addr 0x([0-9a-f]{1,16}),/;
const REQUEST_SIZE = 16;

/** What a record of one accessed; null where it tells no address. */
export function usbTouch(name: string, body: string): Touch | null {
  if (name === "usb_dwc2_memory_read" || name === "usb_dwc2_memory_write") {
    const [, address, length] = MEMORY.exec(body) ?? [];
    if (address === undefined || Number(length) === 0) return null;
    const what = name.endsWith("read") ? "read" : "wrote";
    return { what, address: Number(address) >>> 0, size: Number(length) };
  }
  const [, request] = name === "usb_xhci_fetch_trb" ? (REQUEST.exec(body) ?? []) : [];
  return request === undefined
    ? null
    : {
        what: "read",
        address: nearHex(`0x${request}`) ?? Number.POSITIVE_INFINITY,
        size: REQUEST_SIZE,
      };
}
