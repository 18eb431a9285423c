/** The shop's own record of money that went back; it moves none. */
import { z } from "zod";
import { type ApiResult, orderPath, type WooApi } from "./api.js";
import { Refund, Refunds } from "./schema.js";

/** WooCommerce knows no key for a refund either, so the reason carries the reference; of two the first stays. */
export const recordRefund = async (
  api: WooApi,
  orderId: string,
  reference: string,
  amount: number,
): Promise<ApiResult<null>> => {
  const path = orderPath(orderId, "/refunds");
  if (path === null) return { kind: "missing" };
  const mine = async (): Promise<ApiResult<Refund[]>> => {
    const told = await api.ask(Refunds, "GET", `${path}?per_page=100`);
    if (told.kind !== "ok") return told;
    const found = told.body.filter(({ reason }) => reason?.endsWith(`[#${reference}]`));
    return { kind: "ok", body: found.sort((a, b) => a.id - b.id) };
  };
  const before = await mine();
  if (before.kind !== "ok") return before;
  if (before.body.length === 0) {
    const written = await api.ask(Refund, "POST", path, {
      amount: (amount / 100).toFixed(2),
      reason: `Refunded at the bank. [#${reference}]`,
      // The money went back already; what goes back to the shelf is the merchant's to say.
      api_refund: false,
      api_restock: false,
    });
    if (written.kind !== "ok") return written;
  }
  const now = await mine();
  if (now.kind === "ok") {
    for (const twin of now.body.slice(1)) await api.ask(z.unknown(), "DELETE", `${path}/${twin.id}?force=true`);
  }
  return { kind: "ok", body: null };
};
