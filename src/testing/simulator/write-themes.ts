/** Lives about one rare thing, which chance alone would bring together too seldom to try it. */
import type { Settings } from "../../../machines/settings.js";
import { type BankFault, MINUTE, type OrderPlan, SECOND, totalOf } from "./script.js";
import type { Draft } from "./write-payment.js";

interface Themed {
  draft: Draft;
  order: number;
  plan: OrderPlan;
  settings: Settings;
}

const faults: BankFault[] = [
  ...(["timeout-before", "timeout-after", "500", "502-after", "429", "401", "slow"] as const),
  ...(["late", "late", "too-late", "front-404"] as const),
];
const times = ({ chance }: Draft): number => (chance.happens(0.4) ? 9 : chance.between(1, 2));

/** A person has asked the bank, and does not wait for a lost answer any longer. */
const endsTheWait = ({ draft, order }: Themed, at: number): void => {
  const { chance, calm } = draft;
  if (calm || !chance.happens(0.4)) return;
  const event = { type: "merchant.endedWait", via: "api" } as const;
  draft.add(at + chance.between(2 * SECOND, 5 * MINUTE), { do: "tell", order, event });
};

const paid = (plan: OrderPlan): void => {
  Object.assign(plan, { status: "processing", payment: { status: "ACCEPTED" }, createdBefore: 30 * MINUTE });
};

/** Lines are removed, the bank stumbles over it, and somebody presses Recalculate. */
const changedLines = (themed: Themed): void => {
  const { draft, order, plan } = themed;
  const { chance } = draft;
  paid(plan);
  if (plan.lines.length < 2) plan.lines = [...plan.lines, { sku: "SECOND", quantity: 1, total: 12_000 }];
  const at = chance.between(SECOND, 20 * MINUTE);
  const gone = chance.happens(0.4);
  if (gone) draft.add(at - SECOND, { do: "bank", order, change: { portal: "cancel" } });
  const lines = plan.lines.slice(1);
  const edit = { type: "merchant.editedLines", via: "api", lines, total: totalOf(lines), adds: false } as const;
  draft.add(at, { do: "tell", order, event: edit });
  endsTheWait(themed, at);
  const op = gone || chance.happens(0.8) ? "addOrderLines" : "cancel";
  if (!draft.calm) draft.add(0, { do: "bankFault", op, fault: chance.one(faults), times: times(draft) });
  if (!draft.calm && chance.happens(0.3)) {
    const side = chance.one(["before", "after"] as const);
    draft.add(0, { do: "kill", place: `bank.${op}`, points: 1, side, down: SECOND, jump: 0 });
  }
  const recalculated = { type: "merchant.recalculated", via: "api" } as const;
  if (chance.happens(0.6))
    draft.add(at + chance.between(SECOND, 40 * MINUTE), { do: "tell", order, event: recalculated });
};

/** Given up by the customer on the page for failed payments, and paid after all. */
const paidTooLate = ({ draft, order, plan, settings }: Themed): void => {
  const { chance } = draft;
  Object.assign(plan, { status: "pending", payment: "at-the-bank", createdBefore: 5 * MINUTE });
  if (!draft.calm && chance.happens(0.5)) settings.choices.cancelledThenAccepted = "revive";
  draft.add(10 * SECOND, { do: "return", order, page: "fail" });
  const at = chance.between(20 * SECOND, 10 * MINUTE);
  draft.add(at, { do: "bank", order, change: { status: "ACCEPTED", task: true } });
  draft.add(at + chance.between(0, 5 * MINUTE), {
    do: "callback",
    order,
    kind: "AUTHORIZATION",
    claims: "AUTHORIZED",
    attempt: null,
  });
};

/** A refund, or a part of one, that does not get through for long. */
const stubbornRefund = (themed: Themed): void => {
  const { draft, order, plan } = themed;
  const { chance } = draft;
  paid(plan);
  const at = chance.between(SECOND, 10 * MINUTE);
  draft.add(at, { do: "tell", order, event: { type: "merchant.completed", via: "api" } });
  const amount = Math.max(1, Math.round(totalOf(plan.lines) * chance.one([0.2, 0.5, 1])));
  const refund = { type: "merchant.refundedAmount", via: "api", amount, lines: null } as const;
  const full = { type: "merchant.refunded", via: "api", amount: null } as const;
  draft.add(at + 5 * MINUTE, { do: "tell", order, event: chance.happens(0.5) ? refund : full });
  endsTheWait(themed, at + 5 * MINUTE);
  if (!draft.calm) draft.add(0, { do: "bankFault", op: "refund", fault: chance.one(faults), times: times(draft) });
  if (!draft.calm && chance.happens(0.3)) {
    const trap = { place: "bank.refund", points: 1, side: chance.one(["before", "after"] as const) };
    draft.add(
      0,
      chance.happens(0.6) ? { do: "kill", ...trap, down: SECOND, jump: 0 } : { do: "pause", ...trap, for: 20 * MINUTE },
    );
  }
};

/** A second way to the bank when the first one has led somewhere already. */
const paidAgain = ({ draft, order, plan }: Themed): void => {
  paid(plan);
  draft.add(draft.chance.between(SECOND, MINUTE), { do: "checkout", order });
};

/** The bank refuses for long to take the money. */
const stubbornCancel = (themed: Themed): void => {
  const { draft, order, plan } = themed;
  const { chance } = draft;
  paid(plan);
  const kind = chance.one(["merchant.cancelled", "merchant.completed"] as const);
  const at = chance.between(SECOND, 10 * MINUTE);
  draft.add(at, { do: "tell", order, event: { type: kind, via: "api" } });
  endsTheWait(themed, at);
  const op = kind === "merchant.cancelled" ? "cancel" : "capture";
  if (!draft.calm) draft.add(0, { do: "bankFault", op, fault: chance.one(faults), times: times(draft) });
};

/** What was signed is booked with trouble. */
const stubbornBooking = (themed: Themed): void => {
  const { draft, order, plan } = themed;
  const { chance } = draft;
  Object.assign(plan, { status: "pending", payment: null, createdBefore: 30 * SECOND });
  draft.add(SECOND, { do: "checkout", order });
  const at = chance.between(10 * SECOND, 3 * MINUTE);
  draft.add(at, { do: "bank", order, change: { signed: chance.one(["ACCEPTED", "ACCEPTED", "FROZEN", "DENIED"]) } });
  endsTheWait(themed, at + 2 * SECOND);
  if (chance.happens(0.7)) draft.add(at + 2 * SECOND, { do: "return", order, page: "signing-landing" });
  draft.add(at + chance.between(0, 3 * MINUTE), { do: "callback", order, kind: "BOOKED", claims: null, attempt: null });
  if (!draft.calm) draft.add(0, { do: "bankFault", op: "book", fault: chance.one(faults), times: times(draft) });
  if (!draft.calm && chance.happens(0.2)) {
    const side = chance.one(["before", "after"] as const);
    draft.add(0, { do: "kill", place: "bank.bookSignedPayment", points: 1, side, down: SECOND, jump: 0 });
  }
};

/** A timer rings in a process that stands still until the timer has been replaced. */
const replacedTimer = ({ draft, order, plan, settings }: Themed): void => {
  Object.assign(plan, { status: "pending", payment: "at-the-bank", createdBefore: 0 });
  settings.cooldownSeconds = 60;
  draft.add(10 * SECOND, { do: "callback", order, kind: "AUTHORIZATION", claims: "FROZEN", attempt: null });
  if (draft.calm) return;
  const trap = { place: "store.dueTimers", points: 1, side: "after", for: 5 * SECOND } as const;
  draft.add(60 * SECOND - 1, { do: "pause", ...trap });
  const written = { type: "order.updated", by: "plugin", change: "note" } as const;
  draft.add(62 * SECOND, { do: "tell", order, event: written });
};

const themes = { changedLines, paidTooLate, stubbornRefund, paidAgain, stubbornCancel, stubbornBooking, replacedTimer };
const weights = {
  changedLines: 40,
  paidTooLate: 12,
  stubbornRefund: 20,
  paidAgain: 4,
  stubbornCancel: 12,
  stubbornBooking: 12,
  replacedTimer: 6,
};

/** Gives the life its theme; the plan and the settings follow it. */
export const addTheme = (themed: Themed, gateways: { changeable: string; booked: string | undefined }): void => {
  const theme = themed.draft.chance.weighted(weights);
  themed.plan.gateway = gateways.changeable;
  if (theme === "stubbornBooking") {
    if (gateways.booked === undefined) return;
    themed.plan.gateway = gateways.booked;
  }
  themes[theme](themed);
};
