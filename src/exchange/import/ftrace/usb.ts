// usb.ts - the kernel's xhci_* events: which buffers its driver names to a USB host controller, the rest as they are.
//
// drivers/usb/host/xhci-trace.h and xhci_decode_trb(): "BULK: Buffer 00000000fff0a000 length 64 TD size 0 intr 0 type
// 'Normal' flags b:i:i:c:s:i:e:C", since 6.9 with the request's own address in front. A capital I before its data says
// that the eight bytes are the data themselves.

import { nearHex } from "../source/far.ts";
import type { Handler } from "./tasks.ts";

const BUFFER =
  /^[A-Z ]{1,16}: (?:@\S+ )?Buffer ([0-9a-f]{16}) length (\d{1,6}) .{0,80}? flags (\S+)$/;
const PREFIX = "xhci_";
/** Where in the flags the one for immediate data stands: behind that for a block of events, or first. */
const IMMEDIATE = /(?:^|[bB]:)I:/;

const usb: Handler = (kernel, { name, body }) => {
  const { run, buffers } = kernel;
  const [, digits, size, flags] = BUFFER.exec(body) ?? [];
  const address = digits === undefined ? null : nearHex(`0x${digits}`);
  if (name === "xhci_queue_trb" && address !== null && !IMMEDIATE.test(flags!)) {
    // No record names the controller: it is the device that has something mapped there, where only one has.
    const device = run.mappings.ownerOf(address);
    if (device !== null && Number(size) > 0) {
      buffers.named(name, device, address, Number(size));
      return true;
    }
  }
  run.emit({ kind: "call.entered", actor: "kernel", place: name, at: run.at, text: body });
  return true;
};

/** The handler of an event of xHCI; undefined for any other. */
export const usbHandler = (name: string): Handler | undefined =>
  name.startsWith(PREFIX) ? usb : undefined;
