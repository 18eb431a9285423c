/** Bugs on the way to the bank and to the shop. */
import type { Gateway, GatewayAnswer, ReadAnswer } from "../../ports/gateway.js";
import type { Bug } from "./bugs.js";

type BankReading = Extract<ReadAnswer, { kind: "ok" }>["reading"];

/** What is read is changed before anybody sees it. */
const misread =
  (change: (reading: BankReading) => BankReading) =>
  (inner: Gateway): Gateway => ({
    ...inner,
    async readPayment(paymentId) {
      const answer = await inner.readPayment(paymentId);
      return answer.kind === "ok" ? { kind: "ok", reading: change(answer.reading) } : answer;
    },
  });

const asAccepted = (reading: BankReading): BankReading => ({
  ...reading,
  exists: true,
  status: "ACCEPTED",
  hasOrder: true,
  authorized: reading.total,
  offers: ["CAPTURE", "CANCEL"],
});

/** The call goes out again at once when nobody knows how the first one ended. */
const again = async <C>(call: (c: C) => Promise<GatewayAnswer>, c: C): Promise<GatewayAnswer> => {
  const answer = await call(c);
  return answer.kind === "unknown" ? call(c) : answer;
};

const madeText = (id: unknown): string => String(id).replace(/[\ud800-\udfff]/g, "?");

export const worldBugs: Record<string, Bug> = {
  "numbers-made-text": {
    says: "a number that comes as an id is made a text on the way in, and half a character a question mark",
    plant: () => ({
      entry: ({ submit, place }) => ({
        submit: (orderId, event, options) =>
          submit(
            madeText(orderId),
            typeof event === "object" && "paymentId" in event
              ? { ...event, paymentId: madeText(event.paymentId) }
              : event,
            options?.id === undefined ? options : { ...options, id: madeText(options.id) },
          ),
        place: (orderId, order) => place(madeText(orderId), order),
      }),
    }),
  },
  "mail-twice": {
    says: "a call to the shop that is repeated completes the payment a second time",
    plant: ({ woo }) => {
      const tried = new Set<string>();
      return {
        shop: (inner) => ({
          ...inner,
          async execute(orderId, effectId, effect) {
            if (effect.type !== "completePayment") return inner.execute(orderId, effectId, effect);
            const repeated = tried.has(effectId);
            tried.add(effectId);
            // It does not look at what it did: the order is put back and completed anew.
            if (repeated) woo.directWrite(orderId, effect.from);
            return inner.execute(orderId, repeated ? `${effectId}-again` : effectId, effect);
          },
        }),
      };
    },
  },
  "conflict-taken-as-done": {
    says: "a shop that reads another status than was meant to change is taken as done",
    plant: () => ({
      shop: (inner) => ({
        ...inner,
        async execute(...args) {
          const answer = await inner.execute(...args);
          return answer.kind === "conflict" ? { kind: "done" } : answer;
        },
      }),
    }),
  },
  "shop-write-forgotten": {
    says: "an error of the shop is taken for success",
    plant: () => ({
      shop: (inner) => ({
        ...inner,
        async execute(...args) {
          const answer = await inner.execute(...args);
          return answer.kind === "retry" ? { kind: "done" } : answer;
        },
      }),
    }),
  },
  "trust-the-callback": {
    says: "a callback that claims AUTHORIZED is believed, and the bank is not asked",
    plant: ({ decide }) => {
      const claimed = new Map<string, string | null>();
      return {
        decide: (record, envelope, now, rules) => {
          const { event } = envelope;
          if (event.type === "callback.received") claimed.set(event.paymentId, event.claims);
          return decide(record, envelope, now, rules);
        },
        gateway: (inner) => ({
          ...inner,
          async readPayment(paymentId) {
            if (claimed.get(paymentId) !== "AUTHORIZED") return inner.readPayment(paymentId);
            claimed.delete(paymentId);
            const reading: BankReading = asAccepted({
              paymentId,
              exists: true,
              status: "ACCEPTED",
              rejectedReason: null,
              hasOrder: true,
              total: 85_000,
              authorized: 85_000,
              captured: 0,
              canceled: 0,
              refunded: 0,
              offers: [],
              creditLimit: 85_000,
              taskCompleted: null,
              transactionIds: [],
            });
            return { kind: "ok", reading };
          },
        }),
      };
    },
  },
  "cancel-on-link-expiry-without-asking": {
    says: "an order whose link ran out is cancelled, and the bank is not asked whether it was paid meanwhile",
    plant: ({ decide }) => {
      const expired = new Set<string>();
      return {
        decide: (record, envelope, now, rules) => {
          const { event } = envelope;
          const id = record?.facts.payment.id;
          if (event.type === "timer.fired" && event.timer.includes("linkLifetime") && id != null) expired.add(id);
          return decide(record, envelope, now, rules);
        },
        gateway: (inner) => ({
          ...inner,
          async readPayment(paymentId) {
            if (!expired.delete(paymentId)) return inner.readPayment(paymentId);
            const answer = await misread((reading) => reading)(inner).readPayment(`${paymentId}-never`);
            return answer.kind === "ok" ? { kind: "ok", reading: { ...answer.reading, paymentId } } : answer;
          },
        }),
      };
    },
  },
  "blind-capture-retry": {
    says: "a capture whose answer was lost is sent again at once",
    plant: () => ({ gateway: (inner) => ({ ...inner, capture: (call) => again(inner.capture, call) }) }),
  },
  "blind-refund-retry": {
    says: "a refund whose answer was lost is sent again at once",
    plant: () => ({ gateway: (inner) => ({ ...inner, refund: (call) => again(inner.refund, call) }) }),
  },
  "double-refund": {
    says: "a part is refunded twice over, under two keys",
    plant: () => ({
      gateway: (inner) => ({
        ...inner,
        async refund(call) {
          if (!call.all) await inner.refund({ ...call, key: `${call.key}-2` });
          return inner.refund(call);
        },
      }),
    }),
  },
  "refund-without-amount": {
    says: "a refund is sent without its amount, which the bank takes for all that is left",
    plant: () => ({ gateway: (inner) => ({ ...inner, refund: (call) => inner.refund({ ...call, all: true }) }) }),
  },
  "completed-before-captured": {
    says: "an order completes when the capture was sent, whatever becomes of it",
    plant: () => ({
      gateway: (inner) => ({
        ...inner,
        async capture(call) {
          const before = await inner.readPayment(call.paymentId);
          await inner.capture(call);
          if (before.kind !== "ok") return before;
          const { authorized } = before.reading;
          const captured = before.reading.captured + authorized;
          return { kind: "ok", reading: { ...before.reading, authorized: 0, captured, transactionIds: [call.key] } };
        },
      }),
    }),
  },
  "reading-of-another-payment": {
    says: "what is read is what was read of another payment a moment ago",
    plant: () => {
      let last: BankReading | null = null;
      return {
        gateway: misread((reading) => {
          const mixedUp =
            last !== null && last.paymentId !== reading.paymentId ? { ...last, paymentId: reading.paymentId } : reading;
          last = reading;
          return mixedUp;
        }),
      };
    },
  },
  "wrong-task-flag": {
    says: "the task's completed flag is read the wrong way round",
    plant: () => ({
      gateway: misread((reading) =>
        typeof reading.taskCompleted === "boolean" ? { ...reading, taskCompleted: !reading.taskCompleted } : reading,
      ),
    }),
  },
  "frozen-taken-as-accepted": {
    says: "a frozen payment is taken for an accepted one",
    plant: () => ({ gateway: misread((reading) => (reading.status === "FROZEN" ? asAccepted(reading) : reading)) }),
  },
};
