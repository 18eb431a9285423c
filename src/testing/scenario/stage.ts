/** What a world needs of a runtime, and the engine on a store as one of those. */
import type { Registry } from "../../../machines/index.js";
import type { Settings } from "../../../machines/settings.js";
import type { decide } from "../../core/decide.js";
import type { HistoryEntry, OrderRecord } from "../../core/record.js";
import type { Clock } from "../../ports/clock.js";
import type { Gateway } from "../../ports/gateway.js";
import type { Log } from "../../ports/log.js";
import type { Runtime } from "../../ports/runtime.js";
import type { Shop } from "../../ports/shop.js";
import type { OrderRow, Store } from "../../ports/store.js";
import { createEngine } from "../../runtime/embedded/engine.js";
import type { Mortal } from "../mortal.js";
import type { VirtualClock } from "../virtual-clock.js";
import { type Ground, OneStore, sqliteGround } from "./one-store.js";

/** What a node is made of. */
export interface Cast {
  name: string;
  clock: Clock;
  /** What can die with the node is mortal already; a runtime says where else death may strike. */
  mortal: Mortal;
  gateways: Gateway[];
  shop: Shop;
  settings: Settings;
  log: Log;
  registry: Registry;
  decide: typeof decide;
}

export interface StageNode {
  door: Runtime;
  stop(): Promise<void>;
  /** Nothing but calls that wait for an answer. */
  resting(): boolean;
  /** Calls under way. */
  underWay(): number;
}

/** Where the orders of one world live. */
export interface Stage {
  start(cast: Cast): Promise<StageNode>;
  /** A node has died; what it had open is free again. */
  bury(node: StageNode): Promise<void>;
  /** Everything that is due is done, but for calls that wait for an answer. */
  settled(): Promise<boolean>;
  history(orderId: string): Promise<HistoryEntry[]>;
  rows(): Promise<OrderRow[]>;
  deadLetters(): Promise<number>;
  /** Somebody else wrote the record; the next node to start finds it so. */
  rewrite(orderId: string, change: (record: OrderRecord) => OrderRecord): Promise<void>;
  end(): Promise<void>;
}

/** @param clock stands still until the scenario moves it */
export type OpenStage = (clock: VirtualClock) => Promise<Stage>;

/** The engine, one store for each of its nodes or one for all of them. */
export const engineStage =
  (ground: () => Promise<Ground>): OpenStage =>
  async () => {
    const place = await ground();
    const shared = new OneStore(place);
    await shared.begin();
    const stores = new Map<StageNode, Store>();
    return {
      async start({ name, mortal, ...parts }) {
        const store = shared.forOneMore();
        const door = createEngine({ ...parts, store: mortal.store(store), worker: name, random: () => 0.5 });
        await door.start();
        const node: StageNode = {
          door,
          stop: () => door.stop(),
          resting: () => door.restingButForCalls,
          underWay: () => door.underWay,
        };
        stores.set(node, store);
        return node;
      },
      async bury(node) {
        const store = stores.get(node) as Store;
        stores.delete(node);
        await shared.abandon(store);
      },
      async settled() {
        // One node's word to the others, on its way through their database, is counted by nobody.
        if (place.many) await new Promise((resolve) => setTimeout(resolve, 2));
        return true;
      },
      history: (orderId) => shared.store.history(orderId, 0, 100_000),
      // Which orders are parked depends on the machines of whoever asks: a living node's, where there is one.
      rows: () => ([...stores.values()].at(-1) ?? shared.store).list({ limit: 500 }),
      async deadLetters() {
        const { deadEvents, deadEffects } = await shared.store.counts();
        return deadEvents + deadEffects;
      },
      async rewrite(orderId, change) {
        const { store } = shared;
        const [loaded] = await store.load([{ orderId, eventIds: [] }]);
        if (loaded?.record == null) return;
        const { record } = loaded;
        const nothing = { history: [], effects: [], timers: { set: [], cancel: [] }, settled: [], decided: [] };
        const changed = { ...change(record), version: record.version + 1 };
        await store.commit([{ orderId, expectedVersion: record.version, record: changed, ...nothing }]);
      },
      end: () => shared.end(),
    };
  };

export const sqliteStage: OpenStage = engineStage(sqliteGround);
