// tidy.ts - the rules of the house: each looks at one source file and says what is wrong with it.

import { basename } from "node:path";
import ts from "typescript";
import { importsOf, isTest, type Source, standing, walls } from "./house.ts";

const header = ({ path, text }: Source): string[] => {
  const [first = ""] = text.replace(/^#!.*\n/, "").split("\n");
  const beginning = `// ${basename(path)} - `;
  return first.startsWith(beginning) && /\S[.?]$/.test(first)
    ? []
    : [`begins without "${beginning}" and a sentence`];
};

const drawers = /^(utils?|helpers?|common|shared|misc|managers?|services?)$/i;
const names = ({ path }: Source): string[] =>
  path
    .split(/[/.-]/)
    .filter((word) => drawers.test(word))
    .map((word) => `is named '${word}', which says nothing`);

const FUNCTION_LINES = 70;
const lengths = ({ path, tree, nodes }: Source): string[] => {
  if (isTest(path)) return [];
  return nodes.filter(ts.isFunctionLike).flatMap((node) => {
    const line = (position: number) => tree.getLineAndCharacterOfPosition(position).line + 1;
    const first = line(node.getStart());
    return line(node.end) - first < FUNCTION_LINES
      ? []
      : [`has a function over ${FUNCTION_LINES} lines at line ${first}`];
  });
};

const spaces = [
  ...["Virt", "Phys", "Machine", "Bus", "Aperture", "Address"],
  ...["Pfn", "Mfn", "Vpn", "BusPage", "GattIndex", "DirectoryIndex", "TablePage", "WordIndex"],
  ...["PteIndex", "RegisterIndex", "Index"],
];
/** What the source calls the address types: imports may rename them, and a Machine may be another. */
export function spaceNames(tree: ts.SourceFile): string[] {
  const specifiers = tree.statements.flatMap((statement) => {
    if (!ts.isImportDeclaration(statement)) return [];
    if (!/\/address\.ts"$/.test(statement.moduleSpecifier.getText())) return [];
    const bindings = statement.importClause?.namedBindings;
    return bindings && ts.isNamedImports(bindings) ? [...bindings.elements] : [];
  });
  return specifiers
    .filter(({ name, propertyName }) => spaces.includes((propertyName ?? name).text))
    .map(({ name }) => name.text);
}

/** An address gets into its space, and out of it, through the functions of address.ts alone. */
const casts = ({ path, tree, nodes }: Source): string[] => {
  if (path === "src/address.ts") return [];
  const spaceTypes = spaceNames(tree);
  return nodes.flatMap((node) => {
    if (!ts.isAsExpression(node)) return [];
    const type = node.type.getText();
    const boxes = type.split(/\W+/).some((word) => spaceTypes.includes(word));
    const unboxes = type === "number" && ts.isAsExpression(node.expression);
    return boxes || unboxes ? [`casts: ${node.getText()}`] : [];
  });
};

const unseeded = ["Date.now", "Math.random", "performance.now", "crypto.randomUUID"];
/** The same run gives the same events, and the same trace the same answers, at any time of day. */
const chance = ({ path, nodes }: Source): string[] => {
  if (isTest(path) || standing(path)?.stair === "roof") return [];
  return nodes.flatMap((node) => {
    const isCall = ts.isPropertyAccessExpression(node) && unseeded.includes(node.getText());
    const isDate = ts.isNewExpression(node) && node.expression.getText() === "Date";
    return isCall || isDate ? [`takes its luck from ${node.getText()}`] : [];
  });
};

/** What reads and writes files knows that it runs in Node; so do a CRC, a terminal's colours, its debugger and the page's server. */
const nodeRooms =
  /^src\/(store|exchange|library|cli)\/|^src\/(replay\/observe|report\/colours|debug\/repl|page\/server|page\/open-trace)\.ts$|^(test|package)\//;
const independence = (source: Source): string[] => {
  if (nodeRooms.test(source.path)) return [];
  const imported = importsOf(source).filter(({ path }) => path.startsWith("node:"));
  const asked = source.nodes.filter(
    (node) => ts.isPropertyAccessExpression(node) && node.expression.getText() === "process",
  );
  return [
    ...imported.map(({ path }) => `may not import ${path}`),
    ...asked.map((node) => `may not ask ${node.getText()}`),
  ];
};

const shortcuts = ({ text, nodes }: Source): string[] => {
  const wrong = nodes.flatMap((node) => {
    if (node.kind === ts.SyntaxKind.AnyKeyword) return ["says any"];
    if (node.kind === ts.SyntaxKind.DefaultKeyword)
      return ts.isDefaultClause(node.parent) ? [] : ["has a default export"];
    const isSkipped = /^(test|it|describe)\.(skip|only|todo|fails)$/;
    return ts.isPropertyAccessExpression(node) && isSkipped.test(node.getText())
      ? [`says ${node.getText()}`]
      : [];
  });
  const marks = text.match(/(\/\/|\/\*).*(@ts-(ignore|nocheck)|\b(TODO|FIXME|XXX)\b)/g) ?? [];
  return [...wrong, ...marks.map((mark) => `leaves undone: ${mark}`)];
};

/** The mistake is made where a kernel's hooks make it, and nowhere by chance. */
const mistake = ({ path, nodes }: Source): string[] => {
  if (isTest(path) || path === "src/address.ts" || path.startsWith("src/hooks/")) return [];
  const made = nodes.some((node) => ts.isIdentifier(node) && node.text === "misreadAsBus");
  return made ? ["makes the mistake outside a hook set"] : [];
};

/** A migration makes the same tables for ever: living code that it imported would change them. */
const frozen = (source: Source): string[] =>
  source.path.startsWith("migrations/")
    ? importsOf(source)
        .filter(({ path }) => path.startsWith("src/"))
        .map(({ path }) => `imports living code: ${path}`)
    : [];

/** SQLite is opened by one function, which knows its compiled part. */
const opening = ({ path, nodes }: Source): string[] => {
  if (!path.startsWith("src/") || path === "src/store/sqlite.ts") return [];
  return nodes.flatMap((node) =>
    ts.isImportClause(node) &&
    node.name !== undefined &&
    !node.isTypeOnly &&
    node.parent.moduleSpecifier.getText() === '"better-sqlite3"'
      ? ["opens SQLite by itself: sqlite.ts does"]
      : [],
  );
};

/** What takes the number out of an address. */
const PLAIN: readonly string[] = ["raw", "rawExact"];

/** Where a file takes the plain number out of an address or index: the line of each, and whether a comment says why. */
export function plainNumbers({
  path,
  text,
  tree,
  nodes,
}: Source): { line: number; why: boolean }[] {
  if (isTest(path) || path === "src/address.ts") return [];
  const isImported = nodes.some(
    (node) => ts.isImportSpecifier(node) && PLAIN.includes((node.propertyName ?? node.name).text),
  );
  if (!isImported) return [];
  const lines = text.split("\n");
  const isComment = (line: number) => /\/\//.test(lines[line] ?? "");
  return nodes.flatMap((node) => {
    if (!ts.isIdentifier(node) || !PLAIN.includes(node.text)) return [];
    const { parent } = node;
    if (ts.isImportSpecifier(parent)) return [];
    if (ts.isPropertyAccessExpression(parent) && parent.name === node) return [];
    const { line } = tree.getLineAndCharacterOfPosition(node.getStart());
    return [{ line: line + 1, why: isComment(line) || isComment(line - 1) }];
  });
}

/** An address leaves its space only for a reason, which stands above the line or behind it. */
const reasons = (source: Source): string[] =>
  plainNumbers(source)
    .filter(({ why }) => !why)
    .map(({ line }) => `takes a plain number without a reason at line ${line}`);

/** What writes a virt; its base is the trace's. */
const WRITE_VIRT: readonly string[] = ["eventText", "virtText", "wholeVirt", "columnText"];

/** A virt is whole with the base of its trace alone: nobody makes one up, and no parameter has one by default. */
const bases = ({ path, nodes }: Source): string[] => {
  if (isTest(path)) return [];
  return nodes.flatMap((node) => {
    const isMadeUp =
      ts.isCallExpression(node) &&
      WRITE_VIRT.includes(node.expression.getText()) &&
      node.arguments.some((one) => ts.isBigIntLiteral(one));
    const isDefault =
      ts.isParameter(node) &&
      /base$/i.test(node.name.getText()) &&
      node.initializer !== undefined &&
      ts.isBigIntLiteral(node.initializer);
    return isMadeUp || isDefault ? [`makes up a virt base: ${node.getText()}`] : [];
  });
};

export const rules = {
  bases,
  header,
  walls,
  names,
  lengths,
  casts,
  chance,
  independence,
  shortcuts,
  mistake,
  reasons,
  frozen,
  opening,
} as const;

/** Everything that is wrong with a source, each with its path. */
export const breaches = (source: Source): string[] =>
  Object.values(rules).flatMap((rule) => rule(source).map((wrong) => `${source.path} ${wrong}`));
