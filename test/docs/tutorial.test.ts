/** docs/tutorial.md followed to the letter: its files, its commands in order, and what they print. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { firstLine } from "../first-line.js";
import { freePort } from "../free-port.js";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const page = await readFile(join(root, "docs/tutorial.md"), "utf8");
const port = String(await freePort());
const blocks = [...page.matchAll(/```(\S*) (\S+)\n([\s\S]*?)\n```/g)].map(([, kind, name, code = ""]) => {
  return { kind, name, code: code.replaceAll("3000", port) };
});
const codeOf = (kind: string, name: string): string =>
  blocks.find((block) => block.kind === kind && block.name === name)?.code ?? `no block ${kind} ${name}`;

/** What differs from one day to the next. */
const timeless = (text: string): string => text.replace(/\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)? UTC/g, "TIME").trim();

let folder: string;
let env: NodeJS.ProcessEnv;
let server: ChildProcess | null = null;
const ran = new Set<string>(["install"]);

beforeAll(async () => {
  // Inside the project, so that the package's own name leads to it.
  folder = await mkdtemp(join(root, "dist", "tutorial-"));
  await mkdir(join(folder, "bin"));
  const main = join(root, "dist/src/cli/main.js");
  await writeFile(
    join(folder, "bin", "npx"),
    `#!/bin/sh\n[ "$1" = order-status ] && shift && exec "${process.execPath}" "${main}" "$@"\n`,
  );
  await chmod(join(folder, "bin", "npx"), 0o755);
  env = { PATH: `${folder}/bin:${process.env.PATH}` };
  for (const { kind, name = "", code } of blocks) if (kind === "js") await writeFile(join(folder, name), `${code}\n`);
  ran.add("serve");
  server = spawn("bash", ["--norc", "-c", codeOf("sh", "serve").replace(/^node/m, "exec node")], { cwd: folder, env });
  server.stderr?.on("data", (text) => process.stderr.write(text));
  expect(await firstLine(server)).toBe(`Open http://127.0.0.1:${port}/\n`);
}, 60_000);
afterAll(async () => {
  server?.kill("SIGKILL");
  await rm(folder, { recursive: true, force: true });
});

/** A no of the engine's ends a command with 3, and that is what the page shows. */
const run = async (name: string): Promise<string> => {
  ran.add(name);
  const command = promisify(execFile)("bash", ["--norc", "-uc", codeOf("sh", name)], { cwd: folder, env });
  const { stdout } = await command.catch((error: { code: number; stdout: string }) => {
    if (error.code !== 3) throw error;
    return error;
  });
  return stdout;
};

test("each command prints what the page says", async () => {
  for (const name of ["buy", "why", "ship", "can", "frozen"]) {
    expect(timeless(await run(name)), name).toBe(timeless(codeOf("text", name)));
  }
  expect(await run("test")).toMatch(/# pass 1\n# fail 0/);
});

test("the page in the browser is the inspector, behind the token", async () => {
  const look = (headers: Record<string, string>) =>
    fetch(`http://127.0.0.1:${port}/inspector/orders/1002`, { headers });
  expect((await look({})).status).toBe(401);
  const password = Buffer.from("anybody:change-me-0123456789").toString("base64");
  const seen = await (await look({ authorization: `Basic ${password}` })).text();
  expect(seen).toContain('data-situation="on-hold/frozen"');
});

test("a request for an order that is not there harms nobody, and SIGTERM ends the server in good order", async () => {
  expect((await fetch(`http://127.0.0.1:${port}/ship/9999`, { method: "POST" })).status).toBe(500);
  expect((await fetch(`http://127.0.0.1:${port}/thanks/1001`)).status).toBe(200);
  const ended = once(server as ChildProcess, "exit");
  server?.kill("SIGTERM");
  expect(await ended).toEqual([0, null]);
}, 30_000);

test("every command of the page was run, and what it installs is what its files import", async () => {
  expect(blocks.filter(({ kind }) => kind === "sh").map(({ name }) => name)).toEqual([...ran]);
  const imported = blocks
    .filter(({ kind }) => kind === "js")
    .flatMap(({ code }) => [...code.matchAll(/from "([^.":]+)"/g)].map(([, name = ""]) => name));
  const packages = imported.map((name) =>
    name
      .split("/")
      .slice(0, name.startsWith("@") ? 2 : 1)
      .join("/"),
  );
  for (const name of new Set(packages)) expect(codeOf("sh", "install")).toContain(` ${name}`);
});
