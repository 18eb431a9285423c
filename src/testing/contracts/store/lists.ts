/** Lists of orders, by what they ask for. */
import { assert } from "../assert.js";
import { changeOf, type StoreCase, T } from "./sample.js";

export const lists: StoreCase[] = [
  {
    title: "A list holds what its filter asks for, page by page.",
    async run(place) {
      const store = await place.open();
      const flags = ["discrepancy:completed-not-captured" as const];
      await store.commit([
        changeOf("d", 0, { status: "refunded", at: T + 40 }),
        changeOf("a", 0, { status: "pending", at: T + 10 }),
        changeOf("c", 0, { status: "completed", at: T + 30, flags }),
        changeOf("b", 0, { status: "failed", at: T + 20 }),
      ]);
      const ids = async (filter: object) =>
        (await store.list({ limit: 9, ...filter })).map((row) => row.orderId).join("");
      assert.equal(await ids({}), "abcd");
      assert.equal(await ids({ after: "b", limit: 1 }), "c");
      assert.equal(await ids({ flagged: true }), "c");
      assert.equal(await ids({ flagged: false }), "abd");
      assert.equal(await ids({ inDoubt: true }), "abc");
      assert.equal(await ids({ inDoubt: false }), "d");
      assert.equal(await ids({ status: "failed" }), "b");
      assert.equal(await ids({ updatedSince: T + 30 }), "cd");
      assert.equal(await ids({ updatedSince: T + 30, inDoubt: true, after: "c" }), "");
      await store.park("b", "unknown state");
      assert.equal(await ids({ parked: true }), "b");
      assert.equal(await ids({ parked: false, latest: { before: null } }), "dca");
      assert.equal(await ids({ latest: { before: null }, limit: 2 }), "dc");
      assert.equal(await ids({ latest: { before: { updatedAt: T + 30, orderId: "c" } } }), "ba");
      assert.equal(await ids({ latest: { before: { updatedAt: T + 30, orderId: "d" } }, flagged: true }), "c");
      assert.deepEqual(await store.list({ flagged: true, limit: 1 }), [
        {
          orderId: "c",
          status: "completed",
          state: '{"open":"pending"}',
          version: 1,
          updatedAt: T + 30,
          flags,
          inDoubt: true,
          parked: null,
        },
      ]);
      const cleared = changeOf("c", 1, { status: "completed", flags });
      for (const flag of cleared.record.flags) flag.clearedAt = T;
      await store.commit([cleared]);
      assert.equal(await ids({ flagged: true }), "");
      assert.equal(await ids({ inDoubt: true }), "ab");
    },
  },
  {
    title: "A list holds the orders that have or had a payment whose id begins so, byte by byte.",
    async run(place) {
      const store = await place.open();
      await store.commit([
        changeOf("a", 0, { paymentId: "pay-2", previousIds: ["pay-10"] }),
        changeOf("b", 0, { paymentId: "pay-11" }),
        changeOf("c", 0, { paymentId: "PAY-1", status: "failed" }),
        changeOf("d", 0, { paymentId: 'p%_"\\1' }),
        changeOf("e", 0, { paymentId: "på-1", previousIds: ["pay-12", "pay-13"] }),
        changeOf("f", 0),
      ]);
      const ids = async (paymentPrefix: string, filter: object = {}) =>
        (await store.list({ limit: 9, paymentPrefix, ...filter })).map(({ orderId }) => orderId).join("");
      assert.equal(await ids("pay-1"), "abe");
      assert.equal(await ids("pay-10"), "a");
      assert.equal(await ids("pay-101"), "");
      assert.equal(await ids("PAY"), "c");
      assert.equal(await ids("p%"), "d");
      assert.equal(await ids('p%_"\\'), "d");
      assert.equal(await ids("p_"), "");
      assert.equal(await ids("på"), "e");
      assert.equal(await ids("pay-1", { after: "a", limit: 1 }), "b");
      assert.equal(await ids("pay-1", { latest: { before: null } }), "eba");
      assert.equal(await ids("PAY", { status: "pending" }), "");
    },
  },
];
