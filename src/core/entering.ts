/** What enters beside an event: ids, options, filters, answers. A caller in JavaScript may hand in anything. */
import { z } from "zod";
import { Command, OrderPlaced, Source } from "../../machines/events.js";
import { OrderStatus } from "../../machines/facts.js";
import { Amount, DOTS, Id, Moment, Texts, Word } from "../../machines/text.js";
import { isStorable } from "./storable.js";

/** Longer and odder than what is placed today: a store may hold ids that were placed by an earlier version. */
export const KnownId = z
  .string("must be a string")
  .min(1, "must not be empty")
  .max(1000, "must have at most 1000 characters")
  .refine(isStorable, "must be well-formed Unicode without NUL")
  .refine((id) => !DOTS.test(id), "must not be . or ..");

export const Count = z.int("must be a whole number").min(0, "must not be negative");

export const Submitting = z.strictObject({
  id: Id.optional(),
  source: Source.optional(),
  wait: z.enum(["durable", "settled"]).optional(),
  timeoutMs: z.number("must be a number of milliseconds").min(0).max(2_147_483_647).optional(),
});

export const Filter = z.strictObject({
  status: OrderStatus.optional(),
  flagged: z.boolean().optional(),
  inDoubt: z.boolean().optional(),
  updatedSince: z.number().optional(),
  parked: z.boolean().optional(),
  paymentPrefix: KnownId.optional(),
  after: KnownId.or(z.literal("")).optional(),
  latest: z.strictObject({ before: z.object({ updatedAt: z.number(), orderId: KnownId }).nullable() }).optional(),
  limit: Count,
});

/** A message that whoever reaches another durable execution may send to it. */
export const Entered = z.object({
  id: Id,
  orderId: KnownId,
  at: Moment,
  source: Source,
  event: z.discriminatedUnion("type", [OrderPlaced, ...Command.options]),
});

/** What a gateway lists for a checkout to offer. */
export const OfferedMethods = z
  .array(
    z.object({
      id: Id,
      title: Word(200).min(1),
      min: Amount.nullable(),
      max: Amount.nullable(),
      countries: z
        .array(z.string().regex(/^[A-Z]{2}$/, "must be two capital letters"))
        .max(300)
        .nullable(),
    }),
  )
  .max(100);

/** What a gateway says of a payment that it opened. */
export const NewlyOpened = z.object({ paymentId: Id, status: Word(), meta: Texts(20_000).optional() });
/** And of one that the bank may have opened. */
export const PerhapsOpened = z.object({
  paymentId: Id.optional().catch(undefined),
  meta: Texts(20_000).optional().catch(undefined),
});
