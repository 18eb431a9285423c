/** A rolling upgrade under load, and back again: two versions of the machines at work on one database. */
import { pause, until } from "../../src/testing/contracts/runtime/scene.js";
import { knowsKey, returnPath } from "../engine/place.js";
import type { PostgresServer } from "../stores/postgres-server.js";
import { ask, Fleet } from "./fleet.js";
import { ledgerFaults, notOnce } from "./ledger.js";

const [N, NEXT] = [1000, 1001];
const CLIENTS = 3;

/** Every write of an order, with the node that wrote it: told by the database itself. */
const WATCH = `
CREATE TABLE public.written (n bigint GENERATED ALWAYS AS IDENTITY, order_id text, version int, machine int, node text);
CREATE FUNCTION public.watch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO public.written (order_id, version, machine, node)
    VALUES (NEW.order_id, NEW.version, NEW.machine, current_setting('application_name'));
  RETURN NEW;
END $$;
CREATE TRIGGER watch AFTER INSERT OR UPDATE OF version ON order_status.orders FOR EACH ROW EXECUTE FUNCTION public.watch();`;

interface Phase {
  completed: number;
  /** Orders whose work waits for a node that knows them. */
  waiting: number;
}

export interface Upgraded {
  breaches: string[];
  orders: number;
  /** Decisions on orders that another version had written. */
  migrated: number;
  exitCodes: (number | null)[];
  phases: Record<string, Phase>;
}

/** @param perPhase how many orders are completed before the next change of nodes */
export const upgrade = async (server: PostgresServer, perPhase: number): Promise<Upgraded> => {
  const fleet = await Fleet.open({ server, nodes: ["old-1", "old-2"], setup: { version: N }, drainMs: 200 });
  const { scene } = fleet;
  const breaches: string[] = [];
  const knows = new Map<string, number[]>([
    ["old-1", [N]],
    ["old-2", [N]],
  ]);
  const lives = new Map<string, "open" | "completed">();
  const completed = () => [...lives.values()].filter((state) => state === "completed").length;
  const phases: Record<string, Phase> = {};
  let stopping = false;

  const anyNode = () => {
    const nodes = [...fleet.nodes.values()];
    return nodes[Math.floor(Math.random() * nodes.length)]?.url ?? "";
  };
  /** As a bank and a shop do: until somebody has taken it. */
  const insist = async (path: string, body?: unknown, headers?: Record<string, string>): Promise<void> => {
    for (;;) {
      const answer = await ask(`${anyNode()}${path}`, body, headers);
      if (answer !== null && answer.status < 400) return;
      await pause(20);
    }
  };
  const paid = async (id: string): Promise<void> => {
    while ((await scene.order(id).catch(() => null)) === null) await pause(20);
    lives.set(id, "open");
    await insist("/callbacks/resurs/authorization", { paymentId: `pay-${id}`, status: "AUTHORIZED" });
    await insist(await returnPath(knowsKey, id, "success"));
    await scene.reads(id, "processing");
  };
  const clicked = (id: string) =>
    insist(`/orders/${id}/events`, { type: "merchant.completed", via: "api" }, { "idempotency-key": "click" });
  const done = async (id: string): Promise<void> => {
    await scene.reads(id, "completed");
    lives.set(id, "completed");
  };
  const live = async (id: string): Promise<void> => {
    await paid(id);
    await clicked(id);
    await done(id);
  };
  const client = async (name: number) => {
    const own: Promise<void>[] = [];
    for (let n = 0; !stopping; n += 1) {
      const one = live(`o${name}-${n}`).catch((error: Error) => void breaches.push(error.message));
      own.push(one);
      // Whoever waits for a node that knows his order does not keep the others waiting.
      await Promise.race([one, pause(600)]);
    }
    await Promise.all(own);
  };
  const start = async (name: string, version: number, migratesFrom: number | null) => {
    knows.set(name, migratesFrom === null ? [version] : [version, migratesFrom]);
    await fleet.start(name, { version, migratesFrom });
  };
  const waiting = async (): Promise<number> => {
    const { counts } = ((await ask(`${anyNode()}/healthz`))?.body ?? {}) as { counts?: { parked: number } };
    return counts?.parked ?? -1;
  };
  const phase = async (name: string) => {
    const before = completed();
    await until(() => completed() - before >= perPhase, `the orders of phase ${name}`);
    phases[name] = { completed: completed() - before, waiting: await waiting() };
  };

  try {
    await fleet.sql(WATCH);
    const clients = Array.from({ length: CLIENTS }, (_, name) => client(name));
    await phase("N");
    await start("new-1", NEXT, N);
    await phase("N and N+1");
    const exitCodes = [await fleet.retire("old-1")];
    await start("new-2", NEXT, N);
    exitCodes.push(await fleet.retire("old-2"));
    await phase("N+1");
    await paid("left-over");
    // Back again, to a release that knows nothing of the other: what N+1 has touched waits, all else goes on.
    await start("back-1", N, null);
    exitCodes.push(await fleet.retire("new-1"), await fleet.retire("new-2"));
    const click = clicked("left-over");
    await phase("N again");
    // And to one that has a way back.
    await start("back-2", N, NEXT);
    await until(async () => (await waiting()) === 0, "the end of the waiting");
    await Promise.all([click, done("left-over")]);
    await phase("N with a way back");
    stopping = true;
    await Promise.all(clients);

    for (const id of lives.keys()) {
      await scene.rests(id);
      breaches.push(...notOnce(scene, id));
    }
    const rows = (await fleet.sql(
      "SELECT order_id, machine, node, lag(machine) OVER (PARTITION BY order_id ORDER BY version) FROM public.written",
    )) as [string, number, string, number | null][];
    for (const [id, machine, node, before] of rows) {
      const known = knows.get(node) ?? [];
      if (known[0] !== machine || (before !== null && !known.includes(before)))
        breaches.push(`order ${id}: ${node} decided what version ${before} had written, and wrote ${machine}`);
    }
    const aside = await fleet.sql("SELECT order_id, parked FROM order_status.orders WHERE parked IS NOT NULL");
    for (const [id, reason] of aside) breaches.push(`order ${id} was parked: ${reason}`);
    breaches.push(...(await ledgerFaults(fleet)).faults);
    const migrated = rows.filter(([, machine, , before]) => before !== null && before !== machine).length;
    return { breaches, orders: lives.size, migrated, exitCodes, phases };
  } finally {
    stopping = true;
    await fleet.end();
  }
};
