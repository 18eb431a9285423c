/** The simplified flow: the shop's own checkout, bookPayment, and bookSignedPayment after the customer has signed. */
import { wrongIn } from "../../../machines/text.js";
import type { CreatedPayment, Gateway, GatewayAnswer } from "../../ports/gateway.js";
import { afterShopOf } from "./after-shop.js";
import { refusal, unexpected } from "./failure.js";
import { isPaymentId } from "./ids.js";
import { attemptOf, type BookingOptions, bookingOf, preferredIdOf } from "./requests.js";
import { Booked, LegacyMethods } from "./schema.js";
import { type LegacyOptions, soapOf } from "./transport.js";

export interface ResursSimplifiedOptions extends LegacyOptions, BookingOptions {}

/** bookPaymentStatus: the payment is there. */
const STANDS = ["BOOKED", "FINALIZED", "FROZEN"];

/**
 * The id is taken (19) or the payment is in no state for it (20, 25): booked before, perhaps. Then the payment decides,
 * which is the documented way out of an error here (ECOMPHP-453).
 */
const ID_IS_TAKEN = "19";
const BOOKED_BEFORE = [ID_IS_TAKEN, "20", "25"];

const resultOf = (body: unknown) => Booked.safeParse((body as { return?: unknown } | null)?.return).data;

/** Resurs Bank's simplified flow, named `resurs-simplified`. */
export const resursSimplified = (options: ResursSimplifiedOptions): Gateway => {
  const soap = soapOf(options);
  const afterShop = afterShopOf(soap);

  return {
    ...afterShop,
    name: options.name ?? "resurs-simplified",
    api: "resurs-simplified",

    idOf: (payment) => preferredIdOf(payment),

    async paymentMethodIds() {
      const answer = await soap("getPaymentMethods", {});
      if (answer.kind === "failed") return answer.failure;
      const told = LegacyMethods.safeParse(answer.body);
      return told.success ? { kind: "ok", ids: told.data } : unexpected("getPaymentMethods", wrongIn(told.error));
    },

    async createPayment(payment): Promise<CreatedPayment> {
      const asked = { ...options, paymentMethodId: payment.method ?? options.paymentMethodId };
      const attempt = attemptOf(payment, preferredIdOf(payment), "simplified", asked.paymentMethodId);
      const answer = await soap("bookPayment", await bookingOf(payment, attempt, asked));
      const { preferredId, meta } = attempt;
      // The bank books under our own id, so a payment whose answer is lost can be read.
      const perhaps = (detail: string): CreatedPayment => ({ kind: "failed", detail, paymentId: preferredId, meta });
      if (answer.kind === "failed") {
        const { failure, code } = answer;
        // Another shop of this user may have that number, so an id that is taken is ours only where we may have taken it.
        const wasOurs = payment.triedBefore === true || payment.preferredId === preferredId;
        const isThere = failure.kind === "unknown" || (code === ID_IS_TAKEN && wasOurs);
        return isThere ? perhaps(failure.detail) : { kind: "failed", detail: failure.detail, meta };
      }
      const booked = resultOf(answer.body);
      if (!booked) return perhaps("unexpected answer to bookPayment");
      const { paymentId, bookPaymentStatus: status, signingUrl } = booked;
      const created = { kind: "ok" as const, paymentId, status, meta: { ...meta, resursReference: paymentId } };
      // 002, step 4a: back to the shop's own page; 4b: to the page where the customer signs.
      if (STANDS.includes(status)) return { ...created, redirectUrl: payment.successUrl };
      if (status !== "SIGNING") return { kind: "failed", detail: `the bank answered ${status}`, meta };
      return signingUrl === undefined
        ? { kind: "failed", detail: "the bank asks for a signature and does not say where", meta }
        : { ...created, redirectUrl: signingUrl };
    },

    async bookSignedPayment({ paymentId }): Promise<GatewayAnswer> {
      if (!isPaymentId(paymentId)) return refusal("this is no payment id");
      const answer = await soap("bookSignedPayment", { paymentId });
      if (answer.kind === "failed") {
        const { failure, code } = answer;
        return BOOKED_BEFORE.includes(code ?? "") ? { kind: "unknown", detail: failure.detail } : failure;
      }
      const booked = resultOf(answer.body);
      if (booked?.paymentId !== paymentId) return unexpected("bookSignedPayment");
      const { bookPaymentStatus: status } = booked;
      if (STANDS.includes(status)) {
        const look = await afterShop.readPayment(paymentId);
        return { kind: "ok", reading: look.kind === "ok" && look.reading.exists ? look.reading : null };
      }
      if (status === "DENIED" || status === "FAILED") {
        return refusal(`the bank answered ${status}`, "payment-rejected");
      }
      // SIGNING again: the bank has not seen the signature, and may yet.
      return status === "SIGNING" ? refusal("the customer has not signed") : unexpected("bookSignedPayment");
    },
  };
};
