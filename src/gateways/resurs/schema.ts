/**
 * What we read of the Merchant API's answers. Loose: the bank may add fields and words at any time. The maxima
 * only keep nonsense out of the books.
 */
import { z } from "zod";
import { Id, Word } from "../../../machines/text.js";
import { isHeaderWord } from "../../http-client/header-values.js";

/** Ten digits and two decimals is the API's own limit. */
const amount = z.number().min(-9_999_999_999.99).max(9_999_999_999.99);
const word = Word();
/** Compared and never kept. */
const compared = z.string().max(100);

const Order = z.looseObject({
  totalOrderAmount: amount,
  authorizedAmount: amount,
  capturedAmount: amount,
  canceledAmount: amount,
  refundedAmount: amount,
  /** Whose payment it is. In a shape that we do not know it tells nothing. */
  orderReference: Word(200).nullish().catch(null),
  currency: Word(3).nullish().catch(null),
  possibleActions: z
    .array(z.looseObject({ action: compared }))
    .max(100)
    .nullish(),
  actionLog: z
    .array(z.looseObject({ transactionId: Word(200).nullish().catch(null) }))
    .max(10_000)
    .nullish(),
});

/** A list, or an object of what would be in the list. */
const Custom = z.preprocess(
  (given) => (typeof given === "object" && given !== null ? Object.values(given) : given),
  z.array(z.looseObject({ key: compared, value: Word(200) })).max(1000),
);

/** What was sent along. In a shape that we do not know it tells nothing. */
const Kept = z
  .looseObject({ custom: Custom.nullish().catch(null) })
  .nullish()
  .catch(null);

export const ResursPayment = z.looseObject({
  id: Id,
  /** A word we do not know yet is kept: the machines read it as unrecognised. */
  status: word.min(1),
  /** Nothing is decided by it: in a shape that we do not know it tells nothing. */
  rejectedReason: z.looseObject({ category: word.nullish() }).nullish().catch(null),
  order: Order.nullish(),
  metadata: Kept,
  application: z.looseObject({ approvedCreditLimit: amount.nullish() }).nullish(),
});
export type ResursPayment = z.infer<typeof ResursPayment>;

/** The customer is sent to this address, so nothing but a web address will do. */
const webAddress = z
  .string()
  .max(4000)
  .regex(/^https?:\/\/[^\s\p{Cc}]+$/iu);

export const NewlyCreated = z.looseObject({
  id: Id,
  status: word.min(1),
  taskRedirectionUrls: z.looseObject({ customerUrl: webAddress.nullish() }).nullish(),
  metadata: Kept,
});
export type NewlyCreated = z.infer<typeof NewlyCreated>;

/** What the bank lists; one that is odd hides no other. */
const listOf = <T extends z.ZodType<object>>(one: T, most: number) =>
  z.looseObject({
    content: z
      .array(one.nullable().catch(null))
      .max(most)
      .transform((found) => found.filter((each) => each !== null)),
  });

/** Which part of a list it is. In a shape that we do not know it tells of no more. */
const Page = z
  .looseObject({ totalPages: z.number().int().min(0).nullish().catch(null) })
  .nullish()
  .catch(null);
export const Found = listOf(NewlyCreated, 1000).extend({ page: Page });

/** A limit of nonsense is none. */
const limit = amount.nullish().catch(null);
const Method = z.looseObject({
  id: Id,
  name: Word(200).min(1).nullish(),
  description: Word(200).min(1).nullish(),
  minPurchaseLimit: limit,
  maxPurchaseLimit: limit,
});
/** What a customer can choose. */
export const Methods = listOf(Method, 100);

const country = z.string().regex(/^[A-Z]{2}$/);
const Store = z.looseObject({
  id: compared,
  countryCode: country.nullish().catch(null),
  name: z.string().nullish().catch(null),
});
export const Stores = listOf(Store, 2000);

export const TaskStatus = z.looseObject({ completed: z.boolean().nullish() }).nullish();

export const Token = z.looseObject({
  access_token: z.string().refine(isHeaderWord),
  /** A time that makes no sense says nothing of the token. */
  expires_in: z.number().min(0).nullish().catch(null),
});

const code = z.union([z.string().min(1), z.number()]);

/** The API's own error: {traceId, code, message, timestamp}. What a front answers has no trace id and code of the bank's. */
export const OwnError = z.looseObject({ traceId: z.string().min(1), code, message: z.string() });

/** The token's address answers as OAuth 2.0 says (RFC 6749, 5.2). */
export const TokenError = z.looseObject({
  error: z.string().min(1),
  error_description: z.string().nullish().catch(null),
});

/** The words of an error, whoever said them. */
export const Trouble = z.looseObject({
  message: z.string().nullish().catch(null),
});
