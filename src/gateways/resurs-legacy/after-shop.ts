/** What all the older flows share: the payment read and changed through AfterShopFlowService. */
import { noSuchPayment, type Reading } from "../../../machines/facts.js";
import type { Gateway, GatewayAnswer, ReadAnswer } from "../../ports/gateway.js";
import { type Called, refusal, unexpected } from "./failure.js";
import { isPaymentId } from "./ids.js";
import { readingOf } from "./reading.js";
import { annulmentOf, partOf } from "./requests.js";
import { LegacyPayment } from "./schema.js";
import type { Soap, SoapOperation } from "./transport.js";

/**
 * 002: "code 8, 3, or 404 (meaning 'payment does not exist')": in the bank's own fault, for the 404 of a front speaks
 * of the front.
 */
const NO_SUCH_PAYMENT = ["8", "3", "404"];
/**
 * The payment is in no state for it (20, 25), or can no longer be credited (23), finalized (26) or annulled (36): these
 * come too when it was done before, as by a call of ours whose answer was lost. 7000 is ecomphp's word for a payment
 * that had been finalized by itself (ECOMPHP-295).
 */
const IN_NO_STATE_FOR_IT = ["20", "23", "25", "26", "36", "7000"];

/** Nothing is left that the call could act on. */
const SPENT: Record<string, (reading: Reading) => boolean> = {
  finalizePayment: ({ authorized }) => authorized <= 0,
  annulPayment: ({ authorized }) => authorized <= 0,
  creditPayment: ({ captured, refunded }) => captured - refunded <= 0,
};

const meansNoPayment = ({ code }: Extract<Called, { kind: "failed" }>): boolean => NO_SUCH_PAYMENT.includes(code ?? "");

export const afterShopOf = (soap: Soap) => {
  const readPayment = async (paymentId: string): Promise<ReadAnswer> => {
    if (!isPaymentId(paymentId)) return refusal("this is no payment id");
    const answer = await soap("getPayment", { paymentId });
    if (answer.kind === "failed") {
      return meansNoPayment(answer) ? { kind: "ok", reading: noSuchPayment(paymentId) } : answer.failure;
    }
    const told = LegacyPayment.safeParse((answer.body as { return?: unknown } | null)?.return);
    return told.success && told.data.id === paymentId
      ? { kind: "ok", reading: readingOf(told.data) }
      : unexpected("getPayment");
  };

  /** These calls answer with nothing, so the payment is looked at. A failing look changes nothing about what was done. */
  const done = async (paymentId: string): Promise<GatewayAnswer> => {
    const answer = await readPayment(paymentId);
    return { kind: "ok", reading: answer.kind === "ok" && answer.reading.exists ? answer.reading : null };
  };

  const move = async (operation: SoapOperation, paymentId: string, content: object): Promise<GatewayAnswer> => {
    if (!isPaymentId(paymentId)) return refusal("this is no payment id");
    const answer = await soap(operation, content);
    if (answer.kind === "done") return done(paymentId);
    if (!IN_NO_STATE_FOR_IT.includes(answer.code ?? "")) return answer.failure;
    const look = await readPayment(paymentId);
    const stillThere = look.kind === "ok" && look.reading.exists && !SPENT[operation]?.(look.reading);
    return stillThere ? answer.failure : { kind: "unknown", detail: answer.failure.detail };
  };

  return {
    tolerance: 0,
    // Of the countries that the bank has stores in. Its calls name none, and have two decimals.
    currencies: ["SEK", "NOK", "DKK", "EUR"],
    readPayment,
    capture: (call) => move("finalizePayment", call.paymentId, partOf(call)),
    cancel: (call) => move("annulPayment", call.paymentId, annulmentOf(call)),
    refund: (call) => move("creditPayment", call.paymentId, partOf(call)),
    /** additionalDebitOfPayment exists, and only for some payment methods; nothing tells which. */
    addOrderLines: async () => refusal("a payment of Resurs's older flows takes no further order lines from here"),
  } satisfies Omit<Gateway, "name" | "createPayment">;
};
