// kinds.ts - every kind of event and its fields, with what the comments of their declarations say of them.
//
// The compiler knows them: a kind's fields are put together of objects that several kinds share. What stands above a
// field where it is declared is said of it, and else what stands above the field that it is.

import { join } from "node:path";
import ts from "typescript";
import { declarationOf, kindNames } from "../src/event/vocabulary.ts";
import { assert } from "../src/fault.ts";

export interface FieldTold {
  readonly name: string;
  readonly isOptional: boolean;
  /** As TypeScript has it, where it is there; names are of src/address.ts and src/event/field.ts. */
  readonly type: string;
  readonly says: string;
}

export interface KindTold {
  readonly name: string;
  readonly says: string;
  readonly fields: readonly FieldTold[];
}

/** In the order of the vocabulary; `root` is the project's folder. */
export function kindsTold(root: string): readonly KindTold[] {
  const path = join(root, "src/event/vocabulary.ts");
  const { config } = ts.readConfigFile(join(root, "tsconfig.json"), ts.sys.readFile);
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root);
  const program = ts.createProgram([path], { ...options, types: [], noEmit: true });
  const checker = program.getTypeChecker();
  const file = program.getSourceFile(path)!;
  const { exports } = checker.getSymbolAtLocation(file)!;
  const vocabulary = exports!.get(ts.escapeLeadingUnderscores("vocabulary"))!;

  const types = checker.getTypeOfSymbol(vocabulary);

  // The compiler's order of members is its own.
  return kindNames.map((name) => {
    const kind = types.getProperty(name)!;
    const fields = checker.getTypeOfSymbol(checker.getTypeOfSymbol(kind).getProperty("fields")!);
    const told = Object.keys(declarationOf(name).fields).map((field) =>
      fieldTold(fields.getProperty(field)!),
    );
    return { name, says: saidOf(kind), fields: told };
  });

  function fieldTold(field: ts.Symbol): FieldTold {
    const [holds, isOptional] = checker.getTypeArguments(
      checker.getTypeOfSymbol(field) as ts.TypeReference,
    );
    return {
      name: field.name,
      isOptional: checker.typeToString(isOptional!) === "true",
      type: membersOf(holds!).sort().join(" | "),
      says: saidOf(field),
    };
  }

  function membersOf(type: ts.Type): string[] {
    const isWhole = type.aliasSymbol !== undefined || !type.isUnion();
    const flags = ts.TypeFormatFlags.NoTruncation;
    return isWhole ? [checker.typeToString(type, undefined, flags)] : type.types.flatMap(membersOf);
  }

  function saidOf(symbol: ts.Symbol): string {
    const declaration = symbol.declarations?.[0];
    const said = commentOf(symbol) || (declaration === undefined ? "" : saidOfValue(declaration));
    assert(said !== "", () => `nothing is said of ${symbol.name}`);
    return said;
  }

  /** What is said of the field that another one is: of busField, where `bus` is optional(busField). */
  function saidOfValue(declaration: ts.Node): string {
    const names = identifiersIn(declaration).flatMap((node) => {
      const symbol = checker.getSymbolAtLocation(node);
      return symbol === undefined ? [] : [aliased(symbol)];
    });
    const field = names.find((symbol) => symbol.name.endsWith("Field"));
    return field === undefined ? "" : commentOf(field);
  }

  function aliased(symbol: ts.Symbol): ts.Symbol {
    return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  }

  function commentOf(symbol: ts.Symbol): string {
    return ts
      .displayPartsToString(symbol.getDocumentationComment(checker))
      .replace(/\s+/g, " ")
      .trim();
  }
}

function identifiersIn(node: ts.Node): ts.Identifier[] {
  if (ts.isIdentifier(node)) return [node];
  return node.getChildren().flatMap(identifiersIn);
}

/** The kinds as a type whose members say what they are: what users of the library read. `names` are what it refers to. */
export function kindsType(kinds: readonly KindTold[]): {
  readonly text: string;
  readonly names: readonly string[];
} {
  const members = kinds.map(
    ({ name, says, fields }) =>
      `    /** ${says} */\n    readonly "${name}": {\n${fields.map(memberOf).join("")}    };\n`,
  );
  const types = kinds.flatMap(({ fields }) => fields.map(({ type }) => type));
  const names = types.join().match(/(?<!")\b[A-Z]\w*/g) ?? [];
  return { text: `{\n${members.join("")}}`, names: [...new Set(names)] };
}

const memberOf = ({ name, isOptional, type, says }: FieldTold): string =>
  `        /** ${says} */\n        readonly ${name}${isOptional ? "?" : ""}: ${type}${isOptional ? " | null" : ""};\n`;
