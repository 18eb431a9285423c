/** What a store gives back it gives back as it was, to the byte. */

import { StoreError } from "../../../ports/store.js";
import { assert } from "../assert.js";
import { changeOf, effectOf, eventOf, load, type StoreCase, T } from "./sample.js";

const unstorable = (error: unknown) => error instanceof StoreError && error.code === "unstorable";

export const text: StoreCase[] = [
  {
    title: "What could not be returned byte for byte is refused by the order's name, and nothing is written.",
    async run(place) {
      const store = await place.open();
      const timer = { orderId: "b", timer: "t\0", generation: 1, at: T };
      const hostile: [what: string, orderId: string, change: ReturnType<typeof changeOf>][] = [
        ["order id", "\ud800", changeOf("\ud800", 0)],
        ["order id", "b\0c", changeOf("b\0c", 0)],
        ["event id", "b", changeOf("b", 0, { eventId: "x\ud800" })],
        ["payment id", "b", changeOf("b", 0, { paymentId: "\udfff" })],
        ["payment id", "b", changeOf("b", 0, { previousIds: ["p\0"] })],
        ["effect id", "b", changeOf("b", 0, { effects: [{ ...effectOf("b", 1, 0), id: "\ud800:1:0" }] })],
        ["timer's name", "b", changeOf("b", 0, { timers: { set: [timer], cancel: [] } })],
        ["moment", "b", changeOf("b", 0, { at: Number.POSITIVE_INFINITY })],
      ];
      for (const [what, orderId, change] of hostile) {
        await assert.rejects(store.commit([changeOf("a", 0), change]), (error: unknown) => {
          assert(unstorable(error));
          assert((error as Error).message.includes(JSON.stringify(orderId)), `${what}: ${(error as Error).message}`);
          assert((error as Error).message.includes(what), (error as Error).message);
          return true;
        });
      }
      await assert.rejects(store.postpone([eventOf("a", "\ud800")]), unstorable);
      await assert.rejects(store.postpone([eventOf("a", "e", { error: "\0" })]), unstorable);
      await assert.rejects(store.park("a", "\ud800"), unstorable);
      assert.deepEqual(await store.list({ limit: 9 }), []);
      assert.deepEqual(await store.dueEvents(T + 9, 9), []);
      // What cannot be there is not found, also where the nearest thing that can be there is.
      assert.deepEqual(await store.commit([changeOf("\ufffd", 0, { paymentId: "\ufffd" })]), ["committed"]);
      assert.equal((await load(store, "\ud800")).record, null);
      assert.equal((await load(store, "\ufffd", "\ud800")).record?.orderId, "\ufffd");
      assert.equal(await store.findByPayment("\ud800"), null);
      assert.deepEqual(await store.history("\ud800", 0, 9), []);
      // JSON writes what a text cannot hold as an escape.
      const odd = changeOf("odd \u202e\u001b", 0, { eventId: "\u001b" });
      odd.record.facts.order.currency = "\ud800\0";
      assert.deepEqual(await store.commit([odd]), ["committed"]);
      assert.deepEqual((await load(store, "odd \u202e\u001b")).record, odd.record);
    },
  },
];
