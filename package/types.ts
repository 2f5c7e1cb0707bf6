// types.ts - the types of the library in one file, out of the declarations that the compiler writes beside each module.
//
// It is what the package ships and what is kept as the report of all that is public (package/api.txt). From the
// exports of index.d.ts on it takes what they refer to, and leaves out members marked @internal. The members of a union
// stand in the order of their text: that of an inferred one is otherwise the compiler's, which differs from build to build.
// The kinds of events, whose fields TypeScript infers, are written out with what their declarations say (kinds.ts).

import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import ts from "typescript";
import { assert } from "../src/fault.ts";
import { kindsTold, kindsType } from "./kinds.ts";

/** A declaration by the file that holds it and its name there. */
interface Place {
  readonly file: string;
  readonly name: string;
}

interface Module {
  readonly tree: ts.SourceFile;
  readonly declared: ReadonlyMap<string, readonly ts.Statement[]>;
  /** Names that come from another file of ours, be it to be exported again. */
  readonly from: ReadonlyMap<string, Place>;
  readonly exported: readonly { readonly name: string; readonly isType: boolean }[];
}

const HEADER = `// What gartrace exports: every name, signature and type that is public.
/// <reference lib="esnext.disposable" />
`;

/** The whole text; `index` is the path of the compiled index.d.ts. */
export function typesOf(index: string): string {
  const rolled = new Rolled();
  const { exported } = rolled.module(index);
  for (const { name } of exported) rolled.nameOf({ file: index, name });
  const list = exported.map(({ name, isType }) => `  ${isType ? "type " : ""}${name},`);
  return [HEADER, ...rolled.texts(), `export {\n${list.join("\n")}\n};\n`].join("\n");
}

class Rolled {
  readonly #modules = new Map<string, Module>();
  /** By place: the name here, and the text once it is worked out. */
  readonly #taken = new Map<string, { readonly name: string; text: string }>();
  readonly #names = new Set<string>();

  module(file: string): Module {
    let module = this.#modules.get(file);
    if (module === undefined) {
      module = read(file);
      this.#modules.set(file, module);
    }
    return module;
  }

  /** Takes a declaration and what it refers to, and gives its name here. */
  nameOf(place: Place): string {
    const found = this.#resolved(place);
    const key = `${found.file} ${found.name}`;
    const known = this.#taken.get(key);
    if (known !== undefined) return known.name;
    let name = found.name;
    for (let i = 2; this.#names.has(name); i++) name = `${found.name}${i}`;
    this.#names.add(name);
    const taken = { name, text: "" };
    this.#taken.set(key, taken);
    taken.text = this.module(found.file)
      .declared.get(found.name)!
      .map((node) => this.#textOf(node, found, name))
      .join("\n");
    return name;
  }

  texts(): string[] {
    return [...this.#taken.values()]
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map(({ text }) => text);
  }

  #resolved(place: Place): Place {
    const { declared, from } = this.module(place.file);
    if (declared.has(place.name)) return place;
    const elsewhere = from.get(place.name);
    assert(elsewhere !== undefined, () => `${place.file} has no ${place.name}`);
    return this.#resolved(elsewhere);
  }

  #textOf(statement: ts.Statement | ts.TypeNode, { file, name: own }: Place, name: string): string {
    const { tree, declared, from } = this.module(file);
    const edits: [from: number, to: number, text: string][] = [];
    const rename = (node: ts.Identifier) => {
      const isKnown = declared.has(node.text) || from.has(node.text);
      if (isKnown)
        edits.push([node.getStart(tree), node.end, this.nameOf({ file, name: node.text })]);
    };
    const visit = (node: ts.Node): void => {
      if (isInternal(node)) {
        edits.push([node.getFullStart(), node.end, ""]);
        return;
      }
      if (isExport(node)) edits.push([node.getStart(tree), node.end + 1, ""]);
      else if (ts.isImportTypeNode(node)) {
        const there = resolve(dirname(file), declarationsOf(pathIn(node.argument)));
        const there2 = { file: there, name: (node.qualifier as ts.Identifier).text };
        const end = node.typeArguments === undefined ? node.end : node.typeArguments.pos - 1;
        edits.push([node.getStart(tree), end, this.nameOf(there2)]);
        node.typeArguments?.forEach(visit);
        return;
      } else if (ts.isUnionTypeNode(node) && node.types.every(hasNoParts)) {
        const members = node.types
          .toSorted(byText)
          .map((member) => this.#textOf(member, { file, name: own }, name));
        edits.push([node.getStart(tree), node.end, members.join(" | ")]);
        return;
      } else if (ts.isIdentifier(node) && (isReference(node) || isName(node, statement)))
        if (node.text === own && !isReference(node))
          edits.push([node.getStart(tree), node.end, name]);
        else rename(node);
      ts.forEachChild(node, visit);
      for (const modifier of modifiersOf(node)) if (isExport(modifier)) visit(modifier);
    };
    visit(statement);
    return edited(tree.text, statement.getFullStart(), statement.end, edits).trim();
  }
}

const modifiersOf = (node: ts.Node): readonly ts.Node[] =>
  ts.canHaveModifiers(node) ? (ts.getModifiers(node) ?? []) : [];
const isExport = (node: ts.Node): boolean => node.kind === ts.SyntaxKind.ExportKeyword;

const isInternal = (node: ts.Node): boolean =>
  ts.getJSDocTags(node).some(({ tagName }) => tagName.text === "internal");

/** Whether an identifier stands for a declaration: a type, what typeof asks, a base class, a key in brackets. */
function isReference(node: ts.Identifier): boolean {
  const { parent } = node;
  return (
    (ts.isTypeReferenceNode(parent) && parent.typeName === node) ||
    (ts.isTypeQueryNode(parent) && parent.exprName === node) ||
    (ts.isQualifiedName(parent) && parent.left === node) ||
    (ts.isExpressionWithTypeArguments(parent) && parent.expression === node) ||
    ts.isComputedPropertyName(parent)
  );
}

/** Whether it is the name that the statement declares. */
const isName = (node: ts.Identifier, statement: ts.Node): boolean =>
  node.parent === statement ||
  (ts.isVariableDeclaration(node.parent) && node.parent.parent.parent === statement);

/** A literal or a bare name. */
const hasNoParts = (node: ts.TypeNode): boolean =>
  ts.isLiteralTypeNode(node) ||
  node.kind === ts.SyntaxKind.UndefinedKeyword ||
  (ts.isTypeReferenceNode(node) && node.typeArguments === undefined);

/** What stands for nothing comes last, as people write it. */
function byText(a: ts.TypeNode, b: ts.TypeNode): number {
  const [one, other] = [a.getText(), b.getText()];
  const isNothing = (text: string) => Number(text === "null" || text === "undefined");
  return isNothing(one) - isNothing(other) || (one < other ? -1 : 1);
}

/** The text between two places, with some of it replaced. */
function edited(
  text: string,
  start: number,
  end: number,
  edits: readonly [from: number, to: number, text: string][],
): string {
  let [result, at] = ["", start];
  for (const [from, to, replacement] of edits.toSorted(([a], [b]) => a - b)) {
    if (from < at) continue;
    result += text.slice(at, from) + replacement;
    at = to;
  }
  return result + text.slice(at, end);
}

const declarationsOf = (path: string): string => path.replace(/\.ts$/, ".d.ts");
const pathIn = (node: ts.Node): string =>
  ((ts.isLiteralTypeNode(node) ? node.literal : node) as ts.StringLiteral).text;

const INFERRED = /(?<=\nexport type Kinds = )\{.*?\n\}(?=;\n)/s;

/** A declaration file; the type of all kinds, which is inferred, written out. */
function textOf(file: string): string {
  const text = readFileSync(file, "utf8");
  if (!file.endsWith("/src/event/vocabulary.d.ts")) return text;
  assert(INFERRED.test(text), () => `${file} has no type of all kinds`);
  const kinds = kindsType(kindsTold(resolve(dirname(file), "../../..")));
  const addresses = kinds.names.filter((name) => name !== "Facts").join(", ");
  return (
    text.replace(INFERRED, () => kinds.text) +
    `import type { ${addresses} } from "../address.ts";\nimport type { Facts } from "./field.ts";\n`
  );
}

function read(file: string): Module {
  const text = textOf(file);
  const tree = ts.createSourceFile(file, text, ts.ScriptTarget.ES2023, true);
  const declared = new Map<string, ts.Statement[]>();
  const from = new Map<string, Place>();
  const exported: { name: string; isType: boolean }[] = [];
  const declare = (name: string, statement: ts.Statement) =>
    declared.set(name, [...(declared.get(name) ?? []), statement]);
  for (const statement of tree.statements) {
    if (ts.isVariableStatement(statement))
      for (const { name } of statement.declarationList.declarations)
        declare((name as ts.Identifier).text, statement);
    else if (ts.isImportDeclaration(statement)) {
      const names = statement.importClause?.namedBindings;
      if (names !== undefined && ts.isNamedImports(names))
        for (const one of names.elements) take(one, statement.moduleSpecifier);
    } else if (ts.isExportDeclaration(statement)) {
      const names = statement.exportClause;
      if (names === undefined || !ts.isNamedExports(names)) continue;
      for (const one of names.elements) {
        if (statement.moduleSpecifier !== undefined) take(one, statement.moduleSpecifier);
        exported.push({ name: one.name.text, isType: one.isTypeOnly || statement.isTypeOnly });
      }
    } else {
      const { name } = statement as ts.Statement & { readonly name?: ts.Identifier };
      if (name !== undefined) declare(name.text, statement);
    }
  }
  return { tree, declared, from, exported };

  function take(one: ts.ImportSpecifier | ts.ExportSpecifier, path: ts.Expression): void {
    const there = pathIn(path);
    if (!there.startsWith(".")) return;
    from.set(one.name.text, {
      file: resolve(dirname(file), declarationsOf(there)),
      name: (one.propertyName ?? one.name).text,
    });
  }
}
