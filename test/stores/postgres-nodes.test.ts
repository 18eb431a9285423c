/** Several nodes on one database, and a server that goes away under them. */
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { type CommitResult, type Store, StoreError } from "../../src/ports/store.js";
import { type PostgresOptions, postgresStore } from "../../src/stores/postgres/store.js";
import { changeOf, effectOf, eventOf, idsOf, load, T } from "../../src/testing/contracts/store/sample.js";
import { run } from "./postgres-client.js";
import { startPostgres } from "./postgres-server.js";

const server = await startPostgres();
const running = () => {
  if (typeof server === "string") throw new Error(server);
  return server;
};
const opened: Store[] = [];
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
});
afterAll(async () => {
  if (typeof server !== "string") await server.stop();
}, 240_000);

const NEVER = 3_600_000;
const nodes = async (count: number, options: PostgresOptions = {}) => {
  const url = await running().database();
  const stores = Array.from({ length: count }, () => postgresStore({ connectionString: url, ...options }));
  opened.push(...stores);
  for (const store of stores) await store.open();
  return { url, stores: stores as [Store, Store, ...Store[]] };
};
const until = async (met: () => boolean | Promise<boolean>) => {
  const deadline = performance.now() + 20_000;
  while (!(await met())) {
    if (performance.now() > deadline) throw new Error("it never came");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};

if (typeof server === "string") test.skip(`several nodes on PostgreSQL: ${server}`, () => {});
describe.skipIf(typeof server === "string")("two nodes", () => {
  test("write the same orders in opposite orders: of each version one is committed, and nobody waits for ever", async () => {
    const { stores } = await nodes(2);
    const ids = Array.from({ length: 20 }, (_, i) => `o${i}`);
    for (let version = 0; version < 15; version += 1) {
      const by = (node: number) =>
        (node === 0 ? ids : ids.toReversed()).map((id) => changeOf(id, version, { eventId: `e${version}-${node}` }));
      const told = await Promise.all([0, 1].map((node) => stores[node as 0 | 1].commit(by(node))));
      const [first, second] = [told[0] as CommitResult[], (told[1] as CommitResult[]).toReversed()];
      expect(ids.map((_, i) => [first[i], second[i]].toSorted())).toEqual(ids.map(() => ["committed", "conflict"]));
    }
    const history = await stores[0].history("o7", 0, 99);
    expect(history.map(({ seq }) => seq)).toEqual(history.map((_, i) => i + 1));
    expect(history.length).toBe(15);
  });

  test("claim beside one another: no effect goes to two of them, none is forgotten, and lanes keep their order", async () => {
    const { stores } = await nodes(3);
    const orders = Array.from({ length: 60 }, (_, i) => `o${i}`);
    await stores[0].commit(orders.map((id) => changeOf(id, 0, { effects: [0, 1, 2].map((n) => effectOf(id, 1, n)) })));
    const claimed: string[] = [];
    const work = async (store: Store, worker: string) => {
      for (let idle = 0; idle < 3; ) {
        const rows = await store.claim(T, 7, 1000, worker);
        idle = rows.length === 0 ? idle + 1 : 0;
        claimed.push(...idsOf(rows));
        await store.release(
          worker,
          rows.map(({ id }) => ({ id, outcome: "done" })),
        );
      }
    };
    await Promise.all(stores.flatMap((store, node) => [0, 1].map((hand) => work(store, `${node}-${hand}`))));
    expect(new Set(claimed).size).toBe(claimed.length);
    expect(claimed.length).toBe(180);
    for (const id of orders)
      expect(claimed.filter((one) => one.startsWith(`${id}:`))).toEqual([0, 1, 2].map((n) => `${id}:1:${n}`));
  });

  test("a worker whose lease the other node took over changes nothing, and its result is not taken in", async () => {
    const { stores } = await nodes(2);
    const [slow, quick] = stores;
    await slow.commit([changeOf("a", 0, { effects: [effectOf("a", 1, 0)] })]);
    await slow.claim(T, 9, 1000, "slow");
    expect(await quick.claim(T + 999, 9, 1000, "quick")).toEqual([]);
    expect(idsOf(await quick.claim(T + 1000, 9, 1000, "quick"))).toEqual(["a:1:0"]);
    const before = await quick.effectsOf("a");
    await slow.release("slow", [{ id: "a:1:0", outcome: "dead", error: "late" }]);
    const late = changeOf("a", 1, { settled: ["a:1:0"], settledBy: "slow" });
    expect(await slow.commit([late])).toEqual(["lease-lost"]);
    expect(await quick.effectsOf("a")).toEqual(before);
    expect(await quick.commit([{ ...late, settledBy: "quick" }])).toEqual(["committed"]);
  });

  test("a revival and a claim at the same moment never let two of a lane run", async () => {
    const { stores } = await nodes(2);
    const ids = Array.from({ length: 40 }, (_, i) => `o${i}`);
    await stores[0].commit(ids.map((id) => changeOf(id, 0, { effects: [0, 1].map((n) => effectOf(id, 1, n)) })));
    await stores[0].claim(T, 99, 1000, "w");
    await stores[0].release(
      "w",
      ids.map((id) => ({ id: `${id}:1:0`, outcome: "dead", error: "x" })),
    );
    const taken: string[] = [];
    const claim = async (store: Store) => void taken.push(...idsOf(await store.claim(T + 1, 3, 1000, "w")));
    await Promise.all(
      ids.map(async (id, i) => {
        await Promise.all([stores[0].revive(`${id}:1:0`, T), claim(stores[1]), claim(stores[i % 2 === 0 ? 0 : 1])]);
      }),
    );
    await claim(stores[0]);
    const lanes = taken.map((id) => id.split(":")[0]);
    expect(new Set(lanes).size).toBe(lanes.length);
  });
});

describe.skipIf(typeof server === "string")("notices", () => {
  test("a connection that listens and is cut listens again, and says that something may have been missed", async () => {
    const { url, stores } = await nodes(2, { pollMs: NEVER });
    const heard: number[] = [];
    stores[1].onDue?.((at) => heard.push(at));
    await until(() => heard.includes(0));
    const cut = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'";
    expect(await run(url, cut)).toEqual([["1"]]);
    await until(() => heard.filter((at) => at === 0).length === 2);
    await stores[0].postpone([eventOf("a", "e", { notBefore: T + 7 })]);
    await until(() => heard.includes(T + 7));
  });

  test("where nobody can listen, it is looked again and again", async () => {
    const { url, stores } = await nodes(1, { notify: false, pollMs: 5 });
    const heard: number[] = [];
    const forget = stores[0].onDue?.((at) => heard.push(at));
    await until(() => heard.length > 3);
    expect(heard.every((at) => at === 0)).toBe(true);
    expect(await run(url, "SELECT 1 FROM pg_stat_activity WHERE query LIKE 'LISTEN%'")).toEqual([]);
    forget?.();
  });

  test("its own work wakes nobody at home", async () => {
    const { stores } = await nodes(2, { pollMs: NEVER });
    const heard: [number[], number[]] = [[], []];
    for (const node of [0, 1] as const) stores[node].onDue?.((at) => heard[node].push(at));
    await until(() => heard.every((own) => own.includes(0)));
    await stores[0].postpone([eventOf("a", "e", { notBefore: T + 1 })]);
    await stores[1].postpone([eventOf("a", "f", { notBefore: T + 2 })]);
    await until(() => heard[0].includes(T + 2) && heard[1].includes(T + 1));
    expect([heard[0].includes(T + 1), heard[1].includes(T + 2)]).toEqual([false, false]);
  });
});

describe.skipIf(typeof server === "string")("a server that goes away", () => {
  const ways = [
    ["is restarted", () => running().pause()],
    ["loses its power", () => running().crash()],
  ] as const;

  test.each(ways)(
    "%s in the middle of the work: what was acknowledged is there, the rest failed as busy, and the same store goes on",
    {
      timeout: 240_000,
    },
    async (_how, away) => {
      const { stores } = await nodes(2, { patienceMs: 100 });
      const acknowledged = new Set<string>();
      const failures: unknown[] = [];
      let stopped = false;
      const work = async (store: Store, name: string) => {
        for (let n = 0; !stopped; n += 1) {
          const id = `${name}-${n}`;
          try {
            if ((await store.commit([changeOf(id, 0)]))[0] === "committed") acknowledged.add(id);
          } catch (error) {
            failures.push(error);
          }
        }
      };
      const workers = stores.flatMap((store, node) => [0, 1, 2].map((hand) => work(store, `${node}${hand}`)));
      await until(() => acknowledged.size > 100);
      await away();
      await until(() => failures.length > 6);
      await running().resume();
      const before = acknowledged.size;
      await until(() => acknowledged.size > before + 100);
      stopped = true;
      await Promise.all(workers);
      expect(failures.filter((error) => !(error instanceof StoreError && error.passes))).toEqual([]);
      const asked = [...acknowledged].map((orderId) => ({ orderId, eventIds: ["event-1"] }));
      const found = await stores[1].load(asked);
      expect(found.filter(({ record, processedIds }) => record === null || processedIds.length === 0)).toEqual([]);
    },
  );

  test("a short absence is waited for", { timeout: 240_000 }, async () => {
    const { stores } = await nodes(1, { patienceMs: 15_000 });
    await running().pause();
    const waiting = stores[0].commit([changeOf("a", 0)]);
    await running().resume();
    expect(await waiting).toEqual(["committed"]);
    expect((await load(stores[0], "a")).record?.version).toBe(1);
  });
});
