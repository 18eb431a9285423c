/** Scenarios on Restate: real server, real service, and a clock that stands still. */
import { movesMoney } from "../../machines/effects.js";
import type { HistoryEntry } from "../../src/core/record.js";
import type { Gateway } from "../../src/ports/gateway.js";
import { registerService, restateRuntime, restateService } from "../../src/runtime/restate/index.js";
import type { OrderState } from "../../src/runtime/restate/state.js";
import type { Cast, OpenStage, StageNode } from "../../src/testing/index.js";
import { type Address, address } from "./address.js";
import type { RestateServer } from "./server.js";

const never = new Promise<never>(() => {});
let stages = 0;

/** What a process has under way. */
interface Busy {
  /** Requests to Restate that it answers at once. */
  asking: number;
  /** Requests that wait for the end of an event. */
  waiting: number;
  /** Calls to a bank. */
  calling: number;
}

interface Node extends StageNode {
  cast: Cast;
  busy: Busy;
  url: string;
  close(): Promise<void>;
}

/** A decision, not a question: the status moved, or money is asked for. */
const decides = (entry: HistoryEntry): boolean =>
  entry.from !== entry.to || entry.effects.some(({ type }) => movesMoney(type));

const counted = (inner: Gateway, busy: Busy): Gateway =>
  new Proxy(inner, {
    get: (target, name) => {
      const member = Reflect.get(target, name) as unknown;
      if (typeof member !== "function") return member;
      return async (...args: unknown[]) => {
        busy.calling += 1;
        try {
          return await (member as (...given: unknown[]) => Promise<unknown>).apply(target, args);
        } finally {
          busy.calling -= 1;
        }
      };
    },
  });

/** A dead process hears nothing any more; one whose store is at fault cannot reach Restate. */
const requests =
  ({ mortal, clock }: Cast, name: string, busy: Busy): typeof fetch =>
  async (input, init) => {
    if (mortal.dead) return never;
    if (mortal.fault !== null && clock.now() < mortal.fault.until) throw new Error("Restate cannot be reached");
    const kind = String(input).includes(`/${name}-ends/`) ? "waiting" : "asking";
    busy[kind] += 1;
    try {
      const response = await fetch(input, init);
      const body = await response.arrayBuffer();
      return mortal.dead ? never : new Response(body, { status: response.status, headers: response.headers });
    } finally {
      busy[kind] -= 1;
    }
  };

const started = async (cast: Cast, server: RestateServer, name: string): Promise<Node> => {
  const busy: Busy = { asking: 0, waiting: 0, calling: 0 };
  const { mortal, gateways: all, name: _, ...parts } = cast;
  const gateways = all.map((gateway) => counted(gateway, busy));
  const service = restateService({
    ...parts,
    gateways,
    name,
    delays: "held",
    random: () => 0.5,
    onDecision: (entry) => {
      if (decides(entry)) mortal.reached("store.commit");
    },
  });
  const { url, close } = await service.listen();
  const door = restateRuntime({
    ...parts,
    ...server,
    gateways: all,
    name,
    delays: "held",
    fetch: requests(cast, name, busy),
  });
  return { cast, busy, url, close, door, stop: close, resting: () => busy.asking === 0, underWay: () => busy.calling };
};

const query = async <T>(server: RestateServer, sql: string): Promise<T[]> => {
  const response = await fetch(`${server.adminUrl}/query`, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json" },
    body: JSON.stringify({ query: sql }),
  });
  return ((await response.json()) as { rows: T[] }).rows;
};

export const restateStage =
  (server: RestateServer): OpenStage =>
  async (clock) => {
    stages += 1;
    const name = `world-${stages}`;
    const at: Address = await address();
    let nodes: Node[] = [];
    let registered = false;
    let armed = Number.POSITIVE_INFINITY;
    const last = restateRuntime({ ...server, name });

    const alive = () => nodes.filter(({ cast }) => !cast.mortal.dead);
    const lead = () => at.leadsTo(alive().map(({ url }) => url));
    const bury = async (node: Node) => {
      nodes = nodes.filter((one) => one !== node);
      lead();
      await node.close();
    };
    const states = async (): Promise<[string, OrderState][]> => {
      const rows = await query<{ service_key: string; value_utf8: string }>(
        server,
        `SELECT service_key, value_utf8 FROM state WHERE service_name = '${name}' AND key = 'order'`,
      );
      return rows.map((row) => [row.service_key, JSON.parse(row.value_utf8) as OrderState]);
    };
    /** The clock has to stop there. */
    const stopAt = (time: number): void => {
      if (armed <= clock.now()) armed = Number.POSITIVE_INFINITY;
      if (time >= armed) return;
      armed = time;
      void clock.sleep(time - clock.now());
    };

    return {
      async start(cast) {
        const node = await started(cast, server, name);
        nodes.push(node);
        lead();
        if (!registered) await registerService(server.adminUrl, at.url);
        registered = true;
        return node;
      },
      bury: (node) => bury(node as Node),
      async settled() {
        for (const node of nodes) if (node.cast.mortal.dead) await bury(node);
        const [node] = nodes;
        if (node === undefined) return true;
        const all = await states();
        const sum = (of: (busy: Busy) => number) => nodes.reduce((total, { busy }) => total + of(busy), 0);
        const carried = all.flatMap(([, { effects }]) => effects.filter(({ underWay }) => underWay)).length;
        if (carried > sum((busy) => busy.calling)) return false;
        const listeners = all.flatMap(([, state]) => Object.values(state.listeners).flat()).length;
        if (sum((busy) => busy.waiting) > listeners) return false;
        const { mortal, clock: own } = node.cast;
        if (mortal.fault !== null && own.now() < mortal.fault.until) {
          stopAt(clock.now() + mortal.fault.until - own.now());
          return true;
        }
        const held = all.flatMap(([orderId, state]) => state.held.map((one) => ({ orderId, at: one.at })));
        const ripe = [...new Set(held.filter((one) => one.at <= own.now()).map(({ orderId }) => orderId))];
        for (const orderId of ripe) await (node.door as ReturnType<typeof restateRuntime>).wake(orderId);
        if (ripe.length > 0) return false;
        const next = held.reduce((soonest, one) => Math.min(soonest, one.at), Number.POSITIVE_INFINITY);
        if (Number.isFinite(next)) stopAt(clock.now() + next - own.now());
        return true;
      },
      history: (orderId) => last.queries.history(orderId, 0, 100_000),
      rows: () => last.queries.list({ limit: 500 }),
      async deadLetters() {
        const { counts } = await last.queries.health();
        return (counts?.deadEvents ?? 0) + (counts?.deadEffects ?? 0);
      },
      /** Through Restate's own way of putting an object's state right by hand. */
      async rewrite(orderId, change) {
        const rows = await query<{ key: string; value_utf8: string }>(
          server,
          `SELECT key, value_utf8 FROM state WHERE service_name = '${name}' AND service_key = '${orderId}'`,
        );
        const bytes = rows.map(({ key, value_utf8: text }) => {
          if (key !== "order") return [key, [...Buffer.from(text)]];
          const state = JSON.parse(text) as OrderState;
          const record = state.record === null ? null : change(state.record);
          return [key, [...Buffer.from(JSON.stringify({ ...state, record }))]];
        });
        const response = await fetch(`${server.adminUrl}/services/${name}/state`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ object_key: orderId, new_state: Object.fromEntries(bytes) }),
        });
        if (!response.ok)
          throw new Error(`Restate did not take the state: ${response.status} ${await response.text()}`);
      },
      async end() {
        for (const node of nodes) await node.close();
        at.end();
      },
    };
  };
