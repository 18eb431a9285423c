/** The column of flags in the order list: the engine's flags, and the shop's own of a part that was refunded by hand. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemClock } from "../../src/ports/clock.js";
import { bankHas, MINUTE, order, shopHas, until } from "../engine/place.js";
import { type Behind, engineBehind, TOKEN } from "./behind.js";
import { wordpressDoes as inWordpress, php, type Site, type Step, type Told } from "./wordpress.js";

if (php === null) test.skip("the order list: there is no php here (apt-get install php-cli)", () => {});

const AGREED = "_order_status_engine_refunded";

describe.skipIf(php === null)("the column of flags in the order list", () => {
  const clock = systemClock();
  let behind: Behind;
  beforeAll(async () => {
    behind = await engineBehind();
    const made = clock.now() - 10 * MINUTE;
    const captured = (refundedAmount: number) => ({
      authorizedAmount: 0,
      capturedAmount: 1000,
      refundedAmount,
      possibleActions: ["REFUND"],
    });
    // 1: paid. 2: refunded in full by hand, which the engine flags. 3: the bank has refunded 30.00. 4: frozen.
    bankHas(behind.bank, "pay-1");
    bankHas(behind.bank, "pay-2");
    bankHas(behind.bank, "pay-3", "ACCEPTED", undefined, captured(30));
    bankHas(behind.bank, "pay-4", "FROZEN");
    for (const id of ["1", "2", "3", "4"]) {
      shopHas(behind.woo, id, made, "processing");
      await behind.engine.place(id, order(`pay-${id}`, made, { status: "processing" }));
      await behind.engine.submit(id, { type: "reconcile.asked" }, { wait: "settled" });
    }
    await behind.engine.submit("2", { type: "order.seen", status: "refunded" }, { wait: "settled" });
    const flagged = async () =>
      (await behind.engine.queries.read("2"))?.flags.some(({ clearedAt }) => clearedAt === null);
    await until(async () => (await flagged()) === true, "a flag of order 2");
  });
  afterAll(() => behind.end());

  const list = (id: string, more: Partial<Step> = {}): Step => ({
    do: "list",
    order: id,
    status: "processing",
    method: "ose_resurs-mapi",
    ...more,
  });
  const wordpressDoes = (steps: Step[], { constants, ...more }: Partial<Site> = {}) =>
    inWordpress(steps, {
      constants: { ORDER_STATUS_ENGINE_URL: behind.served.url, ORDER_STATUS_ENGINE_TOKEN: TOKEN, ...constants },
      follows: [],
      ...more,
    });
  const says = (told: Told | undefined, id: string): string[] => {
    const [, code = "", json = ""] = /^(\d+) (.*)$/.exec(told?.answer ?? "") ?? [];
    expect(code).toBe("200");
    return (JSON.parse(json) as Record<string, string[]>)[id] ?? [];
  };
  const part = { refunded: 10, byHand: true } as const;

  test.each([{}, { posts: true }] as Partial<Step>[])(
    "a part by hand that the bank has not refunded %j",
    async (how) => {
      const [told] = await wordpressDoes([list("1", { ...part, ...how })]);
      expect(told?.value).toBe('<span data-order-status-engine="1" data-by-hand="1"></span>');
      expect(says(told, "1")).toEqual([
        "The shop has refunds of 10.00\u00a0SEK, and the bank has refunded 0.00\u00a0SEK.",
      ]);
      expect([told?.meta, told?.requests]).toEqual([[], 2]);
    },
  );

  test("nothing of a part that the bank has refunded too, and then it is not asked about again", async () => {
    const [told] = await wordpressDoes([list("3", { refunded: 30, byHand: true })]);
    expect([says(told, "3"), told?.meta]).toEqual([[], { [AGREED]: "3000" }]);
    const steps = [
      list("3", { refunded: 30, byHand: true, meta: { [AGREED]: "3000" } }),
      list("3", { refunded: 45, byHand: true, meta: { [AGREED]: "3000" } }),
    ];
    const [after, more] = await wordpressDoes(steps);
    expect([after?.value, after?.requests]).toEqual(['<span data-order-status-engine="3"></span>', 1]);
    expect(says(more, "3")).toEqual([
      "The shop has refunds of 45.00\u00a0SEK, and the bank has refunded 30.00\u00a0SEK.",
    ]);
  });

  test.each([
    ["without a refund", {}],
    ["with a refund through the engine", { refunded: 10 }],
    ["of another payment method", { ...part, method: "cod" }],
  ] as [string, Partial<Step>][])("of an order %s the engine is asked for its flags alone", async (_, more) => {
    const [told] = await wordpressDoes([list("1", more)]);
    expect([told?.value, says(told, "1"), told?.requests]).toEqual([
      '<span data-order-status-engine="1"></span>',
      [],
      1,
    ]);
  });

  test("of one that was refunded in full by hand: the engine's flag, in the language of whoever looks", async () => {
    const whole = list("2", { refunded: 1000, byHand: true, status: "refunded" });
    const [told] = await wordpressDoes([whole]);
    expect(says(told, "2")).toEqual(["The order is refunded, but the bank still has the customer's money."]);
    const [swedish] = await wordpressDoes([whole], { locale: "sv_SE" });
    expect(says(swedish, "2")).toEqual([expect.stringContaining("återbetal")]);
  });

  test("within a minute the engine's flags are not asked for again, and the shop's own are", async () => {
    const told = await wordpressDoes([list("1"), list("1"), list("1", part)]);
    expect(told.map(({ requests }) => requests)).toEqual([1, 1, 2]);
  });

  test("of many orders at once, so many as a page has are asked about", async () => {
    const asks = Array.from({ length: 50 }, () => "1").join(",");
    const [told] = await wordpressDoes([list("1", { ...part, asks })]);
    expect(told?.requests).toBe(1 + 20);
  });

  test.each(["", "x,-,", "999"])("what nobody's page asks for is nothing: %j", async (asks) => {
    const [told] = await wordpressDoes([list("1", { ...part, asks })]);
    expect([says(told, "1"), told?.requests]).toEqual([[], 1]);
  });

  test("an engine that is down is asked once a minute, and the list says nothing of it", async () => {
    const constants = { ORDER_STATUS_ENGINE_URL: "http://127.0.0.1:9" };
    const told = await wordpressDoes([list("1", part), list("1", part)], { constants });
    expect(told.map((one) => [says(one, "1"), one.requests])).toEqual([
      [[], 1],
      [[], 1],
    ]);
  });

  test("whoever may not edit orders is told nothing", async () => {
    const [told] = await wordpressDoes([list("2", part)], { mayEditOrders: false });
    expect([told?.answer, told?.requests]).toEqual(["403 null", 0]);
  });
});
