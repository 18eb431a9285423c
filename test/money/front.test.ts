/** What stands before the bank answers in its place: no order is cancelled on that, and no call counts as refused. */
import { afterEach, describe, expect, test } from "vitest";
import { netsEasy } from "../../src/gateways/nets/easy.js";
import { resursHosted } from "../../src/gateways/resurs-legacy/index.js";
import type { FrontPage } from "../../src/testing/doubles/front-page.js";
import { legacyDouble } from "../../src/testing/doubles/resurs-legacy/double.js";
import { netsDouble } from "../../src/testing/index.js";
import { bankHas, MINUTE, order, Place, shopHas, T0 } from "../engine/place.js";

let ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.reverse()) await end();
  ends = [];
});

/** Links run out after an hour. */
const settings = { stockManagement: true, holdStockMinutes: 60 };

const made = async (options: Parameters<typeof Place.made>[0] = {}) => {
  const place = await Place.made({ settings, ...options });
  ends.push(() => place.end());
  return place;
};

const statuses = async (place: Place, id: string) =>
  (await place.engine.queries.history(id)).map(({ to }) => to).filter((to, i, all) => to !== all[i - 1]);

const pages: [string, FrontPage][] = [
  ["nginx's page, 404", { status: 404 }],
  ["a line of text, 404", { status: 404, body: "plain" }],
  ["nothing, 404", { status: 404, body: "empty" }],
  ["an API gateway's JSON, 404", { status: 404, body: "json" }],
  ["403", { status: 403 }],
  ["410", { status: 410 }],
  ["400", { status: 400, body: "json" }],
];

describe.each(pages)("while links run out, the front answers %s", (_, page) => {
  test("orders with a reservation are not cancelled, and are right once it is healed", {
    timeout: 60_000,
  }, async () => {
    const place = await made();
    // One that nobody has asked about yet, and one that was seen while its customer was at the bank.
    await place.order("unread", { at: T0 });
    await place.order("seen", { at: T0, payment: "TASK_REDIRECTION_REQUIRED" });
    await place.tell("seen", { type: "reconcile.asked" });
    // And one that was seen like that and is signed, unheard, just before the front goes wrong.
    await place.order("signed", { at: T0, payment: "TASK_REDIRECTION_REQUIRED" });
    await place.tell("signed", { type: "reconcile.asked" });
    await place.order("other", { status: "completed" });
    await place.after(59.5 * MINUTE);
    bankHas(place.bank, "pay-signed");
    // So that the token is fresh, and the payments' own addresses meet the front.
    await place.tell("other", { type: "reconcile.asked" });
    place.bank.front(page);
    await place.after(15 * MINUTE);
    for (const id of ["unread", "seen", "signed"]) expect(place.status(id)).toBe("pending");
    place.bank.front(null);
    await place.after(2 * MINUTE);
    expect(["unread", "signed"].map((id) => place.status(id))).toEqual(["processing", "processing"]);
    expect(["unread", "signed"].map((id) => place.woo.confirmationMails(id))).toEqual([1, 1]);
    // Its customer never came back, and the bank itself says so.
    expect(place.status("seen")).toBe("cancelled");
    expect(await statuses(place, "unread")).toEqual(["pending", "processing"]);
    expect((await place.engine.queries.health()).counts).toMatchObject({ waitingEffects: 0, deadEffects: 0 });
  });
});

describe.each(pages)("a capture is answered by the front with %s", (_, page) => {
  test.each([
    ["it was passed on and booked", true],
    ["it went no further", false],
  ])("%s: captured once, completed, and nobody is told of a refusal", async (_how, passedOn) => {
    const place = await made();
    await place.order("o", { status: "processing" });
    await place.tell("o", { type: "reconcile.asked" });
    const word = `front-${page.status}-${page.body ?? "html"}${passedOn ? "-after-apply" : ""}:1`;
    place.bank.setSeries("pay-o", [{ from: 0, payment: paid(), faults: { capture: word } }]);
    await place.engine.submit("o", { type: "merchant.completed", via: "dropdown" });
    await place.after(2 * MINUTE);
    expect(place.status("o")).toBe("completed");
    expect(place.bank.books("pay-o")).toMatchObject({ captured: 1000, authorized: 0 });
    expect(place.bank.calls.filter(({ applied }) => applied)).toHaveLength(1);
    const rules = (await place.engine.queries.history("o")).flatMap(({ answers }) => answers.map(({ rule }) => rule));
    expect(rules).not.toContain("capture/refused");
  });
});

const paid = () => ({
  status: "ACCEPTED",
  order: {
    totalOrderAmount: 1000,
    authorizedAmount: 1000,
    possibleActions: ["CAPTURE", "PARTIAL_CAPTURE", "CANCEL", "PARTIAL_CANCEL"],
  },
  application: { approvedCreditLimit: 1000 },
});

test.each(pages)("Nets: while links run out, the front answers %s: nothing is cancelled", async (_, page) => {
  const place = await made({
    gateways: [],
  });
  const nets = await netsDouble({ clock: place.clock });
  ends.push(nets.close);
  const engine = await place.start({
    settings,
    gateways: [netsEasy({ baseUrl: nets.url, secretKey: "a secret key of the tests", clock: place.clock })],
  });
  const id = "a".repeat(32);
  nets.setSeries(id, [
    { from: 0, netsPayment: { summary: { reservedAmount: 100_000 }, orderDetails: { amount: 100_000 } } },
  ]);
  shopHas(place.woo, "n", T0);
  await engine.place("n", order(id, T0, { gateway: "nets-easy" }));
  await place.after(10 * MINUTE);
  nets.front(page);
  await engine.submit("n", { type: "customer.returned", page: "fail" });
  await place.after(15 * MINUTE);
  expect(place.status("n")).toBe("pending");
  nets.front(null);
  await place.after(2 * MINUTE);
  expect([place.status("n"), place.woo.confirmationMails("n")]).toEqual(["processing", 1]);
});

test.each(pages)("the hosted flow: the customer is on the fail page and the front answers %s", async (_, page) => {
  const place = await made({ gateways: [] });
  const bank = await legacyDouble({ clock: place.clock });
  ends.push(bank.close);
  const options = { userName: "shop", password: "a password of the tests", clock: place.clock };
  const engine = await place.start({ settings, gateways: [resursHosted({ ...options, ...bank.addresses })] });
  bank.setSeries("ref-1", [{ from: 0, payment: paid() }]);
  shopHas(place.woo, "h", T0);
  await engine.place("h", order("ref-1", T0, { gateway: "resurs-hosted" }));
  bank.front(page);
  await engine.submit("h", { type: "customer.returned", page: "fail" });
  await place.after(5 * MINUTE);
  expect(place.status("h")).toBe("pending");
  bank.front(null);
  await place.after(2 * MINUTE);
  expect([place.status("h"), place.woo.confirmationMails("h")]).toEqual(["processing", 1]);
});
