/** Reads a request to create a payment the way the documents describe it. */
import { z } from "zod";
import { Line } from "./http.js";

const Url = z.looseObject({ url: z.string().nullish() }).nullish();

const Metadata = z.looseObject({
  custom: z.array(z.looseObject({ key: z.string(), value: z.string() })).nullish(),
});

/** Held to the published schema before: here is what the double goes by, and what no schema says. */
const Request = z.looseObject({
  order: z.looseObject({ orderReference: z.string().nullish(), orderLines: z.array(Line) }),
  customer: z.looseObject({ governmentId: z.string().nullish() }).nullish(),
  metadata: Metadata.nullish(),
  options: z
    .looseObject({
      timeToLiveInMinutes: z.number().nullish(),
      automaticCapture: z.boolean().nullish(),
      handleFrozenPayments: z.boolean().nullish(),
      callbacks: z.looseObject({ authorization: Url, management: Url }).nullish(),
      redirectionUrls: z
        .looseObject({
          customer: z.looseObject({ successUrl: z.string().nullish(), failUrl: z.string().nullish() }).nullish(),
        })
        .nullish(),
    })
    .nullish()
    .transform((asked) => asked ?? {})
    .refine((asked) => !(asked.automaticCapture && asked.handleFrozenPayments), {
      message: "automaticCapture cannot be set to true when handleFrozenPayments is set to true",
    }),
});

export const newPayment = (body: unknown) => {
  const read = Request.safeParse(body);
  if (!read.success) {
    return {
      ok: false as const,
      message: read.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; "),
    };
  }
  const { order, customer, metadata, options, ...rest } = read.data;
  const urls = options.redirectionUrls?.customer;
  return {
    ok: true as const,
    orderReference: order.orderReference ?? null,
    shop: { storeId: rest.storeId, paymentMethodId: rest.paymentMethodId },
    lines: order.orderLines,
    minutes: options.timeToLiveInMinutes ?? 120,
    customer: {
      // The shop that knows no customer may name the test person in the metadata.
      governmentId:
        customer?.governmentId ?? metadata?.custom?.find(({ key }) => key === "governmentId")?.value ?? null,
      successUrl: urls?.successUrl ?? null,
      failUrl: urls?.failUrl ?? null,
      callbackUrl: options.callbacks?.authorization?.url ?? null,
      managementUrl: options.callbacks?.management?.url ?? null,
      charges: options.automaticCapture ?? false,
      waits: options.handleFrozenPayments ?? false,
    },
    fields: { ...(rest.storeId ? { storeId: rest.storeId } : {}), customer: customer ?? {}, metadata },
  };
};
