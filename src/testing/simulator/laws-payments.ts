/** The payments of one order: which one pays it, and what becomes of money on the others. */
import { paymentsOf } from "../../core/record.js";
import type { OrderEnd, Truth } from "./evidence.js";
import type { Law } from "./laws.js";
import type { Lived } from "./life.js";

const held = ({ exists, status, authorized, captured, refunded }: Truth): number =>
  exists && status === "ACCEPTED" ? authorized + captured - refunded : 0;

/** The order's payments that hold money, of those that it knows of. */
const holding = ({ record, payments }: OrderEnd): Truth[] => {
  const known = record === null ? [] : paymentsOf(record.facts).map(({ id }) => id);
  return payments.filter((one) => known.includes(one.paymentId) && held(one) > 0);
};

const flagged = ({ record }: OrderEnd): string[] =>
  (record?.flags ?? []).filter(({ clearedAt }) => clearedAt === null).map(({ flag }) => flag);

const perOrder =
  (find: (end: OrderEnd) => string | null) =>
  ({ after, script }: Lived) =>
    after.flatMap((end) => {
      const ours = script.orders.find(({ id }) => id === end.orderId)?.gateway !== null;
      const detail = ours && end.record !== null ? find(end) : null;
      return detail === null ? [] : [{ orderId: end.orderId, detail }];
    });

const ENDS = ["completed", "cancelled", "refunded"];
const named = (some: Truth[]) => some.map(({ paymentId }) => paymentId).join(", ");

export const paymentLaws: readonly Law[] = [
  {
    name: "paid-once",
    says: "no order is paid twice without a flag",
    source: "docs/rules.md, The payments of one order",
    broken: perOrder((end) => {
      const money = holding(end);
      // An end is not in doubt, so a reconciliation does not ask about it.
      const isAsked = !ENDS.includes(end.record?.facts.order.status ?? "");
      const twice = money.length > 1 && isAsked && !flagged(end).includes("discrepancy:paid-twice");
      return twice ? `${named(money)} hold money, and no flag says so` : null;
    }),
  },
  {
    name: "the-holder-pays",
    says: "where one payment of an order holds the money, it is the one that the order follows",
    source: "docs/rules.md, The payments of one order",
    broken: perOrder((end) => {
      const [one, ...more] = holding(end);
      const { order, payment } = end.record?.facts ?? {};
      if (one === undefined || more.length > 0 || ENDS.includes(order?.status ?? "")) return null;
      return one.paymentId === payment?.id ? null : `${one.paymentId} holds the money, and it follows ${payment?.id}`;
    }),
  },
  {
    name: "a-message-is-read",
    says: "every payment of the order that a message named was read after it",
    source: "docs/rules.md, The payments of one order; seed 003, Callbacks",
    broken: ({ evidence: { acknowledged, given }, after, script }) =>
      after.flatMap((end) => {
        const plan = script.orders.find(({ id }) => id === end.orderId);
        const tests = script.steps.some(
          (s) => s.do === "callback" && s.kind === "TEST" && script.orders[s.order] === plan,
        );
        if (end.record === null || plan?.gateway === null || tests) return [];
        const known = paymentsOf(end.record.facts).map(({ id }) => id);
        return acknowledged
          .filter(
            ({ orderId, type, paymentId }) => orderId === end.orderId && type === "callback.received" && paymentId,
          )
          .filter(({ paymentId, at }) => {
            const isKnown = known.includes(paymentId ?? "");
            return isKnown && !given.some((g) => g.paymentId === paymentId && g.at >= at);
          })
          .map(({ paymentId }) => ({ orderId: end.orderId, detail: `${paymentId} was not read after its message` }));
      }),
  },
];
