/** The rows of the Nets plugin as lines of `decide`. */
import type { Question } from "./ends.js";
import { NOW } from "./ends.js";
import type { Row } from "./rows.js";

const PAYMENT = "0b5c00006a7d4e21b3f9c8d7e6f50001";
const TOTAL = 20_000;
const DAY_MS = 86_400_000;

const netsPayment = (summary: Row, more: Row = {}): Row => ({
  netsPayment: { paymentId: PAYMENT, summary, orderDetails: { amount: TOTAL }, ...more },
});
const reserved = (amount = TOTAL): Row => netsPayment({ reservedAmount: amount });
const charged = netsPayment(
  { reservedAmount: TOTAL, chargedAmount: TOTAL },
  { charges: [{ chargeId: "CH-9", amount: TOTAL }] },
);
const unpaid = netsPayment({});
const missing = { netsPayment: null };
const silent = { payment: "unavailable" };

/** What the Nets double of the recording answered to GET. */
const states: Record<string, (amount: number) => Row> = {
  reserved,
  charged: () => charged,
  cancelled: () => netsPayment({ reservedAmount: TOTAL, cancelledAmount: TOTAL }),
  "empty summary": () => unpaid,
  "API 404": () => missing,
  "API 500": () => silent,
  "network error": () => silent,
};

/** The payment, and what Nets makes of the call, by the name of the case. */
const steps: Record<string, Row> = {
  "complete order: success": reserved(),
  // The plugin's mark of a payment that it once saw paid.
  "complete order: no _dibs_date_paid": unpaid,
  "complete order: already has charge id": charged,
  "complete order: A2A payment type": netsPayment({ reservedAmount: TOTAL }, { paymentType: "A2A" }),
  "complete order: no payment id": {},
  "complete order: GET payment 404": missing,
  "complete order: GET payment 500": silent,
  "complete order: GET payment network error": silent,
  "complete order: already charged in portal": charged,
  "complete order: charge 402 declined": { ...reserved(), follow: "refused" },
  "complete order: charge 500": { ...reserved(), follow: "unknown" },
  "complete order: charge network error": { ...reserved(), follow: "unknown" },
  "complete order: nothing reserved, charge ok": unpaid,
  "complete order: other payment method (bacs)": reserved(),
  "cancel order: success": reserved(),
  "cancel order: no _dibs_date_paid": unpaid,
  "cancel order: GET payment 404": missing,
  "cancel order: cancel 400": { ...reserved(), follow: "refused" },
  "cancel order: already charged, cancel 400": charged,
  "api refund: ok": charged,
  "api refund: 400": { ...charged, follow: "refused" },
  "api refund: 500": { ...charged, follow: "unknown" },
  // Nets said yes and did not say to what.
  "api refund: 200 without refundId": { ...charged, follow: "unknown" },
};

const verbs: Record<string, string> = { charges: "capture", cancels: "cancel", refunds: "refund" };
const moneyIn = (row: Row): string[] =>
  (row.nexi_request_bodies as { request: string; amount: number }[]).map(
    ({ request, amount }) => `${verbs[request.slice(request.lastIndexOf("/") + 1)]} ${amount / 100}`,
  );

/** The shop's own refund was given up, and the merchant reads why. */
const isTurnedDown = ({ return: given }: Row): boolean =>
  typeof given === "object" && given !== null && "wp_error" in given;

const stepOf = (row: Row): Row => {
  const step = steps[String(row.case)];
  if (step === undefined) throw new Error(`nothing is known of the case "${row.case}"`);
  return step;
};

/** Confirmation by the customer's return, or by the job that a webhook schedules two minutes ahead. */
const confirmation = (row: Row): Row => {
  const state = states[String(row.nexi_state ?? "reserved")];
  if (state === undefined) throw new Error(`nothing is known of a payment "${row.nexi_state}"`);
  // The plugin compares what the webhook named; that is what the customer has paid.
  return state((row.callback_amount as number | undefined) ?? TOTAL);
};

export const nets = (row: Row): Question[] => {
  const about = String(row.case);
  const isJob = about.startsWith("payment_created callback");
  const isReturn = about === "wc_dibs_confirm_dibs_order";
  const event = isJob
    ? { type: "callback", kind: "payment.checkout.completed" }
    : isReturn
      ? { type: "customer.return", page: "success" }
      : about.startsWith("api refund")
        ? { type: "admin.refund", amount: Number(row.amount) }
        : { type: "admin.setStatus", to: row.to };
  const placed = new Date(NOW - DAY_MS).toISOString();
  return [
    {
      line: {
        order: {
          status: String(row.woo_status_before),
          total: TOTAL / 100,
          currency: "EUR",
          paymentMethod: about.endsWith("(bacs)") ? "bacs" : "nets",
          paymentId: about.endsWith("no payment id") ? null : PAYMENT,
          createdAt: placed,
          updatedAt: placed,
        },
        ...(isJob || isReturn ? confirmation(row) : stepOf(row)),
        event,
      },
      theirs: {
        status: String(row.woo_status_after),
        says: isTurnedDown(row) ? "refused" : "done",
        money: moneyIn(row),
      },
      afterTheWait: true,
    },
  ];
};
