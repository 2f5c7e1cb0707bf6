// tokens.ts - the words of a C expression; a string literal is its text behind one quotation mark.

const TOKEN =
  /\s+|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)'|0[xX][0-9a-fA-F]+[uUlL]*|\d+[uUlL]*|[A-Za-z_]\w*|->|<<|>>|[<>=!]=|&&|\|\||[-+*/%&|^~!<>?:;,.()[\]{}=]/y;

const ESCAPES: { readonly [letter: string]: string } = { n: "\n", t: "\t", r: "\r", "0": "\0" };
const plain = (text: string): string =>
  text.replace(/\\(.)/g, (_, letter: string) => ESCAPES[letter] ?? letter);

/** Null where something is no token. */
export function tokensOf(text: string): string[] | null {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const found = TOKEN.exec(text)?.[0];
    if (found === undefined) return null;
    if (/^\s/.test(found)) continue;
    const isText = found.startsWith('"') || found.startsWith("'");
    tokens.push(isText ? `${found[0]}${plain(found.slice(1, -1))}` : found);
  }
  return tokens;
}
