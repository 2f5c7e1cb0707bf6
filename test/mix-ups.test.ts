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

/** The declarations whose parameters and fields are counted, by file. */
const declarations: { readonly [path: string]: readonly string[] } = {
  "src/machine/state.ts": ["State"],
  "src/machine/table-pages.ts": ["TablePages"],
  "src/machine/dma-table.ts": ["DmaTable", "DmaMapping"],
  "src/platform/platform.ts": ["Platform", "Backing", "Frames", "Window"],
  "src/platform/kernel.ts": ["Kernel", "DeviceAddress"],
  "src/hooks/hooks.ts": ["Hooks", "TableMemory"],
  "src/event/field.ts": ["SubjectNumbers"],
};

/** Whether a type is a space by one of these names, or that or null. */
const isSpace = (type: ts.TypeNode | undefined, names: readonly string[]): boolean => {
  if (type === undefined) return false;
  if (ts.isUnionTypeNode(type)) return type.types.some((one) => isSpace(one, names));
  return ts.isTypeReferenceNode(type) && names.includes(type.typeName.getText());
};

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

const declared = Object.entries(declarations).flatMap(([path, names]) => {
  const { tree, nodes } = read(path);
  return nodes.flatMap((node) =>
    (ts.isClassDeclaration(node) || ts.isInterfaceDeclaration(node)) &&
    names.includes(node.name?.text ?? "")
      ? [...taken(node, node.name!.text, spaceNames(tree))]
      : [],
  );
});

/** The mix-ups that are expected not to compile, by the name behind each `@ts-expect-error`. */
const mixUps = readdirSync(join(root, "test"), { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".types.test.ts"))
  .flatMap((name) => read(join("test", name)).text.match(/(?<=@ts-expect-error ).+/g) ?? []);

describe("the mix-ups of spaces", () => {
  test("are looked for in declarations that are there", () => {
    for (const name of Object.values(declarations).flat())
      expect(
        declared.filter((one) => one.startsWith(`${name}.`)),
        name,
      ).not.toEqual([]);
    expect(declared.length).toBeGreaterThan(60);
  });

  test("have one for each parameter, field and table, and none for what is no more", () => {
    expect(mixUps.toSorted()).toEqual([...new Set(declared)].toSorted());
  });
});
