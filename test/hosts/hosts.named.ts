/** Each example as a process of its own, between a bank and a shop that are servers too. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemClock } from "../../src/ports/clock.js";
import { type ResursDouble, resursDouble, type WooServer, wooServer } from "../../src/testing/index.js";
import { order, shopHas, until } from "../engine/place.js";
import { OUTSIDE, PAID, type Place, requests, TOKEN, UNPAID, WEBHOOK_SECRET } from "./requests.js";

const here = fileURLToPath(new URL(".", import.meta.url));
const nextCli = fileURLToPath(new URL("../../../test/hosts/node_modules/next/dist/bin/next", import.meta.url));
const clock = systemClock();
const DRAIN_MS = 300;
const quiet = { ...process.env, NEXT_TELEMETRY_DISABLED: "1" };

const programs = {
  "a bare Node server": "node.js",
  Hono: "hono.js",
  Express: "express.js",
  Fastify: "fastify.js",
  Next: "next/server.js",
};

describe.each(Object.entries(programs))("%s", (_name, program) => {
  const ends: (() => Promise<unknown>)[] = [];
  let bank: ResursDouble;
  let shop: WooServer;
  let folder = "";
  let host: ChildProcess;
  let url = "";
  let said = "";
  let place: Place;

  const send = (path: string, { method = "GET", headers = {}, body }: Partial<(typeof requests)[0]> = {}) =>
    fetch(`${url}${path}`, {
      method,
      headers,
      redirect: "manual",
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : body(place) }),
    });
  const post = async (path: string, body: object) => {
    const headers = { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" };
    const answer = await send(path, { method: "POST", headers, body: JSON.stringify(body) });
    const leaves = answer.headers.get("connection") === "close";
    return { status: answer.status, leaves, body: (await answer.json()) as Record<string, string> };
  };

  beforeAll(async () => {
    if (program.startsWith("next/")) {
      await promisify(execFile)(process.execPath, [nextCli, "build", join(here, "next")], { env: quiet });
      ends.push(() => rm(join(here, "next/.next"), { recursive: true }));
    }
    folder = await mkdtemp(join(tmpdir(), "order-status-host-"));
    bank = await resursDouble({ clock });
    shop = await wooServer({ clock });
    ends.push(
      () => rm(folder, { recursive: true }),
      () => bank.close(),
      () => shop.close(),
    );
    const { key, secret } = shop.keys.engine;
    const env = {
      ...quiet,
      PORT: "0",
      PUBLIC_URL: OUTSIDE,
      DRAIN_MS: String(DRAIN_MS),
      ORDERS_DB: join(folder, "orders.db"),
      ORDER_STATUS_TOKEN: TOKEN,
      CALLBACK_SECRET: "the secret of the callbacks",
      SHOP_URL: shop.url,
      ORDER_STATUS_WOO_KEY: key,
      ORDER_STATUS_WOO_SECRET: secret,
      ORDER_STATUS_WOO_WEBHOOK_SECRET: WEBHOOK_SECRET,
      RESURS_URL: bank.url,
      RESURS_ID: "id",
      RESURS_SECRET: "secret",
      NODE_ENV: "production",
    };
    host = spawn(process.execPath, [join(here, program)], { env });
    ends.push(async () => host.kill("SIGKILL"));
    for (const stream of [host.stdout, host.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        said += text;
      });
    }
    await until(() => host.exitCode !== null || /listening on http\S+/.test(said), `the host: ${said}`);
    url = /listening on (http\S+)/.exec(said)?.[1] ?? said;
    const now = clock.now();
    for (const orderId of [PAID, UNPAID]) {
      shopHas(shop.woo, orderId, now);
      expect((await post("/orders", { orderId, order: order(null, now) })).status).toBe(201);
    }
    bank.nextPerson("198305147715", { callbacks: false });
    const { body } = await post(`/orders/${PAID}/checkout`, { gateway: "resurs-mapi" });
    expect(body).toMatchObject({ result: "success" });
    expect((await post(`/orders/${UNPAID}/checkout`, { gateway: "resurs-mapi" })).body.result).toBe("success");
    bank.customerSigns(body.paymentId as string);
    const given = /"(http[^"]+\/callbacks\/[^"]+)"/.exec(JSON.stringify(bank.creates[0]))?.[1] ?? "";
    expect(given.slice(0, OUTSIDE.length)).toBe(OUTSIDE);
    const [success = "", fail = ""] = (["success", "fail"] as const).map((page, i) => {
      const made = JSON.stringify(bank.creates[i]);
      return new URL(new RegExp(`"(http[^"]+/${page}/[^"]+)"`).exec(made)?.[1] ?? "").pathname;
    });
    place = { paymentId: body.paymentId as string, callbacks: given.slice(OUTSIDE.length), success, fail };
  }, 480_000);
  afterAll(async () => {
    for (const end of ends.reverse()) await end();
  });

  test.each(requests)("$says: $status", async (asked) => {
    const { path, status, has = {}, answer } = asked;
    const got = await send(typeof path === "string" ? path : path(place), asked);
    const text = await got.text();
    expect({ status: got.status, text }).toMatchObject({ status });
    for (const [name, value] of Object.entries(has)) expect(got.headers.get(name)).toBe(value);
    if (answer instanceof RegExp) expect(text).toMatch(answer);
    else if (answer !== undefined) expect(JSON.parse(text)).toMatchObject(answer);
  });

  test("told to stop, it turns the load balancer away, ends what is under way, and goes", async () => {
    expect((await send("/readyz")).status).toBe(200);
    const release = bank.hold("refund");
    const refund = post(`/orders/${PAID}/events`, { type: "merchant.refunded", via: "dropdown" });
    await until(() => bank.held() === 1, "the refund");
    host.kill("SIGTERM");
    await until(async () => (await send("/readyz")).status === 503, "the drain");
    await until(
      () =>
        fetch(`${url}/healthz`).then(
          () => false,
          () => true,
        ),
      "the end of the server",
    );
    release();
    expect(await refund).toMatchObject({ status: 200, leaves: true, body: { outcome: "moved", to: "refunded" } });
    if (host.exitCode === null) await once(host, "exit");
    expect({ code: host.exitCode, signal: host.signalCode }).toEqual({ code: 0, signal: null });
    expect(shop.woo.order(PAID).status).toBe("refunded");
  });
});
