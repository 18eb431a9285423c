/** One row of `apply`: carried out, or looked at. */
import { reasonInWords } from "../../../machines/reasons.js";
import { decimal } from "../../core/money.js";
import type { Preview, Receipt } from "../../runtime/embedded/receipt.js";
import type { ApplyLine, Word } from "./apply-result.js";
import { currencyAt } from "./currency.js";
import { type ErpRow, inCurrency, notToSet } from "./erp-file.js";
import { ask, type RemoteOptions } from "./remote.js";
import { previewIn } from "./verdict.js";

const TRIES = 20;

const pathOf = (orderId: string): string => `/orders/${encodeURIComponent(orderId)}`;
const bareOf = ({ line, orderId: order_id, wanted }: ErpRow) =>
  ({ line, order_id, wanted, status: "", reason: "", says: "" }) as const;

const wordFor = (outcome: string, final: boolean): Word =>
  !final ? "waiting" : outcome === "moved" ? "done" : outcome === "refused" ? "refused" : "no-op";

/** What is said of an answer that is none. */
const noAnswer = (status: number, { orderId, wanted, asks }: ErpRow): string => {
  if (status === 404) return `there is no order ${orderId}`;
  const isWord = "event" in asks && asks.event.type === "merchant.asked";
  return status === 400 && isWord ? notToSet(wanted) : `the engine answered ${status}`;
};

const PART = "partial-refund-not-supported";

interface Asked {
  event: { type: string; [key: string]: unknown };
  currency: string;
}

/** The row's event, its amount in the currency of the order, of which the engine is asked. */
const askedBy = async (row: ErpRow, options: RemoteOptions): Promise<Asked | { wrong: string }> => {
  const told = row.amount === undefined ? "" : await currencyAt(options, pathOf(row.orderId));
  if (typeof told !== "string") return { wrong: noAnswer(told.status, row) };
  const asks = inCurrency(row, told);
  return "wrong" in asks ? asks : { ...asks, currency: told };
};

/** A file has no refund form. */
const saysOf = (reason: string, orderId: string, { event: { amount }, currency }: Asked): string =>
  reason === PART && typeof amount === "number"
    ? `The status Refunded pays everything back; for a part use: order-status send ${orderId} refund ${decimal(amount, currency)}`
    : reasonInWords(reason);

/** Carried out once however often it is sent. @param key names the run and the row */
export const execute = async (row: ErpRow, key: string, options: RemoteOptions): Promise<ApplyLine> => {
  const bare = bareOf(row);
  const asked = await askedBy(row, options);
  if ("wrong" in asked) return { ...bare, outcome: "error", says: asked.wrong };
  for (let tries = 1; ; tries++) {
    const response = await ask(options, `${pathOf(row.orderId)}/events`, {
      method: "POST",
      body: asked.event,
      headers: { "idempotency-key": key },
    });
    if (![200, 202, 409].includes(response.status))
      return { ...bare, outcome: "error", says: noAnswer(response.status, row) };
    const { outcome, reason, to, final } = (await response.json()) as Receipt;
    if (!final && tries < TRIES) continue;
    const why = reason ?? "";
    return {
      ...bare,
      outcome: wordFor(outcome, final),
      status: to ?? "",
      reason: why,
      says: saysOf(why, row.orderId, asked),
    };
  }
};

/**
 * What would become of it; changes nothing.
 * @param changed the orders that an earlier row would change, each with its line; this row's is added
 */
export const lookAhead = async (
  row: ErpRow,
  changed: Map<string, number>,
  options: RemoteOptions,
): Promise<ApplyLine> => {
  const bare = bareOf(row);
  const asked = await askedBy(row, options);
  if ("wrong" in asked) return { ...bare, outcome: "error", says: asked.wrong };
  const earlier = changed.get(row.orderId);
  if (earlier !== undefined) {
    const says = `line ${earlier} would change this order first, so only a real run can tell`;
    return { ...bare, outcome: "depends", says };
  }
  const path = pathOf(row.orderId);
  const response = await ask(options, `${path}/can`, { method: "POST", body: asked.event });
  if (!response.ok) return { ...bare, outcome: "error", says: noAnswer(response.status, row) };
  const verdict = (await response.json()) as Preview;
  const status = verdict.to ?? "";
  if (verdict.allowed) {
    changed.set(row.orderId, row.line);
    return { ...bare, outcome: "would-be-done", status, says: await previewIn(verdict, asked.event, options, path) };
  }
  const { outcome, reason } = verdict;
  return { ...bare, outcome: wordFor(outcome, true), status, reason, says: saysOf(reason, row.orderId, asked) };
};
