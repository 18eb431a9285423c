/**
 * What we read of the older services' answers. Loose: the bank may add fields and words at any time. Every value comes
 * as text; an element that says nothing is the empty text.
 */
import { z } from "zod";
import { Id, Word } from "../../../machines/text.js";

const word = Word();
/** Compared and never kept. */
const compared = z.string().max(100);
/** `30.000000000000000`: rounded once, here, to minor units. */
const amount = z
  .string()
  .regex(/^\d{1,10}(\.\d{1,30})?$/)
  .transform((major) => Math.round(Number(major) * 100));
const flag = z.enum(["true", "false", "1", "0"]).transform((text) => text === "true" || text === "1");
const silent = z.literal("").transform(() => undefined);

const PaymentDiff = z.looseObject({
  type: compared,
  /** A key of ours is up to seven times as long with its escapes. */
  transactionId: Word(1400).optional().catch(undefined),
  paymentSpec: z.looseObject({ totalAmount: amount }),
});

/** getPayment's `payment`. */
export const LegacyPayment = z.looseObject({
  id: Id,
  totalAmount: amount,
  limit: z.union([silent, amount]).optional(),
  paymentDiffs: z.array(PaymentDiff).max(10_000).default([]),
  fraud: flag,
  frozen: flag,
  status: z.array(word).max(100).default([]),
});
export type LegacyPayment = z.infer<typeof LegacyPayment>;

/** The customer is sent to this address, so nothing but a web address will do. */
const webAddress = z
  .string()
  .max(4000)
  .regex(/^https?:\/\/[^\s\p{Cc}]+$/iu);

/** bookPaymentResult, the answer to bookPayment and to bookSignedPayment. */
export const Booked = z.looseObject({
  paymentId: Id,
  bookPaymentStatus: word.min(1),
  signingUrl: z.union([silent, webAddress]).optional(),
});

/** The elements of getPaymentMethodsResponse: none, one, or several of a name. */
export const LegacyMethods = z.union([
  silent.transform((): string[] => []),
  z
    .looseObject({
      return: z.preprocess((given) => [given ?? []].flat(), z.array(z.looseObject({ id: compared })).max(1000)),
    })
    .transform((told) => told.return.map(({ id }) => id)),
]);

/** Fields of the ECommerceError in a fault's detail. */
export const ECommerceError = z.looseObject({
  errorTypeId: z.string().regex(/^\d{1,9}$/),
  errorTypeDescription: z.string().optional().catch(undefined),
  userErrorMessage: z.string().optional().catch(undefined),
});
export type ECommerceError = z.infer<typeof ECommerceError>;

/** `location` is what ecomphp reads of the hosted flow's answer. That it may be called `url` is an assumption. */
export const Hosted = z.union([
  z.looseObject({ location: webAddress }).transform(({ location }) => location),
  z.looseObject({ url: webAddress }).transform(({ url }) => url),
]);

/** RCO v1 is shown by its `html`, v2 by the session and `baseUrl`. */
export const CheckoutSession = z.looseObject({
  paymentSessionId: Word(200).min(1),
  iframe: z.string().max(100_000).nullish(),
  html: z.string().max(100_000).nullish(),
  baseUrl: webAddress.nullish(),
});

/** The JSON services' own error: all that they share is the code. */
export const OwnError = z.looseObject({ errorCode: z.union([z.string().min(1), z.number()]) });

/** Errors of the JSON services, whose words differ from one to the next. */
export const Trouble = z.looseObject({
  errorCode: z.union([z.string(), z.number()]).nullish().catch(null),
  description: z.string().nullish().catch(null),
  detailedMessage: z.string().nullish().catch(null),
  message: z.string().nullish().catch(null),
});
