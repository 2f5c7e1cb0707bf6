// programs.ts - built-in workloads of programs: what testgart, an X server and its clients ask the kernel.
//
// testgart-ioctl, x-probe and two-clients are the reference's. testgart-verify is all that testgart.c of
// Jeff Hartmann (1999) does, its benchmark and both passes over the data included. dri is a server that
// leaves AGP to DRM, with the sizes that the radeon and r128 drivers of 2005 share and log: 8 MB of GART, a
// ring of 1 MB and a page, its read pointer's page, 2 MB of buffers, textures behind them.

/** The whole aperture where it has 64 MB, as in the reference; other programs ask INFO. */
const WHOLE = 0x4000000;
const RING = 0x101000;
const TEXTURES = 0x4e0000;

const testgart = (length: number | "info"): string => `init proc:1000,0,0,testgart open:0,1000
  ACQUIRE:0,1000 INFO:0,1000 mmap:0,1000,0,${length},0,3,1
  SETUP:0,1000,info ALLOCATE:0,1000,0,1024,0 BIND:0,1000,s0,0 ALLOCATE:0,1000,1,1024,0
  BIND:0,1000,s1,1024`;
const again = `UNBIND:0,1000,s0,0 UNBIND:0,1000,s1,0 BIND:0,1000,s0,0 BIND:0,1000,s1,1024`;
const leave = `DEALLOCATE:0,1000,s0 DEALLOCATE:0,1000,s1 RELEASE:0,1000 close:0,1000 exit:1000 cleanup`;
const benchmark = "fill:1000,0,0,1024,0x15151515";
const pass = "verify:1000,0,0,2048,i%256";

const dri = `init drm_init proc:1500,1000,0,XFree86
  drm_acquire drm_info drm_enable:info drm_alloc:0,${0x800000},0 drm_bind:0,0
  drm_map:0,1500,0,${RING} drm_map:1,1500,${RING},4096
  drm_map:2,1500,${RING + 0x1000},${0x200000} drm_map:3,1500,${RING + 0x201000},${TEXTURES}
  proc:1501,1000,1000,glxgears
  fill:1500,0,0,${RING / 4096},ring fill:1500,1,0,1,pointer fill:1500,2,0,512,vertices
  fill:1500,3,0,${TEXTURES / 4096},texels
  verify:1500,0,0,${RING / 4096},ring verify:1500,2,0,512,vertices
  verify:1500,3,0,${TEXTURES / 4096},texels
  drm_unbind:0 drm_bind:0,0 verify:1500,0,0,${RING / 4096},ring
  munmap:3,1500 munmap:2,1500 munmap:1,1500 munmap:0,1500
  drm_unbind:0 drm_free:0 drm_release exit:1501 exit:1500 cleanup`;

export const programs: { readonly [name: string]: string } = {
  "testgart-ioctl": `${testgart(WHOLE)} INFO:0,1000 ${again} ${leave}`,
  "x-probe": `init proc:1500,1000,0,XFree86
    open:0,1500 ACQUIRE:0,1500 INFO:0,1500 RELEASE:0,1500 close:0,1500
    open:1,1500 ACQUIRE:1,1500 INFO:1,1500 RELEASE:1,1500 INFO:1,1500 ACQUIRE:1,1500 INFO:1,1500
    SETUP:1,1500,info ALLOCATE:1,1500,0,1,0 ALLOCATE:1,1500,1,256,0 ALLOCATE:1,1500,2,2048,0
    BIND:1,1500,s0,0 BIND:1,1500,s1,16 BIND:1,1500,s2,4096 mmap:1,1500,0,${WHOLE},0,3,1
    INFO:1,1500 dump:server-up UNBIND:1,1500,s0,0 UNBIND:1,1500,s1,0 UNBIND:1,1500,s2,0
    RELEASE:1,1500 dump:vt-away INFO:1,1500 BIND:1,1500,s0,0 ACQUIRE:1,1500 SETUP:1,1500,info
    BIND:1,1500,s0,0 BIND:1,1500,s1,16 BIND:1,1500,s2,4096 INFO:1,1500 UNBIND:1,1500,s1,0
    DEALLOCATE:1,1500,s1 DEALLOCATE:1,1500,s0 UNBIND:1,1500,s2,0 RELEASE:1,1500 munmap:0,1500
    close:1,1500 open:2,1500 ACQUIRE:2,1500 INFO:2,1500 ALLOCATE:2,1500,3,16,0 BIND:2,1500,s3,64
    exit:1500 cleanup`,
  "two-clients": `init proc:2000,0,0,X proc:2001,1000,1000,glx1 proc:2002,1001,1001,glx2
    open:0,2000 open:1,2001 ACQUIRE:0,2000 INFO:0,2000 SETUP:0,2000,info
    ALLOCATE:0,2000,0,64,0 ALLOCATE:0,2000,1,64,0 BIND:0,2000,s0,0 BIND:0,2000,s1,64
    mmap:0,2000,0,${WHOLE},0,3,1 RESERVE:0,2000,2001,2,0+64+3/64+32+1
    RESERVE:0,2000,2002,1,96+32+3 open:2,2002
    mmap:1,2001,1,262144,0,3,1 mmap:1,2001,2,131072,262144,1,1 mmap:1,2001,3,131072,262144,3,1
    mmap:1,2001,3,131072,393216,3,1 mmap:2,2002,3,131072,393216,3,1 mmap:2,2002,4,262144,0,3,1
    dup:1,2002 mmap:1,2002,5,262144,0,3,1 mmap:1,2002,5,131072,393216,3,1
    dup:0,2001 INFO:0,2001 ALLOCATE:0,2001,2,16,0 mmap:0,2001,6,${WHOLE},0,3,1 close:0,2001
    RESERVE:0,2000,2001,1,128+16+3 mmap:1,2001,7,262144,0,3,1 mmap:1,2001,7,65536,524288,3,1
    RELEASE:0,2000 mmap:1,2001,8,65536,524288,3,1 mmap:2,2002,8,131072,393216,3,1
    ACQUIRE:0,2000 mmap:1,2001,8,65536,524288,3,1 mmap:2,2002,9,131072,393216,3,1
    RESERVE:0,2000,2002,0,none mmap:2,2002,10,131072,393216,3,1 RESERVE:0,2000,2002,0,none
    RESERVE:0,2000,2002,1,96+32+3 mmap:2,2002,10,131072,393216,3,1
    exit:2001 RESERVE:0,2000,2001,0,none RESERVE:0,2000,2001,1,0+64+3
    proc:2001,1000,1000,glx1 open:3,2001 mmap:3,2001,11,262144,0,3,1
    RESERVE:0,2000,2000,1,0+16+3 mmap:0,2000,12,${WHOLE},0,3,1 mmap:0,2000,12,65536,0,3,1
    exit:2000 mmap:2,2002,13,131072,393216,3,1 INFO:3,2001 close:3,2001
    exit:2002 exit:2001 cleanup`,
  "testgart-verify": `${testgart("info")} ${benchmark} ${benchmark} ${benchmark}
    fill:1000,0,0,2048,i%256 ${pass} ${again} ${pass} ${leave}`,
  "x-server-ioctl": `init proc:1500,1000,0,XFree86 proc:1501,1000,1000,xterm
    open:0,1500 ACQUIRE:0,1500 INFO:0,1500 RELEASE:0,1500 ACQUIRE:0,1500 SETUP:0,1500,info
    mmap:0,1500,0,info,0,3,1 ALLOCATE:0,1500,0,256,0 BIND:0,1500,s0,0
    ALLOCATE:0,1500,1,2048,0 BIND:0,1500,s1,256 RESERVE:0,1500,1501,1,256+512+3
    open:1,1501 mmap:1,1501,1,2097152,1048576,3,1 fill:1500,0,0,256,ring fill:1501,1,0,512,pixels
    verify:1500,0,0,256,ring verify:1501,1,0,512,pixels dump:server-up
    UNBIND:0,1500,s0,0 UNBIND:0,1500,s1,0 RELEASE:0,1500 dump:vt-away
    ACQUIRE:0,1500 SETUP:0,1500,info BIND:0,1500,s0,0 BIND:0,1500,s1,256
    verify:1500,0,0,256,ring verify:1501,1,0,512,pixels
    exit:1501 UNBIND:0,1500,s1,0 DEALLOCATE:0,1500,s1 munmap:0,1500 close:0,1500 exit:1500 cleanup`,
  dri,
};
