/** The files of docs/deploy, put to use as docs/deployment.md says. */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { clientAddress, httpApp } from "../../src/http/app.js";
import { listen } from "../../src/http/serve.js";
import { createEngine, type Engine, systemClock } from "../../src/index.js";
import { sqliteStore } from "../../src/stores/sqlite/store.js";
import { type ResursDouble, resursDouble, wooDouble } from "../../src/testing/index.js";
import { bankHas, gatewayTo, order, shopHas } from "../engine/place.js";
import { firstLine } from "../first-line.js";
import { freePort } from "../free-port.js";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const deploy = join(root, "docs/deploy");
const file = (name: string) => readFile(join(deploy, name), "utf8");
const run = promisify(execFile);
const has = (command: string): Promise<boolean> =>
  run(command, ["--version"]).then(
    () => true,
    (error: { code: unknown }) => error.code !== "ENOENT",
  );
const [systemd, nginx, openssl] = [await has("systemd-analyze"), await has("nginx"), await has("openssl")];
const TOKEN = "token of the deployment";

/** Stands for /srv/order-status. */
let folder: string;
let engine: Engine;
let bank: ResursDouble;
const clock = systemClock();
const woo = wooDouble({ now: () => clock.now() });
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "deployment-"));
  await mkdir(join(folder, "node_modules/.bin"), { recursive: true });
  const command = join(folder, "node_modules/.bin/order-status");
  await writeFile(command, `#!/bin/sh\nexec "${process.execPath}" "${join(root, "dist/src/cli/main.js")}" "$@"\n`);
  await chmod(command, 0o755);
  bank = await resursDouble({ clock });
  const store = sqliteStore({ file: join(folder, "orders.db") });
  engine = createEngine({ store, gateways: [gatewayTo(bank.url, clock)], shop: woo.shop, clock });
  await engine.start();
});
afterAll(async () => {
  await engine.stop();
  await bank.close();
  await rm(folder, { recursive: true, force: true });
});
const moved = (text: string): string => text.replaceAll("/srv/order-status", folder);

test("the page names every file, and there is no other", async () => {
  const page = await readFile(join(root, "docs/deployment.md"), "utf8");
  const named = [...page.matchAll(/\]\(deploy\/([^)]+)\)/g)].map(([, name]) => name);
  expect(named.sort()).toEqual((await readdir(deploy)).sort());
});

test.skipIf(!systemd)("systemd finds nothing wrong with the unit", async () => {
  const unit = join(folder, "order-status.service");
  await writeFile(unit, moved(await file("order-status.service")));
  const { stdout, stderr } = await run("systemd-analyze", ["verify", "--man=no", unit]);
  const about = `${stdout}${stderr}`.split("\n").filter((line) => line.includes("order-status"));
  expect(about).toEqual([]);
});

test("the container's command serves beyond this computer, and its health check tells", async () => {
  const text = await file("Containerfile");
  const lineOf = (word: string) =>
    JSON.parse(new RegExp(`^${word} (\\[.*\\])$`, "m").exec(text)?.[1] ?? "[]") as string[];
  const [port, other] = [await freePort(), await freePort()];
  const [command = "", ...args] = lineOf("CMD");
  const child = spawn(join(folder, command), [...args, "--sandbox", "--port", String(port), "--log-level", "silent"], {
    cwd: folder,
    env: { ...process.env, ORDER_STATUS_TOKEN: TOKEN },
  });
  const healthy = (at: number) => {
    const [node = "", ...check] = lineOf("HEALTHCHECK CMD");
    return run(
      node,
      check.map((one) => one.replace("8080", String(at))),
    ).then(
      () => 0,
      (error: { code: number }) => error.code,
    );
  };
  try {
    expect(await firstLine(child)).toContain(`0.0.0.0:${port}`);
    expect([await healthy(port), await healthy(other)]).toEqual([0, 1]);
  } finally {
    child.kill("SIGKILL");
  }
});

test("every night: a backup, a small history, and orders in doubt asked about", async () => {
  const { url, close } = await listen(httpApp({ engine, apiToken: TOKEN }).fetch);
  try {
    const then = clock.now() - 3_600_000;
    shopHas(woo, "1", then);
    await engine.place("1", order("pay-1", then));
    bankHas(bank, "pay-1");
    await writeFile(join(folder, ".env"), `ORDER_STATUS_TOKEN="${TOKEN}"\n`);
    await writeFile(join(folder, "nightly.sh"), moved(await file("nightly.sh")));
    const { stdout } = await run("sh", [join(folder, "nightly.sh")], {
      env: { ...process.env, ORDER_STATUS_URL: url },
    });
    expect(stdout).toContain("is backed up in backups/");
    expect(stdout).toContain("Took out 0 entries");
    expect(stdout).toContain("Checked 1: 0 correct, 1 corrected.");
    expect(await readdir(join(folder, "backups"))).toEqual([`${new Date().toISOString().slice(0, 10)}.db`]);
  } finally {
    await close();
  }
});

test("before an upgrade: the orders are looked at, and backed up", async () => {
  const page = await readFile(join(root, "docs/upgrading.md"), "utf8");
  const [, check = ""] = /```sh check\nnpx .* (order-status .*)\n/.exec(page) ?? [];
  const [, backup = ""] = /```sh sqlite\n(order-status .*)\n/.exec(page) ?? [];
  const env = { ...process.env, PATH: `${folder}/node_modules/.bin:${process.env.PATH}` };
  const { stdout } = await run("sh", ["-ec", `${check}\n${backup}`], { cwd: folder, env });
  expect(stdout).toContain("All readable orders are known");
  expect(stdout).toContain("is backed up in before-upgrade.db");
});

/** @param path of the server behind nginx, which has a certificate of its own making */
const ask = async (port: number, path: string, method = "GET", headers = {}): Promise<number> => {
  const asked = request({ host: "127.0.0.1", port, path, method, headers, rejectUnauthorized: false }).end();
  const [answer] = (await once(asked, "response")) as [IncomingMessage];
  answer.resume();
  return answer.statusCode ?? 0;
};

test.skipIf(!nginx || !openssl)("nginx lets banks in, keeps others out of the API, and names the client", async () => {
  const network = "198.51.100.0/24";
  const sourceOf = clientAddress({ header: "x-real-ip", proxies: [] });
  const served = await listen(httpApp({ engine, apiToken: TOKEN, sourceOf, allowFrom: [network] }).fetch);
  const port = await freePort();
  await run("openssl", [
    ...["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=orders.example.com", "-days", "2"],
    ...["-keyout", join(folder, "privkey.pem"), "-out", join(folder, "fullchain.pem")],
  ]);
  const server = (await file("nginx.conf"))
    .replaceAll("/etc/letsencrypt/live/orders.example.com", folder)
    .replace("listen 443", `listen 127.0.0.1:${port}`)
    .replace("127.0.0.1:8080", new URL(served.url).host);
  const temp = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) => `${name}_temp_path ${folder}/t;`);
  await writeFile(
    join(folder, "nginx.conf"),
    `daemon off; pid ${folder}/nginx.pid; error_log stderr; events {}\nhttp { access_log off; ${temp.join(" ")}\n${server}\n}\n`,
  );
  const args = ["-p", folder, "-c", join(folder, "nginx.conf")];
  await run("nginx", ["-t", ...args]);
  const child = spawn("nginx", args, { stdio: "ignore" });
  try {
    await setTimeout(1000);
    expect(await ask(port, "/orders")).toBe(403);
    expect(await ask(port, "/inspector/")).toBe(403);
    expect(await ask(port, "/healthz")).toBe(403);
    expect(await ask(port, "/returns/1/success")).not.toBe(403);
    // The client is 127.0.0.1, whatever he says of himself, and the allow-list does not have him.
    const forged = { "x-real-ip": "198.51.100.7", "content-type": "application/json" };
    expect(await ask(port, "/callbacks/resurs/authorization", "POST", forged)).toBe(403);
    expect((await fetch(`${served.url}/callbacks/resurs/test`, { headers: forged })).status).toBe(202);
  } finally {
    child.kill("SIGTERM");
    await once(child, "exit");
    await served.close();
  }
});
