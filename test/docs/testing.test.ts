/** docs/testing.md as a reader would follow it: its blocks written to files of a folder of their own, and run there. */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { backendLaws, decisionLaws } from "../../src/testing/index.js";
import { freePort } from "../free-port.js";
import { sampleShop } from "../sample-backend/shop.js";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../../../", import.meta.url));
const page = await readFile(join(root, "docs/testing.md"), "utf8");
const blocks = [...page.matchAll(/```(\w+) ?(.*)\n([\s\S]*?)```/g)].map(([, language, file, code]) => ({
  language,
  file: file as string,
  code: code as string,
}));
/** Those in a folder are for another runner: `npm run campaign runners`. */
const programs = blocks.filter(({ language, file }) => language === "js" && !file.includes("/"));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "testing-page-"));
  await mkdir(join(folder, "node_modules"));
  for (const name of ["vitest", "fast-check"])
    await symlink(join(root, "node_modules", name), join(folder, "node_modules", name));
  await symlink(root, join(folder, "node_modules", "order-status-engine"));
  for (const { file, code } of programs) await writeFile(join(folder, file), code);
});
afterAll(() => rm(folder, { recursive: true }));

test("every program of the page is a file with a name", () => {
  expect(programs.map(({ file }) => file)).toEqual([
    "decision.test.mjs",
    "property.test.mjs",
    "shop.test.mjs",
    "store.test.mjs",
    "shop-laws.mjs",
  ]);
});

test("the page's tests pass in a folder of their own, one against a shop over HTTP", { timeout: 480_000 }, async () => {
  const port = await freePort();
  const shop = await sampleShop({ bankUrl: `http://127.0.0.1:${port}` });
  const env = { ...process.env, SHOP_URL: shop.url, BANK_PORT: String(port), NO_COLOR: "1" };
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  // Where a test falls, vitest exits with 1; what it printed then says which and why.
  const args = [vitest, "run", "--testTimeout=240000"];
  const { stdout, stderr } = await run(process.execPath, args, { cwd: folder, env }).catch(
    (ended: { stdout: string; stderr: string }) => ended,
  );
  await shop.close();
  expect(stdout + stderr).toMatch(new RegExp(`Test Files +${programs.length - 1} passed`));
});

test("the page's own law is put to the simulator by the page's own command", { timeout: 480_000 }, async () => {
  const command =
    blocks
      .findLast(({ language }) => language === "sh")
      ?.code.trim()
      .split(" ") ?? [];
  expect(command.slice(0, 3)).toEqual(["npx", "order-status", "simulate"]);
  const { stdout } = await run(process.execPath, [join(root, "dist/src/cli/main.js"), ...command.slice(2)], {
    cwd: folder,
  });
  expect(stdout).toMatch(/^lives +200 /m);
  expect(stdout).toMatch(/^breaches +0$/m);
});

test("the page's tables name every law with its sentence", () => {
  const rows = [...page.matchAll(/^\| (`[\w-]+` \| .*) \|$/gm)].map(([, row]) => row);
  expect(rows).toEqual([
    ...decisionLaws.map(({ name, says }) => `\`${name}\` | ${says}`),
    ...backendLaws.map(({ name, says, tier, leaveOut = "–" }) => `\`${name}\` | ${says} | ${tier} | ${leaveOut}`),
  ]);
});
