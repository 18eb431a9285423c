/** A third party's bank: one machine file, one adapter, and nothing changed anywhere else. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Command, createEngine, type Engine, limits, type Store } from "order-status-engine";
import { machinesOf, type Registry, registry } from "order-status-engine/machines";
import { memoryStore } from "order-status-engine/memory";
import { draw, formats } from "order-status-engine/statechart";
import { VirtualClock, wooDouble } from "order-status-engine/testing";
import { afterEach, describe, expect, test } from "vitest";
import { giftwellBank } from "../docs/examples/giftwell/bank.js";
import { giftwellCallback } from "../docs/examples/giftwell/callback.js";
import { giftwellGateway } from "../docs/examples/giftwell/gateway.js";
import { giftwell, giftwellMachine } from "../docs/examples/giftwell/machine.js";

const T0 = Date.parse("2026-11-20T12:00:00.000Z");
const ID = "1001";
const withGiftwell: Registry = { ...registry, flows: { ...registry.flows, giftwell } };

const running: Engine[] = [];
afterEach(async () => {
  for (const engine of running.splice(0)) await engine.stop();
});

const shopWithGiftwell = async () => {
  const clock = new VirtualClock(T0);
  const bank = giftwellBank("giftwell-api-key", (_, init) => deliver(init));
  const woo = wooDouble({ now: () => clock.now() });
  const gateway = giftwellGateway({
    baseUrl: "https://giftwell.example",
    apiKey: "giftwell-api-key",
    clock,
    fetch: (input, init) => bank.answer(new Request(input, init)),
  });

  const started = async (store: Store, rules: Registry): Promise<Engine> => {
    const engine = createEngine({
      store,
      gateways: [gateway],
      registry: rules,
      shop: woo.shop,
      clock,
      random: () => 0.5,
    });
    await engine.start();
    running.push(engine);
    return engine;
  };
  const store = memoryStore();
  const world = { engine: await started(store, withGiftwell) };

  const rest = async (): Promise<void> => {
    for (let calm = 0; calm < 3; calm = world.engine.idle ? calm + 1 : 0) await new Promise(setImmediate);
  };
  const pass = (ms: number) => clock.advanceTo(clock.now() + ms, rest);
  const tell = async (event: Command) => {
    const settled = world.engine.submit(ID, event, { wait: "settled" });
    await rest();
    return settled;
  };
  const place = async (gatewayName: string | null = "giftwell", orderId = ID): Promise<void> => {
    const order = { total: 100_000, currency: "SEK", lines: [{ sku: "BOOK", quantity: 1, total: 100_000 }] };
    const common = { status: "pending" as const, needsProcessing: true, createdAt: T0, updatedAt: T0 };
    woo.addOrder({ id: orderId, ...order, ...common, datePaid: null });
    const payment = { gateway: gatewayName, paymentId: null, previousPaymentIds: [], customerReturned: false };
    await world.engine.place(orderId, { ...order, ...common, ...payment });
  };
  const checkout = async (): Promise<string> => {
    const urls = { successUrl: "https://shop.example/s", failUrl: "https://shop.example/f" };
    const created = await world.engine.checkout(ID, "giftwell", {
      ...urls,
      callbackUrl: "https://shop.example/giftwell",
    });
    if (created.kind !== "ok") throw new Error(created.kind);
    expect(created.redirectUrl).toBe(`https://giftwell.example/pay/${created.paymentId}`);
    return created.paymentId;
  };
  const deliver = (init: RequestInit | undefined) =>
    giftwellCallback(world.engine)(new Request("https://shop.example/giftwell", init));
  const callback = (body: unknown) => deliver({ method: "POST", body: JSON.stringify(body) });
  /** The same orders under another registry, as after a deployment. */
  const deploy = async (rules: Registry): Promise<void> => {
    await world.engine.stop();
    world.engine = await started(store, rules);
  };
  const notes = () =>
    woo
      .order(ID)
      .notes.map(({ text }) => text)
      .join("\n");
  const paymentStates = async () => (await world.engine.queries.history(ID)).map(({ states }) => states.payment);
  return { world, bank, woo, pass, tell, place, checkout, callback, deploy, notes, paymentStates };
};

describe("an order paid with a gift card", () => {
  test("lives its whole life: placed, paid, captured, refunded", async () => {
    const { world, bank, woo, pass, tell, place, checkout, callback, notes, paymentStates } = await shopWithGiftwell();
    await place();
    const hold = await checkout();
    expect((await world.engine.queries.read(ID))?.states.payment).toBe("unasked");

    expect((await callback({ hold, word: "offered" })).status).toBe(202);
    await pass(61_000);
    expect(woo.order(ID).status).toBe("pending");
    expect((await world.engine.queries.why(ID))?.evidence.says.en).toContain("Giftwell waits for the customer's card");

    bank.cardIs(hold, "held");
    expect((await callback({ hold, word: "held" })).status).toBe(202);
    await pass(61_000);
    expect(woo.order(ID).status).toBe("processing");
    expect((await world.engine.queries.why(ID))?.evidence.says.en).toContain(
      "ACCEPTED (Giftwell holds the amount on the card)",
    );

    expect(await tell({ type: "merchant.completed" })).toMatchObject({ outcome: "moved", to: "completed" });
    expect(bank.holds.get(hold)).toMatchObject({ spent: 100_000, held: 0 });
    expect(await tell({ type: "merchant.refundedAmount", amount: 25_000 })).toMatchObject({ outcome: "moved" });
    expect(await tell({ type: "merchant.refunded" })).toMatchObject({ outcome: "moved", to: "refunded" });
    expect(bank.holds.get(hold)).toMatchObject({ spent: 100_000, returned: 100_000 });
    await pass(1_000);
    expect(woo.order(ID).status).toBe("refunded");

    expect(notes()).toContain("Successfully captured 1000.00 SEK of payment at Giftwell.");
    expect(notes()).toContain("Successfully refunded 250.00 SEK of payment at Giftwell.");
    const passed = (await paymentStates()).filter((state, index, all) => state !== all[index - 1]);
    expect(passed).toEqual(["unasked", "offered", "held", "spent", "returned"]);
  });

  test("is not captured while the card is blocked, and says so before and after the click", async () => {
    const { world, bank, woo, pass, tell, place, checkout, callback } = await shopWithGiftwell();
    await place();
    const hold = await checkout();
    bank.cardIs(hold, "blocked");
    await callback({ hold, word: "blocked" });
    await pass(61_000);
    expect(woo.order(ID).status).toBe("on-hold");

    const due = { outcome: "refused", reason: "unable-to-capture-frozen-order" };
    expect(await world.engine.queries.can(ID, { type: "merchant.completed" })).toMatchObject({
      allowed: false,
      ...due,
    });
    expect(await tell({ type: "merchant.completed" })).toMatchObject(due);
    expect(bank.holds.get(hold)).toMatchObject({ spent: 0 });
    expect((await world.engine.queries.why(ID))?.evidence.says.en).toContain("Giftwell has blocked the card");
  });

  test("is cancelled at Giftwell too, and its lines do not come back", async () => {
    const { bank, pass, tell, place, checkout, notes } = await shopWithGiftwell();
    await place();
    const hold = await checkout();
    bank.cardIs(hold, "held");
    await tell({ type: "customer.returned", page: "success" });
    const edited = { type: "merchant.editedLines" as const, lines: [], total: 0, adds: false };
    expect(await tell(edited)).toMatchObject({ outcome: "refused", reason: "not-editable" });
    expect(await tell({ type: "merchant.cancelled" })).toMatchObject({ outcome: "moved", to: "cancelled" });
    expect(bank.holds.get(hold)).toMatchObject({ held: 0, released: 100_000 });
    await pass(1_000);
    expect(notes()).toContain("Successfully cancelled payment at Giftwell.");
  });

  test("hears the bank's own words when it says no, whatever they are", async () => {
    const { bank, pass, tell, place, checkout, notes } = await shopWithGiftwell();
    await place();
    bank.cardIs(await checkout(), "held");
    await tell({ type: "customer.returned", page: "success" });
    const { answer } = bank;
    const no = () => Response.json({ why: "$& costs {amount} at {bank}" }, { status: 409 });
    bank.answer = async (request) => (request.method === "POST" ? no() : answer(request));
    expect(await tell({ type: "merchant.completed" })).toMatchObject({ outcome: "refused", reason: "gateway-refused" });
    await pass(1_000);
    expect(notes()).toContain("Capturing payment at Giftwell failed (HTTP 409: $& costs {amount} at {bank}).");
  });

  test("shows what somebody does in Giftwell's own tool, and what becomes of a refund there", async () => {
    const { world, bank, woo, pass, tell, place, checkout, callback } = await shopWithGiftwell();
    await place();
    const hold = await checkout();
    const told = async (): Promise<string> => {
      await pass(61_000);
      return `${(await world.engine.queries.why(ID))?.answer.en}`;
    };
    bank.cardIs(hold, "held");
    await callback({ hold, word: "held" });
    await told();
    await bank.hand(hold, "spend");
    expect(await told()).toContain("captured 1,000.00 SEK");
    expect(await tell({ type: "merchant.completed" })).toMatchObject({ to: "completed" });
    await bank.hand(hold, "giveBack", 25_000);
    bank.refundTurns(hold, "pending");
    expect(await told()).toContain("a refund of 250.00 SEK and has not paid it out yet");
    bank.refundTurns(hold, "failed");
    await callback({ hold, word: "held" });
    expect(await told()).not.toMatch(/refund/);
    await bank.hand(hold, "giveBack");
    expect(await told()).toContain("refunded");
    const flags = (await world.engine.queries.read(ID))?.flags.map(({ flag }) => flag);
    expect([woo.order(ID).status, flags]).toEqual(["completed", ["discrepancy:payment-cancelled-order-active"]]);
  });

  test("messages about no hold of ours, and what is no message", async () => {
    const { callback, place, checkout } = await shopWithGiftwell();
    await place();
    await checkout();
    expect((await callback({ hold: "gift-9-hold", word: "held" })).status).toBe(404);
    expect((await callback("?")).status).toBe(400);
  });
});

describe("the registry with Giftwell in it", () => {
  test("takes orders over from the one without, and the other way round parks what it does not know", async () => {
    const { world, bank, woo, pass, place, checkout, callback, deploy } = await shopWithGiftwell();
    await deploy(registry);
    await place("nets-easy", "1002");
    await deploy(withGiftwell);
    const ours = await world.engine.queries.read("1002");
    expect(ours?.states.payment).toBe("UNREAD");

    await place();
    const hold = await checkout();
    const known = await world.engine.queries.read(ID);
    expect(known?.machine.version).toBe(ours?.machine.version);
    await deploy(registry);
    bank.cardIs(hold, "held");
    await callback({ hold, word: "held" });
    await pass(61_000);
    expect(woo.order(ID).status).toBe("pending");
    expect((await world.engine.queries.why(ID))?.answer.en).toContain(
      '(the payment stands in "unasked", a state that no machine here knows)',
    );
    await deploy(withGiftwell);
    await pass(limits.parkedRetryMs + 61_000);
    expect(woo.order(ID).status).toBe("processing");
  });

  test("draws its machine like any other", async () => {
    const machine = machinesOf(withGiftwell).giftwell;
    expect(machine).toBe(giftwellMachine);
    if (machine === undefined) return;
    for (const format of formats) {
      const picture = await draw(machine, format);
      for (const state of ["held", "blocked", "spent", "released"]) expect(picture).toContain(state);
    }
  });
});

test("nothing is imported but what a third party can import", () => {
  const folder = fileURLToPath(new URL("../../docs/examples/giftwell/", import.meta.url));
  const names = readdirSync(folder).flatMap((file) =>
    [...readFileSync(`${folder}${file}`, "utf8").matchAll(/from "([^"]+)"/g)].map(([, name]) => name as string),
  );
  expect(names.length).toBeGreaterThan(10);
  const foreign = /^(order-status-engine(\/[\w-]+)?|xstate|zod|vitest|node:\w+|\.\/\w+\.js)$/;
  expect(names.filter((name) => !foreign.test(name))).toEqual([]);
});
