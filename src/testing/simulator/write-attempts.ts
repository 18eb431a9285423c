/** Several payments of one order: a second tab, and the older one is paid. */
import type { Chance } from "./chance.js";
import { MINUTE, type OrderPlan, SECOND } from "./script.js";
import type { Draft } from "./write-payment.js";

/** Drawn apart: every life is what it was but for these. Calm lives have none, for the naive reference knows one payment. */
export const olderOnesArePaid = (chance: Chance, draft: Draft, plans: OrderPlan[]): void => {
  if (draft.calm) return;
  for (const [order, { gateway }] of plans.entries()) {
    const checkouts = draft.checkoutsOf(order);
    const [first] = checkouts;
    if (gateway === null || first === undefined) continue;
    let last = checkouts.at(-1)?.at ?? first.at;
    if (checkouts.length < 2) {
      if (!chance.happens(0.15)) continue;
      last += chance.between(SECOND, 20 * MINUTE);
      draft.add(last, { do: "checkout", order });
    }
    if (!chance.happens(0.6)) continue;
    const paid = last + chance.between(-5 * SECOND, 15 * MINUTE);
    draft.add(paid, { do: "bank", order, attempt: 0, change: { status: "ACCEPTED", task: true } });
    if (chance.happens(0.6)) {
      const about = { kind: "AUTHORIZATION", claims: "AUTHORIZED", attempt: 0 } as const;
      draft.add(paid + chance.between(0, 3 * MINUTE), { do: "callback", order, ...about });
    }
  }
};
