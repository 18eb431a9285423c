/** Style, held by a test: what a reader would trip over is told with its file and line. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { describe, expect, test } from "vitest";
import { root } from "./root.js";
import { filesUnder, type Source, shipped, sourceAt, sources } from "./sources.js";

const pages = [...filesUnder("docs", /\.md$/), "README.md", "CONTRIBUTING.md"].map(sourceAt);

const numbered = ({ path, text }: Pick<Source, "path" | "text">, wrong: (line: string) => boolean): string[] =>
  text.split("\n").flatMap((line, i) => (wrong(line) ? [`${path}:${i + 1}: ${line.trim().slice(0, 80)}`] : []));

/** What once stood here and says less than plain words do. */
const banned = [
  /walk in the park/i,
  /\bdust has settled\b/i,
  /cheap before dear/i,
  /\bits arrows\b/i,
  /who may knock/i,
  /\bmend that\b/i,
];
const LONGEST_COMMENT = 130;

/** A file's own imports of values: `import type` leads nowhere when it runs. */
const valuesFrom = ({ path, uncommented }: Source): string[] =>
  [...uncommented.matchAll(/^(?:import|export)\s+(?!type\s)([^;'"]*?)from "(\.[^"]+)"|\bimport\("(\.[^"]+)"\)/gm)]
    .filter(([, names = "{ x }"]) => !/^\{(?:\s*type\s+\w+(?:\s+as\s+\w+)?\s*,?)+\s*\}\s*$/.test(names))
    .map(([, , still, later]) => posix.join(posix.dirname(path), still ?? later ?? "").replace(/\.js$/, ".ts"))
    .map((to) => (existsSync(new URL(to, root)) ? to : `${to}x`));

/** Groups of files that import each other in a circle. */
const circlesIn = (edges: Map<string, string[]>): string[][] => {
  const open = new Set<string>();
  const done = new Set<string>();
  const circles: string[][] = [];
  const go = (file: string, way: string[]): void => {
    if (open.has(file)) circles.push([...way.slice(way.indexOf(file)), file]);
    if (open.has(file) || done.has(file)) return;
    open.add(file);
    for (const next of edges.get(file) ?? []) go(next, [...way, file]);
    open.delete(file);
    done.add(file);
  };
  for (const file of edges.keys()) go(file, []);
  return circles;
};

/** Words of each file, to see who uses what another exports. */
const wordsOf = new Map(
  sources.map(({ path, uncommented }) => [path, new Set(uncommented.match(/[A-Za-z_$][\w$]*/g))]),
);
const usedElsewhere = (name: string, path: string): boolean =>
  [...wordsOf].some(([other, words]) => other !== path && words.has(name));

describe("the sources", () => {
  test("have comments that fit a line", () => {
    const isLong = (line: string) => line.length > LONGEST_COMMENT && /^\s*(?:\/\*\*|\*|\/\/)/.test(line);
    expect(shipped.flatMap((source) => numbered(source, isLong))).toEqual([]);
  });

  test("and the pages say it in plain words", () => {
    const isBanned = (line: string) => banned.some((phrase) => phrase.test(line));
    const all = [...sources, ...pages].filter(({ path }) => path !== "test/tidy.test.ts");
    expect(all.flatMap((source) => numbered(source, isBanned))).toEqual([]);
  });

  test("export no type under a name that another file gives to another", () => {
    const homes = new Map<string, string[]>();
    for (const { path, uncommented } of shipped) {
      for (const [, name = ""] of uncommented.matchAll(
        /^export (?:declare |abstract )*(?:interface|type|class|enum) (\w+)/gm,
      )) {
        homes.set(name, [...new Set([...(homes.get(name) ?? []), path])]);
      }
    }
    expect([...homes].filter(([, files]) => files.length > 1)).toEqual([]);
  });

  test("export no value that no other file uses", () => {
    const dead = shipped.flatMap(({ path, uncommented }) =>
      [...uncommented.matchAll(/^export (?:async )?(?:const|let|function\*?|class) (\w+)/gm)]
        .map(([, name = ""]) => name)
        .filter((name) => !usedElsewhere(name, path))
        .map((name) => `${path}: ${name}`),
    );
    expect(dead).toEqual([]);
  });

  test("import each other in no circle", () => {
    const edges = new Map(shipped.map((source) => [source.path, valuesFrom(source)]));
    expect(circlesIn(edges)).toEqual([]);
    expect(circlesIn(new Map([["a", ["b"]], ["b", ["c"]], ["c", ["b"]]]))).toEqual([["b", "c", "b"]]); // biome-ignore format: one line
  });

  test("touch no private field of XState", () => {
    const isPrivate = (line: string) => /\b_(?:nodes|transitions|sendInspectionEvent|snapshot|parent)\b/.test(line);
    const ours = shipped.filter(({ path }) => /^(?:machines|src\/(?:core|inspector|statechart|testing))\//.test(path));
    expect(ours.flatMap((source) => numbered(source, isPrivate))).toEqual([]);
  });
});

/** Top-level names that git keeps; null = this is no clone. */
const kept = ((): string[] | null => {
  try {
    const listed = execFileSync("git", ["ls-files", "-z"], { cwd: root, encoding: "utf8", stdio: "pipe" });
    return [...new Set(listed.split("\0").map((path) => path.split("/")[0] ?? ""))].filter((name) => name !== "");
  } catch {
    return null;
  }
})();

/** A trial that is told a wrong argument leaves a database beside the sources, and `git add -A` takes it. */
test.skipIf(kept === null)("the project's folder holds what belongs to it", () => {
  const files = ["CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "README.md", "package-lock.json", "package.json"];
  const belongs = new Set([...files, "src", "machines", "test", "docs", "tsconfig.json", "vitest.config.ts"]);
  expect(kept).toContain("src");
  expect(kept?.filter((name) => !name.startsWith(".") && !belongs.has(name))).toEqual([]);
});

test("each source is imported, started or published by something", () => {
  const manifest = readFileSync(new URL("package.json", root), "utf8");
  const { exports, bin } = JSON.parse(manifest) as {
    exports: Record<string, string | { default: string }>;
    bin: Record<string, string>;
  };
  const published = [...Object.values(exports), ...Object.values(bin)].map((to) =>
    (typeof to === "string" ? to : to.default).replace(/^\.\/dist\//, "").replace(/^dist\//, ""),
  );
  const isNamed = (path: string) => {
    const built = path.replace(/\.tsx?$/, ".js");
    const name = posix.basename(built);
    return sources.some(
      (source) => source.path !== path && (source.text.includes(`/${name}"`) || source.text.includes(`/${name}\``)),
    );
  };
  const dead = shipped
    .map(({ path }) => path)
    .filter((path) => !published.includes(path.replace(/\.tsx?$/, ".js")))
    .filter((path) => !manifest.includes(path.replace(/\.tsx?$/, ".js")) && !isNamed(path));
  expect(dead).toEqual([]);
});
