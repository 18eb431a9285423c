/**
 * The whole space of order × payment × cooldown that can be reached, in each way of paying, with every law asked of
 * every transition. The counts are looked at when they change: more states are more that may happen to an order.
 */
import { describe, expect, test } from "vitest";
import { and } from "xstate";
import { type GuardName, guards } from "../../machines/guards.js";
import { type Flow, merchantApi, orderMachine, type Registry, registry } from "../../machines/index.js";
import { Settings } from "../../machines/settings.js";
import { Coverage, explore } from "../../src/testing/reachable/index.js";
import { choices } from "../../src/testing/simulator/write.js";

/** One that no bank has, so that what the traits make of each other is seen too. */
const everyTrait: Flow = { ...merchantApi, comparesAmounts: true, unpaidStaysPending: true, booksWhenSigned: true };
const flows: Registry["flows"] = { ...registry.flows, "every-trait": everyTrait };

const off = { enableCapture: false, enableCancel: false, enableRefund: false, enableModify: false };
const otherwise = {
  stockManagement: true,
  holdStockMinutes: 60,
  choices,
};

type Space = [string, string | null, object, { states: number; transitions: number }];
const isWhole = process.env.EXHAUSTIVE === "all";
/** At every build; the others take minutes each: all of them with `npm run exhaustive`. */
const some: Space[] = [
  ["Merchant API", "resurs-mapi", {}, { states: 22_422, transitions: 3_391_359 }],
  ["paid another way", null, {}, { states: 58, transitions: 3_376 }],
];
const rest: Space[] = [
  [
    "every trait at once, everything chosen otherwise",
    "every-trait",
    otherwise,
    { states: 21_609, transitions: 3_033_458 },
  ],
  ["Merchant API, everything switched off", "resurs-mapi", off, { states: 14_658, transitions: 1_088_753 }],
  ["Nets Easy", "nets-easy", {}, { states: 15_093, transitions: 1_853_061 }],
  ["simplified and hosted", "resurs-simplified", {}, { states: 16_094, transitions: 2_016_431 }],
  ["Resurs Checkout", "resurs-rco", {}, { states: 15_518, transitions: 1_890_971 }],
];

describe("the reachable space", () => {
  const coverage = new Coverage();
  const watched = coverage.watch({ ...registry, flows });

  test.each(isWhole ? [...some, ...rest] : some)(
    "%s: no state breaks a law",
    { timeout: 900_000 },
    (name, gateway, settings, counts) => {
      const explored = explore({ rules: { settings: Settings.parse(settings), registry: watched }, gateway });
      const { breaches, ...found } = explored;
      console.info(`reachable, ${name}: ${found.states} states, ${found.transitions} transitions`);
      expect(breaches).toEqual([]);
      expect(found).toEqual(counts);
    },
  );

  test("the hosted flow is the simplified one: nothing more can happen in it", () => {
    expect(registry.flows["resurs-hosted"]).toBe(registry.flows["resurs-simplified"]);
  });

  // What is unreachable is taken out of the machine, not listed here.
  test.runIf(isWhole)("every transition of every machine was taken, and every guard has said yes and no", () => {
    expect(coverage.missing).toEqual([]);
  });
});

/** The order machine with one guard that has forgotten a part of what it asks. */
const forgetting = (guard: GuardName, part: string): Registry => {
  const parts = (guards[guard] as unknown as { guards: (string | { guards: string[] })[] }).guards;
  const left = parts.filter((one) => (typeof one === "string" ? one : `!${one.guards[0]}`) !== part);
  if (left.length !== parts.length - 1) throw new Error(`${guard} does not ask for ${part}`);
  return {
    ...registry,
    order: orderMachine.provide({ guards: { [guard]: and(left as never) } }) as typeof orderMachine,
  };
};

describe("a guard that forgets a part of what it asks is found, with the shortest way there", () => {
  const never = "money law broken: nothing is captured from such a payment";
  const more = "money law broken: never more is given back than was captured";
  const cancelled = "money law broken: nothing is cancelled after a capture but the rest";
  const reserved = "money law broken: never more is reserved than the bank authorised";

  test.each<[GuardName, string, string, string]>([
    ["canCapture", "!isFrozen", never, "the payment is read: frozen, still offered"],
    ["canCapture", "!isInInspection", never, "the payment is read: in inspection, still offered"],
    [
      "canCapture",
      "offersCapture",
      "captured-as-the-bank-allowed: the bank offers none",
      "the payment is read: accepted, nothing offered",
    ],
    ["canCancel", "!hasCaptured", cancelled, "the payment is read: partly captured"],
    ["canRefundAmount", "refundFits", more, "the payment is read: partly captured"],
    ["canModify", "!hasCaptured", cancelled, "the payment is read: partly captured"],
    ["canRebuild", "staysWithinCreditLimit", reserved, "the payment is read: cancelled"],
    ["mayTryCaptureAgain", "!isFrozen", never, "the payment is read back: frozen, still offered"],
    ["mayTryRefundAgain", "stillLeftToRefund", more, "the payment is read back: partly captured"],
    ["canAddTheRest", "stillWithinCreditLimit", reserved, "cancel is confirmed: missing"],
    ["awaitsBooking", "isMissing", "booked-once: it is there", "the payment is read: at the bank"],
  ])("%s without %s", { timeout: 240_000 }, (guard, part, law, last) => {
    const rules = { settings: Settings.parse({}), registry: forgetting(guard, part) };
    const gateway = guard === "awaitsBooking" ? "resurs-simplified" : "resurs-mapi";
    const [first] = explore({ rules, gateway }).breaches;
    expect(first?.law).toBe(law);
    expect(first?.way.at(-1)).toBe(last);
    expect(first?.way.length).toBeLessThanOrEqual(6);
  });
});
