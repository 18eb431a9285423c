/** What the plugin tells the engine of what happens in the shop, and the shop's people and programs of its answers. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemClock } from "../../src/ports/clock.js";
import { bankHas, MINUTE, order, shopHas, until } from "../engine/place.js";
import { type Behind, engineBehind, TOKEN } from "./behind.js";
import { wordpressDoes as inWordpress, php, type Site, type Step, type Told } from "./wordpress.js";

if (php === null) test.skip("what the plugin tells: there is no php here (apt-get install php-cli)", () => {});

describe.skipIf(php === null)("the WordPress plugin tells", () => {
  const clock = systemClock();
  let behind: Behind;
  let bank: Behind["bank"];
  let woo: Behind["woo"];
  let engine: Behind["engine"];
  let served: Behind["served"];
  beforeAll(async () => {
    behind = await engineBehind({}, { picking: "processing", delivered: "completed" });
    ({ bank, woo, engine, served } = behind);
    for (const id of ["1", "2", "3", "4", "5", "6", "7", "8"]) {
      const made = clock.now() - 10 * MINUTE;
      bankHas(bank, `pay-${id}`, id === "2" ? "FROZEN" : "ACCEPTED");
      shopHas(woo, id, made, "processing");
      await engine.place(id, order(`pay-${id}`, made, { status: "processing" }));
    }
  });
  afterAll(() => behind.end());

  const wordpressDoes = (steps: Step[], { constants, ...more }: Partial<Site> = {}) =>
    inWordpress(steps, {
      constants: { ORDER_STATUS_ENGINE_URL: served.url, ORDER_STATUS_ENGINE_TOKEN: TOKEN, ...constants },
      follows: ["resursbank"],
      ...more,
    });
  const factsOf = async (id: string) => (await engine.queries.read(id))?.facts;
  const captured = (id: string) => bank.books(`pay-${id}`)?.captured;

  describe("a status that only another plugin knows, before money moves", () => {
    const complete: Step = { do: "save", order: "1", status: "picking", to: "completed" };
    test.each([
      ["on the order screen", complete, {}],
      ["by another plugin", { ...complete, method: "ose_resurs-mapi" }, { admin: false }],
      ["over REST", { ...complete, do: "rest", body: JSON.stringify({ status: "completed" }) }, { admin: false }],
    ] as [string, Step, Partial<Site>][])("%s", async (_, step, site) => {
      const [told] = await wordpressDoes([step], { statuses: ["packed"], ...site });
      const says = [told?.notice, ...(told?.notes ?? []), told?.error?.message].join(" ");
      expect(says).toContain("does not know the status picking, so nothing was changed");
      expect(says).toContain("declare it in statuses of its configuration");
      expect([told?.order.status, told?.requests, captured("1")]).toEqual(["picking", 0, 0]);
    });
    test("not the bin: an order that comes out of it is asked about", async () => {
      const untrash: Step = { do: "save", order: "1", status: "trash", to: "processing" };
      const [told] = await wordpressDoes([untrash], { statuses: [] });
      expect([told?.order.status, told?.requests]).toEqual(["processing", 1]);
    });
    test("and one that was explained, or of which the engine has not said, is asked about", async () => {
      const cancel: Step = { do: "save", order: "2", status: "picking", to: "completed" };
      for (const site of [{ statuses: ["picking"] }, {}]) {
        const [told] = await wordpressDoes([cancel], site);
        expect([told?.requests, told?.notice]).toEqual([1, expect.stringContaining("frozen")]);
      }
    });
  });

  test("a REST client: 202 where the engine writes the status a moment later, 200 where nothing was asked", async () => {
    const rest = (id: string, body: object): Step => ({
      do: "rest",
      order: id,
      status: "processing",
      body: JSON.stringify(body),
    });
    const [taken] = await wordpressDoes([rest("3", { status: "completed" })], { admin: false });
    expect(taken?.answer).toBe("202 the engine changes the status");
    await until(() => woo.order("3").status === "completed", "the engine's own write");
    const [same] = await wordpressDoes([rest("4", { customer_note: "x" })], { admin: false });
    expect(same?.answer).toBe("200 ");
  });

  test("a status of another plugin that the engine was told of is asked for as its parent, and written by the engine", async () => {
    const save = (to: string, statuses?: string[]): Promise<(Told | undefined)[]> =>
      wordpressDoes([{ do: "save", order: "7", status: "processing", to }], statuses === undefined ? {} : { statuses });
    // It is nobody's to ask about where nobody declared it, as before.
    const [untold] = await save("picking");
    expect([untold?.order.status, untold?.requests]).toEqual(["picking", 0]);
    const [picking] = await save("picking", ["picking", "delivered"]);
    expect([picking?.order.status, picking?.requests]).toEqual(["processing", 1]);
    await until(() => (woo.order("7").status as string) === "picking", "the engine's own write");
    expect(captured("7")).toBe(0);
    const [delivered] = await save("delivered", ["picking", "delivered"]);
    expect([delivered?.order.status, delivered?.requests]).toEqual(["processing", 1]);
    await until(() => (woo.order("7").status as string) === "delivered", "the engine's own write");
    expect([captured("7"), await factsOf("7")]).toMatchObject([
      1000,
      { order: { status: "completed", child: "delivered" } },
    ]);
  });

  test("whoever used a bulk action: a refused order is not counted among the changed ones", async () => {
    const step = (id: string): Step => ({ do: "save", order: id, status: "processing", to: "completed" });
    const told = await wordpressDoes([step("2")], { action: "mark_completed" });
    expect(told[0]?.value).toBe("https://shop.example/");
    const other = await wordpressDoes([{ ...step("2"), method: "cod" }], { action: "mark_completed" });
    expect(other[0]?.value).toBe("https://shop.example/?changed=1&ids=1");
  });

  describe("an edit as it happens:", () => {
    const edit = (set: NonNullable<Step["set"]>, more: Partial<Step> = {}): Step => ({
      do: "edit",
      order: "4",
      status: "processing",
      set,
      ...more,
    });
    test("a total", async () => {
      const [told] = await wordpressDoes([edit({ total: "80.00" })]);
      expect([told?.requests, (await factsOf("4"))?.order.total]).toEqual([1, 8000]);
    });
    test("not one that is written anew as it was, of a draft, or of another plugin's order", async () => {
      const steps = [
        edit({ total: "100" }),
        edit({ total: "70.00" }, { status: "checkout-draft" }),
        edit({ total: "70.00" }, { method: "cod" }),
      ];
      expect((await wordpressDoes(steps)).map(({ requests }) => requests)).toEqual([0, 0, 0]);
      expect((await factsOf("4"))?.order.total).toBe(8000);
    });
    test("another payment method, and back", async () => {
      await wordpressDoes([edit({ payment_method: "cod" })]);
      expect((await factsOf("4"))?.order.paidOtherwise).toBe(true);
      await wordpressDoes([edit({ payment_method: "ose_resurs-mapi_x" }, { method: "cod" })]);
      expect((await factsOf("4"))?.order.paidOtherwise).not.toBe(true);
    });
    test("not what is only looked at in the checkout of blocks: the order keeps its way of paying until the button is pressed", async () => {
      const method = "ose_resurs-mapi_x";
      const chosen = (from: string, more: Partial<Step> = {}) =>
        edit({ payment_method: "cod" }, { status: "pending", method, from, ...more });
      const looks = [
        "GET ",
        "GET /wc/store/v1/checkout",
        "PUT /wc/store/v1/checkout",
        "POST /wc/store/v1/cart/update-customer",
      ];
      for (const status of ["pending", "failed"]) {
        const told = await wordpressDoes(
          looks.map((from) => chosen(from, { status })),
          { admin: false },
        );
        expect(told.map(({ requests, method: kept }) => [requests, kept])).toEqual(looks.map(() => [0, method]));
      }
      // The button; a person in the admin; another order than the customer's own.
      const changes = [chosen("POST /wc/store/v1/checkout"), chosen("POST "), { ...chosen(""), from: undefined }];
      for (const step of changes) {
        const [told] = await wordpressDoes([step as Step], { admin: false });
        expect([told?.requests, told?.method]).toEqual([1, "cod"]);
      }
    });
    test("an engine that is down is a line in the log", async () => {
      const constants = { ORDER_STATUS_ENGINE_URL: "http://127.0.0.1:9" };
      const [told] = await wordpressDoes([edit({ total: "60.00" })], { constants });
      expect([told?.logged, told?.notice]).toEqual([[expect.stringContaining("was not told of the change")], ""]);
    });
  });

  describe("a refund by hand:", () => {
    const refund = (id: string, to: string, amount: number): Step => ({
      do: "refund",
      order: id,
      status: "processing",
      refund: 90,
      amount,
      lines: [],
      byHand: true,
      to,
    });
    test("a part has a note and a line in the engine's history, and moves no money", async () => {
      const [told] = await wordpressDoes([refund("5", "processing", 10)]);
      expect(told?.meta).toEqual({ _order_status_engine_refund: "by-hand" });
      expect(told?.notes).toEqual([expect.stringContaining("A refund of 10.00 SEK was recorded by hand")]);
      const last = (await engine.queries.history("5")).at(-1)?.event;
      expect(last).toMatchObject({ type: "order.updated", change: "refund 90 by hand: 10.00" });
      expect(bank.books("pay-5")).toMatchObject({ refunded: 0, canceled: 0 });
    });
    test("of everything: the status is saved, the bank is not asked for a refund, and the engine flags it", async () => {
      const [told] = await wordpressDoes([refund("6", "refunded", 100)]);
      expect([told?.order.status, told?.requests]).toEqual(["refunded", 1]);
      expect(bank.calls.filter(({ op }) => op === "refund")).toEqual([]);
      const record = await engine.queries.read("6");
      expect(record?.facts.order.status).toBe("refunded");
      const headers = { authorization: `Bearer ${TOKEN}` };
      const list = async () => (await fetch(`${served.url}/orders?flagged=true`, { headers })).json();
      await until(
        async () => (await list()).orders.some(({ orderId }: { orderId: string }) => orderId === "6"),
        "a flag",
      );
      // In words, for the plugin's column.
      expect((await list()).says).toMatchObject({
        "discrepancy:refunded-not-credited": {
          en: "The order is refunded, but the bank still has the customer's money.",
          sv: expect.stringContaining("återbetal"),
        },
      });
    });
  });

  test("nobody for a minute where the engine has gone silent: the second click does not wait", async () => {
    const step: Step = { do: "save", order: "5", status: "processing", to: "completed" };
    const network: [string, string] = [
      "http_request_failed",
      "cURL error 28: Operation timed out after 15000 milliseconds",
    ];
    const [first, second] = await wordpressDoes([step, { ...step, to: "cancelled" }], { network });
    // The question, and whether the engine is alive.
    expect([first?.requests, second?.requests]).toEqual([2, 2]);
    expect(first?.order.status).toBe("processing");
    expect(second?.notice).toContain("cannot be asked (the engine did not answer within 15 seconds)");
  });
});
