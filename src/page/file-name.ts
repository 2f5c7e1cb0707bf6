// file-name.ts - the last part of a path, whichever way its slashes lean.

export const basename = (path: string): string => path.split(/[/\\]/).at(-1)!;
