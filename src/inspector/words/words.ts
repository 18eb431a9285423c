/** Everything the pages say, in one language. */
import type { StateValue } from "xstate";
import type { Effect } from "../../../machines/effects.js";
import type { OrderEvent, Source } from "../../../machines/events.js";
import type { OrderStatus } from "../../../machines/facts.js";
import { type FlagName, flags } from "../../../machines/flags.js";
import { flowOf, machinesOf, registry } from "../../../machines/index.js";
import { reasonInWords } from "../../../machines/reasons.js";
import { rules } from "../../../machines/rules.js";
import { flagsInSwedish, reasonsInSwedish } from "../../../machines/swedish.js";
import { pathOf, stateInSwedish } from "../../../machines/swedish-states.js";
import { metaOf } from "../../core/explain.js";
import { formatted } from "../../core/money.js";
import type { Outcome } from "../../core/record.js";
import { flagNames } from "./flag-names.js";
import { type TextKey, texts } from "./pages.js";
import { rulesInSwedish } from "./rules.js";

export const languages = ["en", "sv"] as const;
export type Language = (typeof languages)[number];

export interface Words {
  language: Language;
  /** A text of the pages; `{name}` in it is filled in. */
  t(key: TextKey, values?: Record<string, string | number>): string;
  /** The rule as a sentence. */
  rule(id: string | null): string | null;
  reason(id: string | null): string | null;
  flag(name: FlagName): { says: string; remedy: string };
  /** The flag in two or three words; one of another version by its name. */
  flagName(name: string): string;
  /** The bank of a gateway; one that no flow is known for by its own name. */
  bank(gateway: string | null): string;
  /** What a state of a machine says of itself. */
  state(machine: string, value: StateValue): string;
  /** `child`: the shop's own word for it. */
  status(status: OrderStatus, child?: string): string;
  who(source: Source): string;
  outcome(outcome: Outcome): string;
  event(type: string, event?: OrderEvent): string;
  effect(effect: Pick<Effect, "type">): string;
  /** An arrow of the overview; an event's name stays as it is. */
  arrow(text: string): string;
  money(minor: number, currency: string): string;
}

const machines = machinesOf(registry);

/** The text for a timer of the order. */
export const timerText = (timer: string) => {
  if (timer.includes("cooldown")) return "event timer cooldown";
  return /look/i.test(timer) ? "event timer look" : "event timer link";
};

export const wordsIn = (language: Language): Words => {
  const swedish = language === "sv";
  const t: Words["t"] = (key, values = {}) =>
    texts[key][swedish ? 1 : 0].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
  const textOr = (key: string, otherwise: string): string => (key in texts ? t(key as TextKey) : otherwise);
  return {
    language,
    t,
    rule: (id) => (id === null ? null : ((swedish ? rulesInSwedish[id] : rules[id]?.rule) ?? null)),
    reason: (id) => (id === null ? null : ((swedish ? reasonsInSwedish[id] : undefined) ?? reasonInWords(id))),
    flag: (name) => (swedish ? flagsInSwedish[name] : flags[name]),
    flagName: (name) => (Object.hasOwn(flagNames, name) ? flagNames[name as FlagName][swedish ? 1 : 0] : name),
    bank(gateway) {
      if (gateway === null) return t("gateway none");
      return Object.hasOwn(registry.flows, gateway) ? flowOf(registry, gateway).bank : gateway;
    },
    state(machine, value) {
      const known = machines[machine];
      const english = known === undefined ? undefined : metaOf(known, value).says;
      return (swedish ? stateInSwedish(machine, value) : english) ?? pathOf(value);
    },
    status: (status, child) => (child === undefined ? t(`status ${status}`) : `${t(`status ${status}`)} (${child})`),
    who: (source) => t(`who ${source}`),
    outcome: (outcome) => t(`outcome ${outcome}`),
    event(type, event) {
      if (event?.type === "callback.received") return t("event callback", { kind: event.kind });
      if (event?.type === "customer.returned") return t("event customer", { page: event.page });
      if (event?.type === "timer.fired") {
        return t(timerText(event.timer));
      }
      if (event?.type === "payment.read") return t("event read", { status: event.reading.status });
      if (event?.type === "payment.readBack") return t("event readBack", { status: event.reading.status });
      if (event?.type === "data.revealed") return t("event revealed", { by: event.by });
      const [family = "", end = ""] = type.split(".");
      const call = textOr(`call ${family}`, "");
      if (call !== "") return t(`end ${end}` as TextKey, { call });
      return textOr(`event ${type}`, type);
    },
    effect: ({ type }) => t(`effect ${type}`),
    arrow: (text) => textOr(`arrow ${text}`, text),
    money: (minor, currency) => `${formatted(minor, currency, swedish ? "sv-SE" : "en-GB")} ${currency}`,
  };
};
