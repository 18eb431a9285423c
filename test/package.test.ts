/** The package as it is published: packed, unpacked outside the checkout, and used there. */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../../", import.meta.url));
const bin = (path: string): string => join(root, "node_modules", path);
/** 667 kB at the time of writing, a third of it the test harness that users are given. */
const LARGEST_PACKAGE = 900_000;

interface Manifest {
  exports: Record<string, unknown>;
  dependencies: Record<string, string>;
}

describe("the package", () => {
  let folder = "";
  let tarball = "";
  let manifest: Manifest;
  let entries: string[];
  beforeAll(async () => {
    manifest = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
    entries = Object.keys(manifest.exports).map((path) => `order-status-engine${path.slice(1)}`);
    folder = await mkdtemp(join(tmpdir(), "order-status-package-"));
    await run("npm", ["pack", "--silent", "--ignore-scripts", "--pack-destination", folder], { cwd: root });
    tarball = join(folder, (await readdir(folder))[0] as string);
    const modules = join(folder, "node_modules");
    await mkdir(modules);
    await run("tar", ["xzf", tarball, "-C", modules]);
    await run("mv", [join(modules, "package"), join(modules, "order-status-engine")]);
    // What npm would fetch; the optional drivers are left out, as npm leaves them out.
    for (const name of Object.keys(manifest.dependencies)) {
      await mkdir(dirname(join(modules, name)), { recursive: true });
      await symlink(bin(name), join(modules, name));
    }
    await writeFile(join(folder, "package.json"), '{ "name": "a-shop", "type": "module" }');
  }, 120_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const node = async (name: string, code: string) => {
    await writeFile(join(folder, name), code);
    return (await run(process.execPath, [name], { cwd: folder })).stdout;
  };

  test("publint and attw find nothing", async () => {
    await run(process.execPath, [bin("publint/src/cli.js"), "run", tarball, "--strict"], { cwd: root });
    const attw = bin("@arethetypeswrong/cli/dist/index.js");
    await run(process.execPath, [attw, tarball, "--profile", "esm-only", "--no-emoji"], { cwd: root });
  }, 120_000);

  test("stays within its size, and brings what it should", async () => {
    expect((await stat(tarball)).size).toBeLessThan(LARGEST_PACKAGE);
    const files = (await run("tar", ["tzf", tarball])).stdout.split("\n");
    for (const wanted of ["LICENSE", "README.md", "src/adapters/woocommerce/plugin/order-status-engine.php"]) {
      expect(files).toContain(`package/${wanted}`);
    }
    expect(files.filter((file) => /^package\/(test|dist\/test|docs|\.)/.test(file))).toEqual([]);
  });

  test("every entry is imported, and required from CommonJS", async () => {
    const names = JSON.stringify(entries.filter((entry) => !entry.endsWith(".json")));
    const said = await node(
      "import.mjs",
      `import { createRequire } from "node:module";
       const require = createRequire(import.meta.url);
       for (const name of ${names}) {
         const imported = Object.keys(await import(name));
         const required = Object.keys(require(name)).filter((key) => key !== "__esModule" && key !== "module.exports");
         if (imported.length === 0 || required.length < imported.length) throw new Error(name);
         console.log(name);
       }`,
    );
    expect(said.trim().split("\n")).toEqual(JSON.parse(names));
    await node(
      "require.cjs",
      'require("order-status-engine").createEngine.name; require("order-status-engine/package.json");',
    );
  });

  test("its types are found and hold, in a strict project", async () => {
    const names = entries.filter((entry) => !entry.endsWith(".json"));
    const code = names.map((name, index) => `import * as m${index} from "${name}"; void m${index};`);
    code.push('import { createEngine } from "order-status-engine";', "// @ts-expect-error", "createEngine({});");
    await writeFile(join(folder, "types.ts"), code.join("\n"));
    const options = [
      "--noEmit",
      "--strict",
      "--skipLibCheck",
      "--module",
      "nodenext",
      "--target",
      "es2023",
      "--types",
      "node",
    ];
    const types = ["--typeRoots", bin("@types")];
    await run(process.execPath, [bin("typescript/bin/tsc"), ...options, ...types, "types.ts"], { cwd: folder });
  }, 120_000);

  test("the command runs", async () => {
    const command = join(folder, "node_modules/order-status-engine/dist/src/cli/main.js");
    const { stdout } = await run(process.execPath, [command, "--version"], { cwd: folder });
    expect(stdout.trim()).toMatch(/^\d+\.\d+\.\d+$/);
  });

  test.each([
    ["sqlite", 'sqliteStore({ file: "orders.db" }).open()', "npm install better-sqlite3@12"],
    ["postgres", 'postgresStore({ url: "postgres://127.0.0.1:1/x" }).open()', "npm install pg"],
  ])("without the driver of %s the error names the command", async (entry, call, command) => {
    const name = call.slice(0, call.indexOf("("));
    const code = `import { ${name} } from "order-status-engine/${entry}";
      await ${call}.then(() => console.log("opened"), (error) => console.log(error.message));`;
    expect(await node(`${entry}.mjs`, code)).toContain(`Run: ${command}`);
  });

  test("machines and decisions need nothing of Node", async () => {
    const seen = new Set<string>();
    const outside = new Set<string>();
    const walk = async (path: string): Promise<void> => {
      if (seen.has(path)) return;
      seen.add(path);
      for (const [, name = ""] of (await readFile(path, "utf8")).matchAll(/(?:from|import)\s*"([^"]+)"/g)) {
        if (name.startsWith(".")) await walk(join(dirname(path), name));
        else outside.add(name);
      }
    };
    const dist = join(folder, "node_modules/order-status-engine/dist");
    for (const path of ["machines/index.js", "src/core/decide.js", "src/core/why.js"]) await walk(join(dist, path));
    expect(seen.size).toBeGreaterThan(20);
    expect([...outside].sort()).toEqual(["xstate", "zod"]);
  });
});
