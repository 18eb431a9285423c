/** The sentence about one decision: what it passes, what it fails, and what it says then. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Reading } from "../../machines/facts.js";
import { createEngine } from "../../src/index.js";
import { memoryStore } from "../../src/stores/memory/store.js";
import {
  anOrder,
  callback,
  DecisionDiffers,
  decisionLaws,
  given,
  payments,
  VirtualClock,
} from "../../src/testing/index.js";
import { anyArrival, anyLife, anyPause, anyPayment, type DecisionBreach, live } from "../../src/testing/properties.js";
import { T0 } from "../../src/testing/simulator/script.js";

const completed = { type: "merchant.completed" } as const;
const processing = { status: "processing" } as const;

const failureOf = (sentence: () => void): DecisionDiffers => {
  try {
    sentence();
  } catch (error) {
    if (error instanceof DecisionDiffers) return error;
    throw error;
  }
  throw new Error("the sentence was taken for true");
};

describe("given, when, then", () => {
  test("a refusal with its reason", () => {
    given(processing).bankSays("frozen").when(completed).thenRefused("unable-to-capture-frozen-order");
  });

  test("a call to the bank, and its answer", () => {
    const asked = given(processing).when(completed);
    asked.then({ outcome: "deferred", reason: "awaiting-gateway", effects: ["capturePayment"] });
    asked.bankAnswers("confirmed", "captured").then({ outcome: "moved", to: "completed" });
    asked.bankAnswers("refused").then({ outcome: "refused", reason: "gateway-refused", flags: ["capture-failed"] });
    asked
      .bankAnswers("lost")
      .then({ outcome: "deferred", reason: "awaiting-gateway", effects: ["capturePayment", "readBack"] });
  });

  test("time, and what rings in it", () => {
    const told = given({ createdAt: T0, updatedAt: T0 }).when(callback());
    told.then({ outcome: "deferred", reason: "cooldown" });
    told.later(59).then({ outcome: "deferred", reason: "cooldown" });
    told.later(60).then({ outcome: "moved", to: "processing" });
  });

  test("a shop's own settings", () => {
    given({}, { cooldownSeconds: 3600 }).when(callback()).then({ outcome: "deferred", reason: "cooldown" });
  });

  test("several events: the last is asked about", () => {
    given()
      .when(callback(), { type: "customer.returned", page: "success" })
      .then({ outcome: "ignored", reason: "no-change", effects: ["addOrderNote"] });
  });

  test("a history out of a running engine goes on where it ended", async () => {
    const clock = new VirtualClock(T0);
    const shop = { execute: async () => ({ kind: "done" }) as const, readStatus: async () => null };
    const engine = createEngine({ store: memoryStore(), gateways: [], shop, clock });
    await engine.start();
    const { tolerance: _, ...order } = anOrder({ paymentId: null, status: "on-hold" });
    await engine.place("1001", order);
    await engine.submit("1001", { type: "merchant.processed" });
    const history = await engine.queries.history("1001");
    await engine.stop();
    expect(history.length).toBeGreaterThan(1);
    given(history).when({ type: "merchant.held" }).then({ outcome: "moved", to: "on-hold" });
  });

  test("a sentence can be gone on with twice, and neither knows of the other", () => {
    const paid = given().when(callback());
    paid.when({ type: "merchant.held" }).then({ outcome: "moved", to: "on-hold" });
    paid.then({ outcome: "moved", to: "processing" });
  });

  test("what is wrong is shown beside what was expected, with the rule, the reason and the order", () => {
    const failure = failureOf(() =>
      given(processing)
        .bankSays("frozen")
        .when(completed)
        .then({ outcome: "moved", to: "completed", effects: ["capturePayment"] }),
    );
    expect(failure.message.split("\n").map((line) => line.trimEnd())).toEqual([
      "merchant.completed was refused, and the order is processing.",
      "",
      "           expected        actual",
      "  outcome  moved           refused",
      "  to       completed       processing",
      "  effects  capturePayment  addOrderNote",
      "",
      expect.stringMatching(/^ {2}rule {5}\S+/),
      "  reason   unable-to-capture-frozen-order: The bank has frozen this payment, and it cannot be captured until the bank releases it.",
      expect.stringMatching(/^ {2}order {4}Processing since .*, but the bank has since frozen the payment/),
      ...failure.message.split("\n").slice(10),
    ]);
    expect(failure).toMatchObject({
      expected: { outcome: "moved", to: "completed" },
      actual: { outcome: "refused", to: "processing", effects: ["addOrderNote"] },
    });
  });

  test("whoever awaits it is told that nothing waits", async () => {
    await expect(Promise.resolve(given().when(callback()) as unknown)).rejects.toThrow("no promise");
  });

  test("an answer of the bank to nothing is a mistake in the test", () => {
    expect(() => given().when(callback()).bankAnswers("lost").lived()).toThrow("no call that moves money");
  });
});

describe("arbitraries", () => {
  test("a payment's books add up, and are a reading's", () => {
    fc.assert(
      fc.property(anyPayment(100_000), (payment) => {
        Reading.parse(payment);
        const { total, authorized, captured, canceled, refunded, status } = payment;
        if (status === "ACCEPTED") expect(authorized + captured + canceled).toBe(total);
        expect(refunded).toBeLessThanOrEqual(captured);
      }),
    );
  });

  test("arrivals come late, again, out of order and not at all, and shrink to none of it", () => {
    const seen = { late: 0, again: 0, swapped: 0, lost: 0 };
    const sent = ["a", "b", "c"];
    fc.assert(
      fc.property(anyArrival(sent), (arrivals) => {
        const order = arrivals.map(({ message }) => message);
        if (arrivals.some(({ after }) => after > 0)) seen.late += 1;
        if (new Set(order).size < order.length) seen.again += 1;
        if (order.indexOf("b") >= 0 && order.indexOf("b") < order.indexOf("a")) seen.swapped += 1;
        if (sent.some((message) => !order.includes(message))) seen.lost += 1;
        expect(arrivals.every(({ after }, i) => after >= (arrivals[i - 1]?.after ?? 0))).toBe(true);
      }),
    );
    for (const times of Object.values(seen)) expect(times).toBeGreaterThan(0);
    const { counterexample } = fc.check(fc.property(anyArrival(sent), () => false));
    expect(counterexample).toEqual([sent.map((message) => ({ message, after: 0 }))]);
  });

  test("pauses shrink to none", () => {
    expect(fc.check(fc.property(anyPause, () => false)).counterexample).toEqual([0]);
  });

  test("a life that breaks a law of one's own is shrunk to the moves that matter", () => {
    const mine = {
      name: "never-on-hold",
      says: "no order is ever put on hold",
      source: "this test",
      broken: ({ decision }: Parameters<(typeof decisionLaws)[number]["broken"]>[0]) =>
        decision.record.facts.order.status === "on-hold" && decision.entry.from !== "on-hold" ? ["it was"] : [],
    };
    const keeps = fc.property(anyLife(), (script) => void live(script, [mine]));
    // One search may end where no single step makes it shorter; of three the middle one counts.
    const found = [1, 2, 3].map((seed) => fc.check(keeps, { seed }));
    expect(found.map(({ failed }) => failed)).toEqual([true, true, true]);
    const moves = found.map(({ counterexample }) => counterexample?.[0].moves.length ?? 0).sort((a, b) => a - b);
    expect(moves[1]).toBeLessThanOrEqual(3);
    const [{ errorInstance }] = found as [(typeof found)[number]];
    const lines = (errorInstance as DecisionBreach).message.split("\n");
    expect(lines[0]).toBe("never-on-hold: no order is ever put on hold");
    expect(lines[1]).toMatch(/^ {2}1\. order\.placed: moved; \w+/);
    expect(lines.at(-2)).toMatch(/; on-hold$/);
    expect(lines.at(-1)).toBe("  and then: it was");
  });

  test.each([
    [{ outcome: "moved", reason: "cooldown", until: null }, "x was moved: cooldown"],
    [{ outcome: "refused", reason: null, until: null }, "x was refused: null"],
    [{ outcome: "deferred", reason: null, until: 5 }, "x was deferred: null"],
    [{ outcome: "ignored", reason: "no-change", until: 5 }, "x was ignored until 5"],
    [{ outcome: "moved", reason: null, until: 5 }, "x was moved until 5"],
  ])("an answer that no receipt can be made of breaks a law: %o", (answer, says) => {
    const decision = { entry: { event: { type: "x" }, answers: [{ type: "x", ...answer }] } };
    const law = decisionLaws.find(({ name }) => name === "every-no-says-why");
    expect(law?.broken({ decision } as never)).toEqual([says]);
  });

  test("every law has a name of its own, a sentence and a source", () => {
    expect(new Set(decisionLaws.map(({ name }) => name)).size).toBe(decisionLaws.length);
    for (const { says, source } of decisionLaws) expect([says, source].every((text) => text.length > 5)).toBe(true);
  });
});

test("the named payments are all readings", () => {
  for (const payment of Object.values(payments)) Reading.parse(payment);
});
