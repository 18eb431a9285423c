/** What the order is, is read from the shop before money of it moves: a webhook may have been lost. */
import type { Effect } from "../../../machines/effects.js";
import type { OrderEvent } from "../../../machines/events.js";
import type { OrderAsExpected } from "../../../machines/expected.js";
import type { ShopOrder } from "../../../machines/shop-order.js";
import type { OrderRecord } from "../../core/record.js";
import { asAsked } from "../../ports/lanes.js";
import type { Shop } from "../../ports/shop.js";
import type { ClaimedEffect, OutboxRow } from "../../ports/store.js";
import { thrownText } from "../../ports/thrown.js";

export type ShopLook =
  | { kind: "same" }
  | { kind: "differs"; order: ShopOrder }
  /** It is tried again, not before `afterMs`, or after the usual wait. */
  | { kind: "waits"; afterMs: number | null; detail: string };

/** How the order learns of it where no call that moves money waits for it. */
export const updateBy = (
  order: ShopOrder,
  change = "read before a write",
): Extract<OrderEvent, { type: "order.updated" }> => ({
  type: "order.updated",
  by: "shop",
  change,
  order,
});

/** The first time that the shop knew no such order; a replica that lags behind says it, too. */
const GONE_ONCE = "the shop knows no such order any more; asked again before that is believed";
const LINES_MS = 1_000;

export const differs = (known: OrderAsExpected, { total, currency, gone, gateway }: ShopOrder): boolean =>
  (gone !== undefined && gone !== (known.gone === true)) ||
  (gateway !== undefined && (gateway === null) !== (known.paidOtherwise === true)) ||
  (total !== undefined && !known.totals.includes(total)) ||
  (currency !== undefined && currency !== known.currency);

/** @param seq of the decision that asked for the call; a change of lines that it asked for as well is its own. */
export const linesUnderWay = (open: (Pick<OutboxRow, "seq" | "effect"> & { dead: boolean })[], seq: number): boolean =>
  open.some((one) => one.effect.type === "setOrderLines" && !one.dead && one.seq < seq);

type Write = Pick<OutboxRow, "seq" | "index" | "effect">;

/** The order has another status, or another child of it, than this write gives the shop. */
export const hasAnotherStatus = (record: OrderRecord | null, { effect }: Write): boolean => {
  if (record === null || !("to" in effect)) return false;
  const { status, child } = record.facts.order;
  const asked = "child" in effect ? effect.child : undefined;
  return status !== effect.to || (asked !== undefined && asked !== child);
};

/** A later write of ours tells the shop a status. */
export const writesLater = (open: (Write & { dead: boolean })[], write: Write): boolean =>
  open.some((one) => "to" in one.effect && !one.dead && asAsked(one, write) > 0);

/** A shop that cannot be asked keeps the call waiting, as a bank does: no money moves for an order that nobody knows. */
export const lookInShop = async (
  shop: Pick<Shop, "readOrder">,
  row: ClaimedEffect,
  effect: Effect,
  how: { secondWordMs: number; linesUnderWay(row: ClaimedEffect): Promise<boolean> },
): Promise<ShopLook> => {
  if (shop.readOrder === undefined || !("expects" in effect) || effect.expects === undefined) return { kind: "same" };
  try {
    // Asked first: what the shop reads after that is not what it had before our own change.
    if (await how.linesUnderWay(row))
      return { kind: "waits", afterMs: LINES_MS, detail: "the shop's lines are being changed" };
    const order = await shop.readOrder(row.orderId);
    if (!differs(effect.expects, order)) return { kind: "same" };
    const isFirst =
      order.gone === true && effect.expects.gone !== true && row.previousError?.startsWith(GONE_ONCE) !== true;
    return isFirst ? { kind: "waits", afterMs: how.secondWordMs, detail: GONE_ONCE } : { kind: "differs", order };
  } catch (error) {
    return { kind: "waits", afterMs: null, detail: `the shop cannot be asked for the order: ${thrownText(error)}` };
  }
};
