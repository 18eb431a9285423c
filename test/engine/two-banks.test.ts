/** An order with a payment at each of two banks, one of which is away: what is asked about the other does not wait. */
import { afterEach, describe, expect, test } from "vitest";
import type { Command } from "../../machines/events.js";
import type { Store } from "../../src/ports/store.js";
import { memoryStore } from "../../src/stores/memory/store.js";
import { sqliteStore } from "../../src/stores/sqlite/store.js";
import { bankHas, callback, gatewayNamed, MINUTE, Place, temporary } from "./place.js";

let place: Place;
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await place?.end();
  for (const close of closing.splice(0)) await close();
});

let away = true;
/** `pay-1` at the bank that is away is the current payment, `pay-0` at the other an earlier one. */
const begun = async (older: string, newer = "TASK_REDIRECTION_REQUIRED", store: Store = memoryStore()) => {
  away = true;
  place = await Place.made({ only: ["near"] });
  const { bank, clock } = place;
  const far = gatewayNamed("far", bank.url, clock);
  const gateways = [
    gatewayNamed("near", bank.url, clock),
    {
      ...far,
      readPayment: async (id: string) =>
        away ? ({ kind: "unknown", detail: "HTTP 503" } as const) : far.readPayment(id),
    },
  ];
  place.engine = await place.start({ gateways, store });
  bankHas(bank, "pay-0", older);
  await place.order("1", { paymentId: null, gateway: "near" });
  await place.tell("1", { type: "payment.created", paymentId: "pay-0", gateway: "near", attempt: "a0" });
  bankHas(bank, "pay-1", newer);
  await place.tell("1", { type: "payment.created", paymentId: "pay-1", gateway: "far", attempt: "a1" });
  await place.after(5 * MINUTE);
};
const asked = async (event: Command) => {
  const answer = place.engine.submit("1", event, { wait: "settled", timeoutMs: MINUTE });
  await place.after(2 * MINUTE);
  return answer;
};
const paidBy = async () => (await place.engine.queries.read("1"))?.facts.payment.id;
const flags = async () =>
  (await place.engine.queries.read("1"))?.flags.filter(({ clearedAt }) => clearedAt === null).map(({ flag }) => flag);

const attached = { type: "payment.attached", paymentId: "pay-0" } as const;
const back = { type: "customer.returned", page: "success", attempt: "a0" } as const;

describe("the earlier payment holds the money, and the bank of the current one is away", () => {
  test.each<[string, Command]>([
    ["the bank's message", callback("pay-0")],
    ["the customer who comes back from it", back],
    ["a merchant who attaches it", attached],
  ])("%s makes the order processing at once", async (_what, event) => {
    await begun("ACCEPTED");
    expect(await asked(event)).toMatchObject({ final: true, outcome: expect.not.stringContaining("refused") });
    expect([place.status("1"), await paidBy()]).toEqual(["processing", "pay-0"]);
  });

  test("also where the current one is being read since hours, on SQLite", async () => {
    const { file, remove } = await temporary();
    closing.push(remove);
    await begun("ACCEPTED", "TASK_REDIRECTION_REQUIRED", sqliteStore({ file }));
    const waits = place.engine.submit("1", { type: "reconcile.asked" }, { wait: "settled", timeoutMs: 121 * MINUTE });
    await place.after(120 * MINUTE);
    await asked(callback("pay-0"));
    expect([place.status("1"), await paidBy()]).toEqual(["processing", "pay-0"]);
    expect((await waits).outcome).not.toBe("deferred");
  });

  test("and the money of the current one, once its bank is back, is let go", async () => {
    await begun("ACCEPTED", "ACCEPTED");
    await asked(callback("pay-0"));
    expect(await paidBy()).toBe("pay-0");
    away = false;
    await place.after(30 * MINUTE);
    expect(place.bank.calls).toEqual([expect.objectContaining({ op: "cancel", paymentId: "pay-1", applied: true })]);
    expect([place.status("1"), await flags()]).toEqual(["processing", []]);
  });
});

describe("the earlier payment holds no money", () => {
  test.each<[string, Command, string]>([
    ["the bank's message", callback("pay-0"), "stale-payment"],
    ["a merchant who attaches it", attached, "not-paid"],
  ])("%s is answered at once", async (_what, event, reason) => {
    await begun("REJECTED");
    expect(await asked(event)).toMatchObject({ final: true, outcome: "refused", reason });
    expect([place.status("1"), await paidBy()]).toEqual(["pending", "pay-1"]);
  });
});

test("where both hold money, nothing is let go before the bank that is away has spoken", async () => {
  await begun("TASK_REDIRECTION_REQUIRED", "ACCEPTED");
  away = false;
  await asked({ type: "reconcile.asked" });
  expect([place.status("1"), await paidBy()]).toEqual(["processing", "pay-1"]);
  away = true;
  bankHas(place.bank, "pay-0", "ACCEPTED");
  const answer = place.engine.submit("1", callback("pay-0"), { wait: "settled", timeoutMs: 24 * MINUTE });
  await place.after(5 * MINUTE);
  expect([place.bank.calls, await flags()]).toEqual([[], ["discrepancy:paid-twice"]]);
  away = false;
  await place.after(20 * MINUTE);
  expect(await answer).toMatchObject({ reason: "surplus-payment" });
  expect(place.bank.calls).toEqual([expect.objectContaining({ op: "cancel", paymentId: "pay-0", applied: true })]);
  expect(await flags()).toEqual([]);
});
