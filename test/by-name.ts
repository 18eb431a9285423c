/** `npm run campaign <name>`, `npm run bench <name>`, `npm run record <name>`: the long runs, by name. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { exits } from "../src/cli/lib/ending.js";

interface Named {
  says: string;
  /** Below `dist/`. */
  file: string;
  /** In front of what the caller adds. */
  args?: () => string[];
  node?: string[];
  env?: Record<string, string>;
  /** Folders with packages of their own, see `.ci/apart`. */
  apart?: string[];
}

const PEERS = "test/bench/peers";
const RESTATE = "test/restate";
const BESIDE = "test/beside";
const RELEASE = "test/release";
/** The tests that ask `isWhole`. */
const inPart = [
  "test/exhaustive/",
  "test/scenarios/outage.test.ts",
  "test/scenarios.test.ts",
  "test/scenarios-postgres.test.ts",
  "test/doors/hostile-fields.test.ts",
  "test/engine/kill.test.ts",
  "test/engine/race.test.ts",
  "test/cli/bulk.test.ts",
  "test/inspector/situations.test.ts",
  "test/runtimes/postgres.test.ts",
  "test/runtimes/sqlite.test.ts",
  "test/crash.test.ts",
  "test/release.test.ts",
  "test/campaign.test.ts",
  "test/stores/postgres-contract.test.ts",
  "test/doors/damaged-rows.test.ts",
  "test/testing/gateway-contract.test.ts",
  "test/late/matrix.test.ts",
  "test/simulator.test.ts",
  "test/upgrade/upgrade.test.ts",
  "test/woo/answers.test.ts",
];
const vitest = "../node_modules/vitest/vitest.mjs";

const runs: Record<"campaign" | "bench" | "record", Record<string, Named>> = {
  campaign: {
    lives: {
      says: "a million lives of orders in the simulator",
      file: "src/cli/main.js",
      args: () => ["simulate", "--lives", "1000000", "--workers", "2", "--seed", String(Math.floor(Date.now() / 1000))],
    },
    bugs: {
      says: "which law finds which planted bug, as the table of simulator.md",
      file: "test/simulator/bug-table.js",
    },
    pairs: { says: "decisions of this checkout and of another one, side by side", file: "test/pairs/campaign.js" },
    money: { says: "calls that move money, answered, lost and late", file: "test/money/campaign.js" },
    kills: { says: "kill -9 before and after every write and call", file: "test/crash/campaign.js" },
    fuzz: { says: "changed bytes of whatever is read", file: "test/fuzz/campaign.js" },
    nodes: { says: "two nodes on PostgreSQL, killed and frozen", file: "test/nodes/campaign.js" },
    door: { says: "strangers at the public routes", file: "test/siege/campaign.js", node: ["--expose-gc"] },
    lanes: { says: "customers while something else hangs", file: "test/lanes/campaign.js" },
    beside: {
      says: "a host's own rows, subscribers and webhooks, killed at random moments",
      file: "test/beside/campaign.js",
      apart: [BESIDE],
    },
    harness: {
      says: "twelve shops with a mistake each, for each of many seeds",
      file: "test/sample-backend/campaign.js",
    },
    late: { says: "a bank that books late, two servers on PostgreSQL", file: "test/late/campaign.js" },
    conformance: {
      says: "other people's clients against our doubles, where a folder of them is given",
      file: "test/conformance/campaign.js",
    },
    woo: {
      says: "two writers at one WooCommerce order; with WOOCOMMERCE_DIR, a real shop",
      file: "test/woo/campaign.js",
    },
    long: {
      says: "the system tests that take long, which npm test leaves out",
      file: vitest,
      args: () => ["run", "--project", "long"],
    },
    exhaustive: {
      says: "the whole of what each build goes through in part: spaces, interleavings, weeks, stores",
      file: vitest,
      args: () => ["run", "--project", "system", "--project", "long", ...inPart],
      env: { EXHAUSTIVE: "all" },
    },
    restate: {
      says: "the runtime's contract, Restate's own cases and every scenario, on a real Restate server",
      file: vitest,
      args: () => ["run", "--config", "test/named.config.ts", "test/restate", "test/runtimes"],
      apart: [RESTATE],
    },
    runners: {
      says: "the harness in vitest, node:test and Jest, ESM and CommonJS, from the packed package",
      file: vitest,
      args: () => ["run", "--config", "test/named.config.ts", "test/runners"],
    },
    package: {
      says: "the package before a release: two linters, older TypeScript, the API pages",
      file: vitest,
      args: () => ["run", "--config", "test/named.config.ts", RELEASE],
      apart: [RELEASE],
    },
  },
  bench: {
    decide: { says: "decisions, stores and HTTP beside their peers", file: "test/bench/main.js" },
    inspector: { says: "the inspector's pages over many orders", file: "test/bench/inspector.js" },
    telemetry: { says: "the engine with and without an observer", file: "test/bench/watched.js" },
    tenants: { says: "a hundred engines in one process, on one pool", file: "test/bench/tenants.js" },
    growth: { says: "stores of up to 5,000,000 orders", file: "test/bench/growth.js" },
    postgres: {
      says: "PostgreSQL beside DBOS and graphile-worker",
      file: "test/bench/peers/postgres.js",
      apart: [PEERS, RESTATE],
    },
    check: {
      says: "that the benches run",
      file: vitest,
      args: () => ["run", "--config", "test/named.config.ts", "test/bench"],
      apart: [PEERS, RESTATE],
    },
  },
  record: {
    screenshots: { says: "the pictures of docs/inspector", file: "test/inspector/screenshots.js" },
    snapshots: { says: "an order in every state of these machines, for upgrades", file: "test/upgrade/record.js" },
    late: { says: "the matrix of lost answers in docs/evidence/guarantees.md", file: "test/late/main.js" },
    edges: {
      says: "what each row of docs/wire takes and refuses, which every later table is held to",
      file: "test/wire/record-edges.js",
    },
    mutation: {
      says: "docs/evidence/mutation.md: an hour or more at first, later what has changed since",
      file: "test/mutation/main.js",
      apart: ["test/mutation"],
    },
    api: {
      says: "the API pages, into dist/api or the folder that is named",
      file: "test/release/api.js",
      apart: [RELEASE],
    },
  },
};

const root = fileURLToPath(new URL("../../", import.meta.url));
const [, , kind = "", name = "", ...more] = process.argv;
const of = runs[kind as keyof typeof runs];

const usage = (): string =>
  [
    `Usage: npm run ${kind} <name> -- [options]`,
    "",
    ...Object.entries(of).map(([one, { says }]) => `  ${one.padEnd(12)} ${says}`),
    "",
    `Example: npm run ${kind} ${Object.keys(of)[2]} -- --help`,
    "",
  ].join("\n");

const found = Object.hasOwn(of, name) ? of[name] : undefined;
if (found === undefined) {
  const asked = name === "--help";
  (asked ? process.stdout : process.stderr).write(usage());
  process.exitCode = asked ? exits.done : exits.usage;
} else {
  const { file, args = () => [], node = [], env = {}, apart = [] } = found;
  const run = (command: string, given: string[]): number =>
    spawnSync(command, given, { cwd: root, stdio: "inherit", env: { ...process.env, ...env } }).status ?? exits.trouble;
  const ready = apart.reduce((failed, folder) => failed || run(`${root}.ci/apart`, [folder]), 0);
  process.exitCode = ready || run(process.execPath, [...node, `${root}dist/${file}`, ...args(), ...more]);
}
