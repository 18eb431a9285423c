/** Customers come back over HTTP while the shop hangs, timers are late by the thousand, or the bank talks nonsense. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { payment, temporary } from "../engine/place.js";
import { program } from "../programs.js";
import type { Ready, Trial } from "./node.js";

export interface Size {
  /** Orders that wait for a shop that hangs. */
  orders: number;
  /** Timers that are due at the start. */
  timers: number;
  /** Payments about which the bank talks nonsense. */
  payments: number;
  /** How long customers come back, and how many of them in a second. */
  seconds: number;
  perSecond: number;
}

export interface Told {
  trial: string;
  returns: number;
  /** Those that the bank's answer did not reach in time, or that failed. */
  unsettled: number;
  p50: number;
  p99: number;
  most: number;
  /** Readings at the bank while customers came back. */
  readings: number;
  readingsPerSecond: number;
}

/** As slow as a bank is on a good day. */
const BANK_MS = 200;

const served = async (listener: RequestListener) => {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${port}`, close };
};

/** In the Merchant API's own words. */
const accepted = (id: string): string => {
  const { order, ...said } = payment(id);
  const possibleActions = order.possibleActions.map((action) => ({ action }));
  return JSON.stringify({ ...said, order: { ...order, possibleActions } });
};

const named = (prefix: string, n: number): string[] => Array.from({ length: n }, (_, i) => `${prefix}${i}`);
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

interface Wanted {
  trial: string;
  called?: string[];
  timers?: string[];
  shopHangs?: boolean;
  /** Until the first customer comes back. */
  afterMs: number;
}

const run = async ({ trial, called = [], timers = [], shopHangs = false, afterMs }: Wanted, size: Size) => {
  const { file, remove } = await temporary();
  let readings = 0;
  const bank = await served((request, response) => {
    const id = request.url?.split("/").at(-1) ?? "";
    const answer = (body: string, ms: number) => setTimeout(() => response.end(body), ms);
    response.setHeader("content-type", "application/json");
    if (request.method === "POST") return answer(JSON.stringify({ access_token: "t", expires_in: 3599 }), 1);
    readings += 1;
    if (id.startsWith("pay-sick")) return answer("<html>please come back later</html>", 20);
    return answer(accepted(id), BANK_MS);
  });
  const shop = await served((_, response) => {
    if (!shopHangs) response.end("{}");
  });
  const child = fork(fileURLToPath(program("test/lanes/node")));
  const customers = named("c", size.seconds * size.perSecond);
  child.send({ file, bank: bank.url, shop: shop.url, customers, called, timers } satisfies Trial);
  const [ready] = (await once(child, "message")) as [Ready];
  await pause(afterMs);
  const before = readings;
  const began = performance.now();
  const all = ready.paths.map(async (path, i) => {
    await pause((i / size.perSecond) * 1000);
    const asked = performance.now();
    const settled = await fetch(ready.url + path)
      .then(async (response) => response.ok && ((await response.json()) as { status?: string }).status === "processing")
      .catch(() => false);
    return { ms: performance.now() - asked, settled };
  });
  const told = await Promise.all(all);
  const seconds = (performance.now() - began) / 1000;
  child.kill("SIGKILL");
  await once(child, "exit");
  bank.close();
  shop.close();
  await remove();
  const ms = told.map((one) => Math.round(one.ms)).sort((a, b) => a - b);
  const at = (share: number) => ms[Math.min(ms.length - 1, Math.floor(ms.length * share))] ?? 0;
  return {
    trial,
    returns: ms.length,
    unsettled: told.filter(({ settled }) => !settled).length,
    p50: at(0.5),
    p99: at(0.99),
    most: ms.at(-1) ?? 0,
    readings: readings - before,
    readingsPerSecond: Math.round((readings - before) / seconds),
  } satisfies Told;
};

export const trials: ((size: Size) => Promise<Told>)[] = [
  (size) => run({ trial: "nothing is the matter", afterMs: 0 }, size),
  (size) =>
    run(
      { trial: "the shop hangs, with orders waiting", called: named("w", size.orders), shopHangs: true, afterMs: 2000 },
      size,
    ),
  (size) => run({ trial: "timers are due at the start", timers: named("t", size.timers), afterMs: 0 }, size),
  (size) => run({ trial: "the bank talks nonsense", called: named("sick", size.payments), afterMs: 3000 }, size),
];
