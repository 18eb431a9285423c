/** The shop's own record of money that went back; it moves none. */
import { z } from "zod";
import { decimal, toMinor } from "../../core/money.js";
import type { Clock } from "../../ports/clock.js";
import { type ApiResult, orderPath, type WooApi } from "./api.js";
import { Refund, Refunds, WooOrder } from "./schema.js";

/** The plugin's word on a refund that was begun in the shop: it waited for the bank, and the bank said yes. */
const CONFIRMED = "_order_status_engine_refund";
/** The same, on a refund that moved no money. */
const BY_HAND = "by-hand";
/** On the order: how much of its refunds by hand the bank has refunded, in minor units by the effect that told of it. */
const MATCHED = "_order_status_engine_by_hand";
const Matched = z.record(z.string(), z.int().nonnegative());
/** So long the plugin may still be waiting for the bank; then it takes its refund back, or its PHP has ended. */
const PLUGIN_WAITS_MS = 5 * 60_000;
const LOOK_AGAIN_MS = 2_000;

export interface RefundRecord {
  amount: number;
  /** The shop's own refund, where it was begun there. */
  refund?: string | undefined;
}

/**
 * WooCommerce knows no key for a refund, so the reason carries the reference; of two the first stays. A refund that was
 * begun in the shop is there already, unless its plugin gave up waiting and took it back: then it is written anew. Of a
 * refund by hand the shop has the record before the bank gives the money back.
 */
export const recordRefund = async (
  api: WooApi,
  clock: Clock,
  orderId: string,
  reference: string,
  { amount, refund: begun }: RefundRecord,
): Promise<ApiResult<null>> => {
  const path = orderPath(orderId, "/refunds");
  if (path === null) return { kind: "missing" };
  const all = async (): Promise<ApiResult<Refund[]>> => {
    const told = await api.ask(Refunds, "GET", `${path}?per_page=100`);
    return told.kind === "ok" ? { kind: "ok", body: told.body.sort((a, b) => a.id - b.id) } : told;
  };
  const isMine = ({ reason }: Refund): boolean => reason?.endsWith(`[#${reference}]`) === true;
  const before = await all();
  if (before.kind !== "ok") return before;
  const there = begun === undefined ? undefined : before.body.find(({ id }) => String(id) === begun);
  if (there !== undefined) return standing(there, clock);
  if (!before.body.some(isMine)) {
    // The currency says how the amount is written.
    const order = await api.ask(WooOrder, "GET", orderPath(orderId) ?? "");
    if (order.kind !== "ok") return order;
    const matched = await matchedByHand(api, order.body, reference, amount, before.body);
    if (matched.kind !== "ok") return matched;
    const rest = amount - matched.body;
    if (rest === 0) return { kind: "ok", body: null };
    const written = await api.ask(Refund, "POST", path, {
      amount: decimal(rest, order.body.currency),
      reason: `Refunded at the bank. [#${reference}]`,
      // The money went back already; what goes back to the shelf is the merchant's to say.
      api_refund: false,
      api_restock: false,
    });
    if (written.kind !== "ok") return written;
  }
  const now = await all();
  if (now.kind === "ok") {
    const twins = now.body.filter(isMine).slice(1);
    for (const twin of twins) await api.ask(z.unknown(), "DELETE", `${path}/${twin.id}?force=true`);
  }
  return { kind: "ok", body: null };
};

const sumByHand = (refunds: Refund[], currency: string): number =>
  refunds
    .filter(({ meta_data }) => meta_data?.some(({ key, value }) => key === CONFIRMED && value === BY_HAND))
    .reduce((sum, { amount }) => sum + Math.abs(toMinor(Number(amount), currency)), 0);

/** How much of the bank's refund the shop has recorded by hand already. It is kept first, so that it counts once. */
const matchedByHand = async (
  api: WooApi,
  order: WooOrder,
  reference: string,
  amount: number,
  refunds: Refund[],
): Promise<ApiResult<number>> => {
  const byHand = sumByHand(refunds, order.currency);
  if (byHand === 0) return { kind: "ok", body: 0 };
  const kept = order.meta_data.findLast(({ key }) => key === MATCHED)?.value;
  const before = Matched.safeParse(parsedJson(kept)).data ?? {};
  const own = before[reference];
  if (own !== undefined) return { kind: "ok", body: own };
  const open = byHand - Object.values(before).reduce((sum, one) => sum + one, 0);
  const matched = Math.max(0, Math.min(amount, open));
  if (matched === 0) return { kind: "ok", body: 0 };
  const value = JSON.stringify({ ...before, [reference]: matched });
  const written = await api.ask(z.unknown(), "PUT", orderPath(String(order.id)) ?? "", {
    meta_data: [{ key: MATCHED, value }],
  });
  return written.kind === "ok" ? { kind: "ok", body: matched } : written;
};

const parsedJson = (text: unknown): unknown => {
  try {
    return JSON.parse(String(text));
  } catch {
    return null;
  }
};

/** Whether the shop's own refund is there to stay. */
const standing = ({ id, meta_data, date_created_gmt }: Refund, clock: Clock): ApiResult<null> => {
  const isConfirmed = meta_data?.some(({ key }) => key === CONFIRMED) === true;
  const made = Date.parse(`${date_created_gmt}Z`);
  const isOld = Number.isNaN(made) || clock.now() - made > PLUGIN_WAITS_MS;
  if (isConfirmed || isOld) return { kind: "ok", body: null };
  const detail = `refund ${id} is there, and the plugin has not said yet whether it stays`;
  return { kind: "trouble", afterMs: LOOK_AGAIN_MS, detail };
};
