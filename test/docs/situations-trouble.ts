/** Something is wrong, lost or on the move: flags, calls, dead letters, several attempts, an order that is parked. */
import type { Reading } from "../../machines/facts.js";
import type { PendingCall } from "../../src/core/why.js";
import { type EventInput, Life, rulesWith } from "../../src/testing/decision/life.js";
import { anOrder, callback, payments, reading } from "../../src/testing/decision/samples.js";
import { MINUTE, T0 } from "../../src/testing/simulator/script.js";
import {
  answered,
  asks,
  cancel,
  captured,
  complete,
  fewerLines,
  givenUp,
  lostIn,
  paid,
  partRefund,
  type Row,
  refund,
  stood,
  told,
} from "./lived.js";

const OLDER = "pay-0";
const older = (says: Reading) => ({ [OLDER]: { ...says, paymentId: OLDER } });
/** `pay-1` pays the order, `pay-0` is an earlier attempt. */
const two = (
  status: "pending" | "processing",
  current: Reading,
  earlier: Reading,
  surplusPayment: "flag" | "release" = "flag",
) => {
  const life = new Life(anOrder({ status, previousPaymentIds: [OLDER] }), rulesWith({ choices: { surplusPayment } }));
  life.settle(callback({ paymentId: OLDER }), current, older(earlier));
  return { life };
};
const edited = (order: object): EventInput => ({ type: "order.updated", by: "shop", change: "edited", order });
const booksShow = (more: Partial<Reading>) =>
  reading({ authorized: 0, captured: 100_000, offers: ["REFUND", "PARTIAL_REFUND"], ...more });

/** Cancelled while its payment at Nets was open, and paid all the same: what came goes back. */
const givingBack = (pays: Reading): Life => {
  const nets = anOrder({ gateway: "nets-easy" });
  const life = new Life(nets, rulesWith({ choices: { cancelledThenAccepted: "give-back" } }));
  life.settle(cancel, payments["at the bank"]);
  life.settle(asks, pays);
  return life;
};
/** `pay-1` pays the order, and what `pay-0` holds is being released. */
const releasing = (): Life => two("processing", payments.accepted, payments.accepted, "release").life;
const lostNow = (life: Life) => {
  life.bankAnswers({ is: "lost" });
  return { life };
};
const endsWait = { type: "merchant.endedWait", via: "api" } as const;
const withdrawnIn = (life: Life, asked: EventInput, pays: Reading = payments.accepted) =>
  told(told(life, asked, pays).life, endsWait, pays);
const putOff = (type: "capturePayment" | "refundPayment"): PendingCall[] => [
  { effect: { type, paymentId: "pay-1" }, attempts: 3, notBefore: T0 + MINUTE, dead: false, error: "HTTP 429" },
];

export const flagged: Row[] = [
  [
    "processing, but the customer is at the bank",
    "flagged/discrepancy:processing-but-unpaid",
    () => stood("processing", payments["at the bank"]),
  ],
  [
    "processing, then in inspection",
    "flagged/discrepancy:processing-but-unpaid",
    () => stood("processing", payments.inspection),
  ],
  ["processing, then frozen", "flagged/discrepancy:frozen-at-gateway", () => stood("processing", payments.frozen)],
  [
    "processing, frozen, and completing was refused",
    "flagged/discrepancy:frozen-at-gateway",
    () => told(stood("processing", payments.frozen).life, complete, payments.frozen),
  ],
  [
    "completed, then rejected",
    "flagged/discrepancy:rejected-at-gateway",
    () => stood("completed", payments["rejected, task done"]),
  ],
  [
    "completed, but the customer is at the bank",
    "flagged/discrepancy:processing-but-unpaid",
    () => stood("completed", payments["at the bank"]),
  ],
  [
    "processing, then rejected",
    "flagged/discrepancy:rejected-at-gateway",
    () => {
      const life = new Life(
        anOrder({ status: "processing" }),
        rulesWith({ choices: { processingThenRejected: "stay" } }),
      );
      return told(life, asks, payments["rejected, task done"]);
    },
  ],
  [
    "cancelled at the bank, completed",
    "flagged/discrepancy:payment-cancelled-order-active",
    () => stood("completed", payments.cancelled),
  ],
  [
    "cancelled at the bank, and it may not be changed",
    "flagged/discrepancy:payment-cancelled-order-active",
    () => stood("processing", { ...payments.cancelled, creditLimit: null }),
  ],
  [
    "cancelled at the bank",
    "flagged/discrepancy:payment-cancelled-order-active",
    () => stood("processing", payments.cancelled),
  ],
  [
    "refunded at the bank",
    "flagged/discrepancy:payment-cancelled-order-active",
    () => stood("completed", payments.refunded),
  ],
  [
    "the payment of another order",
    "flagged/discrepancy:payment-of-another-order",
    () => stood("pending", reading({ orderReference: "1001" })),
  ],
  ["another currency", "flagged/discrepancy:currency-mismatch", () => stood("pending", reading({ currency: "EUR" }))],
  ["too little reserved", "flagged/discrepancy:amount-mismatch", () => stood("processing", payments["too little"])],
  [
    "too little reserved, completed",
    "flagged/discrepancy:completed-not-captured",
    () => stood("completed", payments["too little"]),
  ],
  [
    "captured, and the total was changed since",
    "flagged/discrepancy:amount-mismatch",
    () => told(stood("completed", payments.captured).life, edited({ total: 0, lines: [] }), payments.captured),
  ],
  [
    "a part captured, and the total was changed since",
    "flagged/discrepancy:amount-mismatch",
    () =>
      told(
        stood("processing", payments["partly captured"]).life,
        edited({ total: 80_000, lines: [] }),
        payments["partly captured"],
      ),
  ],
  [
    "reserved, and the order costs nothing since",
    "flagged/discrepancy:amount-mismatch",
    () => told(stood("processing", payments.accepted).life, edited({ total: 0, lines: [] }), payments.accepted),
  ],
  [
    "reserved and completed, and the order costs nothing since",
    "flagged/discrepancy:amount-mismatch",
    () => told(stood("completed", payments.accepted).life, edited({ total: 0, lines: [] }), payments.accepted),
  ],
  [
    "too little reserved, and the shop captures it all the same",
    "flagged/discrepancy:amount-mismatch",
    () => {
      const life = new Life(anOrder({ status: "processing" }), rulesWith({ choices: { amountMismatch: "capture" } }));
      return told(life, asks, payments["too little"]);
    },
  ],
  [
    "the bank refused the capture",
    "flagged/capture-failed",
    () => {
      const life = paid();
      life.settle(complete);
      life.bankAnswers({ is: "refused" });
      life.read(reading());
      return { life };
    },
  ],
  [
    "completed in the shop, and the bank refused the capture",
    "flagged/capture-failed",
    () => {
      const { life } = stood("completed", payments.accepted);
      life.settle({ type: "merchant.captured", via: "api" });
      life.bankAnswers({ is: "refused" });
      life.read(reading());
      return { life };
    },
  ],
  [
    "the bank refused the capture, and offers none any more",
    "flagged/capture-failed",
    () => {
      const life = paid();
      life.settle(complete);
      life.bankAnswers({ is: "refused" });
      return told(life, asks, payments["no offers"]);
    },
  ],
  [
    "completed, never captured",
    "flagged/discrepancy:completed-not-captured",
    () => stood("completed", payments.accepted),
  ],
  [
    "a part captured, set back in the shop, and the total was changed since",
    "flagged/discrepancy:completed-set-back",
    () => {
      const { life } = stood("completed", payments["partly captured"]);
      life.settle({ type: "order.seen", status: "processing" }, payments["partly captured"]);
      return told(life, edited({ total: 80_000, lines: [] }), payments["partly captured"]);
    },
  ],
  [
    "completed, and set back in the shop",
    "flagged/discrepancy:completed-set-back",
    () =>
      told(stood("completed", payments.captured).life, { type: "order.seen", status: "processing" }, payments.captured),
  ],
  [
    "set to pending in the shop again and again while it is paid",
    "flagged/discrepancy:paid-but-pending",
    () => {
      const { life } = stood("processing", payments.accepted);
      const pending = { type: "order.seen", status: "pending" } as const;
      return told(told(life, pending, payments.accepted).life, pending, payments.accepted);
    },
  ],
  [
    "paid after it was cancelled",
    "flagged/discrepancy:paid-but-cancelled",
    () => stood("cancelled", payments.accepted),
  ],
  ["a draft that is paid", "flagged/discrepancy:paid-draft", () => stood("checkout-draft", payments.accepted)],
  [
    "paid another way as well",
    "flagged/discrepancy:paid-another-way",
    () => {
      const life = new Life();
      life.tell(edited({ gateway: null }));
      life.now += 2 * MINUTE;
      life.settle(callback());
      return { life };
    },
  ],
  [
    "deleted in the shop",
    "flagged/discrepancy:order-gone",
    () => {
      const life = paid();
      life.tell(edited({ gone: true }));
      return { life };
    },
  ],
  [
    "two attempts, both paid",
    "flagged/discrepancy:paid-twice",
    () => two("processing", payments.accepted, payments.captured),
  ],
  [
    "a refund recorded while automatic refunds are off",
    "flagged/refund-by-hand",
    () => {
      const life = new Life(anOrder({ status: "completed" }), rulesWith({ enableRefund: false }));
      life.settle({ type: "reconcile.asked" }, payments.captured);
      return told(life, partRefund(30_000), payments.captured);
    },
  ],
  [
    "a refund that failed",
    "flagged/refund-failed",
    () => {
      const { life } = captured();
      life.settle(refund, booksShow({}));
      life.bankAnswers({
        is: "confirmed",
        reading: booksShow({ refunded: 100_000, pendingRefund: 100_000, offers: [] }),
      });
      life.wait(25 * MINUTE, booksShow({}));
      return { life };
    },
  ],
  [
    "a refund that failed, and the bank offers none any more",
    "flagged/refund-failed",
    () => {
      const { life } = captured();
      const pending = booksShow({ refunded: 100_000, pendingRefund: 100_000, offers: [] });
      life.settle(refund, booksShow({}));
      life.bankAnswers({ is: "confirmed", reading: pending });
      life.wait(25 * MINUTE, booksShow({ offers: [] }));
      return { life };
    },
  ],
  [
    "refunded, another payment has money still",
    "flagged/discrepancy:refunded-not-credited",
    () => {
      const life = new Life(anOrder({ status: "refunded", previousPaymentIds: [OLDER] }), rulesWith({}));
      life.settle(asks, payments.refunded, older(payments.captured));
      return { life };
    },
  ],
  [
    "refunded, the money is still there",
    "flagged/discrepancy:refunded-not-credited",
    () => stood("refunded", payments.captured),
  ],
  [
    "refunded twice",
    "flagged/discrepancy:refunded-twice",
    () =>
      told(
        answered(captured().life, partRefund(10_000), booksShow({ refunded: 10_000 }), booksShow({})).life,
        asks,
        booksShow({ refunded: 20_000 }),
      ),
  ],
  [
    "captured twice",
    "flagged/discrepancy:captured-twice",
    () => told(captured().life, asks, booksShow({ captured: 200_000, total: 200_000 })),
  ],
  [
    "reserved twice",
    "flagged/discrepancy:reserved-twice",
    () => {
      const life = paid();
      life.settle(fewerLines, payments.accepted);
      life.bankAnswers({ is: "confirmed", reading: payments.cancelled });
      life.bankAnswers({
        is: "confirmed",
        reading: reading({ authorized: 60_000, canceled: 100_000, total: 160_000 }),
      });
      return told(life, asks, reading({ authorized: 120_000, canceled: 100_000, total: 220_000 }));
    },
  ],
];

export const moving: Row[] = [
  ["being captured", "moving/capture", () => told(paid(), complete)],
  ["being captured, the status stays", "moving/capture", () => told(paid(), { type: "merchant.captured", via: "api" })],
  ["being captured, and a second click was refused", "moving/capture", () => told(told(paid(), complete).life, cancel)],
  ["being released", "moving/cancel", () => told(paid(), cancel)],
  ["being refunded", "moving/refund", () => told(captured().life, refund, payments.captured)],
  ["a part being refunded", "moving/refund", () => told(captured().life, partRefund(40_000), payments.captured)],
  ["lines being changed", "moving/rebuild", () => told(paid(), fewerLines)],
  [
    "being booked",
    "moving/book",
    () => {
      const life = new Life(anOrder({ gateway: "resurs-simplified" }));
      life.settle({ type: "customer.returned", page: "signing-landing" }, payments.missing);
      return { life };
    },
  ],
  [
    "a capture that the bank puts off",
    "moving/capture",
    () => ({ ...told(paid(), complete), open: putOff("capturePayment") }),
  ],
  ["paid after it was cancelled, being released", "moving/cancel", () => ({ life: givingBack(payments.accepted) })],
  ["paid after it was cancelled, being refunded", "moving/refund", () => ({ life: givingBack(payments.captured) })],
  [
    "paid after it was cancelled, and the bank puts the refund off",
    "moving/refund",
    () => ({ life: givingBack(payments.captured), open: putOff("refundPayment") }),
  ],
  ["two attempts, one being released", "moving/surplus", () => ({ life: releasing() })],
  ["two attempts, and the answer to the release was lost", "lost/surplus", () => lostNow(releasing())],
  [
    "paid after it was cancelled, and the answer to the release was lost",
    "lost/cancel",
    () => lostNow(givingBack(payments.accepted)),
  ],
  [
    "paid after it was cancelled, and the answer to the refund was lost",
    "lost/refund",
    () => lostNow(givingBack(payments.captured)),
  ],
  [
    "a capture whose answer was lost, of an order deleted since",
    "flagged/discrepancy:order-gone",
    () => {
      const { life } = lostIn(paid(), complete);
      life.tell(edited({ gone: true }));
      return { life };
    },
  ],
  ["a capture that was put off, and withdrawn", "withdrawn/capture", () => withdrawnIn(paid(), complete)],
  ["a release that was put off, and withdrawn", "withdrawn/cancel", () => withdrawnIn(paid(), cancel)],
  [
    "a refund that was put off, and withdrawn",
    "withdrawn/refund",
    () => withdrawnIn(captured().life, refund, payments.captured),
  ],
  ["a change of lines that was put off, and withdrawn", "withdrawn/rebuild", () => withdrawnIn(paid(), fewerLines)],
  [
    "a booking that was put off, and withdrawn",
    "withdrawn/book",
    () => {
      const life = new Life(anOrder({ gateway: "resurs-simplified" }));
      life.settle({ type: "customer.returned", page: "signing-landing" }, payments.missing);
      return told(life, endsWait, payments.missing);
    },
  ],
  [
    "two attempts, and the release was put off, and withdrawn",
    "withdrawn/surplus",
    () => {
      const life = releasing();
      life.settle(endsWait, payments.accepted, older(payments.accepted));
      return { life };
    },
  ],
  ["a capture whose answer was lost", "lost/capture", () => lostIn(paid(), complete)],
  ["a release whose answer was lost", "lost/cancel", () => lostIn(paid(), cancel)],
  ["a refund whose answer was lost", "lost/refund", () => lostIn(captured().life, refund, payments.captured)],
  ["a change of lines whose answer was lost", "lost/rebuild", () => lostIn(paid(), fewerLines)],
  [
    "a booking whose answer was lost",
    "lost/book",
    () => {
      const life = new Life(anOrder({ gateway: "resurs-simplified" }));
      life.settle({ type: "customer.returned", page: "signing-landing" }, payments.missing);
      life.bankAnswers({ is: "lost" });
      return { life };
    },
  ],
];

export const stuck: Row[] = [
  ["the shop could not be told", "dead/completePayment", () => givenUp("completePayment")],
  ["a note could not be written", "dead/addOrderNote", () => givenUp("addOrderNote")],
  ["the bank could not be asked", "dead/readPayment", () => givenUp("readPayment", new Life())],
  [
    "a reading that failed and is tried again",
    "pending/unread",
    () => ({
      life: new Life(),
      open: [{ effect: { type: "readPayment" }, attempts: 2, notBefore: T0 + MINUTE, dead: false, error: "timeout" }],
    }),
  ],
  [
    "a reading that is under way",
    "pending/unread",
    () => ({
      life: new Life(),
      open: [{ effect: { type: "readPayment" }, attempts: 1, notBefore: T0 + MINUTE, dead: false, error: null }],
    }),
  ],
  ["parked", "parked", () => ({ life: new Life(), parked: "no migration leads from version 3" })],
  [
    "two attempts, the earlier one still open",
    "processing/reserved",
    () => two("processing", payments.accepted, payments["at the bank"]),
  ],
  [
    "two attempts, the earlier one not read yet",
    "pending/unread",
    () => ({ life: new Life(anOrder({ previousPaymentIds: [OLDER] })) }),
  ],
  [
    "two attempts, the earlier one over",
    "processing/reserved",
    () => two("processing", payments.accepted, payments.cancelled),
  ],
];
