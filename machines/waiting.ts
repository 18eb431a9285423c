/** Events that wait, and what a merchant asks for with them. */
import { z } from "zod";
import { Line } from "./lines.js";
import { Child } from "./text.js";

const minor = z.number().int();
const moment = z.number().int();

/** What a merchant asks for, beside the target status. */
export const CommandPayload = z.object({
  amount: minor.nullable().default(null),
  lines: z.array(Line).nullable().default(null),
  total: minor.nullable().default(null),
  adds: z.boolean().default(false),
  /** The refund's own id in the shop. */
  refund: z.string().optional(),
});
export type CommandPayload = z.infer<typeof CommandPayload>;

/** An event that waits for a reading taken after it arrived. */
export const WaitingEvent = z.object({
  eventId: z.string(),
  type: z.string(),
  at: moment,
  /** Callbacks are held for the customer; nothing else is ever held. */
  held: z.boolean(),
  /** The order was past its checkout when this came: no customer is at the bank, so the bank's own delay does not hold it. */
  afterCheckout: z.boolean().optional(),
  /** The key of the call that was under way when the payment was read for this: it waits for the end of that one. */
  readDuring: z.string().optional(),
  /** Fingerprint of the content, to fold repeated deliveries into one. */
  content: z.string().nullable(),
  /** The effect whose reading answers it; null = not asked for yet. */
  readingId: z.string().nullable(),
  /** The payment that it is about; null = the current one. */
  paymentId: z.string().nullable().default(null),
  /** The reading of that payment at another bank, made beside the one that answers it; left out: none was. */
  besideId: z.string().optional(),
  /** A change of lines that the shop has told something newer than since. */
  overtaken: z.boolean().optional(),
  /** The shop's own word for the status that is asked for. */
  child: Child.optional(),
  wish: CommandPayload.nullable(),
});
export type WaitingEvent = z.infer<typeof WaitingEvent>;
