/** Kills a host with an engine again and again, and compares its table, its subscriber and a webhook's receiver with the history. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import pg from "pg";
import type { Store } from "../../src/index.js";
import { postgresStore } from "../../src/stores/postgres/store.js";
import { sqliteLibrary } from "../../src/stores/sqlite/library.js";
import { sqliteStore } from "../../src/stores/sqlite/store.js";
import { startPostgres } from "../stores/postgres-server.js";
import { type Answer, type Received, receiver, type Verify } from "../webhooks/receiver.js";
import type { NodeSetup } from "./wire.js";

export interface Tally {
  kills: number;
  orders: number;
  decisions: number;
  /** Changes that came more than once to the subscriber, and to the receiver. */
  repeated: { subscriber: number; receiver: number };
  seconds: number;
  breaches: string[];
}

export interface KillOptions {
  kills: number;
  seed: number;
  /** `sqlite` or `postgres`. */
  on: "sqlite" | "postgres";
  /** Of somebody else, where there is one. */
  verify?: Verify | undefined;
  progress?: (kills: number) => void;
  stop?: AbortSignal;
}

const NODE = fileURLToPath(new URL("./node.js", import.meta.url));
/** From there to the kill, at most. */
const MOST_MS = 400;
/** Where nothing is delivered for so long, nothing will be. */
const STUCK_MS = 60_000;
const SECRET = `whsec_${Buffer.from("the secret of those who are killed").toString("base64")}`;

/** 0..1, the same for the same seed. */
const randomOf = (seed: number) => {
  let state = seed + 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
};

/** Its next words, or none where it died. */
const hears = async (child: ChildProcess, word: string): Promise<boolean> => {
  for (;;) {
    if (child.exitCode !== null || child.signalCode !== null) return false;
    const [said] = (await Promise.race([once(child, "message"), once(child, "close")])) as [unknown];
    if (said === word) return true;
  }
};

/** In a group of its own: a Ctrl-C ends the campaign, and what was done so far is told. */
const begun = (setup: NodeSetup) => {
  const child = fork(NODE, [JSON.stringify(setup)], { stdio: ["ignore", "ignore", "pipe", "ipc"], detached: true });
  let err = "";
  child.stderr?.setEncoding("utf8").on("data", (text) => {
    err += text;
  });
  return {
    child,
    async until(word: string): Promise<void> {
      if (!(await hears(child, word))) throw new Error(`a node ended before it said "${word}": ${err}`);
    },
  };
};

const ended = async (child: ChildProcess): Promise<void> => {
  const exit = once(child, "exit");
  child.kill("SIGKILL");
  await exit;
};

/** A receiver as they are: at times it says no, takes a change and does not answer, or says no to all. */
const asTheyAre =
  (isDown: () => boolean) =>
  (n: number): Answer => {
    if (isDown() || n % 23 === 7) return 503;
    if (n % 31 === 11) return { status: 429, headers: { "retry-after": "1" } };
    return n % 29 === 13 ? "lost" : 204;
  };

/** The same change has the same id at every repeat, and no other has it: that is how a receiver knows it again. */
const lawOfIds = (came: Received[]): string[] => {
  const [idOf, changeOf] = [new Map<string, string>(), new Map<string, string>()];
  return came.flatMap(({ webhookId, data }) => {
    const [id, change] = [idOf.get(data.id) ?? webhookId, changeOf.get(webhookId) ?? data.id];
    idOf.set(data.id, id);
    changeOf.set(webhookId, change);
    return id === webhookId && change === data.id ? [] : [`receiver: ${data.id} came as ${webhookId} and as ${id}`];
  });
};

/** What was delivered of one order, against its numbers in the history. */
const lawOfOrder = (who: string, orderId: string, wanted: number[], got: number[]): string[] => {
  const first = got.filter((seq, i) => got.indexOf(seq) === i);
  const breaches: string[] = [];
  if (String(first) !== String(wanted)) breaches.push(`${who}: of ${orderId} came ${got}, and there are ${wanted}`);
  // A repeat is of the one that was under way, so it comes before the next.
  if (got.some((seq, i) => i > 0 && seq < (got[i - 1] ?? 0))) breaches.push(`${who}: of ${orderId} came ${got}`);
  return breaches;
};

const bySeq = (ids: string[]): Map<string, number[]> => {
  const found = new Map<string, number[]>();
  for (const id of ids) {
    const at = id.lastIndexOf("/");
    const orderId = id.slice(0, at);
    found.set(orderId, [...(found.get(orderId) ?? []), Number(id.slice(at + 1))]);
  }
  return found;
};

export const killBeside = async (options: KillOptions): Promise<Tally> => {
  const { kills, seed, on, verify, progress, stop } = options;
  const began = performance.now();
  const random = randomOf(seed);
  const folder = mkdtempSync(join(tmpdir(), "beside-"));
  const told = join(folder, "told.txt");
  const server = on === "postgres" ? await startPostgres() : null;
  if (typeof server === "string") throw new Error(server);
  const place = server === null ? join(folder, "orders.db") : await server.database();
  if (server !== null) {
    const client = new pg.Client({ connectionString: place });
    await client.connect();
    await client.query("CREATE TABLE sold (id text PRIMARY KEY, n integer NOT NULL)");
    await client.end();
  }
  let [done, isDown] = [0, false];
  const hook = await receiver({
    secret: SECRET,
    answers: asTheyAre(() => isDown),
    ...(verify === undefined ? {} : { check: verify }),
  });
  const setup = { place, told, hook: { url: hook.url, secret: SECRET } };
  const breaches: string[] = [];
  try {
    for (; done < kills && !stop?.aborted; done += 1) {
      const { child, until } = begun({ ...setup, start: done, sells: null });
      isDown = done % 8 === 5;
      // One in five while it starts and takes up what the one before left; else while it sells.
      if (random() > 0.2) await until("sells");
      await new Promise((resolve) => setTimeout(resolve, random() * MOST_MS));
      await ended(child);
      progress?.(done + 1);
    }
    isDown = false;
    const { child: last, until: said } = begun({ ...setup, start: done, sells: 1 });
    await said("sold");
    const look: Store =
      server === null
        ? sqliteStore({ file: place, readOnly: true })
        : postgresStore({ connectionString: place, readOnly: true });
    await look.open();
    const behind = async () => (await look.subscriptions()).reduce((sum, one) => sum + one.behind, 0);
    for (let [least, until] = [Number.POSITIVE_INFINITY, 0]; ; ) {
      const left = await behind();
      if (left === 0) break;
      if (left < least) [least, until] = [left, Date.now() + STUCK_MS];
      if (Date.now() > until) {
        const failed = JSON.stringify(await look.failedDeliveries(3));
        breaches.push(`${left} orders were delivered no further for a minute: ${failed}`);
        break;
      }
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    await ended(last);
    const sold = await soldIn(place);
    const toSubscriber = existsSync(told) ? readFileSync(told, "utf8").trim().split("\n") : [];
    const toReceiver = hook.taken.map(({ data }) => data.id);
    const [atSubscriber, atReceiver] = [bySeq(toSubscriber), bySeq(toReceiver)];
    let [orders, decisions] = [0, 0];
    for (let after = ""; ; ) {
      const page = await look.list({ limit: 500, after });
      for (const { orderId } of page) {
        const entries = await look.history(orderId, 0, 99);
        orders += 1;
        decisions += entries.length;
        const mine = entries.filter(({ eventId }) => eventId === "order.placed" || eventId.startsWith("mine-")).length;
        if (sold.get(orderId) !== mine)
          breaches.push(`${orderId}: ${mine} decisions, and the host's row says ${sold.get(orderId)}`);
        sold.delete(orderId);
        const seqs = entries.map(({ seq }) => seq);
        breaches.push(...lawOfOrder("subscriber", orderId, seqs, atSubscriber.get(orderId) ?? []));
        breaches.push(...lawOfOrder("receiver", orderId, seqs, atReceiver.get(orderId) ?? []));
      }
      if (page.length < 500) break;
      after = page.at(-1)?.orderId ?? "";
    }
    for (const orderId of sold.keys()) breaches.push(`${orderId}: the host has a row, and the engine no order`);
    breaches.push(...lawOfIds(hook.came));
    breaches.push(...hook.faults.map((fault) => `receiver: ${fault}`));
    await look.close();
    const repeats = (ids: string[]) => ids.length - new Set(ids).size;
    const repeated = { subscriber: repeats(toSubscriber), receiver: repeats(toReceiver) };
    return { kills: done, orders, decisions, repeated, seconds: (performance.now() - began) / 1000, breaches };
  } finally {
    await hook.close();
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
};

const soldIn = async (place: string): Promise<Map<string, number>> => {
  const sql = "SELECT id, n FROM sold";
  if (!place.startsWith("postgres:")) {
    const { DatabaseSync } = sqliteLibrary();
    const db = new DatabaseSync(place, { readOnly: true, timeout: 5000 });
    const rows = db.prepare(sql).all() as { id: string; n: number }[];
    db.close();
    return new Map(rows.map(({ id, n }) => [id, n]));
  }
  const client = new pg.Client({ connectionString: place });
  await client.connect();
  const { rows } = await client.query<{ id: string; n: number }>(sql);
  await client.end();
  return new Map(rows.map(({ id, n }) => [id, n]));
};
