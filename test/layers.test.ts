/** What may import what, kept by reading the source: a wrong import is told with its file and line. */
import { posix } from "node:path";
import { describe, expect, it } from "vitest";
import { type Import, lineAt, read, type Source, shipped, sources } from "./sources.js";

/** Where an import leads: a path of the project (`src/core/ask.js`), or the name of a package. */
const targetOf = (source: Source, { name }: Import): string =>
  name.startsWith(".") ? posix.join(posix.dirname(source.path), name) : name;

const under =
  (...folders: string[]) =>
  (target: string): boolean =>
    folders.some((folder) => target.startsWith(`${folder}/`));
const packages =
  (...names: string[]) =>
  (target: string): boolean =>
    names.some((name) => target === name || target.startsWith(`${name}/`));
const isOurs = under("src", "machines", "test", "docs/examples");
const isNode = (target: string): boolean => target.startsWith("node:");

interface Layer {
  folder: string;
  allows: (target: string, source: Source) => boolean;
}

/** The gateways and the shop speak HTTP under the same rules of what may have happened; a copy of those would drift. */
const sharedByClients = under("src/http-client");
const httpClients = [
  "src/gateways/resurs",
  "src/gateways/resurs-legacy",
  "src/gateways/nets",
  "src/shops/woocommerce",
  "src/webhooks",
];

/** Stores, gateways, shops and doors: one outside thing each. They know the ports, and not each other. */
const outside = [
  "src/stores",
  "src/gateways",
  "src/shops",
  "src/http",
  "src/http-client",
  "src/telemetry",
  "src/webhooks",
];
const ofSeveral = ["src/stores", "src/gateways", "src/shops"];
/** The folder of one outside thing: `src/stores/sqlite`, `src/http`. */
const thingOf = (path: string): string => {
  const [src, room, thing] = path.split("/");
  return ofSeveral.includes(`${src}/${room}`) ? `${src}/${room}/${thing}` : `${src}/${room}`;
};

const layers: Layer[] = [
  { folder: "machines", allows: (to) => under("machines")(to) || packages("xstate", "zod", "date-fns")(to) },
  { folder: "src/core", allows: (to) => under("machines", "src/core")(to) || packages("xstate", "zod")(to) },
  { folder: "src/ports", allows: under("machines", "src/core", "src/ports") },
  {
    folder: "src/runtime/embedded",
    allows: under("machines", "src/core", "src/ports", "src/runtime/embedded", "src/runtime/maintenance"),
  },
  {
    folder: "src/runtime/maintenance",
    allows: under("machines", "src/core", "src/ports", "src/runtime/embedded", "src/runtime/maintenance"),
  },
  // It is a runtime of its own, and knows of receipts, limits and attempts what the embedded one knows.
  {
    folder: "src/runtime/restate",
    allows: (to) => !isOurs(to) || under("machines", "src/core", "src/ports", "src/runtime")(to),
  },
  ...outside.map(
    (folder): Layer => ({
      folder,
      allows: (to, source) => {
        const own = thingOf(source.path);
        if (under("machines", "src/core", "src/ports", own)(to)) return true;
        if (httpClients.includes(own) && sharedByClients(to)) return true;
        return !isOurs(to);
      },
    }),
  ),
  {
    folder: "src/inspector",
    allows: (to) =>
      under("machines", "src/core", "src/ports", "src/statechart", "src/inspector")(to) ||
      packages("hono", "xstate", "zod", "ws", "date-fns")(to) ||
      isNode(to),
  },
  // It puts an engine and its doors together for one framework, as a host does for itself.
  {
    folder: "src/hosts",
    allows: (to) =>
      !isOurs(to) || under("machines", "src/core", "src/ports", "src/runtime", "src/http", "src/hosts")(to),
  },
  { folder: "src/testing", allows: (to) => !packages("vitest")(to) },
];

/** The decisions are to be the same for the same input, whenever and wherever they are made. */
const pureFolders = ["machines", "src/core"];
const impure: [string, RegExp][] = [
  ["Date.now", /\bDate\s*\.\s*now\b/g],
  ["new Date without an argument", /\bnew\s+Date\b(?!\s*\(\s*[^\s)])/g],
  ["Date() as a function", /(?<!\bnew\s+)(?<![.\w])Date\s*\(/g],
  ["Math.random", /\bMath\s*\.\s*random\b/g],
  ["async", /(?<!\.)\basync\b(?!\s*:)/g],
  ["await", /(?<!\.)\bawait\b(?!\s*:)/g],
  ["Promise", /\bPromise\b/g],
];

const LONGEST = 300;
/** Names that say nothing of what is inside. */
const emptyNames = [
  "manager",
  "helper",
  "util",
  "utility",
  "utilities",
  "common",
  "service",
  "handler",
  "misc",
  "shared",
];
const isEmptyName = (part: string): boolean => emptyNames.includes(part) || emptyNames.includes(part.replace(/s$/, ""));

const importFaults = (source: Source): string[] => {
  const layer = layers.find(({ folder }) => source.path.startsWith(`${folder}/`));
  return source.imports.flatMap((one) => {
    const at = `${source.path}:${one.line}`;
    const target = targetOf(source, one);
    if (isNode(target) && under(...pureFolders)(source.path)) return [`${at} imports ${target}: no Node in a decision`];
    if (!layer || layer.allows(target, source)) return [];
    return [`${at} imports ${target}, which ${layer.folder} may not`];
  });
};

const impurities = (source: Source): string[] => {
  if (!under(...pureFolders)(source.path)) return [];
  return impure.flatMap(([name, pattern]) =>
    [...source.code.matchAll(pattern)].map(
      (match) => `${source.path}:${lineAt(source.code, match.index)} uses ${name}`,
    ),
  );
};

const tooLong = (source: Source): string[] =>
  source.lines >= LONGEST
    ? [`${source.path}:${source.lines} has ${source.lines} lines; below ${LONGEST} are allowed`]
    : [];

const namedEmptily = (source: Source): string[] => {
  const parts = source.path
    .replace(/([a-z])([A-Z])/g, "$1-$2")
    .toLowerCase()
    .split(/[^a-z]+/);
  return parts.filter(isEmptyName).map((part) => `${source.path}:1 is called "${part}", which says nothing`);
};

describe("layers", () => {
  it("finds the sources", () => expect(shipped.map((source) => source.path)).toContain("machines/order/order.ts"));
  it("import only what they may", () => expect(shipped.flatMap(importFaults)).toEqual([]));
  it("keep decisions free of clocks, chance and waiting", () => expect(shipped.flatMap(impurities)).toEqual([]));
  it("keep files short", () => expect(shipped.flatMap(tooLong)).toEqual([]));
  it("name no file emptily", () => expect(sources.flatMap(namedEmptily)).toEqual([]));
});

/** A file and everything that is loaded with it, by path or package. */
const loadedWith = (path: string, found = new Set<string>()): Set<string> => {
  if (found.has(path)) return found;
  found.add(path);
  const source = shipped.find((one) => one.path === path.replace(/\.js$/, ".ts"));
  for (const one of source?.imports ?? []) if (one.isLoaded) loadedWith(targetOf(source as Source, one), found);
  return found;
};

describe("the thread of a SQLite store", () => {
  const loaded = [...loadedWith("src/stores/sqlite/worker.js")];
  // An engine that starts waits for it, and so does every list and every health check for one more.
  it("starts without the machines and their packages", () => {
    expect(loaded).toContain("src/stores/sqlite/library.js");
    expect(loaded).toContain("src/core/readable.js");
    expect(loaded.filter((one) => packages("zod", "xstate", "date-fns")(one) || one === "machines/index.js")).toEqual(
      [],
    );
  });
  it("which its repair does load", () =>
    expect([...loadedWith("src/stores/sqlite/repair.js")]).toEqual(expect.arrayContaining(["zod", "xstate"])));
});

describe("the rules see a violation", () => {
  const faults = (path: string, text: string): string[] => {
    const source = read(path, text);
    return [importFaults, impurities, tooLong, namedEmptily].flatMap((rule) => rule(source));
  };

  it.each([
    ["machines/a.ts", 'import pino from "pino";', "machines/a.ts:1 imports pino"],
    ["machines/a.ts", '\n\nimport {\n  x,\n} from "../src/core/x.js";', "machines/a.ts:3 imports src/core/x.js"],
    ["src/core/a.ts", 'export { x } from "../ports/x.js";', "src/core/a.ts:1 imports src/ports/x.js"],
    ["src/core/a.ts", 'import "node:fs";', "src/core/a.ts:1 imports node:fs"],
    ["src/core/a.ts", '/* a\n b */ const t = 1;\nconst x = import("pino");', "src/core/a.ts:3 imports pino"],
    ["src/ports/a.ts", 'import type { X } from "../runtime/x.js";', "src/ports/a.ts:1 imports src/runtime/x.js"],
    [
      "src/runtime/embedded/a.ts",
      'import { x } from "../../stores/sqlite/x.js";',
      "src/runtime/embedded/a.ts:1 imports src/stores/sqlite",
    ],
    ["src/stores/a/b.ts", 'import { x } from "../c/x.js";', "src/stores/a/b.ts:1 imports src/stores/c/x.js"],
    ["src/http/b.ts", 'import { x } from "../http-client/x.js";', "src/http/b.ts:1 imports src/http-client"],
    [
      "src/gateways/a/b.ts",
      'import { x } from "../../shops/c/x.js";',
      "src/gateways/a/b.ts:1 imports src/shops/c/x.js",
    ],
    [
      "src/stores/a/b.ts",
      'import { X } from "../../runtime/embedded/x.js";',
      "src/stores/a/b.ts:1 imports src/runtime",
    ],
    ["src/http/b.ts", 'import type { X } from "../runtime/embedded/x.js";', "src/http/b.ts:1 imports src/runtime"],
    ["src/inspector/a.tsx", 'import { X } from "../runtime/x.js";', "src/inspector/a.tsx:1 imports src/runtime/x.js"],
    ["src/testing/a.ts", 'import { it } from "vitest";', "src/testing/a.ts:1 imports vitest"],
    ["src/core/a.ts", "const a = 1;\nconst b = new Date();", "src/core/a.ts:2 uses new Date"],
    ["src/core/a.ts", "const b = new Date;", "src/core/a.ts:1 uses new Date"],
    ["src/core/a.ts", "const b = Date.now();", "src/core/a.ts:1 uses Date.now"],
    ["machines/a.ts", "const b = Math.random();", "machines/a.ts:1 uses Math.random"],
    ["machines/a.ts", "const b = async () => {};", "machines/a.ts:1 uses async"],
    ["machines/a.ts", "type B = Promise<void>;", "machines/a.ts:1 uses Promise"],
    ["src/cli/a.ts", "\n".repeat(300), "src/cli/a.ts:300 has 300 lines"],
    ["src/cli/orderHelpers.ts", "", 'src/cli/orderHelpers.ts:1 is called "helpers"'],
    ["src/services/a.ts", "", 'src/services/a.ts:1 is called "services"'],
  ])("%s, violation %#", (path, text, told) => {
    expect(faults(path, text)).toEqual([expect.stringContaining(told)]);
  });

  it.each([
    ["machines/a.ts", 'import { z } from "zod";\nimport { x } from "./x.js";\nimport { addDays } from "date-fns";'],
    ["src/core/a.ts", '// import "pino"; await Date.now()\nconst a = "new Date() async // Promise";'],
    ["src/core/a.ts", "const b = new Date(0);"],
    ["src/http/b.ts", 'import type { X } from "../../ports/x.js";\nimport { Hono } from "hono";'],
    ["src/runtime/restate/b.ts", 'import { X } from "../embedded/x.js";'],
    ["src/gateways/nets/b.ts", 'import { x } from "../../http-client/x.js";'],
    ["src/stores/a/b.ts", 'import { x } from "./x.js";\nimport { y } from "../../ports/y.js";\nimport "node:fs";'],
  ])("and lets through %s, example %#", (path, text) => expect(faults(path, text)).toEqual([]));
});
