/** The merchant's part of a script, his ERP's, and that of hands that write past every hook. */
import type { Flow } from "../../../machines/index.js";
import type { Chance } from "./chance.js";
import { HOUR, MINUTE, type OrderPlan, SECOND, type SubmittedEvent, totalOf } from "./script.js";
import type { Draft } from "./write-payment.js";

const edit = (chance: Chance, { lines }: OrderPlan): SubmittedEvent => {
  const raised = chance.happens(0.15);
  const left = raised
    ? [...lines, { sku: "MORE", quantity: 1, total: chance.happens(0.3) ? 0 : 5000 }]
    : lines.slice(chance.between(0, 1));
  return { type: "merchant.editedLines", via: "api", lines: left, total: totalOf(left), adds: raised };
};

const parts = (chance: Chance, plan: OrderPlan): number =>
  Math.round(totalOf(plan.lines) * chance.one([0.1, 0.25, 0.5, 1, 1.2]));

const acts = {
  complete: 30,
  cancel: 12,
  refund: 12,
  "refund an amount": 12,
  edit: 10,
  recalculate: 5,
  capture: 6,
  hold: 3,
  process: 3,
  fail: 3,
  reopen: 3,
  "end the wait": 2,
  acknowledge: 2,
};

const eventOf = (chance: Chance, plan: OrderPlan): SubmittedEvent => {
  const via = chance.one(["dropdown", "list-button", "bulk", "erp", "api"] as const);
  switch (chance.weighted(acts)) {
    case "complete":
      return { type: "merchant.completed", via };
    case "cancel":
      return { type: "merchant.cancelled", via };
    case "refund":
      return { type: "merchant.refunded", via, amount: chance.happens(0.15) ? parts(chance, plan) : null };
    case "refund an amount":
      return { type: "merchant.refundedAmount", via, amount: parts(chance, plan), lines: null };
    case "edit":
      return edit(chance, plan);
    case "recalculate":
      return { type: "merchant.recalculated", via };
    case "capture":
      return { type: "merchant.captured", via, lines: chance.happens(0.2) ? plan.lines.slice(0, 1) : null };
    case "hold":
      return { type: "merchant.held", via };
    case "process":
      return { type: "merchant.processed", via };
    case "fail":
      return { type: "merchant.failed", via };
    case "end the wait":
      return { type: "merchant.endedWait", via };
    case "acknowledge":
      return { type: "merchant.acknowledged", via };
    default:
      return { type: "merchant.reopened", via };
  }
};

export const merchantActs = (
  draft: Draft,
  order: number,
  plan: OrderPlan,
  flow: Flow,
  paidAt: number,
  often: boolean,
): void => {
  const { chance, calm } = draft;
  const most = often ? chance.between(1, 4) : chance.happens(0.6) ? chance.between(1, 3) : 0;
  // Some click before it is paid.
  let at = chance.happens(0.15) ? paidAt * chance.next() : paidAt + chance.between(0, HOUR);
  let pressed = false;
  for (let i = 0; i < most; i += 1) {
    const event: SubmittedEvent =
      !pressed && i > 0 && chance.happens(0.5) ? { type: "merchant.completed", via: "erp" } : eventOf(chance, plan);
    pressed ||= event.type === "merchant.completed";
    const n = draft.add(at, { do: "tell", order, event });
    const soon = () => at + chance.one([0, chance.between(0, 3 * SECOND), chance.between(0, 5 * MINUTE)]);
    if (!calm && chance.happens(0.15)) draft.add(soon(), { do: "tell", order, event, again: n });
    if (chance.happens(0.08)) draft.add(soon(), { do: "tell", order, event });
    at += chance.between(calm ? MINUTE : 0, chance.happens(0.5) ? 10 * MINUTE : 2 * HOUR);
  }
  if (!calm && chance.happens(0.05)) {
    const status = chance.one(["processing", "completed", "cancelled", "on-hold", "pending", "failed"] as const);
    draft.add(at * chance.next(), { do: "write", order, status });
  }
  if (!calm && flow.unpaidStaysPending && chance.happens(0.2)) draft.add(at, { do: "holdStock" });
};
