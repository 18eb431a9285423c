import { fileURLToPath, pathToFileURL } from "node:url";
import { defineConfig, type Plugin } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { long } from "./test/long.js";
import { standsIn } from "./test/programs.js";

const root = fileURLToPath(new URL(".", import.meta.url));

/**
 * What a test starts as a process or a thread is the built file beside it: Node 20 cannot run TypeScript. So a module
 * is told that it stands where its built file stands.
 */
const asBuilt: Plugin = {
  name: "as-built",
  enforce: "pre",
  transform(code, id) {
    const [file = ""] = id.split("?");
    if (!/\.tsx?$/.test(file) || !file.startsWith(root) || !code.includes("import.meta.url")) return null;
    const name = file.slice(root.length).replace(/\.tsx?$/, "");
    const built = pathToFileURL(`${root}${standsIn(name)}/${name}.js`).href;
    return { code: code.replaceAll("import.meta.url", JSON.stringify(built)), map: null };
  },
};

/**
 * Ten seconds and more each on a quiet machine. They begin first, for whoever begins last is waited for alone; and in
 * this order, so that those that mostly wait run beside those that compute.
 */
const LONGEST = [
  "test/scenarios.test",
  "test/crash.test",
  "runtimes/postgres",
  "test/simulator.test",
  "runtimes/sqlite",
  "scenarios/outage",
  "nodes/nodes",
  "doors/damaged-rows",
  "test/package.test",
  "docs/testing",
  "stores/postgres-contract",
  "test/campaign.test",
  "late/matrix",
  "money/ledger",
  "testing/backend",
  "test/scenarios-postgres",
  "doors/hostile-fields",
  "engine/kill",
  "exhaustive/",
  "inspector/browser",
  "testing/gateway-contract",
  "test/release.test",
  "wire/read",
  "woo/answers",
  "doors/text",
  "gateways/gateways",
  "scenarios/options",
  "engine/loops",
  "upgrade/upgrade",
  "inspector/situations",
  "doors/passwords",
  "doors/slow-bodies",
  "stores/stores.test",
  "siege/",
  "operating/document",
  "cli/",
  "stores/postgres",
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const rank = ({ moduleId }: TestSpecification): number => {
      const found = LONGEST.findIndex((part) => moduleId.includes(part));
      return found < 0 ? LONGEST.length : found;
    };
    return sorted.sort((a, b) => rank(a) - rank(b));
  }
}

/** What decides, and whatever a change of it has to be told to: words, pages, snapshots, layers. Pure, and seconds in all. */
const unit = [
  "test/core/**/*.test.ts",
  "test/layers.test.ts",
  "test/tidy.test.ts",
  "test/statechart.test.ts",
  "test/inspector/words.test.ts",
  "test/mutation/page.test.ts",
  "test/upgrade/structure.test.ts",
  "test/docs/contributing.test.ts",
  "test/docs/coverage.test.ts",
  "test/docs/generated.test.ts",
  "test/docs/plain-words.test.ts",
  "test/docs/security.test.ts",
  "test/docs/workflows.test.ts",
];

/** Real stores, servers, processes and browsers. */
const system = {
  globalSetup: "./test/build.ts",
  setupFiles: ["./test/environment.ts"],
  pool: "forks" as const,
  // Most of what a test makes is gone at its end: with room for it, a thirteenth of the work is saved.
  execArgv: ["--max-semi-space-size=64"],
  isolate: false,
  // Half of a file's time is waiting for a server or a process: twice the two processors of the build.
  maxWorkers: 4,
  // For what hangs: on a busy machine a test that starts ten processes takes half a minute.
  testTimeout: 360_000,
  hookTimeout: 240_000,
  // Of a file whose tests are run at once: each starts processes of its own.
  maxConcurrency: 3,
};

export default defineConfig({
  plugins: [asBuilt],
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: unit,
          pool: "threads",
          isolate: false,
          maxWorkers: 2,
          // For what hangs: on a busy machine the longest test takes over a minute.
          testTimeout: 180_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          ...system,
          name: "system",
          include: ["test/**/*.test.ts", "docs/examples/**/*.test.ts"],
          exclude: [...unit, ...long, "**/node_modules/**", "test/hosts/**/.next/**"],
          sequence: { groupOrder: 1 },
        },
      },
      { extends: true, test: { ...system, name: "long", include: long, sequence: { groupOrder: 2 } } },
    ],
    sequence: { sequencer: LongestFirst },
  },
});
