/** The payments of one order: which one pays it, and what becomes of money on the others. */
import { placeOf } from "../../core/lanes.js";
import { type HistoryEntry, paymentsOf } from "../../core/record.js";
import type { OrderEnd, Truth } from "./evidence.js";
import type { Law } from "./laws.js";
import type { Lived } from "./life.js";
import { HOUR } from "./script.js";
import { waitsForCustomer } from "./table.js";

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

/** Neither the bank's readings nor the store nor a process. */
const nothingIsDown = ({ steps }: Lived["script"]): boolean =>
  !steps.some(
    (step) =>
      ["away", "pause", "kill", "storeFault", "slowStore"].includes(step.do) ||
      (step.do === "bankFault" && step.op === "read"),
  );

/** The shop's messages about the order's total as it sent them, by id: a history holds what was made of them. */
const editsOf = ({ steps, orders }: Lived["script"], orderId: string): Map<string, number> =>
  new Map(
    steps.flatMap((step) => {
      if (step.do !== "tell" || step.event.type !== "order.updated") return [];
      const total = step.event.order?.total;
      return total === undefined || orders[step.order]?.id !== orderId ? [] : [[`s${step.n}`, total] as const];
    }),
  );

/** What the shop said last of the order's total, in a message or when it was read. */
const saidOf = (
  { orderId, history }: OrderEnd,
  script: Lived["script"],
): { seq: number; total: number } | undefined => {
  const edits = editsOf(script, orderId);
  let said: { seq: number; total: number } | undefined;
  for (const { event, eventId, seq } of history) {
    if (event.type !== "order.updated" && event.type !== "shop.differs") continue;
    const asked = event.type === "order.updated" ? seq : (placeOf(event.effectId, orderId)?.seq ?? 0);
    const total = edits.get(eventId) ?? event.order?.total;
    // The shop may have been read before it told of the change.
    if (total !== undefined && (said === undefined || asked >= said.seq)) said = { seq, total };
  }
  return said;
};

const ENDS = ["completed", "cancelled", "refunded"];
const named = (some: Truth[]) => some.map(({ paymentId }) => paymentId).join(", ");

/** Nobody asks with these: the engine's own timers, and what the bank answers. */
const asksNothing = /^(?:timer\.fired|payment\.read|payment\.readBack|(?:capture|refund|cancel)\.\w+)$/;

const capturedAgainUnasked = ({ history }: OrderEnd): string | null => {
  let refusedAt: number | null = null;
  for (const { at, answers, effects } of history) {
    if (answers.some(({ rule }) => rule === "capture/refused")) refusedAt = at;
    // Another payment has the money by now, and of that one nothing was refused.
    else if (answers.some(({ rule }) => rule === "attempt/pays-the-order")) refusedAt = null;
    else if (effects.some(({ type }) => type === "capturePayment")) {
      const isAsked = answers.some(({ type }) => !asksNothing.test(type));
      if (refusedAt !== null && !isAsked) return `captured again ${at - refusedAt} ms after the bank refused it`;
      refusedAt = null;
    }
  }
  return null;
};

const backIs = ["cancelPayment", "refundPayment"];
const lateRules = ["late/let-go", "late/refund"];

/** From the decision that gave the order up, if nothing has changed its status since. */
const sinceCancelled = (history: HistoryEntry[]): HistoryEntry[] => {
  const at = history.findLastIndex(({ from, to }) => from !== to);
  return history[at]?.to === "cancelled" ? history.slice(at) : [];
};

const showsUnpaid = ({ event }: HistoryEntry, paymentId: string | null | undefined): boolean =>
  event.type === "payment.read" &&
  event.reading.paymentId === paymentId &&
  waitsForCustomer({ payment: event.reading });

/** Known to hold money that came after it was read unpaid while the order was cancelled, and nothing was sent back. */
const isKept = ({ record, history }: OrderEnd, { evidence }: Lived): boolean => {
  const { order, payment, operation, others = [] } = record?.facts ?? {};
  if (order?.status !== "cancelled" || order.gone === true || order.paidOtherwise === true) return false;
  if (operation != null || others.length > 0) return false;
  const since = sinceCancelled(history);
  const isAsked = since[0]?.effects.some(({ type }) => type === "endPayment") === true;
  if (!isAsked || since.some(({ effects }) => effects.some((e) => backIs.includes(e.type)))) return false;
  const begunAt = (entry: HistoryEntry) => evidence.envelopes.get(entry)?.at ?? entry.at;
  const wasUnpaid = since.some((entry, i) => {
    const before = since[i - 1];
    // One that began before that may show what was so before the order was cancelled.
    return showsUnpaid(entry, payment?.id) && (before === undefined || begunAt(entry) >= before.at);
  });
  const { status, authorized = 0, captured = 0, refunded = 0, offers = [] } = payment ?? {};
  const goesBack = captured === 0 ? offers.includes("CANCEL") : authorized === 0 && offers.includes("REFUND");
  return wasUnpaid && status === "ACCEPTED" && authorized + captured > 0 && refunded === 0 && goesBack;
};

/** Sent back as late, and no reading had shown it unpaid while the order was cancelled: it may have come before. */
const isSentBackUnseen = ({ history }: OrderEnd): boolean =>
  history.some((entry, i) => {
    const { event, answers } = entry;
    if (event.type !== "payment.read" || !answers.some(({ rule }) => lateRules.includes(rule ?? ""))) return false;
    const since = sinceCancelled(history.slice(0, i));
    return !since.some((one) => showsUnpaid(one, event.reading.paymentId));
  });

export const paymentLaws: readonly Law[] = [
  {
    name: "late-money-goes-back",
    says: "with give-back, what comes after a cancelled order's payment was read unpaid goes back, and nothing else does",
    source: "docs/rules.md, Where the sources disagree, and what we chose",
    broken: (lived) => {
      const { choices, enableCancel, enableRefund } = lived.script.settings;
      const given = lived.after.filter(isSentBackUnseen).map(({ orderId }) => ({
        orderId,
        detail: "money was sent back that may have come before the order was cancelled",
      }));
      if (choices.cancelledThenAccepted !== "give-back" || !enableCancel || !enableRefund) return given;
      const kept = lived.after
        .filter((end) => isKept(end, lived))
        .map(({ orderId, record }) => ({
          orderId,
          detail: `${record?.facts.payment.id} was paid after it was read unpaid, and nothing was sent back`,
        }));
      return [...given, ...kept];
    },
  },
  {
    name: "a-no-is-a-no",
    says: "a capture that the bank refused is asked for again only when somebody asks: no timer does",
    source: "docs/rules.md, What a person sets by hand; fault model F14",
    broken: perOrder(capturedAgainUnasked),
  },
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
    name: "one-order-has-it",
    says: "an order that is placed with another order's payment is refused by name",
    source: "docs/rules.md, The payments of one order",
    broken: ({ evidence }) =>
      evidence.copied
        .filter(({ reason }) => reason !== "payment-of-another-order")
        .map(({ orderId, copy, paymentId, outcome }) => ({
          orderId,
          detail: `${copy} was placed with ${paymentId}: ${outcome}`,
        })),
  },
  {
    name: "closed-holds-nothing",
    says: "no money is held for an order that is cancelled or refunded without a flag",
    source: "docs/rules.md, The payments of one order; scenarios, Flags",
    broken: ({ after, script, evidence }) =>
      after.flatMap((end) => {
        const ours = script.orders.find(({ id }) => id === end.orderId)?.gateway !== null;
        const { order, operation } = end.record?.facts ?? {};
        if (!ours || operation != null || !["cancelled", "refunded"].includes(order?.status ?? "")) return [];
        // What nobody was told since it changed, nobody can flag.
        const seen = holding(end).filter(({ paymentId, changedAt }) => {
          const last = evidence.given.findLast((given) => given.paymentId === paymentId);
          return last?.stale === false && last.at >= changedAt && held({ ...last.reading, changedAt }) > 0;
        });
        const detail = `${named(seen)} hold money for an order that is ${order?.status}, and no flag says so`;
        return seen.length > 0 && flagged(end).length === 0 ? [{ orderId: end.orderId, detail }] : [];
      }),
  },
  {
    name: "left-to-the-shop",
    says: "what the shop says is paid another way is moved by no bank, no timer and no customer, until somebody pays here",
    source: "docs/rules.md, The payments of one order",
    broken: ({ after }) =>
      after.flatMap(({ orderId, history }) => {
        let isLeft = false;
        let isMoving = false;
        for (const { event, answers, from, to, seq, states } of history) {
          if (event.type === "order.updated" && event.order?.gateway !== undefined)
            isLeft = event.order.gateway === null;
          if (["checkout.asked", "checkout.began", "payment.created"].includes(event.type)) isLeft = false;
          const byPerson = answers.some(({ type }) => /^(merchant|order|shop)\./.test(type));
          if (isLeft && from !== to && !byPerson && !isMoving)
            return [{ orderId, detail: `entry ${seq}, ${event.type}: ${from} became ${to}` }];
          isMoving = typeof states.order !== "string";
        }
        return [];
      }),
  },
  {
    name: "the-total-is-the-shops",
    says: "what the shop said last of an order's total is what the order goes by, unless it is being changed at the bank",
    source: "docs/rules.md, The payments of one order",
    broken: ({ after, script }) =>
      after.flatMap((end) => {
        const { orderId, record, history } = end;
        const said = saidOf(end, script);
        if (said === undefined || record === null) return [];
        // An edit that waited for its turn meanwhile has its own total.
        const since = history.some(
          ({ seq, answers }) => seq > said.seq && answers.some(({ type }) => type === "merchant.editedLines"),
        );
        const { total } = record.facts.order;
        const isSaid = since || total === said.total;
        return isSaid ? [] : [{ orderId, detail: `its total is ${total}, and the shop said ${said.total}` }];
      }),
  },
  {
    name: "a-message-is-read",
    says: "every payment of the order that a message named was read after it, and within an hour where nothing is down",
    source: "docs/rules.md, The payments of one order; seed 003, Callbacks",
    broken: ({ evidence: { acknowledged, given }, after, script }) =>
      after.flatMap((end) => {
        const plan = script.orders.find(({ id }) => id === end.orderId);
        const tests = script.steps.some(
          (s) => s.do === "callback" && s.kind === "TEST" && script.orders[s.order] === plan,
        );
        if (end.record === null || plan?.gateway === null || tests) return [];
        const known = paymentsOf(end.record.facts).map(({ id }) => id);
        const latest = nothingIsDown(script) ? HOUR : Number.POSITIVE_INFINITY;
        return acknowledged
          .filter(({ orderId, type }) => orderId === end.orderId && type === "callback.received")
          .filter(({ paymentId, at }) => {
            const inTime = given.some((g) => g.paymentId === paymentId && g.at >= at && g.at <= at + latest);
            return paymentId !== null && known.includes(paymentId) && !inTime;
          })
          .map(({ paymentId }) => ({ orderId: end.orderId, detail: `${paymentId} was not read after its message` }));
      }),
  },
];
