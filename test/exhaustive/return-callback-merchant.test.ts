/**
 * The customer's return, the bank's callback and the merchant's click on three nodes, in every order in which five
 * steps of each can come: 15! / 5!³ = 756,756 (fault model F7). What is left to do after that is done in every order.
 */
import { describe, expect, test } from "vitest";
import type { OrderEvent } from "../../machines/events.js";
import { orderMachine, registry } from "../../machines/index.js";
import { rulesWith } from "../../src/testing/decision/life.js";
import { callback } from "../../src/testing/decision/samples.js";
import { MINUTE } from "../../src/testing/simulator/script.js";
import { walk } from "./interleavings.js";
import { type Meeting, Model } from "./model.js";

const click = (event: object): Meeting["events"] => [
  { type: "customer.returned", page: "success" },
  callback() as OrderEvent,
  { via: "dropdown", ...event } as OrderEvent,
];
const complete = click({ type: "merchant.completed" });
const cancel = click({ type: "merchant.cancelled" });
const refund = click({ type: "merchant.refunded", amount: null });

const pending = { status: "pending", age: 10 * MINUTE } as const;
const captured = "authorized 0, captured 100000, canceled 0, refunded 0";

/** How each meeting may end, by the documents: whoever comes first, the money and the last word are the same. */
const meetings: Record<string, { meeting: Meeting; ends: string[] }> = {
  "an accepted payment, and Completed": {
    meeting: { ...pending, books: {}, events: complete },
    // The customer is told of the payment where the return or the callback came first.
    ends: [`completed, click moved, mails 0, ${captured}`, `completed, click moved, mails 1, ${captured}`],
  },
  "an accepted payment, and Completed, in the customer's minute": {
    meeting: { ...pending, age: MINUTE / 2, books: {}, events: complete },
    ends: [`completed, click moved, mails 0, ${captured}`, `completed, click moved, mails 1, ${captured}`],
  },
  "an accepted payment, and Cancelled": {
    meeting: { ...pending, books: {}, events: cancel },
    ends: [
      "cancelled, click moved, mails 0, authorized 0, captured 0, canceled 100000, refunded 0",
      "cancelled, click moved, mails 1, authorized 0, captured 0, canceled 100000, refunded 0",
    ],
  },
  "a frozen payment, and Completed": {
    meeting: { ...pending, books: { status: "FROZEN" }, events: complete },
    ends: ["on-hold, click refused, mails 0, authorized 100000, captured 0, canceled 0, refunded 0"],
  },
  "a rejected payment, and Completed": {
    meeting: { ...pending, books: { status: "REJECTED", authorized: 0, taskCompleted: false }, events: complete },
    ends: ["cancelled, click refused, mails 0, authorized 0, captured 0, canceled 0, refunded 0"],
  },
  "a captured payment, and Refunded": {
    meeting: { ...pending, status: "processing", books: { authorized: 0, captured: 100_000 }, events: refund },
    ends: ["refunded, click moved, mails 0, authorized 0, captured 100000, canceled 0, refunded 100000"],
  },
};

describe("return × callback × merchant on three nodes", () => {
  test.each(Object.entries(meetings))("%s: every interleaving keeps every law", (name, { meeting, ends }) => {
    const walked = walk(new Model(meeting, rulesWith()));
    const { interleavings, states, steps } = walked;
    console.info(
      `return × callback × merchant, ${name}: ${interleavings} interleavings, ${states} states, ${steps} steps`,
    );
    expect(walked.breaches).toEqual([]);
    expect(interleavings).toBe(756_756);
    expect(walked.ends).toEqual(ends);
  });

  const accepted = meetings["an accepted payment, and Completed"]?.meeting as Meeting;
  const frozen = meetings["a frozen payment, and Completed"]?.meeting as Meeting;

  test("a store that does not look at the version is found, with the shortest way there", () => {
    const { breaches, interleavings } = walk(new Model(accepted, rulesWith(), { blind: true }));
    expect(interleavings).toBeLessThan(756_756);
    expect(breaches[0]).toBe("I14 a decision was made on a record that stands no longer, by rcrc");
  });

  test("a guard that lets a frozen payment be captured is found", () => {
    const order = orderMachine.provide({ guards: { canCapture: () => true } }) as typeof orderMachine;
    const { breaches } = walk(new Model(frozen, { ...rulesWith(), registry: { ...registry, order } }));
    expect(breaches[0]).toMatch(/nothing is captured from such a payment, by m+$/);
  });

  test("a cooldown that lets callbacks through at once is found", () => {
    const { settings } = rulesWith();
    const { breaches } = walk(new Model({ ...accepted, age: MINUTE / 2 }, { settings, registry }, { hasty: true }));
    expect(breaches[0]).toMatch(/^customer-first: callback moved \d+ ms too early, by c+$/);
  });
});
