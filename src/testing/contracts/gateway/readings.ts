/** What a reading of a payment says. */
import { assert } from "../assert.js";
import type { Abilities, ContractBooks, ContractLaw, PaymentState } from "./bench.js";
import { amountsIn, answered, everyCall, isOneOf, PART, readOf, sane, shown, TOTAL } from "./moves.js";

const none: ContractBooks = { authorized: 0, captured: 0, canceled: 0, refunded: 0 };

/** Amounts of a payment that the bank stands for, by state. */
const amounts: Partial<Record<PaymentState, ContractBooks>> = {
  accepted: { ...none, authorized: TOTAL },
  partlyCaptured: { ...none, authorized: TOTAL - PART, captured: PART },
  captured: { ...none, captured: TOTAL },
  partlyRefunded: { ...none, captured: TOTAL, refunded: PART },
  refunded: { ...none, captured: TOTAL, refunded: TOTAL },
  cancelled: { ...none, canceled: TOTAL },
};

const words: Record<PaymentState, string> = {
  waiting: "waits for the customer",
  signed: "is signed and not booked",
  accepted: "is accepted",
  frozen: "is frozen",
  rejected: "is rejected",
  partlyCaptured: "is partly captured",
  captured: "is captured",
  partlyRefunded: "is partly refunded",
  refunded: "is refunded",
  cancelled: "is cancelled",
};

const statusOf: Partial<Record<PaymentState, string[]>> = {
  waiting: ["TASK_REDIRECTION_REQUIRED", "SUPPLEMENTING_REQUIRED"],
  frozen: ["FROZEN"],
  rejected: ["REJECTED"],
  // Let go by us or by the bank: either says that nothing is left.
  cancelled: ["ACCEPTED", "REJECTED"],
};

const has = ({ lacks = [] }: Abilities, state: PaymentState): boolean => !lacks.includes(state);

const reads = (state: PaymentState): ContractLaw => ({
  title: `A payment that ${words[state]} reads so, its amounts in minor units and its offers as they allow.`,
  async run(bench) {
    const paymentId = await bench.bring(state, TOTAL, PART);
    const reading = await readOf(bench, paymentId);
    assert(reading.exists, "the payment is there");
    const expected = statusOf[state] ?? ["ACCEPTED"];
    assert(expected.includes(reading.status), `${expected.join(" or ")} is due: ${shown(reading)}`);
    const due = amounts[state];
    if (due === undefined) {
      // Nothing can be done with it, whatever the bank has reserved.
      assert.deepEqual([reading.captured, reading.refunded, reading.offers], [0, 0, []]);
      return;
    }
    assert.deepEqual({ total: reading.total, ...amountsIn(reading) }, { total: TOTAL, ...due });
    assert(reading.hasOrder, "a payment with amounts has an order");
    assert.equal(reading.offers.includes("CAPTURE"), due.authorized > 0, `CAPTURE: ${shown(reading)}`);
    assert.equal(reading.offers.includes("REFUND"), due.captured > due.refunded, `REFUND: ${shown(reading)}`);
    if (state === "accepted") assert(reading.offers.includes("CANCEL"), `CANCEL: ${shown(reading)}`);
  },
});

/** An id comes from a callback, which anybody may send. */
const ODD_IDS = [
  "",
  ".",
  "..",
  "../../",
  "../../admin",
  "a/../b",
  "a/b",
  "%2f",
  "..%2f..%2fadmin",
  "a%00b",
  "a b",
  " ",
  "a?b=c",
  "a#b",
  "a\\b",
  "a\r\nx-header: y",
  "a\u0000b",
  "pay\u200bment",
  "<script>",
  "x".repeat(1000),
];

export const readings = (can: Abilities): ContractLaw[] => [
  ...(Object.keys(words) as PaymentState[])
    .filter((state) => state !== "signed" && has(can, state))
    .map((state) => reads(state)),
  {
    title: "A payment that the bank does not know reads as one that does not exist.",
    async run(bench) {
      const reading = await readOf(bench, bench.unknownId);
      assert.equal(reading.exists, false);
      assert.deepEqual(
        { total: reading.total, ...amountsIn(reading), offers: reading.offers },
        { total: 0, ...none, offers: [] },
      );
    },
  },
  {
    title: "A reading is told under the id that was asked for, and that of another payment is not taken for it.",
    async run(bench) {
      const { front, gateway } = bench;
      const paymentId = await bench.bring("accepted", TOTAL, PART);
      const mixed = (text: string): string => text.replaceAll(paymentId, paymentId.toUpperCase());
      front.trouble("readPayment", { kind: "rewritten", by: mixed });
      const same = await answered(() => gateway.readPayment(paymentId));
      if (same.kind === "ok") sane(same.reading, paymentId);
      else isOneOf(same, ["unknown"], "the id in other letters");
      front.trouble("readPayment", { kind: "rewritten", by: (text) => text.replaceAll(paymentId, bench.unknownId) });
      isOneOf(await answered(() => gateway.readPayment(paymentId)), ["unknown"], "another payment's answer");
    },
  },
  {
    title: "Fifty readings at once are each the right one.",
    async run(bench) {
      const states: PaymentState[] = ["accepted", "captured", "refunded", "cancelled"];
      const brought = await Promise.all(states.map((state) => bench.bring(state, TOTAL, PART)));
      const one = async (index: number): Promise<void> => {
        const which = index % states.length;
        const reading = await readOf(bench, brought[which] as string);
        assert.deepEqual(amountsIn(reading), amounts[states[which] as PaymentState]);
      };
      await Promise.all(Array.from({ length: 50 }, (_, index) => one(index)));
    },
  },
  {
    title: "An id that could lead to another address never reaches the bank.",
    async run(bench) {
      for (const id of ODD_IDS) {
        for (const { operation, ask } of everyCall(can)) {
          if (operation === "createPayment") continue;
          const answer = await answered(() => ask(bench, id));
          const missing = answer.kind === "ok" && "reading" in answer && answer.reading?.exists === false;
          if (!missing) isOneOf(answer, ["refused"], `${operation} of ${JSON.stringify(id.slice(0, 30))}`);
          const sent = bench.front.seen.filter((request) => request.operation !== "signIn");
          assert.deepEqual(
            sent.map(({ text }) => text.slice(0, 200)),
            [],
            `${operation} was sent to the bank`,
          );
        }
      }
    },
  },
];
