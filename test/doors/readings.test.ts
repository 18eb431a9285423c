/** A reading that fails never blocks its order, and a bank that is away for a week costs none. */
import { afterEach, describe, expect, test } from "vitest";
import type { Command } from "../../src/index.js";
import type { Gateway, ReadAnswer } from "../../src/ports/gateway.js";
import { limits as usual } from "../../src/runtime/embedded/limits.js";
import { memoryStore } from "../../src/stores/memory/store.js";
import { payments } from "../../src/testing/index.js";
import { callback, MINUTE, Place, T0 } from "../engine/place.js";

let place: Place | null = null;
/** An engine that stops would wait for them. */
let endCalls = (): void => {};
afterEach(async () => {
  endCalls();
  await place?.end();
  place = null;
});

const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** With these a week is a hundred tries, and not forty thousand. */
const slow = { longestRetryMs: 3 * HOUR, breakMs: HOUR };

type Says = ReadAnswer | "hangs" | "throws";

const away: [string, Says][] = [
  ["answers nothing", { kind: "unknown", detail: "no answer within 30000 ms" }],
  ["cannot be connected to", { kind: "retry", afterMs: null, detail: "network: ECONNREFUSED" }],
  ["asks to be left alone", { kind: "retry", afterMs: 3_600_000, detail: "HTTP 429" }],
  ["refuses our keys", { kind: "refused", reason: "gateway-refused", detail: "HTTP 403" }],
  ["sends what nobody can read", "throws"],
  ["keeps the line open without a word", "hangs"],
];

/** A bank in this process that says what it is told to, and counts. */
class Bank {
  says: Says | null = null;
  reads = 0;
  captures = 0;
  /** Calls that have no answer. */
  hung: ((answer: ReadAnswer) => void)[] = [];
  private paid = payments.accepted;
  readonly gateway: Gateway = {
    name: "resurs-mapi",
    tolerance: 0,
    readPayment: async (paymentId) => {
      this.reads += 1;
      if (this.says === "throws") throw new Error("not a payment");
      if (this.says === "hangs") return new Promise((resolve) => this.hung.push(resolve));
      return this.says ?? { kind: "ok", reading: { ...this.paid, paymentId } };
    },
    capture: async ({ key }) => {
      this.captures += 1;
      this.paid = { ...payments.captured, transactionIds: [key] };
      return { kind: "unknown", detail: "the answer was lost" };
    },
    cancel: async () => ({ kind: "refused", reason: "no", detail: "no" }),
    refund: async () => ({ kind: "refused", reason: "no", detail: "no" }),
    addOrderLines: async () => ({ kind: "refused", reason: "no", detail: "no" }),
    createPayment: async () => ({ kind: "failed", detail: "no" }),
  };
}

const made = async (options: Parameters<typeof Place.made>[0] = {}): Promise<{ world: Place; bank: Bank }> => {
  const bank = new Bank();
  place = await Place.made({ gateways: [bank.gateway], limits: slow, ...options });
  place.hanging = () => bank.hung.length;
  endCalls = () => {
    for (const answer of bank.hung) answer({ kind: "unknown", detail: "the test is over" });
  };
  return { world: place, bank };
};

/** Calls that hang never rest. */
const later = (world: Place, ms: number) => world.after(ms, 25);

const asks: [string, Command, string][] = [
  ["a callback", callback("pay-o"), "processing"],
  ["the same callback, sent again", callback("pay-o", { content: "first" }), "processing"],
  ["the customer who returns", { type: "customer.returned", page: "success" }, "processing"],
  ["the merchant's click", { type: "merchant.completed", via: "dropdown" }, "completed"],
  ["a reconciliation", { type: "reconcile.asked" }, "processing"],
];

describe.each(away)("the bank %s for a week", (_how, says) => {
  test("no order is lost, nothing is given up, and each is right within the backoff's cap afterwards", async () => {
    const leaseMs = HOUR;
    const { world, bank } = await made({ limits: { ...slow, leaseMs } });
    bank.says = says;
    await world.order("o");
    await world.order("p", { status: "processing" });
    await world.engine.submit("o", callback("pay-o"));
    await world.engine.submit("p", { type: "merchant.completed", via: "dropdown" });
    await later(world, 7 * DAY);
    expect([world.status("o"), world.status("p")]).toEqual(["pending", "processing"]);
    expect((await world.engine.queries.health()).counts).toMatchObject({ deadEffects: 0, deadEvents: 0 });
    // It is asked again and again, but not without end.
    expect(bank.reads).toBeGreaterThan(7);
    expect(bank.reads).toBeLessThan(20_000);
    bank.says = null;
    await later(world, slow.longestRetryMs + slow.breakMs + leaseMs);
    expect([world.status("o"), world.status("p")]).toEqual(["processing", "completed"]);
    expect(bank.captures).toBe(1);
    expect((await world.engine.queries.health()).counts).toMatchObject({
      waitingEffects: 0,
      deadEffects: 0,
      deadEvents: 0,
    });
  });
});

describe("a reading whose next try is far off", () => {
  test.each(asks)(
    "is made at once when there comes %s, and answers whoever waited before",
    async (_who, event, status) => {
      const { world, bank } = await made();
      bank.says = { kind: "retry", afterMs: 10 * MINUTE, detail: "HTTP 429" };
      await world.order("o");
      const before = world.engine.submit("o", callback("pay-o", { content: "first" }), {
        wait: "settled",
        timeoutMs: HOUR,
      });
      await later(world, MINUTE);
      expect(bank.reads).toBe(1);
      bank.says = null;
      const asked = world.engine.submit("o", event, { wait: "settled", timeoutMs: HOUR });
      await later(world, usual.askedAnewMs + 500);
      if (status === "completed") await later(world, MINUTE);
      expect(world.status("o")).toBe(status);
      expect(await before).toMatchObject({ final: true });
      // A callback is held for the customer once more, now that the order was written.
      await later(world, 2 * MINUTE);
      expect(await asked).toMatchObject({ final: true });
    },
  );

  test("after a call whose answer was lost is made at once, too, and the call is not repeated", async () => {
    const { world, bank } = await made();
    await world.order("o", { status: "processing" });
    const { gateway } = bank;
    const { capture } = gateway;
    gateway.capture = async (call) => {
      bank.says = { kind: "retry", afterMs: 10 * MINUTE, detail: "HTTP 429" };
      return capture(call);
    };
    await world.engine.submit("o", { type: "merchant.completed", via: "dropdown" });
    await later(world, MINUTE);
    expect(world.status("o")).toBe("processing");
    bank.says = null;
    await world.engine.submit("o", { type: "reconcile.asked" });
    await later(world, usual.askedAnewMs + 500);
    expect(world.status("o")).toBe("completed");
    expect(bank.captures).toBe(1);
  });

  test("is made once a second at most, however many ask", async () => {
    const { world, bank } = await made();
    bank.says = { kind: "retry", afterMs: 10 * MINUTE, detail: "HTTP 429" };
    await world.order("o");
    await world.engine.submit("o", callback("pay-o"));
    await later(world, MINUTE);
    const before = bank.reads;
    for (let i = 0; i < 100; i += 1) {
      await world.engine.submit("o", { type: "customer.returned", page: "success" });
      await later(world, 100);
    }
    expect(bank.reads - before).toBeGreaterThan(5);
    expect(bank.reads - before).toBeLessThanOrEqual(11);
  });

  test("stays where it is for what does not ask for it", async () => {
    const { world, bank } = await made();
    bank.says = { kind: "retry", afterMs: 10 * MINUTE, detail: "HTTP 429" };
    await world.order("o");
    await world.engine.submit("o", callback("pay-o"));
    await later(world, MINUTE);
    await world.engine.submit("o", { type: "order.updated", by: "erp", change: "address" });
    await later(world, MINUTE);
    expect(bank.reads).toBe(1);
  });
});

test("a reading that is asked for anew while the bank is left alone is made as soon as it is not, also after days", async () => {
  const { world, bank } = await made({ limits: { longestRetryMs: MINUTE } });
  bank.says = { kind: "unknown", detail: "HTTP 500" };
  const others = Array.from({ length: 6 }, (_, i) => `o${i}`);
  for (const id of ["o", ...others]) {
    await world.order(id);
    await world.engine.submit(id, callback(`pay-${id}`));
  }
  await later(world, 8 * HOUR);
  // One tries, so that the bank is left alone again.
  await world.engine.submit("o0", { type: "reconcile.asked" });
  await later(world, 1200);
  const asked = world.engine.submit("o", { type: "reconcile.asked" }, { wait: "settled", timeoutMs: HOUR });
  bank.says = null;
  await later(world, usual.breakMs + 2000);
  expect(world.status("o")).toBe("processing");
  expect(await asked).toMatchObject({ final: true });
});

describe("a reading that an earlier release gave up", () => {
  test.each(asks)("is made anew when there comes %s", async (_who, event, status) => {
    const store = memoryStore();
    const { world, bank } = await made({ store });
    bank.says = { kind: "retry", afterMs: 5 * MINUTE, detail: "HTTP 500" };
    await world.order("o");
    await world.engine.submit("o", callback("pay-o", { content: "first" }));
    await later(world, MINUTE);
    const [row] = await store.claim(T0 + HOUR, 1, 1000, "earlier");
    await store.release("earlier", [{ id: row?.id ?? "", outcome: "dead", error: "HTTP 500" }]);
    bank.says = null;
    await later(world, HOUR);
    expect(world.status("o")).toBe("pending");
    expect((await world.engine.queries.health()).counts?.deadEffects).toBe(1);
    await world.engine.submit("o", event);
    await later(world, usual.askedAnewMs + 500);
    if (status === "completed") await later(world, MINUTE);
    expect(world.status("o")).toBe(status);
    expect((await world.engine.queries.health()).counts).toMatchObject({ deadEffects: 0, waitingEffects: 0 });
  });
});

test("a reading of an earlier payment that fails gives way to that of the new one", async () => {
  const { world, bank } = await made();
  bank.says = { kind: "retry", afterMs: 10 * MINUTE, detail: "HTTP 429" };
  await world.order("o");
  await world.engine.submit("o", { type: "customer.returned", page: "fail" });
  await later(world, MINUTE);
  await world.engine.submit("o", { type: "payment.created", paymentId: "pay-2" });
  const { gateway } = bank;
  const { readPayment } = gateway;
  gateway.readPayment = (id) =>
    id === "pay-2"
      ? Promise.resolve({ kind: "ok", reading: { ...payments.accepted, paymentId: id } })
      : readPayment(id);
  await later(world, usual.askedAnewMs + 500);
  await world.engine.submit("o", { type: "customer.returned", page: "success" });
  await later(world, usual.askedAnewMs + 500);
  expect(world.status("o")).toBe("processing");
  expect(await world.engine.queries.effectsOf("o")).toEqual([]);
});

test("pauses of the open breaker are not attempts", async () => {
  const { world, bank } = await made({ limits: { ...slow, breakMs: 15_000 } });
  bank.says = { kind: "unknown", detail: "HTTP 500" };
  const ids = Array.from({ length: 10 }, (_, i) => `o${i}`);
  for (const id of ids) {
    await world.order(id);
    await world.engine.submit(id, callback(`pay-${id}`));
  }
  await later(world, HOUR);
  const waiting = await Promise.all(ids.map((id) => world.engine.queries.effectsOf(id)));
  const attempts = waiting.flat().reduce((sum, row) => sum + row.attempts, 0);
  expect(waiting.flat()).toHaveLength(ids.length);
  expect(attempts).toBe(bank.reads);
});

describe("a bank that asks to be left alone is believed up to ten minutes", () => {
  test.each([
    ["for 27 hours", 99_999_000],
    ["for longer than a clock counts", Number.MAX_SAFE_INTEGER],
    ["for ever", Number.POSITIVE_INFINITY],
    ["for no number of seconds", Number.NaN],
    ["until yesterday", -DAY],
  ])("%s", async (_how, afterMs) => {
    const { world, bank } = await made();
    bank.says = { kind: "retry", afterMs, detail: "HTTP 429" };
    await world.order("o");
    await world.engine.submit("o", callback("pay-o"));
    await world.rest(60);
    bank.says = null;
    await later(world, usual.longestAskedMs + 1);
    expect(world.status("o")).toBe("processing");
  });
});

test("calls that never come back keep nobody else waiting for longer than their lease", async () => {
  const { world, bank } = await made({ limits: { ...slow, effectsAtOnce: 3 } });
  bank.says = "hangs";
  for (const id of ["a", "b", "c"]) {
    await world.order(id);
    await world.engine.submit(id, callback(`pay-${id}`));
  }
  await later(world, 1000);
  bank.says = null;
  await world.order("o");
  await world.engine.submit("o", callback("pay-o"));
  await later(world, 1000);
  expect(world.status("o")).toBe("pending");
  await later(world, usual.leaseMs + 1000);
  expect(["a", "b", "c", "o"].map((id) => world.status(id))).toEqual(Array(4).fill("processing"));
});

describe("a shop that is away for a week costs no order and leaves no dead letter: it", () => {
  test.each<[string, () => Promise<{ kind: "retry"; afterMs: number | null; detail: string }>]>([
    ["cannot be connected to", async () => ({ kind: "retry", afterMs: null, detail: "network: ECONNREFUSED" })],
    ["answers 503 with a long Retry-After", async () => ({ kind: "retry", afterMs: 99_999_000, detail: "HTTP 503" })],
    ["throws", () => Promise.reject(new Error("a plugin broke"))],
  ])("%s", async (_how, answers) => {
    const { world } = await made();
    const { shop } = world.woo;
    const { execute } = shop;
    shop.execute = answers;
    await world.order("o");
    await world.engine.submit("o", callback("pay-o"));
    await later(world, 7 * DAY);
    expect(world.status("o")).toBe("pending");
    expect((await world.engine.queries.health()).counts).toMatchObject({ deadEffects: 0 });
    shop.execute = execute;
    await later(world, slow.longestRetryMs);
    expect(world.status("o")).toBe("processing");
    expect(world.woo.confirmationMails("o")).toBe(1);
  });
});
