/** What leads from a payment to its order follows from the records, and a secret is one only as it was made. */
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { addressKeys } from "../../src/http/app.js";
import type { Store } from "../../src/ports/store.js";
import { changeOf } from "../../src/testing/contracts/store/sample.js";
import { type Disk, startDisks } from "./disks.js";

const disks = await startDisks();
const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
  await disks.end();
});
afterAll(() => disks.stop(), 240_000);

const stores = [
  ["SQLite", disks.sqlite] as const,
  ...(disks.postgres ? [["PostgreSQL", disks.postgres] as const] : []),
];

const opened = async (disk: Disk): Promise<Store> => {
  const store = disk.store();
  await store.open();
  await store.recoverLeases("a node");
  ends.push(() => store.close());
  return store;
};
const leadsTo = async (store: Store, ids: string[]) => Promise.all(ids.map((id) => store.findByPayment(id)));

describe.each(stores)("%s", (_, made) => {
  const right = [
    { orderId: "a", current: true },
    { orderId: "a", current: false },
    { orderId: "b", current: true },
  ];
  const ids = ["pay-a", "pay-a1", "pay-b"];

  test.each([
    "UPDATE payments SET order_id = 'b' WHERE payment_id = 'pay-a'",
    "UPDATE payments SET order_id = 'b' WHERE payment_id = 'pay-a1'",
    "UPDATE payments SET order_id = 'nobody' WHERE payment_id = 'pay-b'",
    "UPDATE orders SET payment_id = 'other' WHERE order_id = 'a'",
    "UPDATE orders SET payment_id = NULL WHERE order_id = 'b'",
    "INSERT INTO payments (payment_id, order_id) VALUES ('pay-b', 'a')",
  ])("a payment leads to its order all the same after: %s", async (damage) => {
    const disk = await made();
    const store = await opened(disk);
    await store.commit([
      changeOf("a", 0, { paymentId: "pay-a", previousIds: ["pay-a1"] }),
      changeOf("b", 0, { paymentId: "pay-b" }),
    ]);
    await disk.sql(damage);
    expect(await leadsTo(store, ids)).toEqual(right);
    expect(await leadsTo(store, ids)).toEqual(right);
    expect((await store.counts()).damaged).toBe(0);
  });

  test("a search by how a payment id begins finds no order that never had such a payment", async () => {
    const disk = await made();
    const store = await opened(disk);
    await store.commit([changeOf("a", 0, { paymentId: "pay-a" }), changeOf("b", 0, { paymentId: "pay-b" })]);
    await disk.sql("INSERT INTO payments (payment_id, order_id) VALUES ('pay-b', 'a')");
    await disk.sql("INSERT INTO payments (payment_id, order_id) VALUES ('pay-bogus', 'nobody')");
    const found = await store.list({ paymentPrefix: "pay-b", limit: 9 });
    expect(found.map(({ orderId }) => orderId)).toEqual(["b"]);
  });

  test.each([
    "UPDATE payments SET payment_id = 'garbage' WHERE payment_id = 'pay-a'",
    "DELETE FROM payments WHERE payment_id = 'pay-a'",
  ])("what is missing is there again once the order is read, or at the next start, after: %s", async (damage) => {
    for (const how of ["read", "start"]) {
      const disk = await made();
      let store = await opened(disk);
      await store.commit([changeOf("a", 0, { paymentId: "pay-a" }), changeOf("b", 0, { paymentId: "pay-b" })]);
      await disk.sql(damage);
      if (how === "read") await store.load([{ orderId: "a", eventIds: [] }]);
      else {
        await store.close();
        store = await opened(disk);
      }
      expect(await leadsTo(store, ["pay-a", "pay-b", "garbage"])).toEqual([right[0], right[2], null]);
    }
  });

  test.each([
    "UPDATE secrets SET value = '' WHERE name <> 'opened as'",
    "UPDATE secrets SET value = 'short' WHERE name <> 'opened as'",
    "UPDATE secrets SET value = value || 'x' WHERE name <> 'opened as'",
    "UPDATE secrets SET sum = 7 WHERE name <> 'opened as'",
    "UPDATE secrets SET name = 'another' WHERE name <> 'opened as'",
  ])("a damaged secret is no key, and another one is made after: %s", async (damage) => {
    const disk = await made();
    const store = await opened(disk);
    const before = await addressKeys(store);
    await disk.sql(damage);
    const stands = await disk.ask("SELECT value FROM secrets WHERE name <> 'opened as'");
    const [first, again] = [await addressKeys(store), await addressKeys(store)];
    expect(first).toEqual(again);
    expect(first.returns).toHaveLength(1);
    expect(first.returns[0]?.secret).toMatch(/^[\w-]{43}$/);
    expect(first).not.toEqual(before);
    expect(first.returns[0]?.secret).not.toBe(stands);
  });

  test("a damaged secret that nobody makes anew is none", async () => {
    const disk = await made();
    const store = await opened(disk);
    await store.secret("a", "a secret of the tests");
    await disk.sql("UPDATE secrets SET value = '' WHERE name <> 'opened as'");
    expect(await store.secret("a", null)).toBeNull();
    expect(await store.secret("a", "another secret")).toBe("another secret");
  });

  test("a secret of an older release is taken as it is, and sealed; an empty one is not", async () => {
    const disk = await made();
    const store = await opened(disk);
    await store.secret("a", "a secret of the tests");
    await disk.sql("UPDATE secrets SET sum = NULL WHERE name <> 'opened as'");
    expect(await store.secret("a", "another")).toBe("a secret of the tests");
    await disk.sql("UPDATE secrets SET value = 'changed' WHERE name <> 'opened as'");
    expect(await store.secret("a", "another")).toBe("another");
    await disk.sql("UPDATE secrets SET sum = NULL, value = '' WHERE name <> 'opened as'");
    expect(await store.secret("a", "a third")).toBe("a third");
  });
});

test("a key that a runtime gives out and that is too short is refused by name", async () => {
  await expect(addressKeys({ secret: async () => "" })).rejects.toThrow(/return-addresses.*fewer than 16/);
});
