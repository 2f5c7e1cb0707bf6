// version.ts - the version of this program, which traces and reports carry.

/** A test holds it to package.json. */
export const VERSION = "0.1.0";
