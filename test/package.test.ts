/** The package as a user gets it: packed, installed by npm into an empty folder outside the checkout, and used there. */
import { execFile, spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chosen, libraries } from "../src/stores/sqlite/library.js";
import { until } from "./engine/place.js";
import { freePort } from "./free-port.js";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../../", import.meta.url));
const bin = (path: string): string => join(root, "node_modules", path);
/** 1,377 kB at the time of writing: a quarter is the test harness that users are given, another the docs. */
const LARGEST_PACKAGE = 1_400_000;
/** With all that comes along but the optional packages: 25 packages and 63 MB at the time of writing, 28 MB of them date-fns. */
const MOST_PACKAGES = 25;
const MOST_MB = 64;
/** This entry asks for a package that the others do without. */
const PROPERTIES = "order-status-engine/testing/properties";

/** null = this Node's own SQLite will do, so the store asks for nothing. */
const SQLITE_FIX = (() => {
  try {
    chosen({ ...libraries, installed: () => null });
    return null;
  } catch {
    return "npm install @photostructure/sqlite@2";
  }
})();

interface Manifest {
  exports: Record<string, unknown>;
  scripts: Record<string, string>;
}
interface Lock {
  packages: Record<string, { hasInstallScript?: boolean }>;
}

describe("the package", () => {
  let folder = "";
  let tarball = "";
  let manifest: Manifest;
  let entries: string[];
  beforeAll(async () => {
    manifest = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
    entries = Object.keys(manifest.exports)
      .map((path) => `order-status-engine${path.slice(1)}`)
      .filter((entry) => entry !== PROPERTIES);
    folder = await mkdtemp(join(tmpdir(), "order-status-package-"));
    await run("npm", ["pack", "--silent", "--ignore-scripts", "--pack-destination", folder], { cwd: root });
    tarball = join(folder, (await readdir(folder))[0] as string);
    await writeFile(join(folder, "package.json"), '{ "name": "a-shop", "type": "module" }');
    // What the checkout was installed from is in npm's cache, so little or nothing is fetched.
    await run("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund", tarball], { cwd: folder });
    await mkdir(join(folder, "node_modules/@types"), { recursive: true });
    await symlink(bin("@types/node"), join(folder, "node_modules/@types/node"));
  }, 240_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const node = async (name: string, code: string) => {
    await writeFile(join(folder, name), code);
    return (await run(process.execPath, [name], { cwd: folder })).stdout;
  };
  const inFolder = async (name: string) => {
    const cwd = join(folder, name);
    await mkdir(cwd);
    return cwd;
  };
  const command = () => join(folder, "node_modules/.bin/order-status");
  /** Its libraries are checked too: our types must not ask for packages that a user does not have. */
  const compiled = (file: string) =>
    run(
      process.execPath,
      [
        bin("typescript/bin/tsc"),
        // One checker: several look at the same libraries, each for itself.
        ...[
          "--checkers",
          "1",
          "--noEmit",
          "--strict",
          "--module",
          "nodenext",
          "--target",
          "es2023",
          "--types",
          "node",
          file,
        ],
      ],
      { cwd: folder },
    ).catch((error: { stdout: string }) => Promise.reject(new Error(error.stdout)));

  test("stays within its size, and brings what it should", async () => {
    expect((await stat(tarball)).size).toBeLessThan(LARGEST_PACKAGE);
    const files = (await run("tar", ["tzf", tarball])).stdout.split("\n");
    const readme = await readFile(join(root, "README.md"), "utf8");
    const pages = [...readme.matchAll(/[^!]\[[^\]]*\]\(([\w/.-]+\.\w+)[)#]/g)].map(([, page]) => page ?? "");
    expect(pages.length).toBeGreaterThan(25);
    for (const wanted of ["LICENSE", "README.md", ...pages, "src/shops/woocommerce/plugin/order-status-engine.php"]) {
      expect(files).toContain(`package/${wanted}`);
    }
    expect(files.filter((file) => /^package\/(test|dist\/test|\.)|\.png$|\/order\.svg$/.test(file))).toEqual([]);
  });

  test("each relative link of a shipped page leads to a shipped file", async () => {
    const files = (await run("tar", ["tzf", tarball])).stdout.trim().split("\n");
    const shipped = new Set(files.map((file) => file.replace(/^package\//, "")));
    const isShipped = (path: string) => shipped.has(path) || [...shipped].some((file) => file.startsWith(`${path}/`));
    const pages = [...shipped].filter((file) => /\.(md|txt)$/.test(file));
    const dead: string[] = [];
    for (const page of pages) {
      const text = (await readFile(join(root, page), "utf8")).replace(/^```[\s\S]*?^```/gm, "");
      // npm and GitHub show the pictures out of the repository.
      for (const [, target = ""] of text.matchAll(/(?<!!)\[[^\]]*\]\((?![a-z]+:|#)([^)\s#]+)/g)) {
        const path = posix.join(posix.dirname(page), target).replace(/\/$/, "");
        if (!isShipped(path)) dead.push(`${page}: ${target}`);
      }
    }
    expect(pages.length).toBeGreaterThan(40);
    expect(dead).toEqual([]);
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
    await compiled("types.ts");
  }, 480_000);

  test("nothing runs at its installation, and little comes along", async () => {
    const ours = ["preinstall", "install", "postinstall", "prepublish", "preprepare", "prepare", "postprepare"];
    expect(Object.keys(manifest.scripts).filter((name) => ours.includes(name))).toEqual([]);
    const lock = JSON.parse(await readFile(join(folder, "package-lock.json"), "utf8")) as Lock;
    const installed = Object.entries(lock.packages);
    expect(installed.filter(([, { hasInstallScript }]) => hasInstallScript)).toEqual([]);
    // The first is the shop itself.
    expect(installed.length - 1).toBeGreaterThan(20);
    expect(installed.length - 1).toBeLessThanOrEqual(MOST_PACKAGES);
    const { stdout } = await run("du", ["-sm", "node_modules"], { cwd: folder });
    expect(Number.parseInt(stdout, 10)).toBeLessThanOrEqual(MOST_MB);
  });

  test("the command runs, and the configuration that it writes holds for TypeScript", async () => {
    const { stdout } = await run(command(), ["--version"], { cwd: folder });
    expect(stdout.trim()).toMatch(/^\d+\.\d+\.\d+$/);
    await run(command(), ["init", "--yes"], { cwd: folder });
    await compiled("order-status.config.ts");
    const text = await readFile(join(folder, "order-status.config.ts"), "utf8");
    await writeFile(join(folder, "wrong.config.ts"), text.replace("publicUrl:", "publicUrI:"));
    await expect(compiled("wrong.config.ts")).rejects.toThrow("publicUrI");
  }, 480_000);

  const sqlite: [string, string, string, string] = [
    "sqlite",
    "sqliteStore",
    'sqliteStore({ file: "orders.db" }).open()',
    String(SQLITE_FIX),
  ];
  test.each<[entry: string, name: string, call: string, fix: string]>([
    ...(SQLITE_FIX === null ? [] : [sqlite]),
    [
      "postgres",
      "postgresStore",
      'postgresStore({ connectionString: "postgres://127.0.0.1:1/x" }).open()',
      "npm install pg",
    ],
    [
      "restate",
      "restateService",
      "restateService({ gateways: [], shop: {} }).listen()",
      "npm install @restatedev/restate-sdk @restatedev/restate-sdk-clients",
    ],
    ["vendure", "orderStatus", "orderStatus({})", "npm install @vendure/core"],
    ["telemetry", "telemetry", "telemetry()", "npm install prom-client @opentelemetry/api"],
    ["stately", "statelyServer", "statelyServer()", "npm install ws"],
  ])("without the driver of %s the error names the command", async (entry, name, call, fix) => {
    const code = `import { ${name} } from "order-status-engine/${entry}";
      try { await ${call}; console.log("opened"); } catch (error) { console.log(error.message); }`;
    expect((await node(`${entry}.mjs`, code)).toLowerCase()).toContain(`run: ${fix}`);
  });

  test("the properties name the package that they ask for, and work with it", async () => {
    const code = `import { anyLife } from "${PROPERTIES}"; console.log(anyLife().constructor.name);`;
    await expect(node("properties.mjs", code)).rejects.toMatchObject({
      stderr: expect.stringContaining("Cannot find package 'fast-check'"),
    });
    const beside = join(folder, "node_modules/fast-check");
    await symlink(bin("fast-check"), beside);
    try {
      expect(await node("properties.mjs", code)).toContain("Arbitrary");
      await writeFile(join(folder, "properties.ts"), `import { anyLife } from "${PROPERTIES}"; anyLife().map(String);`);
      await compiled("properties.ts");
    } finally {
      await rm(beside);
    }
  });

  test.skipIf(SQLITE_FIX === null)("without the driver the command names it too, and makes nothing", async () => {
    const orders = run(command(), ["serve", "--sandbox", "--port", "0", "--store", "orders.db"], { cwd: folder });
    await expect(orders).rejects.toMatchObject({ stderr: expect.stringContaining(String(SQLITE_FIX)) });
    expect((await readdir(folder)).filter((name) => name.startsWith("orders.db"))).toEqual([]);
  });

  test("with a SQLite the store opens, and nothing is said of an experiment", async () => {
    const beside = join(folder, "node_modules/@photostructure");
    await symlink(bin("@photostructure"), beside);
    try {
      const code = `import { sqliteStore } from "order-status-engine/sqlite";
        const store = sqliteStore({ file: "opened.db" }); await store.open(); await store.close(); console.log("opened");`;
      await writeFile(join(folder, "opened.mjs"), code);
      expect(await run(process.execPath, ["opened.mjs"], { cwd: folder })).toEqual({ stdout: "opened\n", stderr: "" });
    } finally {
      await rm(beside);
    }
  });

  test("serve without the packages of /metrics says so and serves; --stately without ws ends with the command", async () => {
    const serve = ["serve", "--sandbox", "--port", "0", "--json"];
    const child = spawn(command(), serve, { cwd: folder });
    let [told, logged] = ["", ""];
    child.stdout.on("data", (text) => {
      told += text;
    });
    child.stderr.on("data", (text) => {
      logged += text;
    });
    try {
      await until(() => told.includes("\n"), "the sandbox to serve");
      expect(logged).toContain("/metrics is off. Telemetry needs prom-client @opentelemetry/api");
      const { url } = JSON.parse(told) as { url: string };
      expect((await fetch(`${url}/metrics`)).status).toBe(404);
      expect((await fetch(`${url}/readyz`)).status).toBe(200);
    } finally {
      child.kill("SIGKILL");
    }
    const stately = run(command(), [...serve, "--stately", "0"], { cwd: folder });
    await expect(stately).rejects.toMatchObject({ stderr: expect.stringContaining("Run: npm install ws") });
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

  describe("a newcomer's path, by the README", () => {
    let blocks: Record<string, string> = {};
    let port = 0;
    beforeAll(async () => {
      const page = await readFile(join(root, "README.md"), "utf8");
      port = await freePort();
      // Another port, because 8080 may be somebody's.
      const own = page.replaceAll(":8080", `:${port}`);
      blocks = Object.fromEntries(
        [...own.matchAll(/```(?:sh|js) ([\w.-]+)\n([\s\S]*?)\n```/g)].map(([, name, code]) => [name, code ?? ""]),
      );
      expect(blocks.install).toBe("npm install order-status-engine");
    });
    const shell = (code: string, cwd: string) =>
      run("bash", ["-ec", code], { cwd, env: { ...process.env, ORDER_STATUS_URL: `http://127.0.0.1:${port}` } });

    test("the first own order, from placed to captured", async () => {
      const serve = `exec ${blocks.serve} --port ${port}`;
      const child = spawn("bash", ["-c", serve], { cwd: folder, detached: true });
      try {
        let told = "";
        child.stdout.on("data", (text) => {
          told += text;
        });
        await until(() => told.includes("Ctrl-C"), "the sandbox to serve");
        expect(JSON.parse((await shell(blocks.place ?? "", folder)).stdout)).toMatchObject({ to: "pending" });
        // The browser's part: open the page, press Sign, be sent back.
        const bank = await fetch(`http://127.0.0.1:${port}/checkout/1001`);
        expect(await bank.text()).toContain('<button name="outcome" value="sign">Sign</button>');
        const back = await fetch(bank.url, { method: "POST" });
        expect(await back.json()).toMatchObject({ status: "processing" });
        const { stdout } = await shell(blocks.ship ?? "", folder);
        expect(stdout).toContain("The order becomes Completed once the bank confirms.");
        expect(stdout).toContain("captured 100.00 SEK");
        expect((await fetch(`http://127.0.0.1:${port}/inspector/`)).status).toBe(200);
      } finally {
        process.kill(-(child.pid ?? 0), "SIGKILL");
      }
    }, 240_000);

    test("the program, as often as one likes", async () => {
      const program = blocks["first.mjs"] ?? "";
      for (let i = 0; i < 2; i++) {
        const said = await node("first.mjs", program);
        expect(said.split("\n")[0]).toBe("moved processing");
        expect(said.split("\n")[1]).toBe("completed");
        expect(said).toMatch(/^Completed since .*: the bank has captured 100\.00 SEK from the customer\.$/m);
      }
    });

    test("a configuration of one's own begins with five questions", async () => {
      const cwd = await inFolder("own-shop");
      const { stdout } = await shell(`yes "" | (${blocks["own-shop"]}; true)`, cwd);
      expect(stdout).toContain("Wrote order-status.config.ts and .env.");
    });
  });
});
