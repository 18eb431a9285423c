/** What the shop and the portal do with an order and its payments beside the customer: edits, switches, copies. */
import type { Chance } from "./chance.js";
import { HOUR, MINUTE, type OrderPlan, portalMoves, SECOND, type SubmittedEvent, totalOf } from "./script.js";
import type { Act, Draft } from "./write-payment.js";

type ShopHas = NonNullable<Extract<SubmittedEvent, { type: "order.updated" }>["order"]>;

const updated = (change: string, order: ShopHas): SubmittedEvent => ({
  type: "order.updated",
  by: "shop",
  change,
  order,
});

/** The cart grows or shrinks, and the shop says what it has now. */
const edited = (chance: Chance, { lines }: OrderPlan): SubmittedEvent => {
  const more = [...lines, { sku: "CART", quantity: 1, total: chance.one([5000, 50_000]) }];
  const now = chance.happens(0.6) ? more : lines.slice(0, 1);
  return updated("lines", { lines: now, total: totalOf(now) });
};

const happenings = {
  edit: 30,
  "another way to pay": 15,
  copy: 20,
  "authorised anew": 15,
  "a hand in the portal": 15,
  release: 15,
};

const actsOf = (chance: Chance, order: number, plan: OrderPlan): Act[] => {
  const tell = (event: SubmittedEvent): Act => ({ do: "tell", order, event });
  switch (chance.weighted(happenings)) {
    case "edit":
      return [tell(edited(chance, plan))];
    case "another way to pay": {
      const away = tell(updated("payment method", { gateway: null }));
      // He thinks better of it.
      return chance.happens(0.5) ? [away, { do: "checkout", order }] : [away];
    }
    case "copy":
      return [{ do: "copy", order }];
    case "authorised anew":
      return [{ do: "attach", order, paid: chance.happens(0.8) }];
    case "a hand in the portal":
      return [{ do: "bank", order, attempt: 0, change: { portal: chance.one(portalMoves) } }];
    default:
      return [
        { do: "bank", order, change: { portal: "capture-part" } },
        tell({ type: "merchant.released", via: "dropdown" }),
      ];
  }
};

/** Drawn apart: every life is what it was but for these. Calm lives have none, for the naive reference knows no such shop. */
export const shopGoesOn = (chance: Chance, draft: Draft, plans: OrderPlan[]): void => {
  if (draft.calm) return;
  for (const [order, plan] of plans.entries()) {
    if (plan.gateway === null || !chance.happens(0.25)) continue;
    for (let left = chance.between(1, 2); left > 0; left -= 1) {
      let at = chance.happens(0.5) ? draft.someMoment() + chance.between(-5, 60) * SECOND : chance.between(0, 3 * HOUR);
      for (const act of actsOf(chance, order, plan)) {
        draft.add(at, act);
        at += chance.between(0, 10 * MINUTE);
      }
    }
  }
};
