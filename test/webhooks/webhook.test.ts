/** Webhooks by Standard Webhooks, to a real server that checks them by the specification. */
import { randomBytes } from "node:crypto";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { changeOf } from "../../src/ports/changes.js";
import { memoryStore } from "../../src/stores/memory/store.js";
import { changeOf as sampleChange } from "../../src/testing/contracts/store/sample.js";
import { signatureOf, type WebhookOptions, webhook } from "../../src/webhooks/webhook.js";
import { callback, MINUTE, Place, until } from "../engine/place.js";
import { freePort } from "../free-port.js";
import { type ReceiverOptions, receiver } from "./receiver.js";

const newSecret = () => `whsec_${randomBytes(32).toString("base64")}`;
const secret = newSecret();
const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

const listening = async (options: Partial<ReceiverOptions> = {}) => {
  const made = await receiver({ secret, ...options });
  ends.unshift(made.close);
  return made;
};
const place = async (url: string, options: Partial<WebhookOptions> = {}) => {
  const store = memoryStore();
  const made = await Place.made({ store });
  ends.unshift(() => made.end());
  await made.engine.subscribe("webhook.erp", webhook({ url, secret, ...options }), { attempts: 4 });
  return { place: made, store };
};
const onlyTry = { entry: sampleChange("o", 0).history[0] as never, attempt: 1, signal: new AbortController().signal };
const aChange = changeOf(onlyTry.entry);

test("the signature is that of the specification's example", () => {
  const key = Buffer.from("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "base64");
  const body = '{"test": 2432232314}';
  expect(signatureOf(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", body)).toBe(
    "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
  );
});

test("a receiver gets each change of the status once, in order, and can tell whose it is", async () => {
  const { url, taken, faults } = await listening();
  const { place: shop } = await place(url);
  await shop.order("ö 1/2", { paymentId: "pay-o" });
  await shop.tell("ö 1/2", callback("pay-o"));
  await shop.after(2 * MINUTE);
  await until(() => taken.length === 2, "both");
  expect(faults).toEqual([]);
  expect(taken.map(({ type, data, path }) => [type, data.orderId, data.status, path])).toEqual([
    ["order.placed", "ö 1/2", "pending", "/hooks?for=erp"],
    ["order.status_changed", "ö 1/2", "processing", "/hooks?for=erp"],
  ]);
  expect(taken[0]?.timestamp).toBe(new Date(taken[0]?.data.at ?? 0).toISOString());
  expect(taken[0]?.webhookId).toMatch(/^msg_[\w-]{32}$/);
  expect(new Set(taken.map(({ webhookId }) => webhookId)).size).toBe(2);
});

test("what it did not take comes again under the same id, no sooner than it asked for", async () => {
  const busy = { status: 503, headers: { "retry-after": "120" } };
  const { url, taken, came } = await listening({ answers: (n) => (n === 0 ? busy : n === 1 ? 302 : 200) });
  const { place: shop } = await place(url);
  await shop.order("o");
  await until(() => came.length === 1, "the first");
  await shop.after(119_000);
  expect(came).toHaveLength(1);
  await shop.after(MINUTE);
  await until(() => taken.length === 1, "the third");
  expect(came).toHaveLength(3);
  expect(new Set(came.map(({ webhookId }) => webhookId)).size).toBe(1);
});

test("a receiver that is gone, or fails for too long, is given up until it is replayed", async () => {
  let status = 410;
  const { url, taken, came } = await listening({ answers: () => status });
  const { place: shop, store } = await place(url);
  const failed = async () =>
    (await store.failedDeliveries(9)).map(({ orderId, error, dead }) => [orderId, error, dead]);
  await shop.order("gone");
  await until(async () => (await failed()).length === 1, "the end");
  expect(await failed()).toEqual([["gone", "HTTP 410", true]]);
  status = 500;
  await shop.order("ill");
  for (let i = 0; i < 20; i += 1) await shop.after(MINUTE);
  expect(await failed()).toEqual([
    ["gone", "HTTP 410", true],
    ["ill", "HTTP 500", true],
  ]);
  expect(came).toHaveLength(5);
  status = 200;
  expect(await store.replay("webhook.erp", { dead: true }, shop.clock.now())).toBe(2);
  await shop.after(MINUTE);
  await until(() => taken.length === 2, "the replay");
});

test("nobody who listens, one who sends elsewhere, and one who never answers, are failures like others", async () => {
  const send = (options: Partial<WebhookOptions>) => webhook({ url: "", secret, ...options })(aChange, onlyTry);
  await expect(send({ url: `http://127.0.0.1:${await freePort()}/` })).rejects.toThrow("network: ECONNREFUSED");
  const elsewhere = await listening({ answers: () => ({ status: 307, headers: { location: "/elsewhere" } }) });
  await expect(send({ url: elsewhere.url })).rejects.toThrow("HTTP 307: a redirect, which is not followed");
  expect(elsewhere.came).toHaveLength(1);
  const silent = await listening({ answers: () => new Promise(() => {}) });
  await expect(send({ url: silent.url, timeoutMs: 50 })).rejects.toThrow("no answer within 50 ms");
});

describe("an answer's status counts, whatever its body is", () => {
  /** A server of nothing but this answer. */
  const answering = async (answer: (response: ServerResponse) => void) => {
    const server = createServer((request, response) => void request.resume().on("end", () => answer(response)));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    ends.unshift(async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    return (options: Partial<WebhookOptions> = {}, signal = onlyTry.signal) =>
      webhook({ url, secret, timeoutMs: 3000, ...options })(aChange, { ...onlyTry, signal });
  };
  const long = "x".repeat(1024 * 1024 + 1);

  test.each<[string, (response: ServerResponse) => void]>([
    ["longer than a megabyte", (response) => response.end(long)],
    ["never ending", (response) => response.write("and so on")],
    [
      "not the gzip that it says it is",
      (response) => response.writeHead(200, { "content-encoding": "gzip" }).end("no"),
    ],
  ])("200 and a body that is %s", async (_, answer) => {
    const send = await answering(answer);
    await expect(send()).resolves.toBeUndefined();
  });

  test("410 and 429 with a long body", async () => {
    const gone = await answering((response) => response.writeHead(410).end(long));
    await expect(gone()).rejects.toMatchObject({ message: "HTTP 410", how: { final: true } });
    const busy = await answering((response) => response.writeHead(429, { "retry-after": "30" }).end(long));
    await expect(busy()).rejects.toMatchObject({ message: "HTTP 429", how: { retryAfterMs: 30_000 } });
  });

  test("a stop ends the request", async () => {
    const send = await answering(() => {});
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 50);
    await expect(send({}, stop.signal)).rejects.toThrow(/abort/i);
  });
});

test.each(["erp.test/hooks", "ftp://erp.test/hooks", "mailto:erp@erp.test", "https://erp:word@erp.test/hooks"])(
  "%s is no address of a webhook",
  (url) => {
    expect(() => webhook({ url, secret })).toThrow(/^the address of a webhook /);
  },
);

test.each([
  { types: ["order.status-changed"] },
  { types: [] },
  { statuses: ["done"] },
  { timeoutMs: 0 },
  { timeoutMs: "15" },
])("%j is told when the webhook is made", (wrong) => {
  expect(() => webhook({ url: "https://erp.test", secret, ...(wrong as object) })).toThrow(/^webhook: /);
});
test.each([{ secret: undefined }, { secret: null }, { secret: [] }])("%j: a secret is asked for", (wrong) => {
  const options = { url: "https://erp.test", ...wrong } as unknown as WebhookOptions;
  expect(() => webhook(options)).toThrow("a webhook needs a secret");
});

test("only what was asked for is sent", async () => {
  const { url, came } = await listening();
  const send = webhook({ url, secret, types: ["order.status_changed"], statuses: ["completed"] });
  const change = { ...aChange, type: "order.status_changed" as const };
  await send({ ...change, status: "processing" }, onlyTry);
  await send({ ...change, type: "order.flagged", status: "completed" }, onlyTry);
  await send({ ...change, status: "completed" }, onlyTry);
  expect(came.map(({ data }) => data.status)).toEqual(["completed"]);
});

test("a secret is changed without a gap: both sign while both are configured", async () => {
  const [old, next] = [newSecret(), newSecret()];
  for (const known of [old, next]) {
    const { url, taken, faults } = await listening({ secret: known });
    await webhook({ url, secret: [next, old] })(aChange, onlyTry);
    expect([taken.length, faults]).toEqual([1, []]);
  }
  const { url, faults } = await listening({ secret: newSecret() });
  await expect(webhook({ url, secret: [next, old] })(aChange, onlyTry)).rejects.toThrow("HTTP 400");
  expect(faults).toEqual(["no signature matches"]);
});

test.each([
  "",
  "whsec_",
  "whsec_c2hvcnQ=",
  randomBytes(32).toString("base64"),
  `whsec_${randomBytes(65).toString("base64")}`,
  "whsec_not base64 not base64 not base64 not",
])("%j is no secret, and is not repeated", (wrong) => {
  expect(() => webhook({ url: "https://erp.test", secret: wrong })).toThrow(/^the secret of a webhook is "whsec_"/);
});
