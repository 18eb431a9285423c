/** The WordPress plugin in a real PHP, with a real engine behind it; only WordPress itself is stood in for. */
import { execFileSync } from "node:child_process";
import { createHmac } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemClock } from "../../src/ports/clock.js";
import { wooReturns } from "../../src/shops/woocommerce/index.js";
import { bankHas, MINUTE, order, shopHas, until } from "../engine/place.js";
import { type Behind, engineBehind, TOKEN } from "./behind.js";
import { wordpressDoes as inWordpress, php, plugin, type Site, type Step } from "./wordpress.js";

if (php === null) test.skip("the WordPress plugin: there is no php here (apt-get install php-cli)", () => {});

const SECRET = "secret of the plugin";

describe.skipIf(php === null)("the WordPress plugin", () => {
  const clock = systemClock();
  let behind: Behind;
  let bank: Behind["bank"];
  let woo: Behind["woo"];
  let engine: Behind["engine"];
  let served: Behind["served"];
  beforeAll(async () => {
    behind = await engineBehind({ stockManagement: true, holdStockMinutes: 15 });
    ({ bank, woo, engine, served } = behind);
    for (const [id, says] of [
      ["1", "ACCEPTED"],
      ["2", "FROZEN"],
      ["3", "FROZEN"],
      ["4", "ACCEPTED"],
      ["5", "TASK_REDIRECTION_REQUIRED"],
      ["7", "ACCEPTED"],
      ["8", "ACCEPTED"],
      ["9", "ACCEPTED"],
    ] as const) {
      const status = "457".includes(id) ? "pending" : "processing";
      const made = clock.now() - (id === "7" ? 20 : 10) * MINUTE;
      bankHas(bank, `pay-${id}`, says);
      shopHas(woo, id, made, status);
      await engine.place(id, order(`pay-${id}`, made, { status }));
    }
  });
  afterAll(() => behind.end());

  const wordpressDoes = (steps: Step[], { constants, ...more }: Partial<Site> = {}) =>
    inWordpress(steps, {
      constants: {
        ORDER_STATUS_ENGINE_URL: served.url,
        ORDER_STATUS_ENGINE_TOKEN: TOKEN,
        ORDER_STATUS_ENGINE_SECRET: SECRET,
        ...constants,
      },
      ...more,
    });
  const untouched = (status: string) => ({ status, date_paid: null, date_completed: null });
  const rest = (orderId: string, body: object, signature?: string): Step => {
    const step: Step = { do: "rest", order: orderId, status: "processing", body: JSON.stringify(body) };
    return signature === undefined ? step : { ...step, signature };
  };

  test("is PHP without a fault, and every sentence of it is there in Swedish", async () => {
    const folder = dirname(plugin);
    const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith(".php"));
    const swedish = await readFile(join(folder, "languages/order-status-engine-sv_SE.po"), "utf8");
    expect(names.length).toBeGreaterThan(10);
    for (const name of names) {
      expect(execFileSync("php", ["-l", join(folder, name)]).toString()).toContain("No syntax errors");
      const text = await readFile(join(folder, name), "utf8");
      // PHP 8.5 calls it deprecated, and 8.0 does not write a private property without it.
      for (const [line] of text.matchAll(/^.*\n.*setAccessible/gm))
        expect(line).toContain("if ( PHP_VERSION_ID < 80100 )");
      for (const [, said = ""] of text.matchAll(/(?:\b__|esc_html__)\( '((?:[^'\\]|\\.)*)', 'order-status-engine'/g)) {
        const id = said.replaceAll("\\'", "'").replaceAll('"', '\\"');
        expect(swedish).toMatch(new RegExp(`msgid "${id.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}"\nmsgstr ".+"`));
      }
    }
  });

  test("the order screen: what the engine refuses is not saved, leaves no trace, and the merchant reads why", async () => {
    const [told] = await wordpressDoes([{ do: "save", order: "2", status: "processing", to: "completed" }]);
    expect(told?.order).toEqual(untouched("processing"));
    expect(told?.fired).toEqual([]);
    expect(told?.notice).toContain("Order 2: The bank has frozen this payment");
    expect((await engine.queries.history("2")).at(-1)?.answers.at(-1)?.outcome).toBe("refused");
  });

  test("what the engine takes on is written by the engine alone", async () => {
    const [told] = await wordpressDoes([{ do: "save", order: "1", status: "processing", to: "completed" }], {
      action: "mark_completed",
    });
    expect(told?.order).toEqual(untouched("processing"));
    expect(told?.fired).toEqual([]);
    expect(told?.notice).toContain("Order 1: the engine changes the status");
    await until(() => woo.order("1").status === "completed", "the engine's own write");
    const asked = (await engine.queries.history("1")).find(({ event }) => event.type === "merchant.completed");
    expect(asked?.event).toEqual({ type: "merchant.completed", via: "bulk" });
  });

  test("another REST client gets an error, with the reason", async () => {
    const [told] = await wordpressDoes([rest("3", { status: "completed" })], { admin: false });
    expect(told?.error).toMatchObject({ code: "order_status_refused", status: 409 });
    expect(told?.error?.message).toContain("frozen");
    expect([told?.order, told?.fired]).toEqual([untouched("processing"), []]);
  });

  test("what another REST client may have is not written by it either", async () => {
    const [told] = await wordpressDoes([rest("8", { status: "completed", customer_note: "x" })], { admin: false });
    expect([told?.error, told?.order, told?.fired]).toEqual([null, untouched("processing"), []]);
    await until(() => woo.order("8").status === "completed", "the engine's own write");
  });

  test("another REST client that asks for pending is asked about, too", async () => {
    const [told] = await wordpressDoes([rest("3", { status: "pending" })], { admin: false });
    expect([told?.error?.status, told?.order.status]).toEqual([409, "processing"]);
  });

  test("the engine's own writes pass, and only its own", async () => {
    const body = { status: "completed" };
    const signed = (path: string) =>
      createHmac("sha256", SECRET)
        .update(`${path}\n${JSON.stringify(body)}`)
        .digest("hex");
    const [mine] = await wordpressDoes([rest("3", body, signed("orders/3"))], { admin: true });
    expect([mine?.order.status, mine?.requests]).toEqual(["completed", 0]);
    // Signed for another order, and not signed by us.
    for (const signature of [signed("orders/1"), "0".repeat(64), ""]) {
      const [told] = await wordpressDoes([rest("3", body, signature)], { admin: false });
      expect([told?.error?.status, told?.order.status]).toEqual([409, "processing"]);
    }
  });

  test("doors 13: what one request of a batch proves holds for no other", async () => {
    const body = { status: "completed" };
    const signature = createHmac("sha256", SECRET)
      .update(`orders/3\n${JSON.stringify(body)}`)
      .digest("hex");
    const [mine, bare, empty, forged] = await wordpressDoes(
      [rest("3", body, signature), rest("2", body), rest("2", body, ""), rest("2", body, "0".repeat(64))],
      { admin: false },
    );
    expect(mine?.order.status).toBe("completed");
    for (const told of [bare, empty, forged])
      expect([told?.error?.status, told?.order.status]).toEqual([409, "processing"]);
  });

  test("orders that are not the engine's, statuses of plugins, and payments of plugins are left alone", async () => {
    const [unknown, custom] = await wordpressDoes([
      { do: "save", order: "99", status: "processing", to: "completed" },
      { do: "save", order: "2", status: "processing", to: "picking" },
    ]);
    expect([unknown?.order.status, unknown?.fired]).toEqual(["completed", ["processing to completed"]]);
    expect([custom?.order.status, custom?.requests]).toEqual(["picking", 1]);
    const [front] = await wordpressDoes([{ do: "save", order: "2", status: "pending", to: "processing" }], {
      admin: false,
    });
    expect([front?.order.status, front?.requests]).toEqual(["processing", 0]);
  });

  test("an engine that is down: open by default, closed where it is told to be; an unpaid order is kept in both", async () => {
    const steps: Step[] = [
      { do: "save", order: "2", status: "processing", to: "completed" },
      { ...rest("3", { status: "completed" }) },
      { do: "hold-stock", order: "5", status: "pending", cancel: true },
    ];
    const nowhere = { ORDER_STATUS_ENGINE_URL: "http://127.0.0.1:9" };
    const open = await wordpressDoes(steps, { constants: nowhere });
    expect(open.map(({ order: { status }, value }) => value ?? status)).toEqual(["completed", "completed", false]);
    // An engine that was down a moment ago holds nobody else up.
    expect(open.map(({ requests }) => requests)).toEqual([1, 1, 1]);
    const constants = { ...nowhere, ORDER_STATUS_ENGINE_WHEN_DOWN: "closed" };
    const closed = await wordpressDoes(steps, { constants });
    expect(closed.map(({ order: { status }, value }) => value ?? status)).toEqual(["processing", "processing", false]);
    expect(closed[0]?.notice).toContain("the engine cannot be asked");
  });

  describe("the button of a payment method", () => {
    const pressed = async (id: string, constants = {}) => {
      const step: Step = { do: "pay", order: id, status: "pending", method: "ose_resurs-mapi" };
      const [told] = await wordpressDoes([step], { admin: false, user: 0, constants });
      return told;
    };

    test("hands the order over as it is, pending, and sends the customer to the bank", async () => {
      const told = await pressed("20");
      const facts = (await engine.queries.read("20"))?.facts;
      expect(facts?.order).toMatchObject({ status: "pending", total: 10_000, currency: "SEK" });
      expect(facts?.payment).toMatchObject({ gateway: "resurs-mapi", id: expect.any(String) });
      expect(told?.value).toMatch(new RegExp(`^${bank.url}/.*${facts?.payment.id}`));
      expect([told?.order.status, told?.said]).toEqual(["pending", []]);
    });

    test("opens nothing where the engine cannot be asked: the customer is told, and the log has why", async () => {
      const told = await pressed("21", { ORDER_STATUS_ENGINE_URL: "http://127.0.0.1:9" });
      expect(told?.value).toBe("failure");
      expect(told?.said).toEqual([expect.stringContaining("The payment could not be started")]);
      expect(told?.logged).toEqual([expect.stringContaining("Order 21: no payment was opened")]);
    });
  });

  describe("a customer who is back from the bank", () => {
    const back = { orderId: "4", paid: true, proven: true, reason: null };
    const comes = async (told: Parameters<ReturnType<typeof wooReturns>>[0], status = "pending", ago = 0) => {
      const at = { ...clock, now: () => clock.now() - ago };
      const url = new URL(wooReturns({ url: "https://shop.example/", pluginSecret: SECRET, clock: at })(told));
      return { url, query: Object.fromEntries(url.searchParams), status };
    };
    const sentTo = async (query: Record<string, string>, status = "pending") => {
      const step: Step = { do: "return", order: "4", status, query };
      const [told] = await wordpressDoes([step], { admin: false, user: 0 });
      return { to: told?.value, said: told?.said };
    };

    test("is sent to the thank-you page with the order's key", async () => {
      const { url, query } = await comes(back);
      expect([url.origin, query["wc-api"]]).toEqual(["https://shop.example", "order_status_engine"]);
      expect(await sentTo(query)).toEqual({ to: "https://shop.example/order-received/4/?key=wc_order_key", said: [] });
    });

    test("or to the checkout, with the bank's reason; unless the order is paid after all", async () => {
      const { query } = await comes({ ...back, paid: false, reason: "CREDIT_DENIED" });
      expect(await sentTo(query)).toEqual({
        to: "https://shop.example/checkout/",
        said: [expect.stringContaining("The bank did not approve the payment")],
      });
      expect((await sentTo(query, "processing")).to).toContain("order-received");
    });

    test("whose address proves nothing learns nothing of the order", async () => {
      const { query } = await comes(back);
      const { query: unproven } = await comes({ ...back, proven: false });
      const { query: old } = await comes(back, "pending", 16 * MINUTE);
      const { proof: _, ...without } = query;
      const changed = { ...(await comes({ ...back, paid: false })).query, paid: "1" };
      for (const one of [unproven, old, without, changed, { ...query, order: "5" }]) {
        expect(await sentTo(one)).toEqual({ to: "https://shop.example/checkout/", said: [] });
      }
    });
  });

  describe("a refund on the order screen", () => {
    const refunds = async (refund: number, amount: number, lines: Step["lines"] = [], id = "6") => {
      const [told] = await wordpressDoes([{ do: "refund", order: id, status: "completed", refund, amount, lines }]);
      return told;
    };
    beforeAll(async () => {
      bankHas(bank, "pay-6", "ACCEPTED");
      shopHas(woo, "6", clock.now(), "processing");
      await engine.place("6", order("pay-6", clock.now(), { status: "processing" }));
      await engine.submit("6", { type: "merchant.completed" }, { wait: "settled" });
    });
    const atBank = () => bank.books("pay-6")?.refunded;

    test("goes to the bank with its lines, once, however often it is sent", async () => {
      const line = { sku: "cup", quantity: 2, total: 30 };
      const told = await refunds(51, 30, [line]);
      expect([told?.value, told?.meta]).toEqual([true, { _order_status_engine_refund: "confirmed" }]);
      expect((await refunds(51, 30, [line]))?.value).toBe(true);
      expect(atBank()).toBe(30);
      expect(bank.calls.at(-1)?.lines).toEqual([line]);
    });

    test("two of the same amount are two", async () => {
      await refunds(52, 10);
      await refunds(53, 10);
      expect(atBank()).toBe(50);
    });

    test("that the bank does not take is refused with the reason, and stays in no books", async () => {
      const told = await refunds(54, 100_000);
      expect([told?.value, told?.meta, atBank()]).toEqual([expect.stringMatching(/more than|too large|left/), [], 50]);
      expect((await refunds(55, 5, [], "99"))?.value).toBe("The engine does not know this order.");
    });

    describe("that the bank is slow to carry out", () => {
      const presses = async (refund: number, more: Partial<Step> = {}) => {
        const step: Step = { do: "refund", order: "10", status: "completed", refund, amount: 20, lines: [], ...more };
        return (await wordpressDoes([step]))[0];
      };
      const given = () => bank.books("pay-10")?.refunded;
      const meta = async () => {
        const kept = (await presses(61))?.kept;
        return { meta: (kept ?? {}) as Record<string, string> };
      };
      let first: { meta: Record<string, string> };
      beforeAll(async () => {
        bankHas(bank, "pay-10", "ACCEPTED");
        shopHas(woo, "10", clock.now(), "processing");
        await engine.place("10", order("pay-10", clock.now(), { status: "processing" }));
        await engine.submit("10", { type: "merchant.completed" }, { wait: "settled" });
        const release = bank.hold("refund");
        first = await meta();
        expect((await presses(62, first))?.value).toMatch(/has not answered yet|under way/);
        release();
        await until(async () => given() === 20 && engine.idle);
      });

      test("is not asked for again before it stands in the shop, by no amount, and on no page that was opened before", async () => {
        for (const more of [{}, { amount: 5 }, { refunded: 20, shown: "0.00" }, { refunded: 20, shown: "0" }])
          expect((await presses(63, { ...first, ...more }))?.value).toContain("the order does not show yet");
        expect(given()).toBe(20);
      });

      test("and once it stands there, another one is another one", async () => {
        const then = await presses(64, { ...first, refunded: 20, shown: "20" });
        expect([then?.value, then?.kept, given()]).toEqual([true, [], 40]);
        // Of a part that was refunded at the bank's own portal the shop knows nothing.
        bank.portal("pay-10", "refund", 7);
        expect((await presses(65, { refunded: 40 }))?.value).toBe(true);
        expect(given()).toBe(67);
      });
    });

    test("without an id of its own moves nothing", async () => {
      expect((await refunds(0, 5))?.value).toContain("needs an id of its own");
      expect(atBank()).toBe(50);
    });
  });

  test("an order that goes into the bin is told as it happens, once, and so is its way back", async () => {
    const gone = async () => (await engine.queries.read("8"))?.facts.order.gone === true;
    const [into] = await wordpressDoes([{ do: "bin", order: "8", status: "completed", cancel: true }]);
    expect([into?.requests, await gone()]).toEqual([1, true]);
    const [out] = await wordpressDoes([{ do: "bin", order: "8", status: "completed", cancel: false }]);
    expect([out?.requests, await gone()]).toEqual([1, false]);
  });

  test("an order of another plugin's method is nobody's question, whatever the engine is", async () => {
    const steps: Step[] = [
      { do: "save", order: "2", status: "processing", to: "completed", method: "cod" },
      { do: "hold-stock", order: "5", status: "pending", cancel: true, method: "cod" },
    ];
    const constants = { ORDER_STATUS_ENGINE_URL: "http://127.0.0.1:9", ORDER_STATUS_ENGINE_WHEN_DOWN: "closed" };
    const told = await wordpressDoes(steps, { constants, follows: ["resursbank"] });
    expect(told.map(({ order: { status }, value, requests }) => [value ?? status, requests])).toEqual([
      ["completed", 0],
      [true, 0],
    ]);
  });

  test("an order of Resurs's own plugin, whose method is the bank's id of it, is asked about", async () => {
    const method = "7d63eb50-94b4-4238-8c0d-22d095bfe46b";
    const step: Step = { do: "save", order: "2", status: "processing", to: "completed", method };
    const [told] = await wordpressDoes([step], { follows: ["resursbank"] });
    expect(told?.order).toEqual(untouched("processing"));
  });

  test("whatever writes the status of an order of ours is asked, in any context", async () => {
    const step: Step = { do: "save", order: "2", status: "processing", to: "completed", method: "ose_resurs-mapi" };
    const [told] = await wordpressDoes([step], { admin: false, user: 0 });
    expect([told?.order, told?.fired]).toEqual([untouched("processing"), []]);
    expect(told?.notice).toBe("");
    expect(told?.notes).toEqual([expect.stringContaining("completed was refused: The bank has frozen this payment")]);
  });

  test("what the engine says yes to outside the admin is captured first, and written by the engine", async () => {
    const step: Step = { do: "save", order: "9", status: "processing", to: "completed", method: "ose_resurs-mapi" };
    const [told] = await wordpressDoes([step], { admin: false, user: 0 });
    expect([told?.order, told?.fired, told?.notes]).toEqual([untouched("processing"), [], []]);
    await until(() => woo.order("9").status === "completed", "the engine's own write");
    expect(bank.books("pay-9")).toMatchObject({ captured: 1000 });
  });

  test("what another program writes while the engine is down is saved with a note; where it is told to be closed, it is not", async () => {
    const step: Step = { do: "save", order: "2", status: "processing", to: "completed", method: "ose_resurs-mapi" };
    const told = async (constants: Record<string, string>) => {
      const [one] = await wordpressDoes([step], { admin: false, user: 0, constants });
      return one;
    };
    const nowhere = { ORDER_STATUS_ENGINE_URL: "http://127.0.0.1:9" };
    const open = await told(nowhere);
    expect(open?.order.status).toBe("completed");
    expect(open?.notes).toEqual([expect.stringContaining("the status is changed without it")]);
    const closed = await told({ ...nowhere, ORDER_STATUS_ENGINE_WHEN_DOWN: "closed" });
    const wrongToken = await told({ ORDER_STATUS_ENGINE_TOKEN: "the token before" });
    for (const one of [closed, wrongToken]) {
      expect([one?.order, one?.fired, one?.notes]).toEqual([untouched("processing"), [], []]);
      expect(one?.logged).toEqual([expect.stringContaining("nothing was changed")]);
    }
  });

  test("the customer's way to the bank goes over pending, and asks nobody", async () => {
    const steps: Step[] = [
      { do: "save", order: "2", status: "failed", to: "pending", method: "ose_resurs-mapi" },
      { do: "save", order: "2", status: "checkout-draft", to: "on-hold", method: "ose_resurs-mapi" },
    ];
    const told = await wordpressDoes(steps, { admin: false, user: 0 });
    expect(told.map(({ order: { status }, requests }) => [status, requests])).toEqual([
      ["pending", 0],
      ["on-hold", 0],
    ]);
  });

  test.each([true, false])("a status that is saved as it is stored asks nobody, in the admin: %j", async (admin) => {
    const step: Step = { do: "save", order: "2", status: "processing", to: "processing", method: "ose_resurs-mapi" };
    const [told] = await wordpressDoes([step], { admin, user: admin ? 5 : 0 });
    expect([told?.order.status, told?.requests, told?.notes]).toEqual(["processing", 0, []]);
  });

  test("a screen that was opened before the order moved on does not set it back", async () => {
    const step: Step = { do: "save", order: "2", status: "processing", to: "pending" };
    const [stale] = await wordpressDoes([step], { seen: "pending" });
    expect([stale?.order, stale?.fired, stale?.requests]).toEqual([untouched("processing"), [], 0]);
    expect(stale?.notice).toContain("Order 2: its status became Processing while this page was open, and was kept");
    // Chosen by a person on a fresh screen.
    const [chosen] = await wordpressDoes([step], { seen: "processing" });
    expect(chosen?.requests).toBe(1);
  });

  test.each(["open", "closed"])(
    "doors 13: a token that the engine does not take opens nothing (%s)",
    async (setting) => {
      const steps: Step[] = [
        { do: "save", order: "2", status: "on-hold", to: "completed" },
        rest("3", { status: "completed" }),
        { do: "hold-stock", order: "5", status: "pending", cancel: true },
      ];
      const told = await wordpressDoes(steps, {
        constants: { ORDER_STATUS_ENGINE_TOKEN: "the token before", ORDER_STATUS_ENGINE_WHEN_DOWN: setting },
      });
      expect(told.map(({ order: { status }, value }) => value ?? status)).toEqual(["on-hold", "processing", false]);
      expect(told[1]?.error?.code).toBe("order_status_engine_misconfigured");
      for (const [i, id] of ["2", "3", "5"].entries())
        expect(told[i]?.notice).toMatch(new RegExp(`Order ${id}: .*HTTP 401`));
    },
  );

  test("the job that cancels unpaid orders: a paid one is not cancelled, and the engine does what is due", async () => {
    const due = (id: string, cancel = true): Step => ({ do: "hold-stock", order: id, status: "pending", cancel });
    const told = await wordpressDoes([due("7"), due("4"), due("99"), due("4", false)], { admin: false });
    expect(told.map(({ value }) => value)).toEqual([false, false, true, false]);
    await until(() => woo.order("7").status === "processing", "the payment that was there");
    // Its minutes are not over, whatever the job has read.
    const asked = (await engine.queries.history("4")).at(-1);
    expect(asked).toMatchObject({ event: { type: "shop.holdStockDue" }, answers: [{ reason: "not-due" }] });
    expect(woo.order("4").status).toBe("pending");
  });
});
