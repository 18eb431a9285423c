/** An order that is cancelled unpaid, at a bank that is asked to end the payment, and paid after all. */
import { flowOf, type Registry } from "../../../machines/index.js";
import type { Settings } from "../../../machines/settings.js";
import type { Chance } from "./chance.js";
import { type BankChange, MINUTE, type OrderPlan, SECOND } from "./script.js";
import type { Draft } from "./write-payment.js";

const endFaults = ["timeout-before", "500", "429", "front-404"] as const;
const moneyFaults = ["timeout-before", "timeout-after", "502-after", "401", "late", "too-late", "front-404"] as const;

const payment = (chance: Chance): BankChange =>
  chance.happens(0.8) ? { status: "ACCEPTED", task: true } : { takenAtOnce: true };

/** Drawn apart: every life is what it was but for these. Calm lives have none, for in them no call gets lost. */
export const paidAfterItsEnd = (
  chance: Chance,
  draft: Draft,
  plans: OrderPlan[],
  { registry, settings }: { registry: Registry; settings: Settings },
): void => {
  if (draft.calm) return;
  const unpaid = [...plans.entries()].filter(
    ([, { gateway, status }]) => flowOf(registry, gateway).endsUnpaid && status === "pending",
  );
  const others: number[] = [];
  for (const [order] of unpaid) {
    if (!chance.happens(0.5)) {
      others.push(order);
      continue;
    }
    const begun = draft.checkoutsOf(order).at(-1)?.at ?? 0;
    if (chance.happens(0.75)) settings.choices.cancelledThenAccepted = "give-back";
    const left = begun + chance.between(SECOND, chance.happens(0.6) ? 8 * SECOND : 10 * MINUTE);
    const cancelled = { type: "merchant.cancelled", via: "api" } as const;
    draft.add(
      left,
      chance.happens(0.6) ? { do: "return", order, page: "fail" } : { do: "tell", order, event: cancelled },
    );
    if (chance.happens(0.8))
      draft.add(0, { do: "bankFault", op: "end", fault: chance.one(endFaults), times: chance.between(1, 12) });
    const paid = left + chance.between(0, 10 * MINUTE);
    draft.add(paid, { do: "bank", order, change: payment(chance) });
    const told = { do: "callback", order, kind: "AUTHORIZATION", claims: "AUTHORIZED", attempt: null } as const;
    draft.add(paid + chance.between(0, 3 * MINUTE), told);
    if (chance.happens(0.5)) {
      const op = chance.one(["cancel", "refund"] as const);
      draft.add(0, { do: "bankFault", op, fault: chance.one(moneyFaults), times: chance.between(1, 4) });
    }
    if (chance.happens(0.2)) {
      const side = chance.one(["before", "after"] as const);
      draft.add(0, {
        do: "kill",
        place: chance.one(["bank.cancel", "bank.refund"]),
        points: 1,
        side,
        down: SECOND,
        jump: 0,
      });
    }
    if (chance.happens(0.15))
      draft.add(paid + chance.between(0, MINUTE), {
        do: "tell",
        order,
        event: { type: "merchant.processed", via: "api" },
      });
  }
  for (const order of others) if (chance.happens(0.4)) paidBeforeItsEnd(chance, draft, order, settings);
};

/** Another program cancels the order past every hook, and its customer has just paid. */
const paidBeforeItsEnd = (chance: Chance, draft: Draft, order: number, settings: Settings): void => {
  const begun = draft.checkoutsOf(order).at(-1)?.at ?? 0;
  if (chance.happens(0.75)) settings.choices.cancelledThenAccepted = "give-back";
  const paid = begun + chance.between(SECOND, 5 * MINUTE);
  draft.add(paid, { do: "bank", order, change: payment(chance) });
  const written = paid + chance.between(0, 20 * SECOND);
  draft.add(written, { do: "write", order, status: "cancelled" });
  draft.add(written + SECOND, { do: "reconcile" });
};
