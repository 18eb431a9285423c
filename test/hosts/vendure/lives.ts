/** A random life of one Vendure order: what its customer, its merchant and the bank's staff may do to it, and what must hold. */
import { Chance, mixed } from "../../../src/testing/simulator/chance.js";
import { atBank, type Money, NOTHING } from "../money.js";
import type { Place } from "./place.js";
import { LAMP, type Order, officeOf, type Result, storefrontOf, TABLE } from "./shop.js";

/** Accepted (half), denied, frozen and then accepted, frozen and then denied, inspected and then accepted, frozen. */
const PERSONS = [
  ...["198305147715", "198305147715", "198305147715", "198305147715", "198305147715"],
  ...["197211072793", "198001010001", "197801069241", "199105149612", "198209123705"],
];

export interface Life {
  seed: number;
  code: string;
  payments: string[];
  /** What was done, for whoever reads a breach. */
  told: string[];
  breaches: string[];
}

/** Reserved by the bank, which has not made up its mind: it pays nothing yet. */
const ONLY_HELD = /^(FROZEN|INSPECTION)$/;

/** A refund before any capture stands for money that the bank was never asked for. */
const inVendure = ({ payments }: Order, paymentId: string): Money[] =>
  payments
    .filter(({ transactionId }) => transactionId === paymentId)
    .map(({ state, amount, refunds, metadata }) => {
      const refunded = refunds.filter((one) => one.state !== "Failed").reduce((sum, { total }) => sum + total, 0);
      if (state === "Settled") return { reserved: 0, captured: amount, refunded };
      const held = state === "Authorized" || (state === "Created" && ONLY_HELD.test(metadata?.bankStatus ?? ""));
      return { ...NOTHING, reserved: held ? amount : 0 };
    });

/** What is wrong between Vendure's order and the bank's books at this moment. */
export const differences = async ({ bank, admin }: Place, { code, payments: paymentIds }: Life): Promise<string[]> => {
  const order = await officeOf(admin).order(code);
  const found: string[] = [];
  let held = 0;
  for (const id of paymentIds) {
    const [theirs, ours] = [atBank(bank, id), inVendure(order, id)];
    held += theirs.reserved + theirs.captured - theirs.refunded > 0 ? 1 : 0;
    if (ours.length > 1) found.push(`payment ${id} is stored ${ours.length} times`);
    // Until a part that was captured at the bank is the whole, Vendure has the payment as authorised.
    const partly = theirs.reserved > 0 && theirs.captured > 0;
    const wanted = partly ? { ...NOTHING, reserved: theirs.reserved + theirs.captured } : theirs;
    if (JSON.stringify(ours[0] ?? NOTHING) !== JSON.stringify(wanted))
      found.push(`payment ${id}: the bank has ${JSON.stringify(theirs)}, Vendure ${JSON.stringify(ours[0] ?? null)}`);
  }
  if (held > 1) found.push(`${held} payments of one order hold money`);
  const unknown = order.payments.filter(({ transactionId }) => !paymentIds.includes(transactionId));
  for (const { transactionId } of unknown) found.push(`the bank has no payment "${transactionId}"`);
  if (order.payments.some(({ refunds }) => refunds.some(({ state }) => state === "Pending")))
    found.push("a refund is pending");
  return found;
};

const failed = ({ __typename }: Result): boolean => /Error$/.test(__typename);

export const live = async (place: Place, seed: number): Promise<Life> => {
  const life: Life = { seed, code: "", payments: [], told: [], breaches: [] };
  await lived(place, life).catch((error: unknown) => life.breaches.push(String(error)));
  return life;
};

const lived = async (place: Place, life: Life): Promise<void> => {
  const { seed } = life;
  const chance = new Chance(mixed(seed, 22));
  const { bank } = place;
  const [shop, office] = [storefrontOf(place.storefront()), officeOf(place.admin)];
  const { told, breaches } = life;
  const tell = (what: string) => told.push(what);
  const visit = (url: string | null) =>
    fetch(url ?? "", { redirect: "manual" }).then(
      () => undefined,
      () => undefined,
    );

  const begin = async (): Promise<string | null> => {
    bank.nextPerson(chance.one(PERSONS), { callbacks: chance.happens(0.5) });
    const { paymentId, message } = await shop.pay();
    tell(`pays: ${paymentId ?? message}`);
    if (!paymentId || life.payments.includes(paymentId)) return null;
    life.payments.push(paymentId);
    return paymentId;
  };
  const signs = async (paymentId: string) => {
    if (bank.books(paymentId) === null && chance.happens(0.1)) return;
    const { status, redirectUrl } = bank.customerSigns(paymentId);
    tell(`signs ${paymentId}: ${status}`);
    const arrivals = [
      ...(chance.happens(0.5) ? [visit(redirectUrl)] : []),
      ...(chance.happens(0.5)
        ? [bank.deliver(paymentId, status === "ACCEPTED" ? "AUTHORIZED" : "FROZEN").catch(() => {})]
        : []),
      ...(chance.happens(0.2) ? [visit(redirectUrl)] : []),
    ];
    await Promise.all(arrivals);
  };
  const atPortal = (op: "capture" | "cancel" | "refund") => {
    const id = chance.one(life.payments);
    const amount = chance.happens(0.5) ? undefined : 10 * chance.between(1, 5);
    try {
      bank.portal(id, op, amount);
      tell(`the bank's staff ${op} ${amount ?? "all"} of ${id}`);
    } catch {
      // What the bank does not let its staff do.
    }
  };

  await shop.add(LAMP, chance.between(1, 2));
  if (chance.happens(0.5)) await shop.add(TABLE);
  await shop.address();
  life.code = (await shop.to("ArrangingPayment")).code ?? "";
  for (let tries = 0; tries < 3; tries++) {
    const paymentId = await begin();
    if (chance.happens(0.4)) {
      const back = await shop.to("AddingItems");
      tell(`shops on: ${back.state ?? back.message}`);
      if (!failed(back)) {
        if (chance.happens(0.5)) await shop.add(TABLE);
        else await shop.adjust((await shop.active())?.lines[0]?.id ?? "", 3);
        // In the other tab the old page of the bank is still open.
        if (paymentId !== null && chance.happens(0.4)) await signs(paymentId);
        await shop.to("ArrangingPayment");
        continue;
      }
    }
    if (paymentId !== null && chance.happens(0.85)) await signs(paymentId);
    // Closes the window; whether anybody hears of the payment is up to the bank.
    if (chance.happens(0.3)) break;
    if ((await office.order(life.code)).state !== "ArrangingPayment") break;
  }

  const row = async () => (await office.order(life.code)).payments.at(-1);
  for (let step = 0; step < 8; step++) {
    const order = await office.order(life.code);
    const payment = await row();
    const doing = chance.one([
      ...["settle", "settle", "settle", "twice"],
      ...["refund", "refund", "refund", "refund a line"],
      ...["cancel", "cancel lines", "cancel payment"],
      ...["portal", "portal", "fulfil"],
    ]);
    if (doing === "portal" && life.payments.length > 0) atPortal(chance.one(["capture", "cancel", "refund"] as const));
    if (payment === undefined) continue;
    const before = atBank(bank, payment.transactionId);
    if (doing === "settle" || doing === "twice") {
      const clicks = await Promise.all([
        office.settle(payment.id),
        ...(doing === "twice" ? [office.settle(payment.id)] : []),
      ]);
      tell(`${doing}: ${clicks.map(({ __typename, why }) => why ?? __typename).join(", ")}`);
      const after = atBank(bank, payment.transactionId);
      if (before.captured === 0 && clicks.some((one) => !failed(one)) && after.captured > 0) {
        const paid = (await row())?.refunds.length === 0;
        if (paid && after.captured !== order.totalWithTax)
          breaches.push(`captured ${after.captured} of an order of ${order.totalWithTax}`);
      }
    }
    if (doing === "refund") {
      const amount = chance.happens(0.3) ? payment.amount : 1000 * chance.between(1, 5);
      const asked = [
        office.refund(payment.id, amount),
        ...(chance.happens(0.2) ? [office.refund(payment.id, 1000)] : []),
      ];
      for (const one of await Promise.all(asked)) {
        tell(`refund of ${amount}: ${one.why ?? one.__typename}`);
        if (
          failed(one) &&
          one.__typename === "RefundOrderStateError" &&
          atBank(bank, payment.transactionId).refunded > before.refunded
        )
          breaches.push("refunded although Vendure refused");
      }
    }
    const [line] = order.lines.filter(({ quantity }) => quantity > 0);
    if (doing === "refund a line" && line) {
      const answer = await office.refundLine(payment.id, line.id);
      tell(`refund of a line: ${answer.why ?? answer.__typename}`);
    }
    if (doing === "fulfil" && line) tell(`fulfil: ${(await office.fulfil(line.id)).__typename}`);
    if (doing.startsWith("cancel")) {
      const lines = line ? [{ orderLineId: line.id, quantity: 1 }] : [];
      const answer =
        doing === "cancel payment"
          ? await office.cancelPayment(payment.id)
          : await office.cancel(order.id, doing === "cancel lines" ? lines : undefined);
      tell(`${doing}: ${answer.why ?? answer.__typename}`);
      const after = await office.order(life.code);
      if (failed(answer) && JSON.stringify(after.lines) !== JSON.stringify(order.lines))
        breaches.push(`${doing} was refused, and the lines were cancelled`);
    }
  }
};
