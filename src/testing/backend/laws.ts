/** The laws that a shop's backend keeps, looked at from outside: the shop's screens and the bank's books. */
import type { OrderStatus } from "../../../machines/facts.js";
import type { Settings } from "../../../machines/settings.js";
import type { RecordedCall } from "../doubles/resurs/controls.js";
import { edges } from "../simulator/table.js";
import type { ObservedOrder } from "./backend.js";

/** What was seen after one step. */
export interface Look {
  /** What had happened. */
  step: string;
  seen: ObservedOrder;
  /** The payment at the bank when the step began, in the bank's word. */
  bankSaid: string;
  merchantAsked: string | null;
}

export interface BackendLife {
  settings: Settings;
  /** After the checkout, and after every step. */
  looks: Look[];
  /** Every status that the bank gave the payment. */
  bankStatuses: string[];
  /** Calls that move money, with what the payment was when the step began. */
  calls: (RecordedCall & { bankSaid: string })[];
  /** Major units. */
  books: { total: number; authorized: number; captured: number; canceled: number; refunded: number };
  /** The answer that each callback got in the end; null = none. */
  callbackAnswers: (number | null)[];
  /** What the naive reference makes of the order now. */
  expected: OrderStatus;
}

/** Whose law it is: every shop's, one of WooCommerce's statuses, or one of Resurs's documents. */
export const backendTiers = ["always", "woocommerce", "resurs"] as const;
export type BackendTier = (typeof backendTiers)[number];

export interface BackendLaw {
  name: string;
  says: string;
  source: string;
  /** Left out: a law of your own. */
  tier?: BackendTier;
  /** When a shop may leave it out; left out: never. */
  leaveOut?: string;
  /** `rest`: only once everything that was sent has arrived and every minute is over. */
  when: "always" | "rest";
  /** What broke it; null = it was kept. */
  broken(life: BackendLife): string | null;
}

const now = ({ looks }: BackendLife): ObservedOrder => (looks.at(-1) as Look).seen;
const changes = (life: BackendLife): { from: OrderStatus; to: OrderStatus; look: Look }[] =>
  life.looks.slice(1).flatMap((look, i) => {
    const from = (life.looks[i] as Look).seen.status;
    return from === look.seen.status ? [] : [{ from, to: look.seen.status, look }];
  });

const notPaid: readonly OrderStatus[] = ["pending", "on-hold", "failed", "cancelled"];
const paid: readonly OrderStatus[] = ["processing", "completed"];

/** Statuses that can be reached over the documents' changes, however many happen between two looks. */
const reachable = (from: OrderStatus): Set<string> => {
  const found = new Set<string>();
  const add = (status: string): void => {
    for (const next of edges[status] ?? []) {
      if (found.has(next)) continue;
      found.add(next);
      add(next);
    }
  };
  add(from);
  return found;
};

export const backendLaws: readonly BackendLaw[] = [
  {
    name: "mailed-once",
    says: "the customer is told once that the order is paid, and again only if it was taken back in between",
    source: "fault model I3; seed 003, Mail Flow",
    tier: "always",
    when: "always",
    broken: (life) => {
      const back = changes(life).filter(({ from, to }) => paid.includes(from) && notPaid.includes(to)).length;
      const { confirmationMails } = now(life);
      return confirmationMails <= 1 + back ? null : `${confirmationMails} mails; ${1 + back} would do`;
    },
  },
  {
    name: "stock-reduced-once",
    says: "stock is reduced once, and again only after it was restored",
    source: "fault model, ten findings 10",
    tier: "always",
    leaveOut: "the shop keeps no stock; or report 0",
    when: "always",
    broken: (life) => {
      const { stockReductions, stockIncreases } = now(life);
      return stockReductions <= stockIncreases + 1
        ? null
        : `reduced ${stockReductions} times, restored ${stockIncreases} times`;
    },
  },
  {
    name: "stock-restored-once",
    says: "stock is restored once, and only what was reduced",
    source: "fault model, ten findings 10",
    tier: "always",
    leaveOut: "the shop keeps no stock; or report 0",
    when: "always",
    broken: (life) => {
      const { stockReductions, stockIncreases } = now(life);
      return stockIncreases <= stockReductions
        ? null
        : `restored ${stockIncreases} times, reduced ${stockReductions} times`;
    },
  },
  {
    name: "captured-as-the-bank-allowed",
    says: "nothing is captured, cancelled or refunded while the bank has frozen, inspects or rejected the payment",
    source: "seed 003, Conditions required for capturing payments; fault model I5",
    tier: "resurs",
    leaveOut: "the bank knows neither FROZEN nor INSPECTION",
    when: "always",
    broken: ({ calls }) => {
      const wrong = calls.find(({ bankSaid }) => ["FROZEN", "INSPECTION", "REJECTED"].includes(bankSaid));
      return wrong === undefined ? null : `${wrong.op} was sent while the payment was ${wrong.bankSaid}`;
    },
  },
  {
    name: "paid-when-the-bank-says",
    says: "an order counts as paid only once the bank itself, and not merely a message, says so",
    source: "seed 003, Callbacks; fault model I6",
    tier: "always",
    when: "always",
    broken: (life) => {
      const { status } = now(life);
      if (!paid.includes(status) || life.bankStatuses.includes("ACCEPTED")) return null;
      return `reads ${status}; the bank only ever said ${life.bankStatuses.join(", ")}`;
    },
  },
  {
    name: "moved-once",
    says: "a call that moves the whole amount is not sent again after it took effect",
    source: "fault model F14, I4; seed 003, Enable Capture",
    tier: "always",
    when: "always",
    broken: ({ calls }) => {
      const again = calls.find(({ op }, i) => calls.slice(0, i).some((first) => first.op === op && first.applied));
      if (again === undefined) return null;
      return `${again.op} was sent ${calls.filter(({ op }) => op === again.op).length} times`;
    },
  },
  {
    name: "legal-changes",
    says: "every change of status is one that the documents know; a closed order stays closed",
    source: "fault model I1, I2; seed 003, Order Status Flow",
    tier: "woocommerce",
    leaveOut: "the shop has changes of its own; write them as a law of your own",
    when: "always",
    broken: (life) => {
      const wrong = changes(life).find(({ from, to }) => {
        const revives = life.settings.choices.cancelledThenAccepted === "revive" && from === "cancelled";
        return !reachable(from).has(to) && !(revives && to === "processing");
      });
      return wrong === undefined ? null : `${wrong.from} -> ${wrong.to}`;
    },
  },
  {
    name: "never-cancelled-unasked",
    says: "an order whose payment the bank accepted, froze or looks at is cancelled by nobody but the merchant or the bank",
    source: "seed 003, Understanding Customer Link Expiration; fault model F17",
    tier: "always",
    when: "always",
    broken: (life) => {
      const wrong = changes(life).find(
        ({ to, look }) =>
          to === "cancelled" &&
          ["ACCEPTED", "FROZEN", "INSPECTION"].includes(look.bankSaid) &&
          look.merchantAsked !== "cancelled",
      );
      return wrong === undefined ? null : `${wrong.from} -> cancelled, while the payment was ${wrong.look.bankSaid}`;
    },
  },
  {
    name: "completed-is-captured",
    says: "an order is completed only once its money was captured, unless capture is off or it cost nothing",
    source: "seed 003, Enable Capture",
    tier: "resurs",
    leaveOut: "money is captured elsewhere; or set `settings.enableCapture` to false",
    when: "always",
    broken: (life) => {
      const { settings, books } = life;
      const free = books.total === 0 || !settings.enableCapture;
      return now(life).status !== "completed" || free || books.captured > 0 ? null : "nothing was captured";
    },
  },
  {
    name: "refunded-is-credited",
    says: "an order is refunded only once everything captured was paid back, unless refunds are off",
    source: "seed 003, Enable Refund",
    tier: "always",
    when: "always",
    broken: (life) => {
      const { settings, books } = life;
      if (now(life).status !== "refunded" || !settings.enableRefund) return null;
      return books.captured > 0 && books.refunded === books.captured
        ? null
        : `captured ${books.captured}, refunded ${books.refunded}`;
    },
  },
  {
    name: "cancelled-is-let-go",
    says: "an order that a merchant cancelled holds no money that the shop could have let go",
    source: "seed 003, Enable Cancel",
    tier: "resurs",
    leaveOut: "reservations run out by themselves; or set `settings.enableCancel` to false",
    when: "rest",
    broken: (life) => {
      const { settings, books } = life;
      if (!settings.enableCancel || now(life).status !== "cancelled" || books.authorized === 0) return null;
      const couldBe = changes(life).some(
        ({ to, look }) => to === "cancelled" && look.merchantAsked === "cancelled" && look.bankSaid === "ACCEPTED",
      );
      return couldBe ? `${books.authorized} is still reserved` : null;
    },
  },
  {
    name: "callbacks-are-taken",
    says: "every callback is answered with 2xx in the end, so that the bank stops sending it",
    source: "seed 003, Callbacks",
    tier: "resurs",
    leaveOut: "the bank sends no callback again",
    when: "rest",
    broken: ({ callbackAnswers }) => {
      const wrong = callbackAnswers.find((answer) => answer === null || answer < 200 || answer > 299);
      return wrong === undefined ? null : `the last answer was ${wrong ?? "none"}`;
    },
  },
  {
    name: "as-the-story-goes",
    says: "at the end the order has the status that the documents call for",
    source: "seeds 000 and 003, as the naive reference tells them",
    tier: "woocommerce",
    leaveOut: "the shop's statuses mean something else than WooCommerce's",
    when: "rest",
    broken: (life) => {
      const { status } = now(life);
      return status === life.expected ? null : `reads ${status}, the story ends ${life.expected}`;
    },
  },
];
