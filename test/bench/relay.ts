/**
 * The relay: from the outbox to a shop and a bank that answer at once. How many effects per second, against a relay by
 * hand on the same rows, and how soon after its commit an effect is begun.
 */

import type { Store } from "../../src/ports/store.js";
import { createEngine, type Engine } from "../../src/runtime/embedded/engine.js";
import { limits } from "../../src/runtime/embedded/limits.js";
import { type Latencies, latenciesOf, type Table, tableOf, turns } from "./rounds.js";
import {
  answering,
  Foretold,
  IN_FLIGHT,
  inFlight,
  orderIdOf,
  perSecond,
  placeAll,
  returning,
  undelivered,
} from "./work.js";

/** Claims what is due, calls `execute` for each, deletes them; until there is nothing. */
export interface RelayByHand {
  /** Takes the effects that lie in the store's outbox. */
  copy(): Promise<void> | void;
  run(execute: (effect: string) => Promise<void>): Promise<void>;
  /** One small durable write: what the server or the disk takes for the least there is. */
  touch(): Promise<void> | void;
  close(): Promise<void> | void;
}

export interface Sizes {
  rounds: number;
  /** Per round. */
  effects: number;
  /** Events whose effects are timed, at each load. */
  timed: number;
}

export interface Relayed {
  throughput: Table;
  starts: Latencies[];
}

/** As many effects as the engine claims at once. */
export const AT_ONCE = limits.effectsPerClaim;
/** Events per second of the modest load. */
const MODEST = 200;
const PAUSE_MS = 5;
const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

interface World {
  /** What was carried out, by the effect's id; a reading by its payment's. */
  begun: Map<string, number>;
  /** When the commit was known that asked for it. */
  committed: Map<string, number>;
  engine(store: Store): Engine;
}

const world = (): World => {
  const begun = new Map<string, number>();
  const committed = new Map<string, number>();
  const { gateway, shop } = answering((id) => begun.set(id, performance.now()));
  const engine = (store: Store) =>
    createEngine({
      store,
      gateways: [gateway],
      shop,
      onDecision({ effects }, { facts }) {
        const now = performance.now();
        for (const { id, type } of effects) committed.set(type === "readPayment" ? String(facts.payment.id) : id, now);
      },
    });
  return { begun, committed, engine };
};

export const untilIdle = async (engine: Engine): Promise<void> => {
  while (!engine.idle) await pause(1);
};

/** One effect for the shop of each order, left lying in the outbox. */
const fill = async (open: () => Store, type: "merchant.failed" | "merchant.held", orders: number): Promise<void> => {
  const engine = world().engine(undelivered(open()));
  await engine.start();
  const ids = Array.from({ length: orders }, (_, n) => orderIdOf(n));
  await inFlight(256, ids, (id) => engine.submit(id, { type, via: "dropdown" }));
  await engine.stop();
};

const throughEngine = async (open: () => Store, effects: number): Promise<number> => {
  const { engine: made, begun } = world();
  const engine = made(open());
  await engine.start();
  const rate = await perSecond(effects, async () => {
    while (begun.size < effects) await pause(1);
    await untilIdle(engine);
  });
  await engine.stop();
  return rate;
};

const throughHand = async (relay: RelayByHand, effects: number): Promise<number> => {
  let done = 0;
  const rate = await perSecond(effects, () => relay.run(async () => void done++));
  if (done !== effects) throw new Error(`the relay by hand carried out ${done} of ${effects} effects`);
  return rate;
};

/** From the commit to the beginning of each effect, readings and what they lead to included. */
const starts = async (open: () => Store, byHand: RelayByHand, timed: number, from: number): Promise<Latencies[]> => {
  const found: Latencies[] = [];
  const measure = async (title: string, load: (engine: Engine, ids: string[]) => Promise<void>, first: number) => {
    const { engine: made, begun, committed } = world();
    const engine = made(open());
    await engine.start();
    await untilIdle(engine);
    const ids = Array.from({ length: timed }, (_, i) => orderIdOf(first + i));
    const begin = performance.now();
    await load(engine, ids);
    await untilIdle(engine);
    const seconds = (performance.now() - begin) / 1000;
    await engine.stop();
    const waits = [...committed].map(([id, at]) => {
      const start = begun.get(id);
      if (start === undefined) throw new Error(`effect ${id} was never carried out`);
      return start - at;
    });
    if (waits.length !== 3 * timed) throw new Error(`${waits.length} effects of ${timed} events, not 3 for each`);
    found.push(latenciesOf(`${title}; ${Math.round(waits.length / seconds)} effects/s`, waits));
  };
  const touches: number[] = [];
  const touch = async () => {
    const begin = performance.now();
    await byHand.touch();
    touches.push(performance.now() - begin);
  };
  const modest = async (engine: Engine, ids: string[]) => {
    const begin = performance.now();
    const sent: Promise<unknown>[] = [];
    while (sent.length < ids.length) {
      const due = Math.min(ids.length, Math.ceil(((performance.now() - begin) * MODEST) / 1000));
      while (sent.length < due) sent.push(engine.submit(ids[sent.length] as string, returning));
      await Promise.all([touch(), pause(PAUSE_MS)]);
    }
    await Promise.all(sent);
  };
  await measure(`${MODEST} events/s`, modest, from);
  found.push(latenciesOf("one small durable write by hand, meanwhile", touches));
  await measure(
    `as many events as there can be, ${IN_FLIGHT} in flight`,
    (engine, ids) => inFlight(IN_FLIGHT, ids, (id) => engine.submit(id, returning)),
    from + timed,
  );
  return found;
};

/** @param open the same place each time, which holds nothing at first */
export const relay = async (name: string, open: () => Store, byHand: RelayByHand, sizes: Sizes): Promise<Relayed> => {
  const { rounds, effects, timed } = sizes;
  const setUp = world().engine(undelivered(open()));
  await setUp.start();
  await placeAll(setUp, effects + 2 * timed, new Foretold(setUp.clock.now()));
  await setUp.stop();

  const rates: number[][] = [];
  for (let round = 0; round <= rounds; round += 1) {
    await fill(open, round % 2 === 0 ? "merchant.held" : "merchant.failed", effects);
    await byHand.copy();
    const works = [() => throughEngine(open, effects), () => throughHand(byHand, effects)];
    const found: number[] = [];
    for (const i of turns(works.length, round)) found[i] = await (works[i] as () => Promise<number>)();
    // The first round warms up.
    if (round > 0) rates.push(found);
  }
  const started = await starts(open, byHand, timed, effects);
  await byHand.close();
  return {
    throughput: tableOf(`Effects on ${name}`, "effects/s", ["the engine", "claim and delete by hand"], 1, rates),
    starts: started.map((one) => ({ ...one, title: `${name}, ${one.title}` })),
  };
};
