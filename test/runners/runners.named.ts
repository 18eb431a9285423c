/**
 * The harness in other people's test runners: small projects, ESM and CommonJS, made of the packed package and of the
 * programs of docs/testing.md, and run by the command that the page gives.
 */
import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freePort } from "../free-port.js";
import { sampleShop } from "../sample-backend/shop.js";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../../../", import.meta.url));
const page = await readFile(join(root, "docs/testing.md"), "utf8");
const programs = [...page.matchAll(/```js (\S+)\n([\s\S]*?)```/g)].map(([, file = "", code = ""]) => ({ file, code }));

interface Runner {
  /** Where the page's programs say `vitest`. */
  imports: (code: string) => string;
  command: string[];
  env?: Record<string, string>;
}

const bin = (path: string): string => join("..", "node_modules", path);
const runners: Record<string, Runner> = {
  vitest: { imports: (code) => code, command: [bin("vitest/vitest.mjs"), "run"] },
  node: {
    imports: (code) =>
      code
        .replace("{ afterAll, beforeAll, test }", "{ after as afterAll, before as beforeAll, test }")
        .replace('from "vitest"', 'from "node:test"'),
    command: ["--test"],
  },
  jest: {
    imports: (code) => code.replace('from "vitest"', 'from "@jest/globals"'),
    command: [bin("jest/bin/jest.js")],
    env: { NODE_OPTIONS: "--experimental-vm-modules" },
  },
};

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "order-status-runners-"));
  await run("npm", ["pack", "--silent", "--ignore-scripts", "--pack-destination", folder], { cwd: root });
  const tarball = (await readdir(folder)).find((file) => file.endsWith(".tgz")) ?? "";
  await writeFile(join(folder, "package.json"), '{ "name": "shops", "private": true }');
  const others = ["vitest@4", "jest@30", "fast-check@4"];
  await run("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund", `./${tarball}`, ...others], {
    cwd: folder,
  });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** As docs/adding-a-gateway.md has it. */
const CONTRACT = `import { test } from "vitest";
import { gatewayContract } from "order-status-engine/testing";
import { giftwellFixture } from "./giftwell/fixture.js";

for (const { title, run } of gatewayContract(giftwellFixture())) test(title, run);
`;

const kinds = Object.keys(runners).flatMap((runner) =>
  (["module", "commonjs"] as const).map((type) => ({ runner, type })),
);

describe.each(kinds)("$runner in a project of type $type", ({ runner, type }) => {
  const { imports, command, env = {} } = runners[runner] as Runner;
  let cwd = "";
  const ran = async (more: Record<string, string> = {}) => {
    const all = { ...process.env, ...env, ...more, CI: "1", NO_COLOR: "1", FORCE_COLOR: undefined };
    const { stdout, stderr } = await run(process.execPath, command, { cwd, env: all }).catch((error) => error);
    return `${stdout}${stderr}`;
  };

  beforeAll(async () => {
    cwd = join(folder, `${runner}-${type}`);
    const own = programs.filter(({ file }) => file.startsWith(`${runner}/`) && type === "commonjs");
    const common = programs.filter(({ file }) => file.endsWith(".test.mjs") && !file.includes("/"));
    await mkdir(cwd);
    await writeFile(join(cwd, "package.json"), JSON.stringify({ name: runner, private: true, type }));
    // That the page's tests hold in 300 lives is what test/docs/testing.test.ts runs.
    const ported = common.map(({ file, code }) => ({
      file,
      code: imports(code).replace(/numRuns: 300/, "numRuns: 20"),
    }));
    const contract = { file: "gateway.test.mjs", code: imports(CONTRACT) };
    // The shipped example, compiled as a user would: jest and node:test do not take TypeScript.
    await cp(join(root, "dist/docs/examples/giftwell"), join(cwd, "giftwell"), {
      recursive: true,
      filter: (from) => !from.includes(".test."),
    });
    await writeFile(join(cwd, "giftwell/package.json"), '{ "type": "module" }');
    for (const { file, code } of [...ported, ...own, contract]) {
      await mkdir(join(cwd, dirname(file)), { recursive: true });
      await writeFile(join(cwd, file), code);
    }
    expect(common).toHaveLength(4);
    if (type === "commonjs" && runner !== "vitest") expect(own.length).toBeGreaterThan(0);
  });

  test("each program of the page passes", async () => {
    const port = await freePort();
    const shop = await sampleShop({ bankUrl: `http://127.0.0.1:${port}` });
    const said = await ran({ SHOP_URL: shop.url, BANK_PORT: String(port) });
    await shop.close();
    expect(said).toMatch(passed(runner, (await readdir(cwd, { recursive: true })).filter(isTest).length));
    expect(said).not.toMatch(/\bfail(ed)? [1-9]|[1-9] failed/);
  });

  test("what differs is told with the reason", async () => {
    const file = join(cwd, "decision.test.mjs");
    await writeFile(file, (await readFile(file, "utf8")).replace('.thenRefused("unable', '.thenRefused("not-'));
    expect(await ran()).toMatch(/unable-to-capture-frozen-order: /);
  });
});

const isTest = (file: string): boolean => /\.test\.[mc]?js$/.test(file);
/** What it says at the end when all of it passed. */
const passed = (runner: string, files: number): RegExp =>
  ({
    vitest: new RegExp(`Test Files +${files} passed`),
    jest: new RegExp(`Test Suites: ${files} passed, ${files} total`),
    node: /^# fail 0$|^ℹ fail 0$/m,
  })[runner] as RegExp;
