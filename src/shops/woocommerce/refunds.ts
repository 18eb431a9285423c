/** The shop's own record of money that went back; it moves none. */
import { z } from "zod";
import type { Clock } from "../../ports/clock.js";
import { type ApiResult, orderPath, type WooApi } from "./api.js";
import { Refund, Refunds } from "./schema.js";

/** The plugin's word on a refund that was begun in the shop: it waited for the bank, and the bank said yes. */
const CONFIRMED = "_order_status_engine_refund";
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
 * begun in the shop is there already, unless its plugin gave up waiting and took it back: then it is written anew.
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
    const written = await api.ask(Refund, "POST", path, {
      amount: (amount / 100).toFixed(2),
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

/** Whether the shop's own refund is there to stay. */
const standing = ({ id, meta_data, date_created_gmt }: Refund, clock: Clock): ApiResult<null> => {
  const isConfirmed = meta_data?.some(({ key }) => key === CONFIRMED) === true;
  const made = Date.parse(`${date_created_gmt}Z`);
  const isOld = Number.isNaN(made) || clock.now() - made > PLUGIN_WAITS_MS;
  if (isConfirmed || isOld) return { kind: "ok", body: null };
  const detail = `refund ${id} is there, and the plugin has not said yet whether it stays`;
  return { kind: "trouble", afterMs: LOOK_AGAIN_MS, detail };
};
