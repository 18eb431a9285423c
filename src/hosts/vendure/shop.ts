/** Vendure as the engine's shop. */
import type { OrderStatus } from "../../../machines/facts.js";
import type { ShopOrder } from "../../../machines/shop-order.js";
import type { Shop } from "../../ports/shop.js";
import { thrownText } from "../../ports/thrown.js";
import { ownerOf } from "../embedded.js";
import type { Books } from "./books.js";

/** What was captured may be taken back in Vendure's books as Vendure likes; the status stays the payment's. */
const ENDED = new Set<OrderStatus>(["completed", "refunded"]);

/** @param books there once the server has started, which is before the engine has */
export const vendureShop = (books: () => Books, statusOf: (orderId: string) => Promise<OrderStatus | null>): Shop => ({
  async execute(orderId, effectId, effect) {
    const code = ownerOf(orderId);
    try {
      if ((await books().order(code)) === undefined) return { kind: "refused", detail: `Vendure has no order ${code}` };
      const afterMs = await books().bring(orderId);
      if (afterMs > 0) return { kind: "retry", afterMs, detail: "a refund at the bank is not in Vendure's books yet" };
      if ("note" in effect) await books().note(code, effectId, effect.note);
      return { kind: "done" };
    } catch (error) {
      return { kind: "retry", afterMs: null, detail: `Vendure: ${thrownText(error)}` };
    }
  },
  /** Vendure's states are fewer. Its own cancellation is another hand's; for the rest it has what it was told. */
  async readStatus(orderId) {
    const [order, status] = [await books().order(ownerOf(orderId)), await statusOf(orderId)];
    if (order === undefined) return null;
    if (order.state === "Cancelled" && (status === null || !ENDED.has(status))) return "cancelled";
    return status ?? "pending";
  },
  async readOrder(orderId): Promise<ShopOrder> {
    const cart = await books().cart(ownerOf(orderId));
    if (cart === null) return { gone: true };
    const status = await statusOf(orderId);
    // Vendure takes cancelled lines off the total, also of an order whose money was taken.
    if (status !== null && ENDED.has(status)) return { gone: false };
    const { total, currency, lines } = cart;
    return { total, currency, lines, gone: false };
  },
});
