/** What is kept beside the orders. */
import { assert } from "../assert.js";
import type { StoreCase } from "./sample.js";

export const secrets: StoreCase[] = [
  {
    title: "The first secret under a name stays, whoever comes later with another one.",
    async run(place) {
      const store = await place.open();
      assert.equal(await store.secret("a", null), null);
      assert.equal(await store.secret("a", "first"), "first");
      assert.equal(await store.secret("a", "second"), "first");
      assert.equal(await store.secret("b", "other"), "other");
      assert.equal(await store.secret("a", null), "first");
      const given = await Promise.all(["x", "y", "z"].map((made) => store.secret("c", made)));
      assert.deepEqual(new Set(given).size, 1);
      const again = await place.reopen();
      assert.deepEqual([await again.secret("a", null), await again.secret("c", "w")], ["first", given[0]]);
      if (!place.many) return;
      const beside = await place.open();
      const raced = await Promise.all([again.secret("d", "mine"), beside.secret("d", "theirs")]);
      assert.equal(raced[0], raced[1]);
    },
  },
];
