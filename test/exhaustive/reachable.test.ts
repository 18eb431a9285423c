/**
 * The whole space of order × payment × cooldown that can be reached, in each way of paying, with every law asked of
 * every transition. The counts are looked at when they change: more states are more that may happen to an order.
 */
import { describe, expect, test } from "vitest";
import { and } from "xstate";
import { type GuardName, guards } from "../../machines/guards.js";
import { type Flow, merchantApi, orderMachine, type Registry, registry } from "../../machines/index.js";
import { Settings } from "../../machines/settings.js";
import type { OrderRecord } from "../../src/core/record.js";
import { Coverage, type ExploreOptions, explore } from "../../src/testing/reachable/index.js";
import { choices } from "../../src/testing/simulator/write.js";
import { isWhole } from "./whole.js";

/** One that no bank has, so that what the traits make of each other is seen too. */
const everyTrait: Flow = { ...merchantApi, comparesAmounts: true, unpaidStaysPending: true, booksWhenSigned: true };
const flows: Registry["flows"] = { ...registry.flows, "every-trait": everyTrait };

const stock = { stockManagement: true, holdStockMinutes: 60 };
const off = { enableCapture: false, enableCancel: false, enableRefund: false, enableModify: false, ...stock };
const otherwise = { ...stock, choices };

interface Counts {
  states: number;
  transitions: number;
}
/** `some`: of what each build looks at. The whole is told, and stands with its commit in docs/evidence/guarantees.md. */
type Space = [name: string, gateway: string | null, settings: object, some: Counts];
const spaces: Space[] = [
  ["Merchant API", "resurs-mapi", {}, { states: 1_406, transitions: 39_914 }],
  ["paid another way", null, {}, { states: 20, transitions: 476 }],
  [
    "every trait at once, everything chosen otherwise",
    "every-trait",
    otherwise,
    { states: 1_601, transitions: 43_164 },
  ],
  ["Merchant API, everything switched off", "resurs-mapi", off, { states: 972, transitions: 22_817 }],
  ["Nets Easy", "nets-easy", {}, { states: 1_235, transitions: 32_008 }],
  ["simplified", "resurs-simplified", {}, { states: 1_273, transitions: 34_155 }],
  ["Resurs Checkout and hosted", "resurs-rco", {}, { states: 1_206, transitions: 31_432 }],
];

/** At every build, what may happen to the first order of each kind that is found. */
const firstOfEachKind = (): ((record: OrderRecord) => boolean) => {
  const seen = new Set<string>();
  return ({ states, facts: { operation, waiting }, timers }) => {
    const call = operation && [operation.leadsTo, operation.tries, operation.lostAt === null];
    const kind = JSON.stringify([states, call, Object.keys(timers), waiting.map(({ type, held }) => [type, held])]);
    const isFirst = !seen.has(kind);
    seen.add(kind);
    return isFirst;
  };
};

const bounds = (): Pick<ExploreOptions, "goesOn"> => (isWhole ? {} : { goesOn: firstOfEachKind() });

describe("the reachable space", () => {
  const coverage = new Coverage();
  const watched = coverage.watch({ ...registry, flows });

  test.each(spaces)("%s: no state breaks a law", { timeout: 900_000 }, (name, gateway, settings, some) => {
    const rules = { settings: Settings.parse(settings), registry: watched };
    const explored = explore({ rules, gateway, ...bounds() });
    const { breaches, ...found } = explored;
    console.info(`reachable, ${name}: ${found.states} states, ${found.transitions} transitions`);
    expect(breaches).toEqual([]);
    if (!isWhole) expect(found).toEqual(some);
  });

  test("the hosted flow is that of Resurs Checkout: nothing more can happen in it", () => {
    expect(registry.flows["resurs-hosted"]).toBe(registry.flows["resurs-rco"]);
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
  const more = "money law broken: never more is refunded than was captured";
  const cancelled = "money law broken: nothing is cancelled after a capture but the rest";
  /** After a lost answer: the whole space takes most of a minute to come to these. */
  const liesDeep = (guard: GuardName) => guard.startsWith("mayTry");
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
    [
      "cancelTookEffectAndRestCanBeAdded",
      "stillWithinCreditLimit",
      reserved,
      "cancel is confirmed: cancelled, no credit left",
    ],
    ["awaitsBooking", "isMissing", "booked-once: it is there", "the payment is read: at the bank"],
  ])("%s without %s", { timeout: 240_000 }, (guard, part, law, last) => {
    const rules = { settings: Settings.parse({}), registry: forgetting(guard, part) };
    const gateway = guard === "awaitsBooking" ? "resurs-simplified" : "resurs-mapi";
    const [first] = explore({ rules, gateway, ...(liesDeep(guard) ? bounds() : {}) }).breaches;
    expect(first?.law).toBe(law);
    expect(first?.way.at(-1)).toBe(last);
    expect(first?.way.length).toBeLessThanOrEqual(6);
  });
});
