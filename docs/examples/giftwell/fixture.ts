/** Giftwell's adapter and its bank, as the gateway contract wants them. */
import type { Clock, Gateway } from "order-status-engine";
import type { ContractBooks, GatewayFixture, PaymentState } from "order-status-engine/testing";
import { giftwellBank } from "./bank.js";
import { giftwellGateway } from "./gateway.js";

const API_KEY = "giftwell-api-key";
const TIMEOUT_MS = 10_000;

const steps = { spend: "capture", release: "cancel", giveBack: "refund" } as const;
const stepOf = { capture: "spend", cancel: "release", refund: "giveBack" } as const;

const words: Partial<Record<PaymentState, "offered" | "blocked" | "declined">> = {
  waiting: "offered",
  frozen: "blocked",
  rejected: "declined",
};

/** `spent`, `released`, `returned` by state; what is left is held. */
const moved = (state: PaymentState, total: number, part: number) => {
  const spent = { captured: total, partlyRefunded: total, refunded: total, partlyCaptured: part };
  const returned = { partlyRefunded: part, refunded: total };
  return {
    spent: spent[state as keyof typeof spent] ?? 0,
    released: state === "cancelled" ? total : 0,
    returned: returned[state as keyof typeof returned] ?? 0,
  };
};

export type Make = (options: { baseUrl: string; apiKey: string; clock: Clock; timeoutMs: number }) => Gateway;

export const giftwellFixture = (make: Make = giftwellGateway, bank = giftwellBank(API_KEY)): GatewayFixture => ({
  can: {
    refundPart: true,
    addOrderLines: false,
    bookSignedPayment: false,
    refundsLater: true,
    callsBack: true,
    keys: { sent: ["capture", "cancel", "refund"], once: ["capture", "cancel", "refund"], shown: [] },
  },
  async open({ clock, inFrontOf }) {
    const baseUrl = await inFrontOf({
      answer: bank.answer,
      operationOf({ method, path }) {
        if (method === "GET") return "readPayment";
        if (path === "/holds") return "createPayment";
        return steps[path.split("/").at(-1) as keyof typeof steps] ?? null;
      },
    });
    return {
      gateway: make({ baseUrl, apiKey: API_KEY, clock, timeoutMs: TIMEOUT_MS }),
      timeoutMs: TIMEOUT_MS,
      secrets: [API_KEY],
      unknownId: "gift-0-hold",
      no: (status) => ({ status, body: JSON.stringify({ why: "no" }) }),
      bring(state, total, part) {
        const word = words[state] ?? "held";
        const { spent, released, returned } = moved(state, total, part);
        return bank.put({
          word,
          total,
          held: word === "held" ? total - spent - released : 0,
          spent,
          released,
          returned,
          returning: 0,
          failed: 0,
        });
      },
      portal: {
        pay: (paymentId) => bank.cardIs(paymentId, "held"),
        hand: (paymentId, op, amount) => bank.hand(paymentId, stepOf[op], amount),
      },
      refundTurns: bank.refundTurns,
      books(paymentId): ContractBooks | null {
        const hold = bank.holds.get(paymentId);
        if (hold === undefined) return null;
        return { authorized: hold.held, captured: hold.spent, canceled: hold.released, refunded: hold.returned };
      },
    };
  },
});
