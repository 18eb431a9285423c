/** What goes wrong in a life, near the moments at which something happens. */
import { type BankFault, type BankOp, HOUR, MINUTE, SECOND } from "./script.js";
import type { Act, Draft } from "./write-payment.js";

const kinds = {
  bank: 40,
  "bank for long": 10,
  stale: 7,
  shop: 14,
  store: 10,
  "slow store": 9,
  kill: 30,
  pause: 12,
};

/** The call that a merchant's event leads to, where it does. */
const callOf: Record<string, BankOp> = {
  "merchant.completed": "capture",
  "merchant.captured": "capture",
  "merchant.cancelled": "cancel",
  "merchant.refunded": "refund",
  "merchant.refundedAmount": "refund",
  "merchant.editedLines": "addOrderLines",
  "merchant.recalculated": "addOrderLines",
};
const methodOf: Record<BankOp, string> = {
  read: "bank.readPayment",
  capture: "bank.capture",
  cancel: "bank.cancel",
  refund: "bank.refund",
  addOrderLines: "bank.addOrderLines",
  book: "bank.bookSignedPayment",
  create: "checkout",
  end: "bank.endPayment",
};

/** A call that this life is likely to make, so that a fault of it is likely to be met. */
const likelyCall = ({ chance, acts }: Draft): BankOp => {
  const likely = acts().flatMap((act): BankOp[] => {
    if (act.do === "tell") return [callOf[act.event.type] ?? "read"];
    if (act.do === "checkout") return ["create"];
    if (act.do === "return" && act.page === "signing-landing") return ["book", "book"];
    return [];
  });
  if (likely.length === 0 || chance.happens(0.3)) return "read";
  const op = chance.one(likely);
  // Lines are changed by letting go first.
  return op === "addOrderLines" && chance.happens(0.3) ? "cancel" : op;
};

const bankFault = (draft: Draft): { op: BankOp; fault: BankFault } => ({
  op: likelyCall(draft),
  fault: draft.chance.one([
    "timeout-before",
    "timeout-after",
    "timeout-after",
    "500",
    "502-after",
    "429",
    "401",
    "slow",
    "never",
    "late",
    "late",
    "too-late",
    "front-404",
  ]),
});

const places = [
  "store.commit of news",
  "store.commit",
  "store.claim",
  "store.release",
  "store.load",
  "store.dueTimers",
  "shop.execute",
  "ack",
];

const trap = (draft: Draft): { place: string | null; points: number; side: "before" | "after" } => {
  const { chance } = draft;
  const side = chance.one(["before", "after"] as const);
  if (chance.happens(0.4)) return { place: methodOf[likelyCall(draft)], points: chance.happens(0.7) ? 1 : 2, side };
  if (chance.happens(0.4)) return { place: chance.one(places), points: chance.between(1, 4), side };
  return { place: null, points: chance.between(1, chance.happens(0.5) ? 5 : 40), side };
};

const faultOf = (draft: Draft, nodes: number): Act => {
  const { chance } = draft;
  switch (chance.weighted(kinds)) {
    case "bank":
      return { do: "bankFault", ...bankFault(draft), times: chance.between(1, 3) };
    case "bank for long":
      return { do: "bankFault", ...bankFault(draft), times: chance.between(6, 14) };
    case "stale":
      return { do: "stale", lag: chance.between(2, 600) * SECOND, for: chance.between(10, 1200) * SECOND };
    case "shop":
      return { do: "shopFault", when: chance.one(["before", "after"]), times: chance.between(1, 4) };
    case "store":
      return {
        do: "storeFault",
        code: chance.one(["busy", "full", "unanswered"]),
        for: chance.between(1, 120) * SECOND,
      };
    case "slow store":
      return { do: "slowStore", up: chance.one([5, 50, 400]), for: chance.between(10, 600) * SECOND };
    case "pause":
      return { do: "pause", ...trap(draft), for: chance.one([5 * SECOND, 3 * MINUTE, 20 * MINUTE, 3 * HOUR]) };
    default:
      return {
        do: "kill",
        ...trap(draft),
        down: chance.one([0, SECOND, 30 * SECOND, 10 * MINUTE]),
        // Two nodes whose clocks differ by more than a lease are a fault of another kind.
        jump: nodes === 1 && chance.happens(0.15) ? chance.one([-24, -1, 1, 24]) * HOUR : 0,
      };
  }
};

/** Some last for long: they begin with the life, and are met whenever their call is made. */
const startOf = ({ chance, someMoment }: Draft, act: Act): number => {
  const waits = act.do === "bankFault" || ((act.do === "kill" || act.do === "pause") && act.place !== null);
  if (waits && chance.happens(0.6)) return 0;
  return Math.max(0, someMoment() + chance.between(-2 * SECOND, SECOND));
};

export const addFaults = (draft: Draft, nodes: number): void => {
  const { chance } = draft;
  const most = chance.weighted({ none: 10, few: 60, many: 30 });
  const count = most === "none" ? 0 : most === "few" ? chance.between(1, 2) : chance.between(3, 6);
  for (let i = 0; i < count; i += 1) {
    const act = faultOf(draft, nodes);
    draft.add(startOf(draft, act), act);
  }
};
