/** The engine as a host meets it. */
import { afterEach, describe, expect, test } from "vitest";
import type { Command } from "../../machines/commands.js";
import { OrderStatus } from "../../machines/facts.js";
import { decide } from "../../src/core/decide.js";
import { linesOf } from "../../src/core/why.js";
import { InvalidEvent, Overloaded, Stopped, UnknownOrder } from "../../src/runtime/embedded/receipt.js";
import { memoryStore } from "../../src/stores/memory/store.js";
import { bankHas, callback, MINUTE, order, Place, payment, shared, T0, until } from "./place.js";

let place: Place | null = null;
afterEach(async () => {
  await place?.end();
  place = null;
});
const made = async (...options: Parameters<typeof Place.made>): Promise<Place> => {
  place = await Place.made(...options);
  return place;
};

describe("what goes in", () => {
  test("an order placed twice is placed once, with the payment that it had the first time", async () => {
    const world = await made();
    await world.order("o");
    const again = await world.engine.place("o", order("pay-other", T0));
    expect(again).toMatchObject({ final: true });
    expect((await world.engine.queries.read("o"))?.facts).toMatchObject({
      order: { total: 100_000 },
      payment: { id: "pay-o" },
    });
    expect(await world.engine.queries.history("o")).toHaveLength(1);
  });

  test("placed again with another total, it is the same order with that total", async () => {
    const world = await made();
    await world.order("o");
    expect(await world.engine.place("o", order("pay-other", T0, { total: 1 }))).toMatchObject({ final: true });
    expect((await world.engine.queries.read("o"))?.facts).toMatchObject({
      order: { total: 1 },
      payment: { id: "pay-o" },
    });
    const types = (await world.engine.queries.history("o")).map(({ event }) => event.type);
    expect(types).toEqual(["order.placed", "order.updated"]);
  });

  test("an order that nobody placed is not known: nothing is made up for it", async () => {
    const { engine } = await made();
    await expect(engine.submit("ghost", callback("pay-1"))).rejects.toThrow(UnknownOrder);
    await expect(engine.queries.can("ghost", { type: "merchant.completed" })).rejects.toThrow(UnknownOrder);
    await expect(
      engine.checkout("ghost", "resurs-mapi", { successUrl: "", failUrl: "", callbackUrl: "" }),
    ).rejects.toThrow(UnknownOrder);
    expect(await engine.queries.read("ghost")).toBeNull();
    expect(await engine.queries.why("ghost")).toBeNull();
    expect(await engine.queries.cooldownEndsAt("ghost")).toBeNull();
    expect(await engine.queries.history("ghost")).toEqual([]);
    expect((await engine.queries.health()).ok).toBe(true);
  });

  test.each([
    ["nothing", undefined, "event"],
    ["a text that is no status", "merchant.completed", "status"],
    ["a word that no order knows", { type: "merchant.exploded" }, "type"],
    ["a field too many", { type: "merchant.completed", via: "dropdown", price: 1 }, "event"],
    ["a page that is none", { type: "customer.returned", page: "thanks" }, "page"],
    ["an amount in fractions", { type: "merchant.refundedAmount", amount: 1.5 }, "amount"],
    ["a payment id without end", { type: "payment.created", paymentId: "x".repeat(101) }, "paymentId"],
  ])("%s is refused before anything is stored, and told which key is wrong", async (_what, event, path) => {
    const world = await made();
    await world.order("o");
    const error = await world.engine.submit("o", event as Command).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(InvalidEvent);
    expect((error as InvalidEvent).issues.map((issue) => issue.path)).toContain(path);
    expect(await world.engine.queries.history("o")).toHaveLength(1);
  });

  test("the same id is taken in once, however often it is sent and whatever it says then", async () => {
    const world = await made();
    await world.order("o");
    const first = await world
      .tell("o", callback("pay-o"))
      .then(() => world.engine.submit("o", { type: "merchant.held" }, { id: "mine" }));
    const again = await world.engine.submit("o", { type: "merchant.failed" }, { id: "mine" });
    expect(first).toMatchObject({ outcome: "moved", to: "on-hold" });
    expect(again).toMatchObject({ final: true });
    await world.rest();
    expect(world.status("o")).toBe("on-hold");
    expect((await world.engine.queries.history("o")).filter((h) => h.eventId === "mine")).toHaveLength(1);
    // The same name at another order is another event.
    await world.order("p");
    expect(await world.engine.submit("p", { type: "merchant.held" }, { id: "mine" })).toMatchObject({
      outcome: "moved",
    });
  });

  test("whoever sends an event at once that cannot be written is refused, each of them", async () => {
    const { engine } = await made({
      decide: (...asked) => {
        const decision = decide(...asked);
        const entry = { ...decision.entry, at: Number.NaN };
        return asked[1].id === "unwritable" ? { ...decision, entry } : decision;
      },
    });
    await engine.place("o", order("pay-o", T0));
    const both = [1, 2].map(() => engine.submit("o", callback("pay-o"), { id: "unwritable" }));
    for (const one of both) await expect(one).rejects.toThrow(/the moment NaN cannot be stored as it is/);
  });

  test("twenty times the same id at once is one event", async () => {
    const world = await made();
    await world.order("o", { status: "processing" });
    await Promise.all(
      Array.from({ length: 20 }, () =>
        world.engine.submit("o", { type: "merchant.completed", via: "api" }, { id: "click" }),
      ),
    );
    await world.rest();
    expect((await world.engine.queries.history("o")).filter((h) => h.eventId === "click")).toHaveLength(1);
    expect(world.bank.calls.filter((call) => call.op === "capture")).toHaveLength(1);
    expect(world.status("o")).toBe("completed");
  });

  test("more than the engine can hold is turned away, loudly", async () => {
    const world = await made({ limits: { waitingEvents: 3 } });
    await world.order("o");
    const all = await Promise.allSettled(
      Array.from({ length: 10 }, () => world.engine.submit("o", { type: "order.updated", by: "x", change: "y" })),
    );
    const turned = all.filter((one) => one.status === "rejected");
    expect(turned).toHaveLength(7);
    expect(turned.every((one) => one.reason instanceof Overloaded)).toBe(true);
    expect(await world.engine.queries.history("o")).toHaveLength(4);
  });

  test("whoever does not want to wait longer is told that it goes on", async () => {
    const world = await made();
    await world.order("o", { at: T0 });
    const waiting = world.engine.submit("o", callback("pay-o"), { wait: "settled", timeoutMs: 1000 });
    await world.after(1000);
    expect(await waiting).toMatchObject({ outcome: "deferred", reason: "cooldown", final: false, until: T0 + MINUTE });
    await world.after(MINUTE);
    expect(world.status("o")).toBe("processing");
  });
});

describe("the answer before the click", () => {
  const clicks: Record<string, Command> = {
    complete: { type: "merchant.completed", via: "dropdown" },
    cancel: { type: "merchant.cancelled", via: "dropdown" },
    refund: { type: "merchant.refunded", via: "dropdown" },
    "refund 400": { type: "merchant.refundedAmount", via: "api", amount: 40_000 },
    capture: { type: "merchant.captured", via: "api" },
    "remove a line": {
      type: "merchant.editedLines",
      via: "api",
      lines: [{ sku: "a", quantity: 1, total: 60_000 }],
      total: 60_000,
      adds: false,
    },
    hold: { type: "merchant.held", via: "bulk" },
  };
  const captured = { authorizedAmount: 0, capturedAmount: 1000, possibleActions: ["REFUND", "PARTIAL_REFUND"] };
  const stands: [string, { status?: OrderStatus; payment?: string; amounts?: object }][] = [
    ["processing, accepted", { status: "processing" }],
    ["processing, frozen", { status: "processing", payment: "FROZEN" }],
    ["processing, in inspection", { status: "processing", payment: "INSPECTION" }],
    ["on-hold, accepted", { status: "on-hold" }],
    ["completed, captured", { status: "completed", amounts: captured }],
    ["cancelled", { status: "cancelled" }],
    ["pending, customer at the bank", { payment: "TASK_REDIRECTION_REQUIRED" }],
  ];
  const all = stands.flatMap(([name, says]) =>
    Object.entries(clicks).map(([click, event]) => ({ name, says, click, event })),
  );

  test.each(all)("$click on an order that is $name: what can() says is what happens", async ({ says, event }) => {
    const world = await made();
    await world.order("o", says);
    await world.tell("o", { type: "reconcile.asked" });
    const before = (await world.engine.queries.history("o")).length;
    const verdict = await world.engine.queries.can("o", event);
    // Asking changes nothing, writes nothing and calls nobody.
    expect(await world.engine.queries.history("o")).toHaveLength(before);
    expect(world.bank.calls).toEqual([]);
    const receipt = await world.tell("o", event);
    expect(receipt.final).toBe(true);
    expect(receipt.outcome === "moved").toBe(verdict.allowed);
    if (!verdict.allowed)
      expect(receipt).toMatchObject({ outcome: verdict.outcome, reason: verdict.reason, rule: verdict.rule });
    expect(receipt.to).toBe(verdict.to);
    expect(world.status("o")).toBe(receipt.to);
  });

  test("a click that is no click is refused like anywhere else", async () => {
    const world = await made();
    await world.order("o");
    await expect(world.engine.queries.can("o", { type: "merchant.exploded" } as never)).rejects.toThrow(InvalidEvent);
  });
});

describe("why an order is where it is", () => {
  const said = async (world: Awaited<ReturnType<typeof made>>, id = "o") => {
    const told = await world.engine.queries.why(id);
    return told === null ? [] : linesOf(told);
  };
  const isPlain = (lines: string[]) => {
    expect(lines.length).toBeGreaterThan(1);
    expect(lines.length).toBeLessThanOrEqual(6);
    expect(lines.filter((line) => !/^\S.*\S$/.test(line) || /undefined|null|\[object|NaN/.test(line))).toEqual([]);
  };

  test.each(OrderStatus.options)("an order that was placed as %s", async (status) => {
    const world = await made();
    await world.order("o", { status });
    const lines = await said(world);
    isPlain(lines);
    expect((await world.engine.queries.why("o"))?.situation).toContain(status);
  });

  test.each([
    ["ACCEPTED", "processing"],
    ["FROZEN", "on-hold"],
    ["REJECTED", "failed"],
    ["TASK_REDIRECTION_REQUIRED", "on-hold"],
    ["SOMETHING_NEW", "on-hold"],
  ])("an order whose payment reads %s: it says %s and what the bank said", async (status, to) => {
    const world = await made();
    await world.order("o", { payment: status });
    await world.tell("o", callback("pay-o"));
    const lines = await said(world);
    isPlain(lines);
    expect(lines.join("\n")).toContain(status);
    expect(await world.engine.queries.why("o")).toMatchObject({
      status: to,
      evidence: { status },
      cause: { by: "callback" },
    });
  });

  test("while a callback is held, while money is on the move, after a refusal, and with a discrepancy", async () => {
    const world = await made();
    await world.order("held", { at: T0 });
    await world.engine.submit("held", callback("pay-held"));
    expect((await said(world, "held")).join("\n")).toContain("2026-11-20 12:01 UTC");
    isPlain(await said(world, "held"));

    await world.order("moving", { status: "processing", faults: { capture: "timeout-after-apply:1" } });
    await world.engine.submit("moving", { type: "merchant.completed", via: "dropdown" });
    await world.rest();
    isPlain(await said(world, "moving"));
    expect((await said(world, "moving")).join("\n")).toMatch(/^A capture of 1,000.00 SEK was requested at /);

    await world.order("frozen", { status: "processing", payment: "FROZEN" });
    await world.tell("frozen", { type: "merchant.completed", via: "dropdown" });
    isPlain(await said(world, "frozen"));
    expect((await said(world, "frozen")).join("\n")).toMatch(/was refused at .*: the bank has frozen this payment/);
    expect((await world.engine.queries.why("frozen"))?.action.says.en).toMatch(/Do not ship/);
    await world.after(2 * MINUTE);
    expect(world.status("moving")).toBe("completed");
  });
});

describe("checkout", () => {
  const urls = {
    successUrl: "http://shop.test/ok",
    failUrl: "http://shop.test/no",
    callbackUrl: "http://shop.test/callbacks/resurs/authorization",
  };

  test("the payment is created at the bank and belongs to the order from then on", async () => {
    const world = await made();
    await world.order("o", { paymentId: null });
    const created = await world.engine.checkout("o", "resurs-mapi", urls);
    if (created.kind !== "ok") throw new Error(created.kind);
    expect((await world.engine.queries.read("o"))?.facts.payment.id).toBe(created.paymentId);
    expect(await world.engine.queries.findByPayment(created.paymentId)).toEqual({ orderId: "o", current: true });
    expect(world.bank.creates).toHaveLength(1);
    world.bank.customerSigns(created.paymentId);
    await world.tell("o", { type: "customer.returned", page: "success" });
    expect(world.status("o")).toBe("processing");
  });

  test("a second attempt takes the first one's place, and the first one's callback is about the past", async () => {
    const world = await made();
    await world.order("o", { paymentId: null });
    const first = await world.engine.checkout("o", "resurs-mapi", urls);
    const second = await world.engine.checkout("o", "resurs-mapi", urls);
    if (first.kind !== "ok" || second.kind !== "ok") throw new Error("both are created");
    expect(await world.engine.queries.findByPayment(first.paymentId)).toEqual({ orderId: "o", current: false });
    const told = world.engine.submit("o", callback(first.paymentId), { wait: "settled", timeoutMs: 2 * MINUTE });
    await world.after(MINUTE);
    expect(await told).toMatchObject({ outcome: "refused", reason: "stale-payment" });
    expect((await world.engine.queries.read("o"))?.facts.payment.id).toBe(second.paymentId);
  });

  test.each([
    ["pending", "ACCEPTED", { canceledAmount: 1000 }],
    ["pending", "ACCEPTED", { capturedAmount: 1000, refundedAmount: 1000 }],
    ["failed", "REJECTED", { canceledAmount: 1000 }],
  ] as const)(
    "%s, and its payment was %s and ended in the bank's portal %j: another is opened",
    async (status, was, amounts) => {
      const world = await made();
      await world.order("o", { status });
      const over = { authorizedAmount: 0, possibleActions: [], ...amounts };
      world.bank.setSeries("pay-o", [
        { from: 0, payment: payment("pay-o", was, over), taskStatus: { completed: false } },
      ]);
      const second = await world.engine.checkout("o", "resurs-mapi", urls);
      if (second.kind !== "ok") throw new Error(JSON.stringify(second));
      await world.rest();
      expect(world.status("o")).toBe("pending");
      world.bank.customerSigns(second.paymentId);
      await world.tell("o", { type: "customer.returned", page: "success" });
      expect(world.status("o")).toBe("processing");
    },
  );

  test("an order that does not wait for a payment gets none: the bank is not asked to make one", async () => {
    const world = await made();
    await world.order("o", { status: "processing", paymentId: null });
    const created = await world.engine.checkout("o", "resurs-mapi", urls);
    expect(created).toMatchObject({ kind: "failed", detail: expect.stringContaining("not-awaiting-payment") });
    expect(world.bank.creates).toEqual([]);
    expect((await world.engine.queries.read("o"))?.facts.payment.id).toBeNull();
  });

  test("an order that is paid gets no second payment: its customer is thanked", async () => {
    const world = await made();
    await world.order("o", { status: "processing" });
    expect(await world.engine.checkout("o", "resurs-mapi", urls)).toEqual({
      kind: "already-paid",
      paymentId: "pay-o",
      redirectUrl: urls.successUrl,
    });
    expect(world.bank.creates).toEqual([]);
    expect((await world.engine.queries.read("o"))?.facts.payment.id).toBe("pay-o");
  });

  test("a gateway that is not configured is named together with those that are", async () => {
    const world = await made();
    await world.order("o", { paymentId: null });
    await expect(world.engine.checkout("o", "klarna", urls)).rejects.toThrow(/klarna.*resurs-mapi/);
  });
});

describe("stopping and starting", () => {
  test("whatever was handed in before the stop is decided and stored before the store is closed", async () => {
    const store = memoryStore();
    const world = await made({ store });
    for (let i = 0; i < 20; i += 1) await world.order(`o${i}`);
    const receipts = Promise.all(
      Array.from({ length: 20 }, (_, i) => world.engine.submit(`o${i}`, callback(`pay-o${i}`))),
    );
    await world.engine.stop();
    expect((await receipts).map((receipt) => receipt.outcome)).toEqual(Array.from({ length: 20 }, () => "deferred"));
    const next = await world.start({ store });
    await world.after(3 * MINUTE);
    for (let i = 0; i < 20; i += 1) {
      expect((await next.queries.history(`o${i}`)).some((h) => h.event.type === "callback.received")).toBe(true);
      expect(world.status(`o${i}`)).toBe("processing");
      expect(world.woo.confirmationMails(`o${i}`)).toBe(1);
    }
  });

  test("an engine that was stopped takes nothing more and says that it is not well", async () => {
    const world = await made();
    await world.order("o");
    await world.engine.stop();
    await world.engine.stop();
    await expect(world.engine.submit("o", callback("pay-o"))).rejects.toThrow(Stopped);
    expect((await world.engine.queries.health()).ok).toBe(false);
  });

  test("timers and calls that were left undone are taken up at the next start", async () => {
    const store = memoryStore();
    const world = await made({ store });
    await world.order("held", { at: T0 });
    await world.engine.submit("held", callback("pay-held"));
    await world.rest();
    await world.engine.stop();
    await world.after(10 * MINUTE);
    expect(world.status("held")).toBe("pending");
    await world.start({ store });
    await world.rest();
    expect(world.status("held")).toBe("processing");
  });
});

describe("two engines on one store", () => {
  test("events that reach both at once are decided one after the other, none lost and none twice", async () => {
    const store = shared(memoryStore());
    const world = await made({ store: store(), worker: "A" });
    const other = await world.start({ store: store(), worker: "B" });
    await world.order("o");
    const both = [world.engine, other];
    const sent = Array.from({ length: 60 }, (_, i) =>
      both[i % 2]?.submit("o", { type: "order.updated", by: "plugin", change: `${i}` }, { id: `u${i}` }),
    );
    await Promise.all(sent);
    const history = await world.engine.queries.history("o");
    expect(history.map((h) => h.seq)).toEqual(history.map((_, i) => i + 1));
    expect(
      history
        .filter((h) => h.event.type === "order.updated")
        .map((h) => h.eventId)
        .sort(),
    ).toEqual(Array.from({ length: 60 }, (_, i) => `u${i}`).sort());
    expect(await other.queries.read("o")).toEqual(await world.engine.queries.read("o"));
  });

  test("the same event at both is decided by one of them, and both callers hear the same", async () => {
    const store = shared(memoryStore());
    const world = await made({ store: store(), worker: "A" });
    const other = await world.start({ store: store(), worker: "B" });
    for (let i = 0; i < 20; i += 1) {
      const id = `o${i}`;
      await world.order(id);
      const [a, b] = await Promise.all(
        [world.engine, other].map((e) => e.submit(id, { type: "merchant.held" }, { id: "click" })),
      );
      expect([a?.final, b?.final]).toEqual([true, true]);
      expect((await world.engine.queries.history(id)).filter((h) => h.eventId === "click")).toHaveLength(1);
      expect((await other.queries.read(id))?.facts.order.status).toBe("on-hold");
    }
  });

  test("the customer at one and the bank's callbacks at the other pay the order once", async () => {
    const store = shared(memoryStore());
    const world = await made({ store: store(), worker: "A", settings: { cooldownSeconds: 0 } });
    const other = await world.start({ store: store(), worker: "B", settings: { cooldownSeconds: 0 } });
    for (let i = 0; i < 20; i += 1) {
      const id = `o${i}`;
      await world.order(id);
      const paymentId = `pay-${id}`;
      await Promise.all([
        world.engine.submit(id, { type: "customer.returned", page: "success" }),
        other.submit(id, callback(paymentId)),
        other.submit(id, callback(paymentId, { content: "x" })),
        world.engine.submit(id, callback(paymentId, { content: "x" })),
      ]);
    }
    await world.rest();
    await until(async () => {
      await world.after(1000);
      return (await other.queries.health()).counts?.waitingEffects === 0;
    });
    for (let i = 0; i < 20; i += 1) {
      const { status, statusHistory } = world.woo.order(`o${i}`);
      expect({ status, changes: statusHistory.length, mails: world.woo.confirmationMails(`o${i}`) }).toEqual({
        status: "processing",
        changes: 1,
        mails: 1,
      });
    }
  });
});

test("another hand in the shop is followed, not overwritten", async () => {
  const world = await made();
  await world.order("o");
  world.woo.directWrite("o", "cancelled");
  await world.tell("o", callback("pay-o"));
  await world.after(5 * MINUTE);
  expect(world.status("o")).toBe((await world.engine.queries.read("o"))?.facts.order.status);
  expect(world.woo.confirmationMails("o")).toBe(world.status("o") === "processing" ? 1 : 0);
  bankHas(world.bank, "pay-o");
});
