/** Three trials of two nodes on one PostgreSQL. Each tells what it saw, and every breach in a sentence. */
import pg from "pg";
import { until } from "../../src/testing/contracts/runtime/scene.js";
import { knowsKey, returnPath } from "../engine/place.js";
import type { PostgresServer } from "../stores/postgres-server.js";
import { ask, Fleet, type FleetOptions } from "./fleet.js";
import { ledgerFaults, notOnce } from "./ledger.js";

export type Told = (done: number) => void;
interface Outcome {
  breaches: string[];
}

const complete = { type: "merchant.completed", via: "api" };
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const inTurn = <T>(list: T[], i: number): T => list[i % list.length] as T;

/** Runs the trial, adds what the database says at the end, and clears up. */
const on = async <T extends Outcome>(
  options: FleetOptions,
  trial: (fleet: Fleet) => Promise<T>,
): Promise<T & { decisions: number }> => {
  const fleet = await Fleet.open(options);
  try {
    const outcome = await trial(fleet);
    const { decisions, faults } = await ledgerFaults(fleet);
    outcome.breaches.push(...faults);
    return { ...outcome, decisions };
  } finally {
    await fleet.end();
  }
};

/** What an assertion says is a breach, and the trial goes on. */
const noting = async (breaches: string[], act: () => Promise<void>): Promise<void> => {
  try {
    await act();
  } catch (error) {
    breaches.push(error instanceof Error ? error.message : String(error));
  }
};

const AT_ONCE = 8;

/**
 * The same callback and the same customer's return reach both nodes in the same moment; when that is settled, the
 * merchant completes the order on both. Every second order is so young that callbacks are held for the customer.
 */
export const sameMoment = (server: PostgresServer, rounds: number, told: Told = () => {}) =>
  on({ server, nodes: ["one", "two"], setup: { settings: { cooldownSeconds: 1 } } }, async (fleet) => {
    const { scene } = fleet;
    const breaches: string[] = [];
    const urls = ["one", "two"].map((name) => fleet.node(name).url);
    let [next, done] = [0, 0];
    const round = async (n: number) => {
      const id = `r${n}`;
      await scene.order(id, { ageMs: n % 2 === 0 ? 600_000 : 0 });
      const callback = { paymentId: `pay-${id}`, status: "AUTHORIZED" };
      const back = await returnPath(knowsKey, id, "success");
      const answers = await Promise.all(
        urls.flatMap((url) => [ask(`${url}/callbacks/resurs/authorization`, callback), ask(url + back)]),
      );
      const unwell = answers.filter((answer) => answer === null || answer.status >= 400);
      if (unwell.length > 0) breaches.push(`order ${id}: ${JSON.stringify(unwell)}`);
      await scene.reads(id, "processing");
      await scene.rests(id);
      scene.paidOnce(id);
      await Promise.all(urls.map((url) => ask(`${url}/orders/${id}/events`, complete)));
      await scene.reads(id, "completed");
      await scene.rests(id);
      breaches.push(...notOnce(scene, id));
    };
    const hand = async () => {
      while (next < rounds) {
        const n = next;
        next += 1;
        await noting(breaches, () => round(n));
        done += 1;
        told(done);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, hand));
    return { rounds: done, breaches };
  });

/** Two ways for a node's claims to end under it: their lease runs out, or the others have not heard of it for too long. */
const ways = {
  lease: { setup: { limits: { leaseMs: 800, callMs: 400 }, callTimeoutMs: 400 }, store: {} },
  silence: { setup: { limits: { callMs: 400 }, callTimeoutMs: 400 }, store: { silenceMs: 800, pollMs: 200 } },
} satisfies Record<string, Pick<FleetOptions, "setup" | "store">>;
const ORDERS_IN_HAND = 3;
const LOOKS = 200;
const BEGUN = `SELECT order_id FROM order_status.history
  WHERE order_id = ANY ($1) AND entry::json -> 'event' ->> 'type' = 'merchant.completed'`;

/** A node is stopped with work in its hands, the other takes it over and ends it, and the first one goes on. */
export const stopped = (server: PostgresServer, way: keyof typeof ways, stops: number, told: Told = () => {}) =>
  on({ server, nodes: ["one", "two"], ...ways[way] }, async (fleet) => {
    const { scene } = fleet;
    const breaches: string[] = [];
    const inHand: Record<string, number> = {};
    let [orders, done] = [0, 0];
    const stop = async (): Promise<boolean> => {
      const worker = inTurn(["one", "two"], done);
      const victim = fleet.node(worker);
      const ids = Array.from({ length: ORDERS_IN_HAND }, () => `s${orders++}`);
      // The bank answers late, when the node stands still; or never; or at once.
      const how = inTurn(["late", "never", "at once"], done);
      const faults = how === "never" ? { faults: { capture: "timeout-after-apply:1" } } : {};
      for (const id of ids) await scene.order(id, { status: "processing", ...faults });
      if (how === "late") for (const _ of ids) scene.bank.delayNext("capture", 150);
      const asked = ids.map((id) => ask(`${victim.url}/orders/${id}/events`, complete));
      let held: string[] = [];
      for (let looks = 0; held.length === 0 && looks < LOOKS; looks += 1) held = await fleet.held(worker);
      victim.pause();
      try {
        held = await fleet.held(worker);
        // What it had not even read from its socket is nobody else's to end.
        const begun = await fleet.sql(BEGUN, [ids]);
        for (const [id] of begun as [string][]) {
          await scene.reads(id, "completed").catch(() => breaches.push(`order ${id} was left lying`));
        }
      } finally {
        victim.resume();
      }
      await Promise.all(asked);
      for (const type of held) inHand[type] = (inHand[type] ?? 0) + 1;
      return held.length > 0;
    };
    // A node that was too quick to be caught with anything is stopped again.
    for (let tries = 0; done < stops && tries < 3 * stops; tries += 1) {
      if (await stop()) told(++done);
    }
    // Time for whatever the sleepers still had in mind.
    await pause(2000);
    let callsAgain = 0;
    for (let n = 0; n < orders; n += 1) {
      const id = `s${n}`;
      await noting(breaches, () => scene.rests(id));
      const calls = scene.bank.calls.filter(({ paymentId }) => paymentId === `pay-${id}`);
      const moved = calls.filter(({ applied }) => applied).length;
      const keys = new Set(calls.map(({ key }) => key)).size;
      const changes = scene.woo.order(id).statusHistory.filter(({ to }) => to === "completed").length;
      callsAgain += calls.length - 1;
      if (moved !== 1 || keys !== 1 || changes !== 1) {
        breaches.push(`order ${id}: captured ${moved} times under ${keys} ids, completed ${changes} times`);
      }
    }
    return { way, stops: done, inHand, orders, callsAgain, breaches };
  });

const CLIENTS = 6;
const CALLBACK_EVERY = 5;

/** When the server takes connections again, by this process's clock. */
const accepts = async (connectionString: string): Promise<number> => {
  for (;;) {
    const client = new pg.Client({ connectionString, connectionTimeoutMillis: 1000 });
    client.on("error", () => {});
    try {
      await client.connect();
      await client.end();
      return performance.now();
    } catch {
      await pause(5);
    }
  }
};

/** The server loses its power under load and comes back; clients go on as a bank does, until they are answered. */
export const outage = (server: PostgresServer, seconds: number, told: Told = () => {}) =>
  on({ server, nodes: ["one", "two"] }, async (fleet) => {
    const { scene } = fleet;
    const breaches: string[] = [];
    const urls = ["one", "two"].map((name) => fleet.node(name).url);
    const acknowledged: { orderId: string; event: string; at: number }[] = [];
    const called: { orderId: string; at: number }[] = [];
    let [stopping, turnedAway] = [false, 0];
    const insist = async (url: string, body: unknown, headers?: Record<string, string>): Promise<boolean> => {
      while (!stopping) {
        const answer = await ask(url, body, headers);
        if (answer !== null && answer.status < 300) return true;
        turnedAway += 1;
        await pause(50);
      }
      return false;
    };
    for (let client = 0; client < CLIENTS; client += 1) await scene.order(`c${client}`);
    const load = async (client: number) => {
      for (let n = 0; !stopping; n += 1) {
        const url = inTurn(urls, n);
        const orderId = `c${client}`;
        const event = `e${client}-${n}`;
        const change = { type: "order.updated", by: "erp", change: event };
        if (await insist(`${url}/orders/${orderId}/events`, change, { "idempotency-key": event })) {
          acknowledged.push({ orderId, event, at: performance.now() });
        }
        if (n % CALLBACK_EVERY > 0) continue;
        const id = `${orderId}-${n}`;
        const placed = await scene.order(id).catch(() => null);
        if (placed === null) continue;
        const callback = { paymentId: `pay-${id}`, status: "AUTHORIZED" };
        if (await insist(`${url}/callbacks/resurs/authorization`, callback))
          called.push({ orderId: id, at: performance.now() });
      }
    };
    const clients = Array.from({ length: CLIENTS }, (_, client) => load(client));
    await until(() => acknowledged.length > 100, "the load");
    const before = acknowledged.length + called.length;
    await server.crash();
    const gone = performance.now();
    while (performance.now() - gone < seconds * 1000) {
      await pause(Math.min(500, seconds * 1000));
      told(Math.min(seconds, Math.round((performance.now() - gone) / 1000)));
    }
    const back = accepts(fleet.database);
    await server.resume();
    const up = await back;
    const all = () => [...acknowledged, ...called].filter(({ at }) => at > up);
    await until(() => all().length > 0, "the first acknowledgement");
    const readyMs: number[] = [];
    for (const url of urls) {
      await until(async () => (await ask(`${url}/readyz`))?.status === 200, "a node that is ready");
      readyMs.push(Math.round(performance.now() - up));
    }
    await until(() => all().length > 100, "the load after it");
    stopping = true;
    await Promise.all(clients);
    const recoveryMs = Math.round(Math.min(...all().map(({ at }) => at)) - up);
    for (const { orderId } of called) {
      await noting(breaches, async () => {
        await scene.reads(orderId, "processing");
        await scene.rests(orderId);
        scene.paidOnce(orderId);
      });
    }
    const found = new Set((await fleet.sql("SELECT event_id FROM order_status.history")).map(([id]) => id));
    const lost = acknowledged.filter(({ event }) => !found.has(event));
    for (const { orderId, event } of lost) breaches.push(`order ${orderId}: ${event} was acknowledged and is lost`);
    if (recoveryMs > 5000) breaches.push(`the first acknowledgement came ${recoveryMs} ms after the server`);
    const counts = { acknowledged: acknowledged.length + called.length, before, turnedAway, lost: lost.length };
    return { seconds, ...counts, recoveryMs, readyMs: Math.max(...readyMs), breaches };
  });
