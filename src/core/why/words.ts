/** The shapes of what is said of an order. `{name}` in a text is filled in from the facts. */
import type { EventType } from "../../../machines/events.js";
import type { OrderStatus } from "../../../machines/facts.js";
import { decimal } from "../money.js";
import type { BankCause } from "./cause.js";

/** The languages in which an order is explained. */
export const tongues = ["en", "sv"] as const;
export type Tongue = (typeof tongues)[number];
export type Said = Record<Tongue, string>;

export type Pair = readonly [english: string, swedish: string];
/** What to do, and what can be asked for here to do it. */
export type Action = readonly [english: string, swedish: string, ...events: EventType[]];
/** What it is, the whole sentence, and what to do: the first that offers nothing which the order would refuse, else the last. */
export type Sentences = readonly [state: Pair, answer: Pair, ...actions: readonly [Action, ...Action[]]];
/** `other` takes what a status has no row for. */
export type Standing = Partial<Record<OrderStatus, Partial<Record<BankCause, Sentences>> & { other: Sentences }>>;

export const statusNames: Record<OrderStatus, Pair> = {
  "checkout-draft": ["Draft", "Utkast"],
  pending: ["Pending payment", "Väntar på betalning"],
  processing: ["Processing", "Behandlas"],
  "on-hold": ["On hold", "Pausad"],
  failed: ["Failed", "Misslyckad"],
  cancelled: ["Cancelled", "Avbruten"],
  completed: ["Completed", "Färdigbehandlad"],
  refunded: ["Refunded", "Återbetald"],
};

/** A state that begins with the status's name, with the shop's own word behind that name. */
export const withOwn = (state: Pair, status: OrderStatus, child: string | undefined): Pair => {
  if (child === undefined) return state;
  const [english, swedish] = statusNames[status].map((name, i) => {
    const text = state[i] ?? "";
    return text.startsWith(name) ? `${name} (${child})${text.slice(name.length)}` : text;
  });
  return [english ?? state[0], swedish ?? state[1]];
};

export const money = (minor: number, currency: string, tongue: Tongue): string => {
  const [whole = "", ...digits] = decimal(Math.abs(minor), currency).split(".");
  const english = tongue === "en";
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, english ? "," : "\u00a0");
  return `${minor < 0 ? "-" : ""}${[grouped, ...digits].join(english ? "." : ",")} ${currency}`;
};

/** As a person reads it, in UTC; seconds only where there are any. */
export const moment = (ms: number): string => {
  const text = new Date(ms).toISOString().slice(0, 19).replace("T", " ");
  return `${text.endsWith(":00") ? text.slice(0, 16) : text} UTC`;
};

export const times = (n: number): Said =>
  n === 1 ? { en: "once", sv: "en gång" } : { en: `${n} times`, sv: `${n} gånger` };

/** What fills the gaps: a text for both languages, or one for each. */
export type Values = Record<string, string | Said>;

export const said = ([english, swedish]: Pair, values: Values = {}): Said => {
  const filled = (text: string, tongue: Tongue): string =>
    text.replace(/\{(\w+)\}/g, (gap, name: string) => {
      const value = values[name] ?? gap;
      return typeof value === "string" ? value : value[tongue];
    });
  return { en: filled(english, "en"), sv: filled(swedish, "sv") };
};
