/** The laws: what may never be seen of a life, each with its source. What is broken is told with its order. */
import type { OrderEnd } from "./evidence.js";
import { awayLaws } from "./laws-away.js";
import { historyLaws } from "./laws-history.js";
import { moneyLaws } from "./laws-money.js";
import { paymentLaws } from "./laws-payments.js";
import { shopLaws } from "./laws-shop.js";
import type { Lived } from "./life.js";
import { referenceLaw } from "./reference.js";

export interface Law {
  name: string;
  says: string;
  /** The document, or the invariant of the fault model. */
  source: string;
  /** What broke it; nothing = it was kept. */
  broken(lived: Lived): Finding[];
}

export interface Finding {
  orderId: string;
  detail: string;
}

export interface Breach extends Finding {
  law: string;
}

const rests: Law = {
  name: "comes-to-rest",
  says: "once faults stop, everything that was begun ends: no effect, event or call waits for ever",
  source: "fault model I12",
  broken: ({ evidence, store, after }) => [
    ...evidence.broken.filter(({ law }) => law === "comes-to-rest"),
    ...[...store.openEffects, ...store.openEvents].map((what) => ({ orderId: "", detail: `${what} is still open` })),
    ...after.flatMap(({ orderId, record }: OrderEnd) =>
      record !== null && record.facts.operation !== null
        ? [{ orderId, detail: `${record.facts.operation.kind} is still under way` }]
        : [],
    ),
  ],
};

const nothingIsGivenUp: Law = {
  name: "nothing-given-up",
  says: "no event and no effect ends as a dead letter in a world that comes back",
  source: "fault model F20",
  broken: ({ store }) =>
    [...store.deadEvents, ...store.deadEffects]
      // A refund that the shop books twice over is the shop's own no.
      .filter((what) => !what.includes("Invalid refund amount"))
      .map((detail) => ({ orderId: "", detail })),
};

const refusesIllFormed: Law = {
  name: "ill-formed-is-refused",
  says: "text that is not well-formed, a number for a text, a moment or an amount out of range is refused by name",
  source: "docs/security.md",
  broken: ({ evidence }) => evidence.broken.filter(({ law }) => law === "ill-formed-is-refused"),
};

/** In this order they are asked: what a merchant would notice comes first. */
export const laws: readonly Law[] = [
  ...moneyLaws,
  ...paymentLaws,
  ...shopLaws,
  referenceLaw,
  ...historyLaws,
  ...awayLaws,
  refusesIllFormed,
  rests,
  nothingIsGivenUp,
];

/** These say what becomes of an order that is paid here. */
const ofOurs = new Set([
  "captured-as-the-bank-allowed",
  "completed-is-captured",
  "refunded-is-credited",
  "cancelled-is-let-go",
  "paid-once",
  "the-holder-pays",
  "legal-changes",
  "mailed-once",
  "stock-reduced-once",
  "follows-by-itself",
  "converges",
  "knows-the-payment",
  "link-runs-out",
  "by-the-table",
  "customer-first",
  "asked-first",
  "right-when-the-bank-is-back",
  "asked-anew",
]);

/** The shop said of these that they are paid another way: for a while, or for good. */
const wereLeft = ({ after }: Lived): Set<string> =>
  new Set(
    after
      .filter(({ history }) => history.some(({ event: e }) => e.type === "order.updated" && e.order?.gateway === null))
      .map(({ orderId }) => orderId),
  );

export const breachesOf = (lived: Lived, asked: readonly Law[] = laws): Breach[] => {
  const left = wereLeft(lived);
  return asked.flatMap((law) =>
    law
      .broken(lived)
      .filter(({ orderId }) => !(ofOurs.has(law.name) && left.has(orderId)))
      .map((found) => ({ law: law.name, ...found })),
  );
};
