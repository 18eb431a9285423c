/** What is said of callbacks that are held, and where: an order that waits for its payment says it first. */
import type { OrderStatus } from "../../../machines/facts.js";
import type { OrderRecord } from "../record.js";
import { notes } from "./under-way.js";
import { moment, type Said, said } from "./words.js";

export const cooldownOf = ({ timers }: Pick<OrderRecord, "timers">) =>
  timers[Object.keys(timers).find((name) => name.includes("cooldown")) ?? ""];

const messages = (n: number): Said =>
  n === 1
    ? { en: "1 message from the bank waits", sv: "1 meddelande från banken väntar" }
    : { en: `${n} messages from the bank wait`, sv: `${n} meddelanden från banken väntar` };

export const heldSaid = ({ facts, timers }: OrderRecord): Said | null => {
  const n = facts.waiting.filter(({ held }) => held).length;
  if (n === 0) return null;
  const due = cooldownOf({ timers });
  return due === undefined
    ? said(notes.heldForMoney, { messages: messages(n) })
    : said(notes.held, { messages: messages(n), due: moment(due.at) });
};

const paidOrClosed: readonly OrderStatus[] = ["processing", "completed", "refunded", "cancelled"];

/** Nobody waits for the message there, so it is told below what happens next. */
export const isAside = (status: OrderStatus, kind: string): boolean => kind === "held" && paidOrClosed.includes(status);
