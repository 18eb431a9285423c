/** What was changed in the shop, and no message told of: one reconciliation sees it. */
import { afterEach, describe, expect, test } from "vitest";
import type { Gateway } from "../../src/ports/gateway.js";
import type { Reconciled } from "../../src/ports/runtime.js";
import type { Shop } from "../../src/ports/shop.js";
import { gatewayNamed, Place } from "./place.js";

let place: Place;
afterEach(() => place.end());

const all = async (dryRun = false): Promise<Reconciled[]> => {
  const rows: Reconciled[] = [];
  const run = async () => {
    for await (const row of place.engine.reconcile({ freshMs: -1, dryRun })) rows.push(row);
  };
  let done = false;
  const ended = run().finally(() => {
    done = true;
  });
  // A second word of the shop's is waited for by the clock.
  while (!done) {
    await place.rest(200);
    if (!done) await place.after(1000);
  }
  await ended;
  return rows;
};
const flags = async () => {
  const record = await place.engine.queries.read("o");
  return record?.flags.filter(({ clearedAt }) => clearedAt === null).map(({ flag }) => flag) ?? [];
};
const updatedTo = (gateway: string) =>
  ({ type: "order.updated", by: "shop", change: "payment method", order: { gateway } }) as const;
const paid = async (through: (gateway: Gateway) => Gateway = (gateway) => gateway): Promise<void> => {
  place = await Place.made();
  const gateway = through(gatewayNamed("resurs-mapi", place.bank.url, place.clock));
  place.engine = await place.start({ gateways: [gateway] });
  await place.order("o", { status: "processing" });
  await place.engine.submit("o", { type: "reconcile.asked" });
  await place.rest();
  expect(await flags()).toEqual([]);
};

describe("a paid order that was changed in the shop", () => {
  test.each([
    ["its total", () => place.woo.edit("o", { total: 60_000 }), "discrepancy:amount-mismatch"],
    ["its currency", () => place.woo.edit("o", { currency: "EUR" }), "discrepancy:currency-mismatch"],
    ["put into the bin", () => place.woo.setStatus("o", "trash" as never), "discrepancy:order-gone"],
  ] as const)("%s: flagged by one reconciliation, and told by a dry run", async (_, change, flag) => {
    await paid();
    change();
    expect((await all(true)).map((row) => row.flags)).toEqual([[flag]]);
    expect(await flags()).toEqual([]);
    expect((await all()).map((row) => row.flags)).toEqual([[flag]]);
    expect(await flags()).toEqual([flag]);
  });

  test.each(["read", "told"])("to a way of paying that is not ours (%s): not ours until it is again", async (how) => {
    await paid();
    const isOurs = async () => (await place.engine.queries.read("o"))?.facts.order.paidOtherwise !== true;
    const becomes = async (gateway: string): Promise<void> => {
      if (how === "told") await place.engine.submit("o", updatedTo(gateway));
      else place.woo.shop.readOrder = async () => ({ gateway });
      await all();
    };
    await becomes("paypal");
    expect(await isOurs()).toBe(false);
    await becomes("resurs-mapi");
    expect(await isOurs()).toBe(true);
  });

  test("and back again: nothing is left of it", async () => {
    await paid();
    place.woo.edit("o", { total: 60_000 });
    await all();
    place.woo.edit("o", { total: 100_000 });
    await all();
    expect(await flags()).toEqual([]);
  });

  test("is not said to be gone by a shop that says so once", async () => {
    await paid();
    const { readOrder } = place.woo.shop as Shop & Required<Pick<Shop, "readOrder">>;
    let words = 0;
    place.woo.shop.readOrder = async (id) => {
      words += 1;
      return words === 1 ? { gone: true } : readOrder(id);
    };
    await all();
    expect([await flags(), words]).toEqual([[], 2]);
  });

  test("and is decided about while the shop is asked: what came later stands", async () => {
    await paid();
    const updated = { type: "order.updated", by: "erp", change: "total", order: { total: 90_000 } } as const;
    place.woo.shop.readOrder = async () => {
      await place.engine.submit("o", updated);
      return { total: 60_000 };
    };
    await all();
    expect((await place.engine.queries.read("o"))?.facts.order.total).toBe(90_000);
  });

  test.each(["readOrder", "readStatus"] as const)(
    "of a shop that never answers (%s): it is not waited for",
    async (method) => {
      await paid();
      place.woo.shop[method] = () => new Promise<never>(() => {});
      const silent = [["unread", "the shop cannot be asked for the order: no answer within 60 seconds"]];
      expect((await all(true)).map(({ outcome, why }) => [outcome, why])).toEqual(silent);
      expect((await all()).map(({ outcome, why }) => [outcome, why])).toEqual(silent);
    },
  );

  test("of a bank that never answers a dry run: it is not waited for", async () => {
    let isSilent = false;
    await paid((gateway) => ({
      ...gateway,
      readPayment: (id) => (isSilent ? new Promise(() => {}) : gateway.readPayment(id)),
    }));
    isSilent = true;
    expect((await all(true)).map(({ outcome, why }) => [outcome, why])).toEqual([
      ["unread", "no answer within 60 seconds"],
    ]);
  });

  test.each(["readOrder", "readStatus"] as const)(
    "of a shop that cannot be asked (%s): the bank is asked all the same, and the order counts as unread",
    async (method) => {
      await paid();
      place.woo.shop[method] = async () => {
        throw new Error("HTTP 503");
      };
      const unread = [["unread", "the shop cannot be asked for the order: HTTP 503"]];
      const readAt = async () => (await place.engine.queries.read("o"))?.facts.payment.readAt;
      const before = await readAt();
      expect((await all(true)).map(({ outcome, why }) => [outcome, why])).toEqual(unread);
      await place.after(1000);
      expect((await all()).map(({ outcome, why }) => [outcome, why])).toEqual(unread);
      expect(await readAt()).toBeGreaterThan(before ?? 0);
    },
  );
});

test("can: a payment that was never read is read first", async () => {
  place = await Place.made();
  await place.order("o", { payment: "TASK_REDIRECTION_REQUIRED" });
  expect(await place.engine.queries.can("o", { type: "merchant.cancelled" }, { fresh: "unread" })).toMatchObject({
    allowed: true,
    outcome: "moved",
    to: "cancelled",
  });
  await place.engine.submit("o", { type: "merchant.cancelled" });
  await place.rest();
  expect(place.status("o")).toBe("cancelled");
});
