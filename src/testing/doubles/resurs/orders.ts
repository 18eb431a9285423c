/** Reads a request to create a payment the way the documents describe it. */
import { z } from "zod";
import { Line } from "./http.js";

const Url = z.looseObject({ url: z.url({ protocol: /^https?$/ }) }).nullish();

export const Metadata = z.looseObject({
  creator: z.string().nullish(),
  custom: z.array(z.looseObject({ key: z.string().min(1).max(50), value: z.string().max(1000) })).nullish(),
});

const Request = z.looseObject({
  order: z.looseObject({
    orderReference: z
      .string()
      .regex(/^[\w\-/]{1,32}$/)
      .nullish(),
    orderLines: z.array(Line).min(1).max(1000),
  }),
  customer: z.looseObject({ governmentId: z.string().min(1).nullish() }).nullish(),
  metadata: Metadata.nullish(),
  options: z
    .looseObject({
      timeToLiveInMinutes: z.number().int().min(1).max(43_200).nullish(),
      automaticCapture: z.boolean().nullish(),
      handleFrozenPayments: z.boolean().nullish(),
      callbacks: z.looseObject({ authorization: Url, management: Url, creditApplication: Url }).nullish(),
      redirectionUrls: z
        .looseObject({
          customer: z.looseObject({ successUrl: z.string().nullish(), failUrl: z.string().nullish() }).nullish(),
        })
        .nullish(),
    })
    .prefault({})
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
    fields: { storeId: rest.storeId, customer: customer ?? {}, metadata },
  };
};
