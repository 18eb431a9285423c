/** The shop: what the customer and the merchant see. */
import { flowOf } from "../../../machines/index.js";
import type { HistoryEntry } from "../../core/record.js";
import { isHeldByPerson } from "./by-hand.js";
import type { OrderEnd } from "./evidence.js";
import type { Finding, Law } from "./laws.js";
import type { Lived } from "./life.js";
import { afterReading, edges, type TableInput, waitsForCustomer } from "./table.js";

const perOrder =
  (find: (end: OrderEnd, lived: Lived) => string | null, which: "before" | "after" = "after") =>
  (lived: Lived): Finding[] =>
    lived[which].flatMap((end) => {
      const detail = end.record === null ? "the order is gone" : find(end, lived);
      return detail === null ? [] : [{ orderId: end.orderId, detail }];
    });

const knownOf = (end: OrderEnd, { script, world, evidence }: Lived): TableInput | null => {
  const { record, truth } = end;
  if (record === null || truth === null || record.facts.payment.gateway === null) return null;
  const { order, payment } = record.facts;
  return {
    payment: truth,
    total: order.total,
    needsProcessing: order.needsProcessing,
    settings: script.settings,
    flow: flowOf(world.registry, payment.gateway),
    tolerance: payment.tolerance,
    captureFailed: payment.captureFailed,
    heldByHand: isHeldByPerson(end.history, evidence.commits),
  };
};

/** Whether the order reads what the documents make of its payment as it is now. */
const follows = (end: OrderEnd, lived: Lived): string | null => {
  const k = knownOf(end, lived);
  const status = end.record?.facts.order.status;
  if (k === null || status === undefined) return null;
  // Nothing happened at the bank: a customer who may still come is left alone.
  if (status === "pending" && (waitsForCustomer(k) || !k.payment.exists)) return null;
  const want = afterReading(status, k);
  return want === status ? null : `reads ${status}, and the payment (${k.payment.status}) makes it ${want}`;
};

/** Nothing became of the payment, or of the order by other hands, since the bank last told of it and was heard. */
const wasTold = ({ orderId, record, truth }: OrderEnd, { evidence, script }: Lived): boolean => {
  const { acknowledged, written, commits, given } = evidence;
  const id = record?.facts.payment.id ?? null;
  const told = acknowledged.findLast(
    (a) => a.orderId === orderId && a.type === "callback.received" && a.paymentId === id,
  );
  if (told === undefined || truth === null || told.at < truth.changedAt) return false;
  if (given.some((g) => g.paymentId === id && g.stale && g.at >= truth.changedAt)) return false;
  if (written.some((w) => w.orderId === orderId)) return false;
  // A merchant who set a status by hand after that had the last word, also where he had asked before it.
  const own = commits.filter((c) => c.orderId === orderId && c.tick > told.tick);
  const byMerchant = ({ event, answers }: HistoryEntry) =>
    event.type.startsWith("merchant.") ||
    answers.some(({ type, outcome }) => type.startsWith("merchant.") && outcome === "moved");
  if (own.some(({ history }) => history.some(byMerchant))) return false;
  // What the order comes to may have been made to agree with the payment, which is no news of the bank's.
  if (own.some((c) => c.before !== null && c.before.facts.order.total !== c.record.facts.order.total)) return false;
  return !script.steps.some((s) => s.do === "callback" && s.kind === "TEST" && script.orders[s.order]?.id === orderId);
};

/** We changed the status after another hand had, and both still think that theirs stands. */
const missedAnotherHand = ({ orderId, record, inShop, history }: OrderEnd, lived: Lived): string | null => {
  const { evidence, reconciledFrom } = lived;
  const last = evidence.written.findLast((w) => w.orderId === orderId);
  const decided = record?.facts.order.status;
  if (last === undefined || inShop.status === decided) return null;
  const changed = evidence.commits.some(
    (c) =>
      c.orderId === orderId &&
      c.at > last.at &&
      c.tick < reconciledFrom &&
      c.effects.some(({ effect }) => "to" in effect),
  );
  // While money is on the move its end decides, and the next reconciliation follows.
  const waited = history.some(({ answers }) => answers.some(({ reason }) => reason === "operation-in-flight"));
  return changed && !waited ? `the shop has ${inShop.status}, decided was ${decided}` : null;
};

export const shopLaws: readonly Law[] = [
  {
    name: "mailed-once",
    says: "the customer is told once that the order is paid, and again only if it was taken back in between",
    source: "fault model I3; seed 003, Mail Flow",
    broken: perOrder(({ inShop, history, record }, { evidence }) => {
      if (record?.facts.payment.gateway === null) return null;
      const written = evidence.written.filter((w) => w.orderId === record?.orderId).length;
      const back = history.filter(
        (h) => h.from === "processing" && ["pending", "on-hold", "failed", "cancelled"].includes(h.to),
      ).length;
      const most = 1 + back + written + hands(history);
      return inShop.mails <= most ? null : `${inShop.mails} mails; ${most} would do`;
    }),
  },
  {
    name: "stock-reduced-once",
    says: "stock is reduced once, and again only after it was restored",
    source: "fault model, ten findings 10",
    broken: perOrder(({ inShop: { stockReductions, stockIncreases } }) =>
      stockReductions <= stockIncreases + 1
        ? null
        : `reduced ${stockReductions} times, restored ${stockIncreases} times`,
    ),
  },
  {
    name: "legal-changes",
    says: "every change of status in the shop is one that the documents know; a closed order stays closed",
    source: "fault model I1, I2; seed 003, Order Status Flow",
    broken: perOrder(({ inShop: { statusHistory }, record }, { script }) => {
      const revives = script.settings.choices.cancelledThenAccepted === "revive";
      const wrong = statusHistory.find(
        ({ from, to }) =>
          !(edges[from] ?? []).includes(to) && !(revives && from === "cancelled" && to === "processing"),
      );
      // Paid another way, the merchant does as WooCommerce lets him.
      return wrong === undefined || record?.facts.payment.gateway === null ? null : `${wrong.from} -> ${wrong.to}`;
    }),
  },
  {
    name: "shop-agrees",
    says: "the shop has the status that was decided",
    source: "fault model I12; seed 003, External integrations",
    broken: perOrder(({ inShop, record }, { evidence }) => {
      const decided = record?.facts.order.status;
      if (inShop.status === decided) return null;
      // A reconciliation asks about orders in doubt only: an end that another hand overwrote is not looked at.
      const overwritten = evidence.written.some((w) => w.orderId === record?.orderId && w.status === inShop.status);
      const unasked =
        record?.facts.payment.gateway === null || ["completed", "cancelled", "refunded"].includes(decided ?? "");
      return overwritten && unasked ? null : `the shop has ${inShop.status}, decided was ${decided}`;
    }),
  },
  {
    name: "another-hand-is-noticed",
    says: "whoever changes a status in the shop that someone else changed meanwhile hears of it, and follows",
    source: "seed 003, External integrations; fault model F26",
    broken: perOrder(missedAnotherHand, "before"),
  },
  {
    name: "follows-by-itself",
    says: "where the bank told of its last change and was heard, the order follows without anybody's help",
    source: "fault model I12; seed 003, Callbacks",
    broken: (lived) => perOrder((end, l) => (wasTold(end, l) ? follows(end, l) : null), "before")(lived),
  },
  {
    name: "converges",
    says: "after one reconciliation every order reads what the documents make of its payment",
    source: "fault model F3, I12; seed 003, Status::update Process",
    // One that was given up is not in doubt, so nobody asks: a shop that revives such orders hears of them by callbacks.
    broken: perOrder((end, lived) => (end.record?.facts.order.status === "cancelled" ? null : follows(end, lived))),
  },
  {
    name: "knows-the-payment",
    says: "after one reconciliation an order in doubt knows its payment as the bank has it",
    source: "fault model I12",
    broken: perOrder(({ record, truth }) => {
      if (record === null || truth === null || record.facts.payment.readAt === null) return null;
      const { status } = record.facts.order;
      if (["completed", "cancelled", "refunded"].includes(status)) return null;
      const { payment } = record.facts;
      const names = ["status", "authorized", "captured", "canceled", "refunded"] as const;
      const wrong = names.find((name) => payment[name] !== truth[name]);
      return wrong === undefined ? null : `${wrong} ${payment[wrong]}, at the bank ${truth[wrong]}`;
    }),
  },
  {
    name: "link-runs-out",
    says: "no order waits for a customer whose link has run out",
    source: "seed 003, Understanding Customer Link Expiration",
    broken: perOrder(({ record }, { world }) => {
      if (record === null || record.facts.payment.gateway === null) return null;
      const { linkExpires } = flowOf(world.registry, record.facts.payment.gateway);
      return linkExpires && record.facts.order.status === "pending" ? "still pending, and nothing is planned" : null;
    }),
  },
];

/** How often another hand set the status: each may make the shop tell the customer anew. */
const hands = (history: OrderEnd["history"]): number =>
  history.filter(
    ({ event, answers, from, to }) =>
      (event.type === "order.seen" || event.type === "shop.conflicted") &&
      (from !== to || answers.some(({ reason }) => reason === "operation-in-flight")),
  ).length;
