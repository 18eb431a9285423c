/** The packed package before two linters: whether each way of importing it leads to code and to its types. */
import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, test } from "vitest";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../../../", import.meta.url));
const linter = (path: string): string => join(root, "test/release/node_modules", path);

let folder = "";
let tarball = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "order-status-lint-"));
  await run("npm", ["pack", "--silent", "--ignore-scripts", "--pack-destination", folder], { cwd: root });
  tarball = join(folder, (await readdir(folder))[0] as string);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test("publint finds nothing", async () => {
  await run(process.execPath, [linter("publint/src/cli.js"), "run", tarball, "--strict"], { cwd: root });
});

test("attw finds nothing", async () => {
  const attw = linter("@arethetypeswrong/cli/dist/index.js");
  await run(process.execPath, [attw, tarball, "--profile", "esm-only", "--no-emoji"], { cwd: root });
});
