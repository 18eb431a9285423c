/** `npm run release -- --dry-run` and `.ci/sbom`, on a copy with a history of its own. */
import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { isWhole } from "./exhaustive/whole.js";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../../", import.meta.url));
let copy = "";
let version = "";
const CHANGES = "# Changelog\n\n## VERSION (unreleased)\n\n- All of it.\n";

const git = async (...args: string[]) =>
  (await run("git", ["-c", "user.name=a", "-c", "user.email=a@b.test", ...args], { cwd: copy })).stdout;
/** Whatever goes wrong here, nothing can be sent: there is no registry at that port. */
const env = { ...process.env, npm_config_registry: "http://127.0.0.1:1", GITHUB_REPOSITORY: "shop/engine" };
const release = (...args: string[]) =>
  run(".ci/release", args, { cwd: copy, env }).then(
    ({ stdout }) => ({ code: 0, said: stdout }),
    ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({ code, said: stdout + stderr }),
  );

beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), "order-status-release-"));
  const plugin = "src/shops/woocommerce/plugin";
  await mkdir(join(copy, dirname(plugin)), { recursive: true });
  for (const path of [".ci", ".gitignore", "package.json", "package-lock.json", "README.md", "LICENSE", plugin]) {
    await cp(join(root, path), join(copy, path), { recursive: true });
  }
  for (const path of ["dist/machines", "dist/src"]) await cp(join(root, path), join(copy, path), { recursive: true });
  await symlink(join(root, "node_modules"), join(copy, "node_modules"));
  await writeFile(join(copy, ".git-exclude"), "node_modules\n.git-exclude\n");
  version = (JSON.parse(await readFile(join(root, "package.json"), "utf8")) as { version: string }).version;
  await writeFile(join(copy, "CHANGELOG.md"), CHANGES.replace("VERSION", version));
  await git("init", "-q");
  await git("config", "core.excludesFile", join(copy, ".git-exclude"));
  await git("add", "-A");
  await git("commit", "-qm", "all");
}, 240_000);
afterAll(() => rm(copy, { recursive: true, force: true }));

test("the bill of materials names what a user installs, and no tool of ours", async () => {
  await run(".ci/sbom", ["dist/sbom.cdx.json"], { cwd: copy });
  const { metadata, components } = JSON.parse(await readFile(join(copy, "dist/sbom.cdx.json"), "utf8"));
  expect(metadata.component).toMatchObject({ name: "order-status-engine", version });
  const named = (components as { name: string; version: string }[]).map(({ name }) => name);
  const { dependencies, devDependencies } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  expect(named).toEqual(expect.arrayContaining(Object.keys(dependencies)));
  expect(Object.keys(devDependencies).filter((name) => named.includes(name))).toEqual([]);
}, 240_000);

test.runIf(isWhole)(
  "a dry run goes through every step, sends nothing and tags nothing",
  async () => {
    const { code, said } = await release("--dry-run", "--no-test");
    expect(said).toContain(`release: version ${version}`);
    expect(said).toMatch(/^\d+ files, \d+ bytes packed/m);
    expect(said).toContain(`${version} is ready, nothing was sent; next: git tag -s v${version}`);
    expect(code).toBe(0);
    expect(await git("tag")).toBe("");
    expect(await git("status", "--porcelain")).toBe("");
  },
  240_000,
);

test.runIf(isWhole)(
  "what is not as it should be stops it, with the fix",
  async () => {
    const stopped = async (says: string, ...args: string[]) => {
      const { code, said } = await release(...args);
      expect(said).toContain(says);
      expect(code).toBeGreaterThan(0);
      expect(said).not.toContain("nothing was sent");
    };
    const dry = ["--dry-run", "--no-test"];
    await stopped("there is no option --wet", "--wet");
    await stopped("--no-test goes with --dry-run", "--no-test");
    await stopped(`this commit is not v${version}; try --dry-run first, then git tag -s v${version}`);
    await writeFile(join(copy, "new.ts"), "");
    await stopped("the tree is not clean; commit or stash: ?? new.ts", ...dry);
    await rm(join(copy, "new.ts"));
    await git("tag", `v${version}`);
    await stopped(`v${version} is tagged already`, ...dry);
    await stopped("still says");
    await git("tag", "-d", `v${version}`);
    await rm(join(copy, "dist/src/index.js"));
    await stopped("missing from the package: dist/src/index.js", ...dry);
    await writeFile(join(copy, "dist/src/index.js"), "");
    await writeFile(join(copy, "dist/src/of-mine.env"), "");
    await stopped("not to be in it: dist/src/of-mine.env", ...dry);
    await rm(join(copy, "dist/src/of-mine.env"));
    await writeFile(join(copy, "CHANGELOG.md"), "# Changelog\n\n## 0.0.9\n");
    await git("commit", "-qam", "no changes told");
    await stopped(`CHANGELOG.md has no section "## ${version}"`, ...dry);
  },
  240_000,
);

test("on its tag it makes the package and the bill of materials; the repository is the one it was built in", async () => {
  const manifest = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  const tagged = async (repository: object) => {
    await writeFile(join(copy, "CHANGELOG.md"), CHANGES.replace("VERSION (unreleased)", `${version} (2026-01-31)`));
    // The tests are being run already.
    const scripts = { ...manifest.scripts, test: "true", campaign: "true" };
    await writeFile(join(copy, "package.json"), JSON.stringify({ ...manifest, scripts, ...repository }, null, 2));
    await git("commit", "-qam", "release");
    await git("tag", "-fam", "release", `v${version}`);
    return release();
  };
  expect((await tagged({ repository: undefined })).said).toContain("package.json has no repository");
  const other = await tagged({ repository: "https://github.com/shop/engine2" });
  expect(other.said).toContain("package.json names the repository shop/engine2, and this is shop/engine");
  const { code, said } = await tagged({ repository: { type: "git", url: "git+https://github.com/shop/engine.git" } });
  expect(said).toContain(`${version} is in dist/release`);
  expect(code).toBe(0);
  const made = await readdir(join(copy, "dist/release"));
  expect(made.sort()).toEqual([`order-status-engine-${version}.tgz`, "sbom.cdx.json"]);
}, 240_000);
