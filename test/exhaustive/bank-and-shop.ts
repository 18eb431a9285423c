/** The bank and the shop of the model, each a value: what they hold, and what a call makes of it. */
import type { Effect } from "../../machines/effects.js";
import type { OrderStatus, Reading } from "../../machines/facts.js";
import type { OutboxRow } from "../../src/core/record.js";
import { reading } from "../../src/testing/decision/samples.js";

export interface Books {
  status: string;
  taskCompleted: boolean | null;
  authorized: number;
  captured: number;
  canceled: number;
  refunded: number;
  keys: string[];
}

export interface Shop {
  status: OrderStatus;
  mails: number;
  /** Ids of the effects that it has carried out. */
  done: string[];
}

class Broken extends Error {}
export const law = (holds: boolean, sentence: string): void => {
  if (!holds) throw new Broken(sentence);
};

export const readingOf = (books: Books): Reading => {
  const { status, taskCompleted, authorized, captured, canceled, refunded, keys } = books;
  const offers: Reading["offers"] = [];
  if (status === "ACCEPTED" && authorized > 0) offers.push("CAPTURE", "CANCEL");
  if (status === "ACCEPTED" && captured > refunded) offers.push("REFUND");
  const amounts = { authorized, captured, canceled, refunded };
  return reading({ status, taskCompleted, ...amounts, offers, transactionIds: [...keys] });
};

/** The bank carries a call out. */
export const moved = (books: Books, effect: Effect & { key: string }): Books => {
  law(!books.keys.includes(effect.key), `moved-once: ${effect.type} ${effect.key} reached the bank twice`);
  const keys = [...books.keys, effect.key];
  const { authorized } = books;
  switch (effect.type) {
    case "capturePayment":
      law(books.status === "ACCEPTED" && authorized > 0, "captured from a payment that the bank does not stand for");
      return { ...books, keys, authorized: 0, captured: books.captured + authorized };
    case "cancelPayment":
      law(authorized > 0, "cancelled where nothing is reserved");
      return { ...books, keys, authorized: 0, canceled: books.canceled + authorized };
    case "refundPayment":
      law(effect.amount <= books.captured - books.refunded, "refunded more than was captured");
      return { ...books, keys, refunded: books.refunded + effect.amount };
    default:
      throw new Broken(`${effect.type} has no place in these meetings`);
  }
};

export const family: Partial<Record<Effect["type"], string>> = {
  capturePayment: "capture",
  cancelPayment: "cancel",
  refundPayment: "refund",
};

export const told = (shop: Shop, row: OutboxRow): Shop => {
  const { effect, id } = row;
  if (!("to" in effect) || shop.done.includes(id)) return shop;
  law(shop.status === effect.from, `the shop reads ${shop.status} when it is to go from ${effect.from}`);
  const paid = effect.to === "processing";
  return { status: effect.to, mails: shop.mails + (paid ? 1 : 0), done: [...shop.done, id] };
};
