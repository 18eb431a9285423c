/**
 * What we read of the Nets payment API's answers, in minor units as Nets sends them. Loose: Nets may add fields and
 * words at any time. The maxima only keep nonsense out of the books.
 */
import { z } from "zod";
import { Id, Word } from "../../../machines/text.js";

const amount = z.number().int().min(0).max(999_999_999_999);
/** An amount that was left out is none. */
const absentIsNone = amount
  .nullish()
  .transform((given) => given ?? 0)
  .prefault(0);
const word = Word();
/** Compared and never kept. */
const compared = z.string().max(100);

const Charge = z.looseObject({ chargeId: word.min(1), amount, created: z.string().max(60).nullish() });
export type Charge = z.infer<typeof Charge>;

export const NetsPayment = z.looseObject({
  payment: z.looseObject({
    paymentId: Id,
    /** The moment at which the payment was ended; absent while it may still be paid. */
    terminated: z.union([z.string(), z.boolean()]).nullish(),
    /** `expiresAt`: nobody can pay from then on. In a shape that we do not know it tells nothing. */
    checkout: z
      .looseObject({ expiresAt: z.string().max(60).nullish().catch(null) })
      .nullish()
      .catch(null),
    orderDetails: z.looseObject({ amount: absentIsNone, currency: Word(3).nullish().catch(null) }).nullish(),
    paymentDetails: z.looseObject({ paymentType: compared.nullish() }).nullish(),
    summary: z
      .looseObject({
        reservedAmount: absentIsNone,
        chargedAmount: absentIsNone,
        refundedAmount: absentIsNone,
        cancelledAmount: absentIsNone,
      })
      .nullish(),
    charges: z.array(Charge).max(1000).nullish(),
    refunds: z
      .array(z.looseObject({ amount, state: compared.nullish() }))
      .max(1000)
      .nullish(),
    subscription: z.looseObject({ id: word.nullish() }).nullish(),
  }),
});
export type NetsPayment = z.infer<typeof NetsPayment>["payment"];

/** What a call that moves money is answered with: the id of what it made. */
export const Moved = {
  charges: z.looseObject({ chargeId: word.min(1) }),
  cancels: z.looseObject({ cancelId: word.min(1) }),
  refunds: z.looseObject({ refundId: word.min(1) }),
};

export const Opened = z.looseObject({ paymentId: Id });

export const Created = z.looseObject({
  ...Opened.shape,
  /** The customer is sent to this address, so nothing but a web address will do. */
  hostedPaymentPageUrl: z
    .string()
    .max(4000)
    .regex(/^https?:\/\/[^\s\p{Cc}]+$/iu),
});

const code = z.union([z.string().min(1), z.number()]);

/** What Nets says of a payment: {code, message, source}. */
export const OwnError = z.looseObject({ code, message: z.string(), source: z.string().min(1) });

/** The same with one of Nets's own numbers. */
export const CodedError = OwnError.extend({ code: z.union([z.string().regex(/^\d{4}$/), z.number().int()]) });

/** Nets's own no: that, or {errors: {field: [text]}} where the request itself was wrong. */
export const OwnRefusal = z.union([OwnError, z.looseObject({ errors: z.record(z.string(), z.array(z.string())) })]);

/** The words of an error, whoever said them. */
export const Trouble = z.looseObject({
  code: z.union([z.string(), z.number()]).nullish().catch(null),
  message: z.string().nullish().catch(null),
  errors: z.record(z.string(), z.unknown()).nullish().catch(null),
});
