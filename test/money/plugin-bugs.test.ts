/** The bugs that are visible in the plugin's code (facts §8, B1–B15), each as a life that goes right here. */
import { afterEach, describe, expect, it } from "vitest";
import type { Command, PlacedOrder } from "../../machines/events.js";
import type { OrderStatus } from "../../machines/facts.js";
import type { Choices } from "../../machines/settings.js";
import { resursMapi } from "../../src/gateways/resurs/mapi.js";
import { httpApp } from "../../src/http/app.js";
import type { Receipt } from "../../src/runtime/embedded/receipt.js";
import { memoryStore } from "../../src/stores/memory/store.js";
import { type ResursDouble, resursDouble } from "../../src/testing/doubles/resurs/double.js";
import { VirtualClock } from "../../src/testing/virtual-clock.js";
import type { Account } from "./bank.js";
import { type LittleWorld, littleWorld, MINUTE, T0, type WorldOptions } from "./world.js";

const notHere: Record<string, string> = {
  B10: "the buttons of the order list belong to the shop's own page; the engine draws none, so it cannot empty another gateway's",
  B15: "the words of the older flows (BOOKED, the bit mask, `denied`) are not spoken here yet; they come with the legacy gateway",
};

const tested = new Set<string>();
const bug = (number: string, sentence: string, body: () => Promise<void>): void => {
  tested.add(number);
  it(`${number}: ${sentence}`, body, 20_000);
};

const endings: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

const aWorld = async (options: WorldOptions = {}): Promise<LittleWorld> => {
  const world = await littleWorld(options);
  endings.push(() => world.engine.stop());
  return world;
};

const lines = [
  { sku: "SOFA", quantity: 1, total: 75_000 },
  { sku: "LAMP", quantity: 1, total: 25_000 },
];

/** An order of 1000.00, written half an hour ago, accepted at the bank unless something else is said. */
const anOrder = async (
  world: LittleWorld,
  status: OrderStatus,
  says: Partial<PlacedOrder> & { account?: Partial<Account> | null } = {},
): Promise<void> => {
  const { account, ...more } = says;
  const { tolerance: _, ...order } = {
    status,
    total: 100_000,
    currency: "SEK",
    lines: more.total === undefined ? lines : [],
    needsProcessing: true,
    gateway: "bank",
    paymentId: "pay",
    previousPaymentIds: [],
    createdAt: T0 - 30 * MINUTE,
    updatedAt: T0 - 30 * MINUTE,
    customerReturned: false,
    tolerance: 0,
    ...more,
  } satisfies PlacedOrder;
  const { total, currency, needsProcessing, createdAt, updatedAt } = order;
  const shown = { total, currency, needsProcessing, createdAt, updatedAt };
  world.woo.addOrder({ id: "1", status, ...shown, lines: order.lines, datePaid: null });
  if (account !== null && order.paymentId !== null) {
    world.bank.accept(order.paymentId, total);
    Object.assign(world.bank.accounts.get(order.paymentId) ?? {}, account);
  }
  await world.engine.place("1", order);
};

const books = (says: Partial<Account["books"]>): Account["books"] => ({
  total: 100_000,
  authorized: 0,
  captured: 0,
  canceled: 0,
  refunded: 0,
  actions: [],
  log: [],
  ...says,
});
const capturedByItself = books({ captured: 100_000, actions: ["REFUND", "PARTIAL_REFUND"] });
const rejected = (taskCompleted: boolean): Partial<Account> => ({
  status: "REJECTED",
  taskCompleted,
  books: books({}),
  creditLimit: 0,
});

const authorization = (paymentId = "pay", claims = "AUTHORIZED"): Command => ({
  type: "callback.received",
  kind: "AUTHORIZATION",
  paymentId,
  claims,
  content: null,
});

const told = async (world: LittleWorld, event: Command): Promise<Receipt> =>
  world.during(world.engine.submit("1", event, { wait: "settled" }));
const statusOf = async (world: LittleWorld) => (await world.engine.queries.read("1"))?.facts.order.status;
const flagsOf = async (world: LittleWorld) =>
  (await world.engine.queries.read("1"))?.flags.filter((f) => f.clearedAt === null).map((f) => f.flag);

const post = async (world: LittleWorld, path: string, body: unknown) => {
  const app = httpApp({ engine: world.engine, apiToken: null });
  const answer = await world.during(
    Promise.resolve(
      app.fetch(
        new Request(`http://shop${path}`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify(body),
        }),
      ),
    ),
  );
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
};
const authorizationAt = (world: LittleWorld, paymentId: string, status: string) =>
  post(world, "/callbacks/resurs/authorization", { paymentId, status, created: new Date(T0).toISOString() });

/** The real client, in front of Resurs's Merchant API over HTTP. */
const atResurs = async (): Promise<{ world: LittleWorld; resurs: ResursDouble }> => {
  const clock = new VirtualClock(T0);
  const resurs = await resursDouble({ clock });
  endings.push(() => resurs.close());
  const gateway = resursMapi({ baseUrl: resurs.url, clientId: "shop", clientSecret: "secret", clock, name: "bank" });
  const world = await aWorld({ clock, gateway: () => gateway });
  return { world, resurs };
};
/** Time stands still while HTTP is under way. */
const overHttp = async <T>(world: LittleWorld, act: Promise<T>): Promise<T> => {
  const answer = await act;
  do await new Promise((resolve) => setTimeout(resolve, 2));
  while (!world.engine.idle);
  return answer;
};
const PAYMENT = "0b5e1f7e-0000-4000-8000-000000000001";
const atResursAs = (order: object, payment: object = {}) => [
  {
    from: new Date(T0 - MINUTE).toISOString(),
    payment: { status: "ACCEPTED", order: { totalOrderAmount: 1000, ...order }, ...payment },
  },
];

describe("What goes wrong in the plugin, and does not here", () => {
  bug("B1", "an order that was paid with another method is none of the bank's business", async () => {
    const world = await aWorld();
    await anOrder(world, "processing", { gateway: null, paymentId: "pay" });
    expect(await told(world, authorization())).toMatchObject({ outcome: "ignored", reason: "not-ours" });
    expect(await told(world, { type: "customer.returned", page: "fail" })).toMatchObject({ reason: "not-ours" });
    expect(await statusOf(world)).toBe("processing");
    expect(await told(world, { type: "merchant.completed", via: "dropdown" })).toMatchObject({
      outcome: "moved",
      to: "completed",
    });
    await world.rest();
    expect(world.woo.order("1").status).toBe("completed");
    expect([world.bank.reads, world.bank.ledger]).toEqual([[], []]);
  });

  bug("B2", "a callback of a kind that nobody knows is not answered as if it had been taken", async () => {
    const world = await aWorld();
    await anOrder(world, "pending");
    const before = await world.engine.queries.read("1");
    for (const path of ["/callbacks/resurs/whatever", "/callbacks/resurs", "/callbacks/resurs/?callback=NONSENSE"]) {
      const { status } = await post(world, path, { paymentId: "pay", status: "AUTHORIZED" });
      expect([path, status]).toEqual([path, 404]);
    }
    const nothingInIt = await post(world, "/callbacks/resurs/authorization", { status: "AUTHORIZED" });
    expect(nothingInIt.status).toBeGreaterThanOrEqual(400);
    expect(await world.engine.queries.read("1")).toEqual(before);
  });

  bug("B3", "a callback is not lost when the bank cannot be reached at that moment", async () => {
    let outage = true;
    const world = await aWorld({
      gateway: (bank) => ({
        ...bank,
        readPayment: async (id) => (outage ? { kind: "unknown", detail: "no answer" } : bank.readPayment(id)),
      }),
    });
    await anOrder(world, "pending");
    const { status } = await authorizationAt(world, "pay", "AUTHORIZED");
    expect(status).toBe(202);
    await world.until(T0 + 40 * MINUTE);
    expect(await statusOf(world)).toBe("pending");
    outage = false;
    await world.until(T0 + 45 * MINUTE);
    expect(await statusOf(world)).toBe("processing");
    expect(world.woo.order("1").status).toBe("processing");
    expect(world.woo.confirmationMails("1")).toBe(1);
  });

  bug("B4", "an order on hold whose payment was captured automatically is not stuck", async () => {
    for (const from of ["on-hold", "failed"] as const) {
      const world = await aWorld();
      await anOrder(world, from, { account: { books: capturedByItself } });
      expect(await told(world, authorization("pay", "CAPTURED"))).toMatchObject({ outcome: "moved", to: "processing" });
      await world.rest();
      expect(world.woo.order("1").status).toBe("processing");
      // And it can be completed: the money is here already, so nothing is sent.
      expect(await told(world, { type: "merchant.completed", via: "dropdown" })).toMatchObject({ to: "completed" });
      expect(world.bank.ledger).toEqual([]);
    }
  });

  bug("B5", "a payment that the bank rejects late does not make a completed or refunded order failed", async () => {
    for (const status of ["completed", "refunded"] as const) {
      for (const taskCompleted of [true, false]) {
        const world = await aWorld();
        await anOrder(world, status, { account: rejected(taskCompleted) });
        expect(await told(world, authorization("pay", "REJECTED"))).toMatchObject({ outcome: "ignored", to: status });
        await world.rest();
        expect(world.woo.order("1").status).toBe(status);
        expect(await flagsOf(world)).toContain("discrepancy:rejected-at-gateway");
      }
    }
  });

  bug("B5", "an order that is being prepared stays so where the shop chose that, and is flagged", async () => {
    const choices = { processingThenRejected: "stay" } as Choices;
    const world = await aWorld({ settings: { choices } });
    await anOrder(world, "processing", { account: rejected(true) });
    expect(await told(world, authorization("pay", "REJECTED"))).toMatchObject({ outcome: "ignored", to: "processing" });
    expect(await flagsOf(world)).toContain("discrepancy:rejected-at-gateway");
  });

  bug(
    "B6",
    "a cancelled order is not brought back to life by a late payment, and the money is kept in sight",
    async () => {
      const world = await aWorld();
      await anOrder(world, "cancelled");
      expect(await told(world, authorization())).toMatchObject({ outcome: "ignored", to: "cancelled" });
      expect(await told(world, { type: "customer.returned", page: "success" })).toMatchObject({ to: "cancelled" });
      await world.rest();
      expect(world.woo.order("1").status).toBe("cancelled");
      expect(world.woo.confirmationMails("1")).toBe(0);
      expect(await flagsOf(world)).toEqual(["discrepancy:paid-but-cancelled"]);
    },
  );

  bug("B7", "an order that costs nothing does not read as cancelled at the bank", async () => {
    for (const from of ["on-hold", "failed"] as const) {
      const world = await aWorld();
      await anOrder(world, from, { total: 0, lines: [], account: { books: books({ total: 0 }) } });
      expect(await told(world, authorization())).toMatchObject({ outcome: "moved", to: "processing" });
      expect((await world.engine.queries.read("1"))?.states.payment).toEqual({ ACCEPTED: "authorized" });
      expect(await flagsOf(world)).toEqual([]);
      expect(await told(world, { type: "merchant.completed", via: "dropdown" })).toMatchObject({ to: "completed" });
      expect(world.bank.ledger).toEqual([]);
    }
  });

  bug("B8", "an amount that does not match is not captured, whichever page the merchant is on", async () => {
    for (const via of ["dropdown", "list-button", "bulk", "erp", "api"] as const) {
      const world = await aWorld();
      await anOrder(world, "processing", { total: 110_000 });
      const account = world.bank.accounts.get("pay");
      if (account !== undefined) account.books = { ...account.books, total: 100_000, authorized: 100_000 };
      expect(await told(world, { type: "merchant.completed", via })).toMatchObject({
        outcome: "refused",
        reason: "amount-mismatch",
        to: "processing",
      });
      await world.rest();
      expect(world.bank.ledger).toEqual([]);
      expect(world.woo.order("1").status).toBe("processing");
      expect(world.woo.order("1").notes.some((n) => n.text.includes("does not match"))).toBe(true);
      expect(await flagsOf(world)).toContain("discrepancy:amount-mismatch");
    }
  });

  bug("B9", "a refund of an amount without lines asks for that amount and not for everything", async () => {
    const world = await aWorld();
    await anOrder(world, "completed", { account: { books: capturedByItself } });
    const event: Command = { type: "merchant.refundedAmount", via: "dropdown", amount: 25_000, lines: null };
    expect(await told(world, event)).toMatchObject({ outcome: "moved", to: "completed" });
    expect(world.bank.ledger.map((e) => JSON.parse(e.body))).toMatchObject([
      { op: "refund", amount: 25_000, all: false },
    ]);
    expect(world.bank.accounts.get("pay")?.books.refunded).toBe(25_000);
  });

  bug(
    "B9",
    "the call that reaches Resurs carries a line with the amount, so the rest stays with the shop",
    async () => {
      const { world, resurs } = await atResurs();
      resurs.setSeries(
        PAYMENT,
        atResursAs({ capturedAmount: 1000, possibleActions: ["REFUND", "PARTIAL_REFUND"] }) as never,
      );
      await anOrder(world, "completed", { paymentId: PAYMENT, account: null });
      const event: Command = { type: "merchant.refundedAmount", via: "dropdown", amount: 25_000, lines: null };
      const answer = await overHttp(world, world.engine.submit("1", event, { wait: "settled" }));
      expect(answer).toMatchObject({ outcome: "moved", to: "completed" });
      expect(resurs.calls).toMatchObject([{ op: "refund", amount: 250, lines: [{ total: 250 }], applied: true }]);
      expect(resurs.books(PAYMENT)).toMatchObject({ captured: 1000, refunded: 250 });
    },
  );

  bug("B11", "the money moves whichever door the order is completed, cancelled or refunded by", async () => {
    for (const via of ["dropdown", "list-button", "bulk", "erp", "api"] as const) {
      const done = await aWorld();
      await anOrder(done, "processing");
      expect(await told(done, { type: "merchant.completed", via })).toMatchObject({ to: "completed" });
      expect(await told(done, { type: "merchant.refunded", via, amount: null })).toMatchObject({ to: "refunded" });
      expect(done.bank.ledger.map((e) => e.op)).toEqual(["capture", "refund"]);
      const dropped = await aWorld();
      await anOrder(dropped, "processing");
      expect(await told(dropped, { type: "merchant.cancelled", via })).toMatchObject({ to: "cancelled" });
      expect(dropped.bank.ledger.map((e) => e.op)).toEqual(["cancel"]);
      // And a frozen payment is refused at every door.
      const frozen = await aWorld();
      await anOrder(frozen, "on-hold", { account: { status: "FROZEN", books: books({ authorized: 100_000 }) } });
      expect(await told(frozen, { type: "merchant.completed", via })).toMatchObject({
        outcome: "refused",
        reason: "unable-to-capture-frozen-order",
      });
      expect(frozen.bank.ledger).toEqual([]);
    }
  });

  bug("B12", "the bank is asked once how the customer's task ended, so it cannot contradict itself", async () => {
    for (const completed of [true, false]) {
      const { world, resurs } = await atResurs();
      resurs.setSeries(
        PAYMENT,
        atResursAs({}, { status: "REJECTED" }).map((e) => ({ ...e, taskStatus: { completed } })) as never,
      );
      await anOrder(world, "on-hold", { paymentId: PAYMENT, account: null });
      const answer = await overHttp(
        world,
        world.engine.submit("1", authorization(PAYMENT, "REJECTED"), { wait: "settled" }),
      );
      expect(answer).toMatchObject({ outcome: "moved", to: completed ? "failed" : "cancelled" });
      expect(resurs.reads.map((r) => r.op)).toEqual(["getPayment", "getTaskStatuses"]);
    }
  });

  bug("B13", "the thank-you page and a callback in the same moment pay the order once", async () => {
    const world = await aWorld();
    await anOrder(world, "pending", { needsProcessing: true });
    const both = await world.during(
      Promise.all([
        world.engine.submit("1", { type: "customer.returned", page: "success" }, { wait: "settled" }),
        world.engine.submit("1", authorization(), { wait: "settled" }),
        world.engine.submit("1", { type: "customer.returned", page: "success" }, { wait: "settled" }),
      ]),
    );
    // The callback gives way: the order was just written, so it looks again a minute later and finds nothing to do.
    expect(both.map((r) => [r.to, r.final])).toEqual([
      ["processing", true],
      ["pending", false],
      ["processing", true],
    ]);
    await world.rest();
    await checkPaidOnce(world);
  });

  bug("B13", "it is paid once as well where two processes take them in", async () => {
    const store = memoryStore();
    let users = 0;
    const shared = {
      ...store,
      open: async () => void (users++ === 0 && (await store.open())),
      close: async () => void (--users === 0 && (await store.close())),
    };
    const first = await aWorld({ store: shared, worker: "A" });
    const second = await aWorld({ store: shared, of: first, worker: "B" });
    await anOrder(first, "pending");
    await second.engine.queries.read("1");
    // Both have the order in memory as it stands now.
    await first.engine.submit("1", { type: "order.updated", by: "shop", change: "note" });
    await second.engine.submit("1", { type: "order.updated", by: "shop", change: "note" });
    await first.until(T0 + 2 * MINUTE);
    await Promise.all([
      first.engine.submit("1", { type: "customer.returned", page: "success" }),
      second.engine.submit("1", authorization()),
    ]);
    await first.until(T0 + 5 * MINUTE);
    await second.settle();
    await first.settle();
    await checkPaidOnce(first);
  });

  const checkPaidOnce = async ({ engine, woo }: LittleWorld): Promise<void> => {
    expect(woo.order("1").status).toBe("processing");
    expect(woo.confirmationMails("1")).toBe(1);
    expect(woo.order("1").stockReductions).toBe(1);
    expect(woo.order("1").notes.filter((n) => n.text === "Customer returned from external source.")).toHaveLength(1);
    const entries = await engine.queries.history("1");
    expect(entries.map((e) => e.seq)).toEqual(entries.map((_, i) => i + 1));
    expect(entries.flatMap((e) => e.effects).filter((e) => e.type === "completePayment")).toHaveLength(1);
    expect(entries.filter((e) => e.to === "processing" && e.from === "pending")).toHaveLength(1);
  };

  bug("B14", "a callback about an earlier attempt has both read, and the current payment decides", async () => {
    const world = await aWorld();
    await anOrder(world, "pending", { paymentId: "old", account: rejected(true) });
    await world.engine.submit("1", { type: "payment.created", paymentId: "new" });
    world.bank.accept("new", 100_000);
    world.bank.accept("old", 100_000);
    Object.assign(world.bank.accounts.get("new") ?? {}, { status: "TASK_REDIRECTION_REQUIRED" });
    Object.assign(world.bank.accounts.get("old") ?? {}, { status: "REJECTED" });
    await world.until(T0 + 2 * MINUTE);
    expect((await authorizationAt(world, "old", "REJECTED")).status).toBe(202);
    await world.until(T0 + 4 * MINUTE);
    expect(await statusOf(world)).toBe("pending");
    expect(world.bank.reads).toEqual(["new", "old"]);
    Object.assign(world.bank.accounts.get("new") ?? {}, { status: "ACCEPTED" });
    expect((await authorizationAt(world, "new", "AUTHORIZED")).status).toBe(202);
    await world.until(T0 + 6 * MINUTE);
    expect(await statusOf(world)).toBe("processing");
    // What is claimed of the old one is not believed: it is read again.
    await authorizationAt(world, "old", "AUTHORIZED");
    await world.until(T0 + 8 * MINUTE);
    expect(await statusOf(world)).toBe("processing");
    const reasons = (await world.engine.queries.history("1")).flatMap((e) => e.answers).map((a) => a.reason);
    expect(reasons.filter((r) => r === "stale-payment")).toHaveLength(2);
  });

  bug("B14", "an accepted earlier attempt pays an order whose current payment is still open", async () => {
    const world = await aWorld();
    await anOrder(world, "pending", { paymentId: "new", previousPaymentIds: ["old"], account: null });
    world.bank.accept("old", 100_000);
    world.bank.accept("new", 100_000);
    Object.assign(world.bank.accounts.get("new") ?? {}, { status: "TASK_REDIRECTION_REQUIRED" });
    expect((await authorizationAt(world, "old", "AUTHORIZED")).status).toBe(202);
    await world.until(T0 + 5 * MINUTE);
    expect(await statusOf(world)).toBe("processing");
    expect((await world.engine.queries.read("1"))?.facts.payment.id).toBe("old");
  });

  it("every bug of the list is either tried here or named with the reason why it cannot happen", () => {
    expect(Object.keys(notHere)).toEqual(["B10", "B15"]);
    expect(Object.keys(notHere).filter((b) => tested.has(b))).toEqual([]);
    const listed = [...tested, ...Object.keys(notHere)].sort((a, b) => Number(a.slice(1)) - Number(b.slice(1)));
    expect(listed).toEqual(Array.from({ length: 15 }, (_, i) => `B${i + 1}`));
    for (const reason of Object.values(notHere)) expect(reason.length).toBeGreaterThan(20);
  });
});
