/** What becomes of a payment without the gateway: it expires, or a hand at the bank acts on it. */
import { assert } from "../assert.js";
import type { Abilities, Bench, ContractLaw } from "./bench.js";
import { CALLED_BACK } from "./front.js";
import { amountsIn, answered, isOneOf, NEW_PAYMENT, PART, readOf, shown, soon, TOTAL } from "./moves.js";

const MINUTE = 60_000;

const made = async (bench: Bench, callbackUrl = NEW_PAYMENT.callbackUrl): Promise<string> => {
  const payment = { ...NEW_PAYMENT, callbackUrl, managementUrl: callbackUrl };
  const created = await answered(() => bench.gateway.createPayment(payment));
  if (created.kind !== "ok") return assert.fail(`it was not created: ${shown(created)}`);
  return created.paymentId;
};

const expires: ContractLaw = {
  title: "A payment that nobody paid while its link was good reads as ended, with nothing reserved.",
  async run(bench) {
    const paymentId = await made(bench);
    bench.clock.set(bench.clock.now() + NEW_PAYMENT.linkLifetimeMinutes * MINUTE + 1);
    const { status, authorized, captured } = await readOf(bench, paymentId);
    assert.deepEqual([status, authorized, captured], ["REJECTED", 0, 0]);
  },
};

const currency: ContractLaw = {
  title: "A reading says in which currency the payment is.",
  async run(bench) {
    assert.equal((await readOf(bench, await made(bench))).currency, NEW_PAYMENT.currency);
  },
};

const rest: ContractLaw = {
  title: "What is left after a part was captured is let go, with lines that add up or without any.",
  async run(bench) {
    const left = TOTAL - PART;
    for (const lines of [null, [{ sku: "BOOK", quantity: 1, total: left }], [{ sku: "BOOK", quantity: 1, total: 1 }]]) {
      const paymentId = await bench.bring("partlyCaptured", TOTAL, PART);
      const key = bench.keyOf(paymentId, "cancel");
      const answer = await answered(() => bench.gateway.cancel({ paymentId, amount: left, lines, key }));
      isOneOf(answer, ["ok"], "letting the rest go");
      const due = { authorized: 0, captured: PART, canceled: left, refunded: 0 };
      assert.deepEqual(await bench.books(paymentId), due, "in the bank's books");
      assert.deepEqual(amountsIn(await readOf(bench, paymentId)), due, "in the reading");
    }
  },
};

/** A callback about it has come since; a bank that is still sending is waited for. */
const isHeardOf = async ({ front }: Bench, paymentId: string, before: number): Promise<void> => {
  for (let looks = 0; looks < 500; looks += 1) {
    if (front.calledBack.slice(before).some((text) => text.includes(paymentId))) return;
    await soon();
  }
  assert.fail(`no callback named ${paymentId}: ${shown(front.calledBack.slice(before))}`);
};

const hands: ContractLaw = {
  title: "What a hand does in the bank's portal is called back about, and the reading then shows it.",
  async run(bench) {
    const { front, portal } = bench;
    assert(portal, "can.callsBack is true, and the bank has no portal");
    const paid = async (orderId: string): Promise<string> => {
      const payment = { ...NEW_PAYMENT, orderId, preferredId: orderId, callbackUrl: front.url + CALLED_BACK };
      const created = await answered(() =>
        bench.gateway.createPayment({ ...payment, managementUrl: payment.callbackUrl }),
      );
      if (created.kind !== "ok") return assert.fail(`it was not created: ${shown(created)}`);
      await portal.pay(created.paymentId);
      return created.paymentId;
    };
    const acts = async (paymentId: string, op: "capture" | "refund" | "cancel", amount?: number): Promise<void> => {
      const before = front.calledBack.length;
      await portal.hand(paymentId, op, amount);
      await isHeardOf(bench, paymentId, before);
    };
    const taken = await paid("1001");
    await acts(taken, "capture");
    assert.equal((await readOf(bench, taken)).captured, TOTAL);
    if (bench.can.refundPart) {
      await acts(taken, "refund", PART);
      assert.equal((await readOf(bench, taken)).refunded, PART);
    }
    await acts(taken, "refund");
    assert.equal((await readOf(bench, taken)).refunded, TOTAL);
    if (!bench.can.lacks?.includes("partlyCaptured")) {
      const inPart = await paid("1003");
      await acts(inPart, "capture", PART);
      const { captured, authorized } = await readOf(bench, inPart);
      assert.deepEqual({ captured, authorized }, { captured: PART, authorized: TOTAL - PART });
    }
    const gone = await paid("1002");
    await acts(gone, "cancel");
    assert.equal((await readOf(bench, gone)).canceled, TOTAL);
  },
};

const later: ContractLaw = {
  title:
    "A refund that the bank has accepted and not carried out reads as pending, and one that came to nothing as not refunded.",
  async run(bench) {
    const { can, gateway, keyOf, refundTurns } = bench;
    assert(refundTurns, "can.refundsLater is true, and the bank has no refundTurns");
    const [amount, all] = can.refundPart ? [PART, false] : [TOTAL, true];
    for (const into of ["completed", "failed"] as const) {
      const paymentId = await bench.bring("captured", TOTAL, PART);
      const refund = async (what: string) => {
        const call = { paymentId, amount, lines: null, all, key: keyOf(paymentId, what) };
        isOneOf(await answered(() => gateway.refund(call)), ["ok"], what);
      };
      const reads = async (when: string, refunded: number, pending: number) => {
        const reading = await readOf(bench, paymentId);
        assert.deepEqual(
          [reading.refunded, reading.pendingRefund ?? 0],
          [refunded, pending],
          `${when}: ${shown(reading)}`,
        );
        return reading;
      };
      await refund("a refund");
      await refundTurns(paymentId, "pending");
      await reads("while it is pending", amount, amount);
      await refundTurns(paymentId, into);
      const { failedRefund } = await reads(`when it has ${into}`, into === "failed" ? 0 : amount, 0);
      if (into === "completed") continue;
      // Not every bank names it.
      assert.equal(failedRefund ?? amount, amount, "what came to nothing");
      await refund("a refund after one that came to nothing");
      assert.equal((await readOf(bench, paymentId)).refunded, amount);
    }
  },
};

export const afterwards = (can: Abilities): ContractLaw[] => [
  ...(can.expires ? [expires] : []),
  ...(can.tellsCurrency ? [currency] : []),
  ...(can.cancelRest ? [rest] : []),
  ...(can.callsBack ? [hands] : []),
  ...(can.refundsLater ? [later] : []),
];
