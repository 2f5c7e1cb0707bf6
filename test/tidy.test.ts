// tidy.test.ts - the house keeps its own rules, and each rule would notice.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { circles, importsOf, namesFrom, type Source, sourceOf } from "./house.ts";
import { breaches, plainNumbers, rules } from "./tidy.ts";

const root = join(import.meta.dirname, "..");
const sourcesIn = (folder: string): Source[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => join(folder, name))
    .map((path) => sourceOf(path, readFileSync(join(root, path), "utf8")));

const sources = ["src", "migrations", "package", "test"].flatMap(sourcesIn);

describe("the house", () => {
  test("is seen: a look that finds no files would find nothing wrong", () => {
    const seen = (folder: string) => sources.filter(({ path }) => path.startsWith(`${folder}/`));
    expect(seen("src").length).toBeGreaterThan(80);
    expect(seen("migrations").length).toBeGreaterThan(1);
    expect(seen("test").length).toBeGreaterThan(10);
    const paths = new Set(sources.map(({ path }) => path));
    const own = sources.flatMap(importsOf).filter(({ isOwn }) => isOwn);
    expect(own.length).toBeGreaterThan(300);
    expect(own.filter(({ path }) => !paths.has(path))).toEqual([]);
  });

  test("is tidy", () => {
    expect(sources.flatMap(breaches)).toEqual([]);
  });

  test("has a command line that takes of the library what it exports, and nothing else", () => {
    const index = sources.find(({ path }) => path === "src/index.ts")!;
    const open = new Set(namesFrom(index, () => true));
    const used = sources
      .filter(({ path }) => path.startsWith("src/cli/"))
      .flatMap((source) => namesFrom(source, (path) => path.startsWith("src/library/")));
    expect(used.length).toBeGreaterThan(50);
    expect([...new Set(used)].filter((name) => !open.has(name))).toEqual([]);
  });

  test("takes few addresses out of their spaces", () => {
    const taken = sources.flatMap(plainNumbers);
    expect(taken.length).toBeGreaterThan(0);
    expect(taken.length).toBeLessThanOrEqual(60);
  });

  test("has no circle of imports, of types neither", () => {
    expect(circles(sources)).toEqual([]);
  });
});

/** What a file would look like that breaks a rule: its path, its code, what the rule must say. */
type Bad = readonly [path: string, code: string, complaint: RegExp];
const long = (lines: number) => "//\n".repeat(lines);
const bad: { readonly [rule in keyof typeof rules]: readonly Bad[] } = {
  bases: [
    ["src/debug/x.ts", "const text = eventText(event, 0n);", /makes up a virt base: eventText/],
    [
      "src/report/x.ts",
      "const f = (virt: Virt, virtBase = 0n) => 1;",
      /makes up a virt base: virtB/,
    ],
  ],
  header: [
    ["src/event/x.ts", 'import "./y.ts";', /begins without/],
    ["src/event/x.ts", "// y.ts - another file's sentence.", /begins without/],
    ["src/event/x.ts", "// x.ts - no sentence", /begins without/],
    ["test/event/x.test.ts", "\n// x.test.ts - too late.", /begins without/],
  ],
  walls: [
    ["src/event/x.ts", 'import { y } from "../machine/y.ts";', /may not import src\/machine\/y/],
    ["src/machine/x.ts", 'import { y } from "../platform/y.ts";', /may not import src\/platform/],
    ["src/chipset/x.ts", 'import type { y } from "../store/y.ts";', /may not import src\/store/],
    ["src/machine/x.ts", 'import { y } from "../fingerprint/y.ts";', /may not import src\/finger/],
    ["src/platform/x.ts", 'import { y } from "../hooks/y.ts";', /may not import src\/hooks/],
    ["src/workload/x.ts", 'import { y } from "../recorder/y.ts";', /may not import src\/recorder/],
    ["src/recorder/x.ts", 'import { y } from "../store/y.ts";', /may not import src\/store/],
    ["src/replay/x.ts", 'import { y } from "../platform/y.ts";', /may not import src\/platform/],
    ["src/replay/x.ts", 'import { y } from "../diff/y.ts";', /may not import src\/diff/],
    [
      "src/exchange/import/x.ts",
      'export * from "../../report/y.ts";',
      /may not import src\/report/,
    ],
    [
      "src/exchange/import/qemu/x.ts",
      'import { y } from "../ftrace/y.ts";',
      /may not import src\/exchange\/import\/ftrace/,
    ],
    [
      "src/exchange/import/join/x.ts",
      'import { y } from "../merge.ts";',
      /may not import src\/exchange\/import\/merge/,
    ],
    ["src/exchange/import/attic/x.ts", "", /no room/],
    ["src/debug/x.ts", 'import { y } from "../cli/y.ts";', /may not import src\/cli/],
    ["migrations/x.ts", 'import { y } from "../src/store/y.ts";', /may not import src\/store/],
    ["src/cli/x.ts", 'import { y } from "../../test/y.ts";', /may not import test/],
    ["src/diff/x.ts", 'type Y = import("../report/y.ts").Y;', /may not import src\/report/],
    ["src/store/x.ts", 'const y = await import("../cli/y.ts");', /may not import src\/cli/],
    ["src/attic/x.ts", "", /no room/],
    ["src/page/x.ts", 'import { y } from "../cli/y.ts";', /may not import src\/cli/],
    ["src/cli/x.ts", 'import { y } from "../store/y.ts";', /may not import src\/store/],
    ["src/cli/x.ts", 'const y = await import("../workload/y.ts");', /may not import src\/workload/],
    ["src/web/x.tsx", 'import type { y } from "../event/y.ts";', /may not import src\/event/],
    ["src/web/x.ts", 'import { y } from "../page/y.ts";', /may not import src\/page/],
  ],
  names: [
    ["src/event/utils.ts", "", /'utils'/],
    ["src/shared/x.ts", "", /'shared'/],
    ["test/store/trace-helper.ts", "", /'helper'/],
  ],
  lengths: [
    ["src/event/x.ts", `\nfunction f() {\n${long(69)}}`, /over 70 lines at line 2/],
    ["src/event/x.ts", `const f = () => {\n${long(69)}};`, /over 70 lines at line 1/],
    ["src/event/x.ts", `class C {\n  m() {\n${long(69)}}}`, /over 70 lines at line 2/],
  ],
  casts: [
    ["src/event/x.ts", bringing("Phys", "n as unknown as Phys"), /casts: n as unknown as Phys/],
    ["src/event/x.ts", bringing("Mfn", "n as Mfn | null"), /casts/],
    ["src/event/x.ts", bringing("Machine as At", "n as unknown as At"), /casts/],
    ["src/event/x.ts", bringing("Bus", "s as unknown as ZodType<Bus>"), /casts/],
    ["src/event/x.ts", "const n = address as unknown as number;", /casts/],
  ],
  chance: [
    ["src/platform/x.ts", "const t = Date.now();", /luck from Date.now/],
    ["src/replay/x.ts", "const t = new Date();", /luck from new Date/],
    ["src/machine/x.ts", "const r = Math.random() * 6;", /luck/],
    ["src/store/x.ts", "const t = performance.now();", /luck/],
    ["src/dice.ts", "const s = crypto.randomUUID();", /luck/],
  ],
  independence: [
    ["src/event/x.ts", 'import { crc32 } from "node:zlib";', /may not import node:zlib/],
    ["src/platform/x.ts", 'import { open } from "node:fs";', /may not import node:fs/],
    ["src/replay/replay.ts", 'import { open } from "node:fs";', /may not import node:fs/],
    ["src/dice.ts", "const seed = process.env.SEED;", /may not ask process.env/],
    ["src/hooks/x.ts", "const { SEED } = process.env;", /may not ask process.env/],
    ["src/web/x.ts", 'import { open } from "node:fs";', /may not import node:fs/],
  ],
  shortcuts: [
    ["src/event/x.ts", "const x: any = 1;", /says any/],
    ["src/event/x.ts", "const x = y as unknown as any[];", /says any/],
    ["src/event/x.ts", "export default 1;", /default export/],
    ["src/event/x.ts", "export default function f() {}", /default export/],
    ["src/event/x.ts", `// ${"@ts-"}ignore`, /undone/],
    ["src/event/x.ts", `const x = 1; // ${"TO"}DO: more`, /undone/],
    ["test/event/x.test.ts", 'test.skip("one day", () => {});', /says test.skip/],
    ["test/event/x.test.ts", 'describe.only("this", () => {});', /says describe.only/],
  ],
  mistake: [
    ["src/platform/x.ts", 'import { misreadAsBus } from "../address.ts";', /outside a hook set/],
    ["src/diff/x.ts", "const b = address.misreadAsBus(p);", /outside a hook set/],
  ],
  reasons: [
    [
      "src/diff/x.ts",
      'import { raw } from "../address.ts";\nconst n = raw(page);',
      /without a reason at line 2/,
    ],
    [
      "src/diff/x.ts",
      'import { raw } from "../address.ts";\n\nconst n = pages.map(raw);',
      /without a reason at line 3/,
    ],
  ],
  frozen: [
    ["migrations/x.ts", 'import { y } from "../src/event/y.ts";', /living code: src\/event\/y/],
    [
      "migrations/x.ts",
      'import type { y } from "../src/event/y.ts";',
      /living code: src\/event\/y/,
    ],
  ],
  opening: [
    ["src/store/x.ts", 'import Sqlite from "better-sqlite3";', /opens SQLite by itself/],
    [
      "src/replay/x.ts",
      'import Sqlite, { type Database } from "better-sqlite3";',
      /opens SQLite by itself/,
    ],
  ],
};
function bringing(space: string, cast: string): string {
  return `import { type ${space} } from "../address.ts";\nconst x = ${cast};`;
}

describe.each(Object.entries(bad))("the rule '%s'", (rule, samples) => {
  test.each(samples)("complains about %s holding %j", (path, code, complaint) => {
    const found = rules[rule as keyof typeof rules](sourceOf(path, code));
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(complaint);
  });
});

describe("what is allowed passes", () => {
  const good: readonly [path: string, code: string][] = [
    ["src/address.ts", "const b = n as unknown as Phys; const misreadAsBus = b;"],
    [
      "src/event/x.ts",
      'import { type Phys, phys } from "../address.ts";\nconst p: Phys = phys(1);',
    ],
    ["src/machine/x.ts", 'import type { Y } from "../chipset/y.ts"; const y = x as unknown as Y;'],
    ["src/machine/x.ts", 'import { Machine } from "./y.ts"; const y = x as unknown as Machine;'],
    ["src/hooks/x.ts", 'import { misreadAsBus } from "../address.ts";'],
    ["src/recorder/x.ts", 'import { y } from "../platform/y.ts";'],
    ["src/replay/x.ts", 'import { y } from "../store/y.ts";'],
    ["src/web/x.tsx", 'import { y } from "../answer/y.ts"; const z = <p>{y}</p>;'],
    ["src/replay/observe.ts", 'import { crc32 } from "node:zlib";'],
    [
      "src/library/x.ts",
      'import "../recorder/y.ts"; import "../store/y.ts"; const t = Date.now();',
    ],
    ["src/cli/x.ts", 'import "../library/y.ts"; import "../event/y.ts"; const t = Date.now();'],
    ["src/cli/y.ts", "switch (x) {\n  default:\n    process.exit(2);\n}"],
    ["src/event/x.ts", 'const s = "Date.now, any, test.skip"; // any would do\n'],
    ["src/event/x.ts", `function f() {\n${long(68)}}`],
    ["src/event/x.ts", long(400)],
  ];
  test.each(good)("%s holding %j", (path, code) => {
    const name = path.split("/").at(-1);
    expect(breaches(sourceOf(path, `// ${name} - a sentence.\n\n${code}`))).toEqual([]);
  });
});

describe("a circle of imports", () => {
  const circle = (importing: string): string[] =>
    circles([
      sourceOf("src/event/a.ts", 'import { b } from "./b.ts";'),
      sourceOf("src/event/b.ts", 'import { c } from "../machine/c.ts";'),
      sourceOf("src/machine/c.ts", importing),
    ]);

  test("is named with all its files", () => {
    expect(circle('import { a } from "../event/a.ts";')).toEqual([
      "src/event/a.ts -> src/event/b.ts -> src/machine/c.ts -> src/event/a.ts",
    ]);
    expect(circles([sourceOf("src/event/a.ts", 'export * from "./a.ts";')])).toHaveLength(1);
  });

  test("is one where only types are imported, or a file only when it is needed", () => {
    expect(circle('import type { A } from "../event/a.ts";')).toHaveLength(1);
    expect(circle('type A = import("../event/a.ts").A;')).toHaveLength(1);
    expect(circle('const a = await import("../event/a.ts");')).toHaveLength(1);
  });

  test("is none where no import leads back", () => {
    expect(circle('import type { D } from "../event/d.ts";')).toEqual([]);
  });
});
