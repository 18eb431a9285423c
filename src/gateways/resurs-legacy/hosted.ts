/** The hosted flow: the customer pays on the bank's own page, and the bank books. */
import type { CreatedPayment, Gateway } from "../../ports/gateway.js";
import { afterShopOf } from "./after-shop.js";
import { attemptOf, type HostedOptions, hostedBodyOf, preferredIdOf } from "./requests.js";
import { Hosted } from "./schema.js";
import { jsonOf, type LegacyOptions, soapOf } from "./transport.js";

export interface ResursHostedOptions extends LegacyOptions, HostedOptions {
  /** `https://ecommerce-hosted.resurs.com`, or `https://test.resurs.com/ecommerce-test/hostedflow`. */
  hostedUrl: string;
}

/** Resurs Bank's hosted flow, named `resurs-hosted`. */
export const resursHosted = (options: ResursHostedOptions): Gateway => {
  const json = jsonOf(options, options.hostedUrl);
  return {
    ...afterShopOf(soapOf(options)),
    name: options.name ?? "resurs-hosted",
    api: "resurs-hosted",

    async createPayment(payment): Promise<CreatedPayment> {
      const asked = { ...options, paymentMethodId: payment.method ?? options.paymentMethodId };
      const attempt = attemptOf(payment, preferredIdOf(payment), "hosted", asked.paymentMethodId);
      const answer = await json("POST", "back-channel", await hostedBodyOf(payment, attempt, asked));
      if (answer.kind === "failed") return { kind: "failed", detail: answer.failure.detail };
      const redirectUrl = Hosted.safeParse(answer.body).data;
      if (redirectUrl === undefined) return { kind: "failed", detail: "unexpected answer of the hosted flow" };
      // There is no payment before the customer was there.
      return { kind: "ok", paymentId: attempt.preferredId, status: "SIGNING", redirectUrl, meta: attempt.meta };
    },
  };
};
