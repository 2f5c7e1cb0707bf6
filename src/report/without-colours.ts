// without-colours.ts - a text for a terminal as it reads elsewhere.

/** The text without a terminal's colours. */
export const withoutColours = (text: string): string => text.replace(/\p{Cc}\[[0-9;]*m/gu, "");
