/** What every store can give back as it was given. The rest is refused, or would come back as something else. */

import { isStorable } from "../core/storable.js";
import { summaryOf } from "../core/summary.js";
import { type Change, type Store, StoreError } from "./store.js";

const refuse = (orderId: string, said: Record<string, string | number | null>): void => {
  for (const [field, value] of Object.entries(said)) {
    const fits = typeof value === "string" ? isStorable(value) : value === null || Number.isSafeInteger(value);
    if (fits) continue;
    // JSON shows the characters that cannot be stored as escapes.
    const shown = typeof value === "string" ? JSON.stringify(value.slice(0, 200)) : String(value);
    const message = `order ${JSON.stringify(orderId)}: the ${field} ${shown} cannot be stored as it is`;
    throw new StoreError("unstorable", `${message}; nothing was written`);
  }
};

const check = ({ orderId, record, history, effects, timers, settled, settledBy, decided }: Change): void => {
  const { status, updatedAt, payments } = summaryOf(record);
  refuse(orderId, { "order id": orderId, version: record.version, status, "moment of its last change": updatedAt });
  for (const id of payments) refuse(orderId, { "payment id": id });
  for (const { seq, eventId, at } of history) refuse(orderId, { number: seq, "event id": eventId, moment: at });
  for (const { id, notBefore } of effects) refuse(orderId, { "effect id": id, "moment of an effect": notBefore });
  for (const { timer, at } of timers.set) refuse(orderId, { "timer's name": timer, "timer's moment": at });
  for (const { timer } of timers.cancel) refuse(orderId, { "timer's name": timer });
  for (const id of settled) refuse(orderId, { "effect id": id });
  for (const id of decided) refuse(orderId, { "event id": id });
  refuse(orderId, { worker: settledBy ?? null });
};

/** Why the change cannot be written: it could not be returned as it is. null = it can. */
export const refusalOf = (change: Change): StoreError | null => {
  try {
    check(change);
    return null;
  } catch (error) {
    return error as StoreError;
  }
};

type Guarded = Pick<
  Store,
  "load" | "commit" | "findByPayment" | "release" | "postpone" | "history" | "effectsOf" | "revive" | "park"
>;

/** The store, which refuses to write what it could not give back; what cannot be stored is asked for in vain. */
export const storableOnly = <S extends Store>(store: S): S => {
  const guarded: Guarded = {
    async load(asked) {
      const known = asked.map(({ orderId, eventIds }) => ({ orderId, eventIds: eventIds.filter(isStorable) }));
      const loaded = await store.load(known.filter(({ orderId }) => isStorable(orderId)));
      let next = 0;
      const nothing = { record: null, processedIds: [], parked: null };
      return known.map(({ orderId }) => (isStorable(orderId) ? (loaded[next++] ?? nothing) : nothing));
    },
    async commit(changes) {
      for (const change of changes) check(change);
      return store.commit(changes);
    },
    findByPayment: async (paymentId) => (isStorable(paymentId) ? store.findByPayment(paymentId) : null),
    async release(worker, results) {
      for (const one of results) {
        if (one.outcome !== "done") refuse(one.id, { error: one.error });
      }
      return store.release(worker, results);
    },
    async postpone(rows) {
      for (const { envelope, error, notBefore } of rows) {
        const { orderId, id, at } = envelope;
        refuse(orderId, { "order id": orderId, "event id": id, error, moment: at, "moment of its turn": notBefore });
      }
      return store.postpone(rows);
    },
    history: async (orderId, ...page) => (isStorable(orderId) ? store.history(orderId, ...page) : []),
    effectsOf: async (orderId) => (isStorable(orderId) ? store.effectsOf(orderId) : []),
    revive: async (id, now, ...of) =>
      isStorable(id) && of.every((one) => one === undefined || isStorable(one)) && store.revive(id, now, ...of),
    async park(orderId, reason) {
      refuse(orderId, { "reason for setting it aside": reason });
      return store.park(orderId, reason);
    },
  };
  return { ...store, ...guarded };
};
