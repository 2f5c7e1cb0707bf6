// house.ts - the house as a picture: where every source file stands, and which others it may import.
//
// Making and reading stand on one ground and meet only under the roof.

import ts from "typescript";

/** A source file: its path from the project's root, its text and its syntax, outermost node first. */
export interface Source {
  readonly path: string;
  readonly text: string;
  readonly tree: ts.SourceFile;
  readonly nodes: readonly ts.Node[];
}

export function sourceOf(path: string, text: string): Source {
  const tree = ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true);
  return { path, text, tree, nodes: [...nodesOf(tree)] };
}

function* nodesOf(node: ts.Node): Generator<ts.Node> {
  yield node;
  for (const child of node.getChildren()) yield* nodesOf(child);
}

/** Every part of the house from the bottom up; the rooms of one step may know each other. */
const stairs: { readonly [stair: string]: readonly (readonly string[])[] } = {
  ground: [
    ["address.ts", "dice.ts", "fault.ts", "json-place.ts", "version.ts", "visible.ts"],
    ["event"],
    ["machine", "chipset"],
    ["fingerprint"],
    ["check"],
    ["judgement"],
    ["answer"],
  ],
  making: [
    ["platform"],
    ["block"],
    ["hooks"],
    ["agpgart"],
    ["workload"],
    ["client"],
    ["scenario"],
    ["recorder"],
  ],
  reading: [
    ["migrations"],
    ["store"],
    ["replay"],
    ["diff"],
    ["exchange"],
    ["report"],
    ["debug"],
    ["page"],
  ],
  roof: [["library"], ["shape"], ["index.ts"], ["cli", "web"], ["package"]],
};

/** The page runs in a browser: of the house it may import what the answers look like, and nothing else. */
const forThePage = /^src\/(web|answer)\//;

/** The command line is a client of the library: of makers and readers it imports nothing by itself. */
const forTheCommand = (there: Standing | undefined): boolean =>
  there?.stair === "ground" || there?.stair === "roof";

/** The rooms of the importers, and which of them each may import: formats share rooms and do not know each other. */
const shared = ["source", "kernel", "join"];
const importers: { readonly [room: string]: readonly string[] } = {
  source: [],
  kernel: ["source"],
  join: ["source", "kernel"],
  ftrace: shared,
  debugfs: shared,
  dmesg: [...shared, "ftrace"],
  qemu: shared,
  xen: shared,
  mmio: shared,
  reference: shared,
  lines: shared,
};
const IMPORTERS = "src/exchange/import/";

/** The importers' room of a file; "" for what stands among the rooms and joins them, undefined elsewhere. */
function importersRoom(path: string): string | undefined {
  if (!path.startsWith(IMPORTERS)) return undefined;
  const [room, inner] = path.slice(IMPORTERS.length).split("/");
  return inner === undefined ? "" : room!;
}

interface Standing {
  readonly stair: string;
  readonly step: number;
}

/** Where a file stands; undefined where the house has no such room, as for the tests. */
export function standing(path: string): Standing | undefined {
  const [top, inner] = path.split("/");
  const room = top === "src" ? inner! : top!;
  for (const [stair, steps] of Object.entries(stairs)) {
    const step = steps.findIndex((rooms) => rooms.includes(room));
    if (step >= 0) return { stair, step };
  }
  return undefined;
}

export const isTest = (path: string): boolean => path.startsWith("test/");

interface Import {
  /** The path from the root for the house's own files, else the package's name. */
  readonly path: string;
  readonly isOwn: boolean;
}

export const importsOf = ({ path, nodes }: Source): Import[] =>
  nodes.flatMap((node): Import[] => {
    const name = importedBy(node);
    if (name === undefined) return [];
    const isOwn = name.startsWith(".");
    const from = isOwn ? new URL(name, `house:/${path}`).pathname.slice(1) : name;
    return [{ path: from, isOwn }];
  });

/** The name in an import or export statement, an import() type or an import() call. */
function importedBy(node: ts.Node): string | undefined {
  let name: ts.Node | undefined;
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) name = node.moduleSpecifier;
  else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument))
    name = node.argument.literal;
  else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
    name = node.arguments[0];
  return name !== undefined && ts.isStringLiteral(name) ? name.text : undefined;
}

/** The names that a file imports, or exports again, from files of which `isWanted` holds. */
export const namesFrom = (
  { path, nodes }: Source,
  isWanted: (path: string) => boolean,
): readonly string[] =>
  nodes.flatMap((node) => {
    if (!ts.isImportSpecifier(node) && !ts.isExportSpecifier(node)) return [];
    const statement = ts.findAncestor(
      node,
      (one) => ts.isImportDeclaration(one) || ts.isExportDeclaration(one),
    ) as ts.ImportDeclaration | ts.ExportDeclaration;
    const from = statement.moduleSpecifier;
    if (from === undefined || !ts.isStringLiteral(from)) return [];
    return isWanted(new URL(from.text, `house:/${path}`).pathname.slice(1))
      ? [(node.propertyName ?? node.name).text]
      : [];
  });

/** What a file imports from above it or from the other stair. */
export function walls(source: Source): string[] {
  if (isTest(source.path)) return [];
  const here = standing(source.path);
  const room = importersRoom(source.path);
  if (here === undefined || (room && importers[room] === undefined))
    return ["stands in no room of the house"];
  return importsOf(source).flatMap((imported) => {
    if (!imported.isOwn) return [];
    if (source.path.startsWith("src/web/") && !forThePage.test(imported.path))
      return [`may not import ${imported.path}`];
    const there = standing(imported.path);
    if (source.path.startsWith("src/cli/") && !forTheCommand(there))
      return [`may not import ${imported.path}`];
    return there && mayImport(here, there) && mayImportRoom(room, importersRoom(imported.path))
      ? []
      : [`may not import ${imported.path}`];
  });
}

/** Between two rooms of the importers; what stands outside them may import any. */
const mayImportRoom = (from: string | undefined, to: string | undefined): boolean =>
  !from || to === undefined || from === to || (importers[from] ?? []).includes(to);

const mayImport = (from: Standing, to: Standing): boolean =>
  from.stair === to.stair ? from.step >= to.step : from.stair === "roof" || to.stair === "ground";

/** Circles of files that import each other, be it for a type or later only: each as its files in order. */
export function circles(sources: readonly Source[]): string[] {
  const next = new Map(
    sources.map((source) => [source.path, importsOf(source).filter(({ isOwn }) => isOwn)]),
  );
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (path: string, above: readonly string[]): void => {
    if (above.includes(path)) found.push([...above.slice(above.indexOf(path)), path].join(" -> "));
    if (done.has(path)) return;
    done.add(path);
    for (const imported of next.get(path) ?? []) visit(imported.path, [...above, path]);
  };
  for (const path of next.keys()) visit(path, []);
  return found;
}
