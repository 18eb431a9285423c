/** Statuses of a shop's own. To the machines each is the one of the eight that it is declared a child of. */
import { z } from "zod";
import { OrderStatus } from "./facts.js";
import { wrongIn } from "./text.js";

/** It stands in addresses, in drawings and in the tables of shops; WooCommerce's prefix is no part of it. */
const NAME = /^(?!wc-)[a-z\d][\w-]{0,59}$/i;

const whyNoChild = (name: string): string | null => {
  if (OrderStatus.safeParse(name).success) return "is one of the eight already";
  if (/^wc-/i.test(name)) return "is to be written without wc-";
  return NAME.test(name) ? null : "must be at most 60 letters, digits, - and _, the first a letter or a digit";
};

/** Each with its parent: `{ picking: "processing" }`. */
export const Statuses = z
  .record(z.string(), z.enum(OrderStatus.options, `must be a child of one of ${OrderStatus.options.join(", ")}`))
  .superRefine((statuses, context) => {
    for (const name of Object.keys(statuses)) {
      const message = whyNoChild(name);
      if (message !== null) context.addIssue({ code: "custom", path: [name], message });
    }
  });
export type Statuses = Readonly<Record<string, OrderStatus>>;

/** @throws TypeError that names the status which cannot be declared so */
export const declaredStatuses = (statuses: Statuses = {}): Statuses => {
  const read = Statuses.safeParse(statuses);
  if (read.success) return read.data;
  throw new TypeError(`statuses.${wrongIn(read.error)}`);
};

/** One of the eight, or a status that was declared: those of its type parameter. */
export type StatusWord<Own extends string = never> = OrderStatus | Own;

/** The status, and which child of it; left out: none. */
export interface StatusTold {
  status: OrderStatus;
  child?: string;
}

/** What a word of the shop means; null = nobody declared it. */
export const statusNamed = (word: unknown, statuses: Statuses): StatusTold | null => {
  if (typeof word !== "string") return null;
  const parent = Object.hasOwn(statuses, word) ? statuses[word] : undefined;
  if (parent !== undefined) return { status: parent, child: word };
  const { data } = OrderStatus.safeParse(word);
  return data === undefined ? null : { status: data };
};

/** The child as a field, where there is one: what is stored of an order without one stays as it was. */
export const withChild = (child: string | undefined): { child?: string } => (child === undefined ? {} : { child });
