// shorthand.ts - a built-in workload's operation as one word, such as bind:0,16 or ALLOCATE:0,1000,2,64,0.

/** The arguments of each operation that takes any, in the order of the shorthand; ioctls in capitals. */
const parameters: { readonly [op: string]: string } = {
  alloc: "slot pages type",
  bind: "slot pg_start",
  unbind: "slot",
  free: "slot",
  dump: "tag",
  maxorder: "max_order",
  failafter: "count",
  failioremap: "on",

  proc: "pid uid suid comm",
  open: "file pid",
  mmap: "file pid map length offset prot shared",
  munmap: "map pid",
  close: "file pid",
  dup: "file pid",
  exit: "pid",
  fill: "pid map first pages pattern",
  verify: "pid map first pages pattern",

  INFO: "file pid",
  ACQUIRE: "file pid",
  RELEASE: "file pid",
  SETUP: "file pid agp_mode",
  RESERVE: "file pid client_pid seg_count segments",
  ALLOCATE: "file pid slot pg_count type",
  DEALLOCATE: "file pid key",
  BIND: "file pid key pg_start",
  UNBIND: "file pid key priority",
  CHIPSET_FLUSH: "file pid",

  buffer: "buffer pages kind",
  buffer_free: "buffer",
  cpu_write: "buffer",
  cpu_read: "buffer",
  device: "device lines mask",
  dma_alloc: "buffer pages",
  dma_free: "buffer",
  dma_map: "buffer direction by segment device",
  dma_sync: "buffer side",
  dma_unmap: "buffer",
  dma_read: "buffer",
  dma_write: "buffer",
  disk_read: "buffer block",
  disk_write: "buffer block",

  drm_enable: "agp_mode",
  drm_alloc: "slot size type",
  drm_bind: "slot offset",
  drm_unbind: "slot",
  drm_free: "slot",
  drm_map: "map pid offset size",
};

/** Arguments that are words, whatever they look like. */
const texts = new Set([
  "kind",
  "direction",
  "by",
  "side",
  "tag",
  "comm",
  "key",
  "agp_mode",
  "pattern",
]);

/** The operation that a word stands for, still unchecked. */
export function operationOf(word: string): object {
  const [name, rest] = word.split(":") as [string, string?];
  const fields = parameters[name]?.split(" ") ?? [];
  const words = rest?.split(",") ?? [];
  const values = words.map((value, i) => [fields[i], argumentOf(fields[i]!, value)]);
  const named = Object.fromEntries(values);
  return name === name.toUpperCase()
    ? { op: "ioctl", cmd: name, ...named }
    : { op: name, ...named };
}

/** Segments read start+pages+prot, one after the other with a slash between; none is a NULL pointer. */
function argumentOf(field: string, value: string): unknown {
  if (texts.has(field) || value === "info") return value;
  if (field !== "segments") return Number(value);
  if (value === "none") return null;
  return value.split("/").map((segment) => segment.split("+").map(Number));
}
