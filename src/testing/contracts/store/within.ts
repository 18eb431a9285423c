/** Transactions of the host's. */

import type { Inside } from "../../../ports/store.js";
import { assert } from "../assert.js";
import { changeOf, effectOf, eventOf, load, type StoreCase, T } from "./sample.js";

export const within: StoreCase[] = [
  {
    title: "What is decided inside a transaction of the host's is committed with it or not at all.",
    async run(place) {
      const store = await place.open();
      if (place.begin === undefined || store.within === undefined) return;
      await store.subscribe("billing", "now");
      for (const how of ["rollback", "commit"] as const) {
        const { transaction, end } = await place.begin();
        const inside: Inside = store.within(transaction);
        const done = await inside.whole(async () => {
          const results = await inside.commit([changeOf("a", 0, { effects: [effectOf("a", 1, 0)] })]);
          await inside.postpone([eventOf("a", "late")]);
          return results;
        });
        assert.deepEqual(done, ["committed"]);
        assert.equal((await inside.load([{ orderId: "a", eventIds: [] }]))[0]?.record?.version, 1);
        assert.equal((await load(store, "a")).record, null, "nobody else sees it yet");
        await end(how);
        assert.equal((await load(store, "a")).record?.version ?? null, how === "commit" ? 1 : null);
      }
      assert.equal((await store.claim(T, 9, 1000, "w")).length, 1);
      assert.equal((await store.dueEvents(T, 9)).length, 1);
      assert.equal((await store.claimDeliveries("billing", T + 9, 9, 1000, "w")).length, 1);
    },
  },
  {
    title: "What fails inside a transaction of the host's is undone, and the transaction goes on.",
    async run(place) {
      const store = await place.open();
      if (place.begin === undefined || store.within === undefined) return;
      const { transaction, end } = await place.begin();
      const inside: Inside = store.within(transaction);
      await inside.whole(() => inside.commit([changeOf("a", 0)]));
      const fails = inside.whole(async () => {
        assert.deepEqual(await inside.commit([changeOf("b", 0)]), ["committed"]);
        throw new Error("no");
      });
      await assert.rejects(fails, /^Error: no$/);
      assert.deepEqual(await inside.whole(() => inside.commit([changeOf("a", 5)])), ["conflict"]);
      await end("commit");
      assert.equal((await load(store, "a")).record?.version, 1);
      assert.equal((await load(store, "b")).record, null);
    },
  },
];
