// mix-ups.test.ts - wherever an address, frame, page, slot or register is taken, one of another space does not compile.
//
// The compiler checks each mix-up: an expected error that is none is an error itself. Here the declarations are
// counted, so that a parameter without its mix-up is noticed.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { sourceOf } from "./house.ts";
import { spaceNames } from "./tidy.ts";

const root = join(import.meta.dirname, "..");
const read = (path: string) => sourceOf(path, readFileSync(join(root, path), "utf8"));

/** The rooms of which every exported class and interface is counted, and the files with one beside them. */
const rooms = ["src/machine", "src/platform", "src/hooks", "src/check"];
const files = [
  ...rooms.flatMap((room) =>
    readdirSync(join(root, room))
      .filter((name) => name.endsWith(".ts"))
      .map((name) => `${room}/${name}`),
  ),
  "src/event/field.ts",
];

/** Whether a type is a space by one of these names, or holds one: a list, a table, that or null. */
function isSpace(type: ts.Node | undefined, names: readonly string[]): boolean {
  if (type === undefined || ts.isFunctionLike(type) || ts.isTypeLiteralNode(type)) return false;
  if (ts.isTypeReferenceNode(type) && names.includes(type.typeName.getText())) return true;
  return type.getChildren().some((child) => isSpace(child, names));
}

/** Every parameter, field and table of a declaration that takes a space: "State.p2m key", "Kernel.physOf address". */
function* taken(node: ts.Node, path: string, names: readonly string[]): Generator<string> {
  for (const child of node.getChildren()) {
    const isResult = ts.isFunctionLike(node) && child === node.type;
    if (isResult || ts.isBlock(child)) continue;
    let inside = path;
    if (ts.isMethodDeclaration(child) || ts.isMethodSignature(child) || isField(child)) {
      if (ts.isPrivateIdentifier(child.name)) continue;
      inside = path.includes(".")
        ? `${path} ${child.name.getText()}`
        : `${path}.${child.name.getText()}`;
    }
    if (ts.isParameter(child) && isSpace(child.type, names))
      yield `${path} ${child.name.getText()}`;
    if (isField(child) && "type" in child && isSpace(child.type, names)) yield inside;
    if (ts.isNewExpression(child)) {
      const [key, value] = child.typeArguments ?? [];
      if (isSpace(key, names)) yield `${path} key`;
      if (isSpace(value, names)) yield `${path} value`;
    }
    yield* taken(child, inside, names);
  }
}

const isField = (
  node: ts.Node,
): node is ts.PropertySignature | ts.PropertyDeclaration | ts.PropertyAssignment =>
  ts.isPropertySignature(node) || ts.isPropertyDeclaration(node) || ts.isPropertyAssignment(node);

const isExported = (node: ts.ClassDeclaration | ts.InterfaceDeclaration): boolean =>
  node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false;

const declared = files.flatMap((path) => {
  const { tree, nodes } = read(path);
  return nodes.flatMap((node) =>
    (ts.isClassDeclaration(node) || ts.isInterfaceDeclaration(node)) && isExported(node)
      ? [...taken(node, node.name!.text, spaceNames(tree))]
      : [],
  );
});

const typeTests = readdirSync(join(root, "test"), { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".types.test.ts"))
  .map((name) => join("test", name));

/** The mix-ups that are expected not to compile, by the name behind each `@ts-expect-error`. */
const mixUps = typeTests.flatMap(
  (path) => read(path).text.match(/(?<=@ts-expect-error ).+/g) ?? [],
);

/** What the compiler says of the mix-ups where none is expected not to compile. */
function complaints(): readonly ts.Diagnostic[] {
  const { config } = ts.readConfigFile(join(root, "tsconfig.json"), ts.sys.readFile);
  const options = {
    ...ts.parseJsonConfigFileContent(config, ts.sys, root).options,
    ...{ noEmit: true, incremental: false },
  };
  delete options.tsBuildInfoFile;
  const host = ts.createCompilerHost(options);
  const plain = host.readFile;
  host.readFile = (path) => {
    const text = plain(path);
    return path.endsWith(".types.test.ts") ? text?.replaceAll("@ts-expect-error", "") : text;
  };
  const paths = typeTests.map((path) => join(root, path));
  const program = ts.createProgram(paths, options, host);
  return paths.flatMap((path) => program.getSemanticDiagnostics(program.getSourceFile(path)));
}

/** "Argument of type A is not assignable to parameter of type B", and "Type A is not assignable to type B". */
const OTHER_TYPE = [2345, 2322];

describe("the mix-ups of spaces", () => {
  test("are looked for in declarations that are there", () => {
    for (const name of ["State", "Platform", "Kernel", "Hooks", "SubjectNumbers"])
      expect(
        declared.filter((one) => one.startsWith(`${name}.`)),
        name,
      ).not.toEqual([]);
    expect(declared.length).toBeGreaterThan(80);
  });

  test("are looked for in what takes several of a space as well", () => {
    const source = sourceOf(
      "x.ts",
      `import type { Mfn, Pfn } from "../address.ts";
      export interface Frames {
        readonly list: readonly Pfn[] | null;
        readonly table: ReadonlyMap<Pfn, number>;
        of(page: Pfn, ...frames: Mfn[]): Mfn;
        readonly ask: (pair: [first: Mfn, count: number]) => Pfn;
        readonly size: number;
      }`,
    );
    const [node] = source.nodes.filter(ts.isInterfaceDeclaration);
    expect([...taken(node!, "Frames", spaceNames(source.tree))]).toEqual([
      ...["Frames.list", "Frames.table", "Frames.of page", "Frames.of frames"],
      "Frames.ask pair",
    ]);
  });

  test("do not compile because of the space, and of nothing else", { timeout: 60_000 }, () => {
    const told = complaints();
    expect(told.filter(({ code }) => !OTHER_TYPE.includes(code))).toEqual([]);
    expect(told).toHaveLength(mixUps.length);
  });

  test("have one for each parameter, field and table, and none for what is no more", () => {
    expect(mixUps.toSorted()).toEqual([...new Set(declared)].toSorted());
  });
});
