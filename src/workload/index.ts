// index.ts - the built-in workloads, by name, in a shorthand of one operation a word.
//
// Those of the driver's own functions are the reference's: smoke, testgart (the sequence of Jeff Hartmann's testgart.c of 1999), x-server,
// errors, fallback (large tables cannot be had), oom (pages run out in mid-allocation).

import { programs } from "./programs.ts";
import { operationOf } from "./shorthand.ts";
import { builtIn, type Workload, wander } from "./workload.ts";

/**
 * Of the DMA-mapping interface and of a disk: all ways to map, and blocks written and read back. Device 1 reaches
 * further than its driver says, so that it is served where nobody asks the driver, and bounced where one does: its list
 * without a sync, which no swiotlb of 2005 survives in both directions, and Linux's of a list in none.
 */
const devices: { readonly [name: string]: string } = {
  dma: `dma_alloc:0,4 cpu_write:0 dma_read:0 dma_write:0 cpu_read:0 dma_free:0
    buffer:1,4 cpu_write:1 dma_map:1,to-device,sg dma_read:1 dma_unmap:1
    dma_map:1,from-device,sg dma_write:1 dma_unmap:1 cpu_read:1
    buffer:2,1 cpu_write:2 dma_map:2,bidirectional,single dma_read:2 dma_write:2
    dma_sync:2,cpu cpu_read:2 cpu_write:2 dma_sync:2,device dma_read:2 dma_unmap:2
    buffer:3,4,vmalloc cpu_write:3 dma_map:3,to-device,sg dma_read:3 dma_unmap:3
    device:1,64,30 buffer:4,4 cpu_write:4 dma_map:4,bidirectional,sg,4096,1 dma_read:4 dma_write:4
    dma_unmap:4 cpu_read:4
    buffer:5,1 dma_map:5,from-device,single,4096,1 dma_write:5 dma_sync:5,cpu cpu_read:5 dma_unmap:5
    buffer_free:1 buffer_free:2 buffer_free:3 buffer_free:4 buffer_free:5`,
  block: `buffer:0,16 cpu_write:0 disk_write:0,0 buffer:1,16 disk_read:1,0 cpu_read:1
    buffer:2,3 disk_read:2,5 cpu_read:2 cpu_write:2 disk_write:2,8190 disk_write:2,8189 disk_read:1,8176
    cpu_read:1 buffer_free:0 buffer_free:1 buffer_free:2`,
};

const functions: { readonly [name: string]: string } = {
  smoke: "init alloc:0,4 bind:0,0 unbind:0 free:0 cleanup",
  testgart: `init acquire info enable_info
    alloc:0,1024 bind:0,0 alloc:1,1024 bind:1,1024 info
    unbind:0 unbind:1 bind:0,0 bind:1,1024 free:0 free:1 release cleanup`,
  "x-server": `init acquire info enable_info
    alloc:0,1 alloc:1,256 alloc:2,2048 bind:0,0 bind:1,16 bind:2,4096 dump:after-first-binds
    alloc:3,256 bind:3,1024 unbind:1 alloc:4,1 bind:4,271 bind:1,16 bind:1,512 unbind:4 free:4
    unbind:2 bind:2,8192 free:3 alloc:5,256 alloc:6,17 bind:5,4096 bind:6,4352 dump:mixed
    unbind:5 unbind:1 bind:5,16 bind:1,16128 info free:0 alloc:7,1 bind:7,0 dump:late
    free:6 free:2 free:1 free:5 free:7 release cleanup`,
  errors: `init acquire acquire release acquire alloc:0,4 alloc:1,4
    bind:0,16381 bind:0,16380 bind:0,0 bind:1,16378 bind:1,16376 unbind:1 unbind:1 unbind:0
    bind:0,16384 bind:0,100000 bind:0,0 bind:1,3 bind:1,4 free:0 bind:1,0
    bind:5,0 unbind:5 free:5 alloc:2,0 alloc:3,4,1 free:3 alloc:4,4,2 free:4
    alloc:2,52225 alloc:2,52221 alloc:2,-1 alloc:2,3 bind:2,1 bind:2,7 bind:2,8
    unbind:1 free:1 free:2 info release release acquire cleanup
    acquire info alloc:6,1 init acquire info release cleanup`,
  fallback: `maxorder:2 init info alloc:0,4 bind:0,4093 bind:0,4092 free:0 cleanup
    maxorder:-1 init cleanup maxorder:0 init info cleanup
    maxorder:99 failioremap:1 init cleanup failioremap:0 init info cleanup`,
  oom: `init failafter:0 alloc:0,4 failafter:2 alloc:1,4 failafter:-1
    alloc:2,4 bind:2,0 free:2 cleanup`,
};

export const WANDER = "wander";
/** How far it goes where nobody says. */
export const WANDER_OPS = 1000;

/** Built in, in the order they are listed: the driver's own functions, then programs and DRM. */
export const workloads: readonly Workload[] = [
  ...Object.entries({ ...functions, ...programs, ...devices }).map(([name, words]) =>
    builtIn(name, { workload: name, ops: words.trim().split(/\s+/).map(operationOf) }),
  ),
  wander(WANDER_OPS, 0),
];
