/** SIGKILL at a real process with a real file: what was acknowledged happens, once. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { HistoryEntry } from "../../src/core/record.js";
import { systemClock } from "../../src/ports/clock.js";
import { shopServer } from "../../src/testing/contracts/runtime/scene.js";
import { type ResursDouble, resursDouble, type WooDouble, wooDouble } from "../../src/testing/index.js";
import { isWhole } from "../exhaustive/whole.js";
import { program } from "../programs.js";
import { startPostgres } from "../stores/postgres-server.js";
import { bankHas, MINUTE, order, shopHas, temporary, until } from "./place.js";

const clock = systemClock();
let bank: ResursDouble;
let woo: WooDouble;
let shop: Server;
let shopUrl = "";
const living = new Set<ChildProcess>();

beforeAll(async () => {
  bank = await resursDouble({ clock });
  woo = wooDouble({ now: () => clock.now() });
  shop = shopServer(woo);
  shop.listen(0, "127.0.0.1");
  await once(shop, "listening");
  shopUrl = `http://127.0.0.1:${(shop.address() as AddressInfo).port}`;
});
afterAll(async () => {
  for (const child of living) child.kill("SIGKILL");
  shop.closeAllConnections();
  shop.close();
  await bank.close();
});

const onPostgres = async () => {
  const server = await startPostgres();
  if (typeof server !== "string") return { file: await server.database(), remove: () => server.stop() };
  console.warn(`not on PostgreSQL: ${server}`);
  return null;
};

const started = async (file: string, cooldownSeconds: number) => {
  const child = fork(fileURLToPath(program("test/engine/child")), [file, bank.url, shopUrl, String(cooldownSeconds)], {
    execArgv: [],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  living.add(child);
  const url = await new Promise<string>((resolve, reject) => {
    child.once("message", (message) => resolve(String(message)));
    child.once("exit", (code) => reject(new Error(`the child ended with ${code} before it listened`)));
  });
  return {
    url,
    async kill() {
      const gone = once(child, "exit");
      child.kill("SIGKILL");
      await gone;
      living.delete(child);
      expect(child.signalCode).toBe("SIGKILL");
    },
  };
};
type Running = Awaited<ReturnType<typeof started>>;

const say = async ({ url }: Running, path: string, body: unknown) => {
  const response = await fetch(`${url}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as { until: string | null } };
};
const placed = async (child: Running, id: string, at: number) => {
  bankHas(bank, `pay-${id}`);
  shopHas(woo, id, at);
  const { previousPaymentIds: _, ...given } = order(`pay-${id}`, at);
  expect((await say(child, "/orders", { orderId: id, order: given })).status).toBe(201);
};
const called = (child: Running, id: string) =>
  say(child, "/callbacks/resurs/authorization", { paymentId: `pay-${id}`, status: "AUTHORIZED", created: "now" });
const historyOf = async ({ url }: Running, id: string) =>
  ((await (await fetch(`${url}/orders/${id}/history`)).json()) as { entries: HistoryEntry[] }).entries;

const wasPaidOnce = (id: string) => {
  const { status, statusHistory, stockReductions } = woo.order(id);
  return { status, changes: statusHistory.length, mails: woo.confirmationMails(id), stockReductions };
};
const once1 = { status: "processing", changes: 1, mails: 1, stockReductions: 1 };

test("killed while a callback is held for the customer: it is acted on when the minute ends, and not before", {
  timeout: 240_000,
}, async () => {
  const place = await temporary();
  const first = await started(place.file, 3);
  await placed(first, "held", clock.now());
  const answer = await called(first, "held");
  expect(answer.status).toBe(202);
  const ends = Date.parse(answer.body.until ?? "");
  await first.kill();

  const second = await started(place.file, 3);
  // It started inside the minute, or this says nothing.
  if (clock.now() < ends - 200) expect(woo.order("held").status).toBe("pending");
  await until(() => woo.order("held").status === "processing", "the held callback");
  expect(wasPaidOnce("held")).toEqual(once1);
  const history = await historyOf(second, "held");
  const moved = history.filter((h) => h.from === "pending" && h.to === "processing");
  expect(moved).toHaveLength(1);
  expect(moved[0]?.at).toBeGreaterThanOrEqual(ends);
  // Nobody asked the bank before the minute was over either.
  const asked = bank.reads.filter((read) => read.paymentId === "pay-held");
  expect(asked.filter((read) => read.at < ends - 20)).toEqual([]);
  expect(history.map((h) => h.seq)).toEqual(history.map((_, i) => i + 1));
  await second.kill();
  await place.remove();
});

test("killed while the bank opened a payment: it is found again, and the customer is sent to that one", {
  timeout: 240_000,
}, async () => {
  const place = await temporary();
  const first = await started(place.file, 0);
  const at = clock.now();
  shopHas(woo, "unheard", at);
  const { previousPaymentIds: _, ...given } = order(null, at);
  expect((await say(first, "/orders", { orderId: "unheard", order: given })).status).toBe(201);
  const pay = (child: Running) => say(child, "/orders/unheard/checkout", { gateway: "resurs-mapi" });
  bank.delayNext("createPayment", 60_000);
  const unheard = pay(first).catch(() => "nobody answers");
  await until(() => bank.creates.length === 1, "the request to create a payment");
  await first.kill();
  expect(await unheard).toBe("nobody answers");

  const second = await started(place.file, 0);
  const { body } = (await pay(second)) as { body: { paymentId?: string; result?: string; redirect?: string } };
  expect(body).toMatchObject({ result: "success", redirect: expect.stringContaining(`/sign/${body.paymentId}`) });
  expect(bank.creates).toHaveLength(1);
  // It is paid once, and pressing Pay once more leads nowhere else.
  bank.customerSigns(body.paymentId ?? "");
  expect(await pay(second)).toMatchObject({ body: { alreadyPaid: true, paymentId: body.paymentId } });
  expect(bank.creates).toHaveLength(1);
  await second.kill();
  await place.remove();
});

describe("killed after the callback was acknowledged", () => {
  // Each is two processes: six moments at every build, twenty-four with `npm run campaign exhaustive`.
  const MOMENTS = isWhole ? 24 : 6;
  const ROUNDS = isWhole ? 5 : 2;
  const moments = Array.from({ length: MOMENTS }, (_, i) => Math.round((i * 40) / (MOMENTS - 1)));

  test("at moments from 0 to 40 ms after the answer: nothing is lost and nothing happens twice", {
    timeout: 480_000,
  }, async () => {
    const place = await temporary();
    let child = await started(place.file, 0);
    for (const [i, ms] of moments.entries()) {
      const id = `killed-${i}`;
      await placed(child, id, clock.now() - 10 * MINUTE);
      // Every other time the bank is slow, so that the process dies while it waits for the reading.
      if (i % 2 === 0) bank.delayNext("getPayment", 30);
      expect((await called(child, id)).status).toBe(202);
      if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
      await child.kill();
      child = await started(place.file, 0);
      await until(() => woo.order(id).status === "processing", `order ${id}, killed after ${ms} ms`);
    }
    await until(async () => {
      const health = (await (await fetch(`${child.url}/healthz`)).json()) as { counts: { waitingEffects: number } };
      return health.counts.waitingEffects === 0;
    }, "the last effect");
    expect(moments.map((_, i) => wasPaidOnce(`killed-${i}`))).toEqual(moments.map(() => once1));
    await child.kill();
    await place.remove();
  });

  const places = [
    ["one-file", temporary],
    ["postgres", onPostgres],
  ] as const;
  test.each(places)(
    "twenty orders at once on %s, killed in the middle, again and again",
    {
      timeout: 480_000,
    },
    async (what, made) => {
      const place = await made();
      if (place === null) return;
      let child = await started(place.file, 0);
      const ids: string[] = [];
      for (let round = 0; round < ROUNDS; round += 1) {
        const these = Array.from({ length: 20 }, (_, i) => `${what}-${round}-${i}`);
        ids.push(...these);
        await Promise.all(these.map((id) => placed(child, id, clock.now() - 10 * MINUTE)));
        const answers = await Promise.all(these.map((id) => called(child, id)));
        expect(answers.filter(({ status }) => status !== 202)).toEqual([]);
        await child.kill();
        child = await started(place.file, 0);
      }
      await until(() => ids.every((id) => woo.order(id).status === "processing"), "every order");
      await until(async () => {
        const health = (await (await fetch(`${child.url}/healthz`)).json()) as { counts: { waitingEffects: number } };
        return health.counts.waitingEffects === 0;
      }, "the last effect");
      expect(ids.map(wasPaidOnce)).toEqual(ids.map(() => once1));
      await child.kill();
      await place.remove();
    },
  );
});
