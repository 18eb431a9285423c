/** Who carries an effect out. */
import type { EffectType } from "../../machines/effects.js";
import type { Lane } from "./record.js";

const toTheShop = new Set<EffectType>([
  "completePayment",
  "setOrderStatus",
  "setOrderLines",
  "setOrderMeta",
  "addOrderNote",
  "recordRefund",
]);

export const laneOf = (type: EffectType): Lane => (toTheShop.has(type) ? "shop" : "gateway");

/** The number of the decision that asked for an effect, and its place there; null = no effect of the order is called so. */
export const placeOf = (effectId: string, orderId: string): { seq: number; index: number } | null => {
  const [, seq, index] = effectId.startsWith(`${orderId}:`)
    ? (/^(\d{1,9}):(\d{1,9})$/.exec(effectId.slice(orderId.length + 1)) ?? [])
    : [];
  return seq === undefined ? null : { seq: Number(seq), index: Number(index) };
};

/** The order that an effect's id names; null = it names none. */
export const orderIn = (effectId: string): string | null => /^(.+):\d+:\d+$/s.exec(effectId)?.[1] ?? null;
