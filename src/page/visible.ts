// visible.ts - text of a trace, which can be anything, as text of a page.

/** Control characters as their pictures, and nothing that turns the direction: text of a trace can be anything. */
export const visible = (text: string): string =>
  text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (one) =>
    one < " " ? String.fromCharCode(0x2400 + one.charCodeAt(0)) : "\ufffd",
  );
