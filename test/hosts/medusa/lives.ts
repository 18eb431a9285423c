/** A random life of one Medusa cart: what its customer, its merchant and the bank's staff may do to it, and what must hold. */
import { Chance, mixed } from "../../../src/testing/simulator/chance.js";
import { atBank, type Money, minor } from "../money.js";
import type { Place } from "./place.js";
import { type Answer, officeOf, type Payment, storefrontOf } from "./shop.js";

/** Accepted (half), denied, frozen and then accepted, frozen and then denied, inspected and then accepted. */
const PERSONS = [
  ...["198305147715", "198305147715", "198305147715", "198305147715"],
  ...["197211072793", "198001010001", "197801069241", "199105149612"],
];

export interface Life {
  seed: number;
  sessions: string[];
  payments: string[];
  /** What was done, for whoever reads a breach. */
  told: string[];
  breaches: string[];
}

const sum = (rows: { amount: number }[]): number => rows.reduce((total, { amount }) => total + minor(amount), 0);

const paymentsOf = async ({ admin }: Place, { sessions }: Life): Promise<Payment[]> => {
  const found = sessions.map((id) =>
    admin.get(`/admin/payments?payment_session_id=${id}&fields=id,amount,canceled_at,data,*captures,*refunds`),
  );
  return (await Promise.all(found)).flatMap(({ body }) => body.payments as Payment[]);
};

const inMedusa = (rows: Payment[]): Money => ({
  reserved: rows
    .filter(({ canceled_at }) => canceled_at === null)
    .reduce((total, { amount, captures }) => total + minor(amount) - sum(captures), 0),
  captured: sum(rows.flatMap(({ captures }) => captures)),
  refunded: sum(rows.flatMap(({ refunds }) => refunds)),
});

/** What is wrong between Medusa's books and the bank's at this moment. */
export const differences = async (place: Place, life: Life): Promise<string[]> => {
  const rows = await paymentsOf(place, life);
  const books = life.payments.map((id) => atBank(place.bank, id));
  const total = (of: keyof Money) => books.reduce((all, one) => all + one[of], 0);
  const theirs: Money = { reserved: total("reserved"), captured: total("captured"), refunded: total("refunded") };
  const ours = inMedusa(rows);
  const found: string[] = [];
  // Medusa has no word for a rest that was let go after a part was captured.
  if (theirs.captured > 0) ours.reserved = theirs.reserved;
  // Of another amount than the cart costs: Medusa makes no order and no payment of it, and a person is told.
  const shown = await Promise.all(life.payments.map((id) => place.records.flagged(id)));
  const isOdd = rows.length === 0 && theirs.captured > 0 && shown.some(Boolean);
  if (JSON.stringify(ours) !== JSON.stringify(theirs) && !isOdd)
    found.push(`the bank has ${JSON.stringify(theirs)}, Medusa ${JSON.stringify(ours)}`);
  const held = books.filter(({ reserved, captured, refunded }) => reserved + captured - refunded > 0);
  if (held.length > 1) found.push(`${held.length} payments of one cart hold money`);
  return found;
};

const failed = ({ status }: Answer): boolean => status !== 200;

export const live = async (place: Place, seed: number): Promise<Life> => {
  const life: Life = { seed, sessions: [], payments: [], told: [], breaches: [] };
  await lived(place, life).catch((error: unknown) => life.breaches.push(String(error)));
  return life;
};

const lived = async (place: Place, life: Life): Promise<void> => {
  const chance = new Chance(mixed(life.seed, 23));
  const { bank, wares } = place;
  const [shop, office] = [storefrontOf(place.storefront, wares), officeOf(place.admin)];
  const { told, breaches } = life;
  const tell = (what: string) => told.push(what);
  const visit = (url: string | null) =>
    fetch(url ?? "", { redirect: "manual" }).then(
      () => undefined,
      () => undefined,
    );
  const words = ({ status, body }: Answer): string => `${status} ${body?.message ?? ""}`;

  const cart = await shop.cart(...(chance.happens(0.5) ? [wares.lamp] : [wares.lamp, wares.table]));
  const begin = async (): Promise<string | null> => {
    bank.nextPerson(chance.one(PERSONS), { callbacks: chance.happens(0.5) });
    const answer = await shop.pay(cart);
    const { session } = answer;
    tell(`pays: ${session?.data.payment_id ?? words(answer)}`);
    if (session?.data.payment_id === undefined) return null;
    life.sessions.push(session.id);
    if (life.payments.includes(session.data.payment_id)) return null;
    life.payments.push(session.data.payment_id);
    return session.data.payment_id;
  };
  const signs = async (paymentId: string) => {
    const { status, redirectUrl } = bank.customerSigns(paymentId);
    tell(`signs ${paymentId}: ${status}`);
    await Promise.all([
      ...(chance.happens(0.5) ? [visit(redirectUrl)] : []),
      ...(chance.happens(0.5)
        ? [bank.deliver(paymentId, status === "ACCEPTED" ? "AUTHORIZED" : "FROZEN").catch(() => {})]
        : []),
      ...(chance.happens(0.5) ? [shop.complete(cart)] : []),
    ]);
  };
  for (let tries = 0; tries < 3; tries++) {
    const paymentId = await begin();
    if (chance.happens(0.35)) {
      const added = await shop.add(cart, wares.table);
      tell(`shops on: ${words(added)}`);
      // In the other tab the old page of the bank is still open.
      if (paymentId !== null && chance.happens(0.4)) await signs(paymentId);
      continue;
    }
    if (paymentId !== null && chance.happens(0.85)) await signs(paymentId);
    // Closes the window; whether anybody hears of the payment is up to the bank.
    if (chance.happens(0.3)) break;
    const completed = await shop.complete(cart);
    tell(`completes: ${completed.body?.type}`);
    if (completed.body?.type === "order") break;
  }

  for (let step = 0; step < 8; step++) {
    const doing = chance.one([
      ...["capture", "capture", "capture", "part", "refund", "refund", "refund", "refund"],
      ...["cancel", "portal", "portal", "fulfil"],
    ]);
    if (doing === "portal" && life.payments.length > 0) {
      const op = chance.one(["capture", "cancel", "refund"] as const);
      const amount = chance.happens(0.5) ? undefined : 10 * chance.between(1, 5);
      const id = chance.one(life.payments);
      try {
        bank.portal(id, op, amount);
        tell(`the bank's staff ${op} ${amount ?? "all"} of ${id}`);
      } catch {
        // What the bank does not let its staff do.
      }
    }
    const [payment] = await paymentsOf(place, life);
    if (payment === undefined) continue;
    const before = life.payments.map((id) => bank.books(id));
    if (doing === "capture" || doing === "part") {
      const answer = await office.capture(payment.id, doing === "part" ? 20 : undefined);
      tell(`${doing}: ${words(answer)}`);
      const now = life.payments.map((id) => bank.books(id));
      const taken = (books: typeof now) => books.reduce((total, one) => total + minor(one?.captured ?? 0), 0);
      if (doing === "part" && payment.captures.length === 0 && taken(now) - taken(before) > minor(20) && failed(answer))
        breaches.push("a part was asked for and refused, and the whole was captured");
    }
    if (doing === "refund") {
      const amounts = [10 * chance.between(1, 5), ...(chance.happens(0.2) ? [10] : [])];
      for (const answer of await Promise.all(amounts.map((amount) => office.refund(payment.id, amount))))
        tell(`refund of ${amounts}: ${words(answer)}`);
    }
    if (doing === "fulfil") {
      const order = await office.orderPaidBy(payment.data.payment_id);
      if (order !== undefined) tell(`fulfil: ${words(await office.fulfil(order.id))}`);
    }
    if (doing === "cancel") {
      const order = await office.orderPaidBy(payment.data.payment_id);
      if (order !== undefined) tell(`cancels: ${words(await office.cancel(order.id))}`);
    }
  }
};
