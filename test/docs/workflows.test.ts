/** .github: the workflows parse, may write no more than they must, and run actions that nobody can replace. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, it, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { long } from "../long.js";
import { root } from "../root.js";

const read = (path: string): string => readFileSync(new URL(path, root), "utf8");

const Permissions = z.union([z.literal("read-all"), z.record(z.string(), z.enum(["read", "write", "none"]))]);
const Step = z.strictObject({
  id: z.string().optional(),
  name: z.string().optional(),
  uses: z.string().optional(),
  run: z.string().optional(),
  with: z.record(z.string(), z.union([z.string(), z.boolean()])).optional(),
  env: z.record(z.string(), z.string()).optional(),
});
const Workflow = z.strictObject({
  name: z.string(),
  on: z.record(z.string(), z.unknown()),
  permissions: Permissions,
  concurrency: z.object({ group: z.string() }).optional(),
  jobs: z.record(
    z.string(),
    z.strictObject({
      if: z.string().optional(),
      needs: z.string().optional(),
      "runs-on": z.string(),
      "timeout-minutes": z.number(),
      environment: z.string().optional(),
      permissions: Permissions,
      strategy: z.unknown().optional(),
      steps: z.array(Step),
    }),
  ),
});

/** What may be written, by workflow and job; everything else only reads. */
const mayWrite: Record<string, string[]> = {
  "release/publish": ["contents", "id-token", "attestations"],
  "codeql/analyze": ["security-events"],
  "scorecard/analyze": ["security-events", "id-token"],
};

const faultsOf = (text: string): string[] => {
  const workflow = Workflow.safeParse(parse(text));
  if (!workflow.success) return [z.prettifyError(workflow.error)];
  const { name, on, permissions, jobs } = workflow.data;
  const faults: string[] = [];
  if (permissions !== "read-all") faults.push("permissions at the top are not read-all");
  if ("pull_request_target" in on || "workflow_run" in on) faults.push("a stranger's code would run with our rights");
  for (const branches of text.matchAll(/branches: (.*)/g)) {
    if (branches[1] !== "[main]") faults.push(`branches are ${branches[1]}, not [main]`);
  }
  for (const [job, { permissions: own, steps }] of Object.entries(jobs)) {
    if (own === "read-all") faults.push(`${job} may read everything`);
    const written = Object.entries(own).filter(([, access]) => access === "write");
    const allowed = mayWrite[`${name}/${job}`] ?? [];
    faults.push(...written.filter(([what]) => !allowed.includes(what)).map(([what]) => `${job} may write ${what}`));
    for (const { uses, run, with: given } of steps) {
      if ((uses === undefined) === (run === undefined)) faults.push(`a step of ${job} runs nothing, or two things`);
      if (run?.includes("${{")) faults.push(`${job} puts an expression into a shell: ${run}`);
      if (uses?.startsWith("actions/checkout@") && given?.["persist-credentials"] !== false)
        faults.push(`${job} leaves the token in the clone`);
      const [, script] = /npm run ([\w:-]+)/.exec(run ?? "") ?? [];
      if (script !== undefined && !(script in JSON.parse(read("package.json")).scripts))
        faults.push(`there is no npm script ${script}`);
      const [, file] = /^(\.ci\/\S+)/.exec(run ?? "") ?? [];
      if (file !== undefined && !existsSync(new URL(file, root))) faults.push(`there is no ${file}`);
    }
  }
  // The comment tells people, and dependabot, which version the commit is.
  for (const [, uses = ""] of text.matchAll(/^[ -]*uses: (.*)$/gm)) {
    if (!/^[\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(uses))
      faults.push(`${uses} is not pinned by its commit, with the version behind it`);
  }
  return faults;
};

const folder = ".github/workflows";
const files = readdirSync(new URL(`${folder}/`, root));

test.each(files)("%s is as it should be", (file) => expect(faultsOf(read(`${folder}/${file}`))).toEqual([]));

test("there are the five, and each action has one version in all of them", () => {
  expect(files.sort()).toEqual(["ci.yml", "codeql.yml", "release.yml", "scorecard.yml", "weekly.yml"]);
  const pins = new Map<string, Set<string>>();
  for (const file of files) {
    for (const [, owner = "", pin = ""] of read(`${folder}/${file}`).matchAll(/uses: ([\w.-]+\/[\w.-]+)\S*@(.*)/g)) {
      pins.set(owner, (pins.get(owner) ?? new Set()).add(pin));
    }
  }
  expect([...pins].filter(([, versions]) => versions.size > 1)).toEqual([]);
  expect(pins.size).toBeGreaterThan(5);
});

test("what runs by name is there to be run", () => {
  const { scripts } = JSON.parse(read("package.json"));
  const named: string[] = parse(read(`${folder}/weekly.yml`)).jobs.named.strategy.matrix.script;
  expect(named.filter((script) => !((script.split(" ")[0] ?? "") in scripts))).toEqual([]);
  // Every folder with packages of its own belongs to one of them.
  const apart = Object.keys(scripts).filter(
    (script) => scripts[script].includes(".ci/apart") && !script.startsWith("docs"),
  );
  expect(named).toEqual(expect.arrayContaining(["bench check", "campaign restate", "campaign exhaustive"]));
  expect(apart.filter((script) => !named.includes(script))).toEqual([]);
});

test("the build is tried on the oldest Node of package.json and on the LTS", () => {
  const oldest = /\d+\.\d+/.exec(JSON.parse(read("package.json")).engines.node)?.[0];
  expect(parse(read(`${folder}/ci.yml`)).jobs.test.strategy.matrix.node).toEqual([oldest, "lts/*"]);
});

test("dependabot looks at every package.json with dependencies, and at the actions", () => {
  const { version, updates } = parse(read(".github/dependabot.yml")) as {
    version: number;
    updates: { "package-ecosystem": string; directory?: string; directories?: string[] }[];
  };
  expect(version).toBe(2);
  expect(updates.map((one) => one["package-ecosystem"])).toEqual(["npm", "github-actions"]);
  const looked = updates[0]?.directories ?? [];
  expect(looked).toContain("/");
  const folders = readdirSync(new URL("test/", root), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith("/package.json") && !path.includes("node_modules"))
    .map((path) => `/test/${path.replace(/\/package\.json$/, "")}`);
  const isLookedAt = (one: string) =>
    looked.some((pattern) => new RegExp(`^${pattern.replace("*", "[^/]+")}$`).test(one));
  expect(folders.filter((one) => !isLookedAt(one))).toEqual([]);
});

describe("a fault is seen", () => {
  const ci = read(`${folder}/ci.yml`);
  const first = /uses: (\S+)@(\S+) # (\S+)/.exec(ci);
  it.each([
    ["no permissions", "permissions: read-all\n", ""],
    ["all permissions", "permissions: read-all", "permissions: write-all"],
    ["a job that may write", "contents: read", "contents: write"],
    ["a job that says nothing of permissions", "    permissions:\n      contents: read\n", ""],
    ["a tag in place of a commit", `${first?.[2]} # ${first?.[3]}`, `${first?.[3]}`],
    ["a commit without its version", ` # ${first?.[3]}`, ""],
    ["a short commit", `${first?.[2]}`, `${first?.[2]?.slice(0, 12)}`],
    ["a stranger's title in a shell", "run: .ci/run", `run: echo "\${{ github.event.pull_request.title }}"`],
    ["a stranger's code with our rights", "  pull_request:", "  pull_request_target:"],
    ["another branch", "branches: [main]", "branches: [master]"],
    ["the token left in the clone", "persist-credentials: false", "persist-credentials: true"],
    ["a script that is not there", "run: .ci/run", "run: .ci/ran"],
    ["an npm script that is not there", "run: .ci/run", "run: npm run nothing"],
    ["a key that is misspelt", "timeout-minutes", "timeout-minute"],
  ])("%s", (_, from, to) => {
    expect(ci).toContain(from);
    expect(faultsOf(ci.replace(from, () => to))).not.toEqual([]);
  });
});

const tests = readdirSync(new URL("test/", root), { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".test.ts") && !path.includes("node_modules"))
  .map((path) => `test/${path}`);

test("what takes long is there, and CI runs it beside the build", () => {
  expect(long.filter((path) => !tests.includes(path))).toEqual([]);
  const steps: { run?: string }[] = parse(read(`${folder}/ci.yml`)).jobs.long.steps;
  expect(steps.map(({ run }) => run)).toContain("npm run campaign long");
});

test("what a build goes through in part is gone through by name", () => {
  const inPart = tests.filter((path) => /^import \{ isWhole \}/m.test(read(path)));
  const [, list = ""] = /const inPart = \[([^\]]*)\]/.exec(read("test/by-name.ts")) ?? [];
  const named = [...list.matchAll(/"([^"]+)"/g)].map(([, name = ""]) => name);
  expect(inPart.length).toBeGreaterThan(5);
  expect(inPart.filter((path) => !named.some((name) => path.startsWith(name)))).toEqual([]);
});
