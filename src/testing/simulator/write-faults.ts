/** What goes wrong in a life, near the moments at which something happens. */
import type { Chance } from "./chance.js";
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

const bankFault = (chance: Chance): { op: BankOp; fault: BankFault } => ({
  op: chance.one(["read", "read", "read", "capture", "capture", "cancel", "refund", "addOrderLines", "book", "create"]),
  fault: chance.one(["timeout-before", "timeout-after", "timeout-after", "500", "502-after", "429", "401", "slow"]),
});

const faultOf = (chance: Chance, nodes: number): Act => {
  switch (chance.weighted(kinds)) {
    case "bank":
      return { do: "bankFault", ...bankFault(chance), times: chance.between(1, 3) };
    case "bank for long":
      return { do: "bankFault", ...bankFault(chance), times: chance.between(6, 14) };
    case "stale":
      return { do: "stale", lag: chance.between(2, 600) * SECOND, for: chance.between(10, 1200) * SECOND };
    case "shop":
      return { do: "shopFault", when: chance.one(["before", "after"]), times: chance.between(1, 4) };
    case "store":
      return { do: "storeFault", code: chance.one(["busy", "full"]), for: chance.between(1, 120) * SECOND };
    case "slow store":
      return { do: "slowStore", up: chance.one([5, 50, 400]), for: chance.between(10, 600) * SECOND };
    case "pause":
      return { do: "pause", ...trap(chance), for: chance.one([5 * SECOND, 3 * MINUTE, 20 * MINUTE]) };
    default:
      return {
        do: "kill",
        ...trap(chance),
        down: chance.one([0, SECOND, 30 * SECOND, 10 * MINUTE]),
        // Two nodes whose clocks differ by more than a lease are a fault of another kind.
        jump: nodes === 1 && chance.happens(0.15) ? chance.one([-24, -1, 1, 24]) * HOUR : 0,
      };
  }
};

const trap = (chance: Chance): { points: number; side: "before" | "after" } => ({
  points: chance.between(1, chance.happens(0.5) ? 5 : 40),
  side: chance.one(["before", "after"]),
});

export const addFaults = (draft: Draft, nodes: number): void => {
  const { chance } = draft;
  const most = chance.weighted({ none: 10, few: 60, many: 30 });
  const count = most === "none" ? 0 : most === "few" ? chance.between(1, 2) : chance.between(3, 6);
  for (let i = 0; i < count; i += 1) {
    draft.add(Math.max(0, draft.someMoment() + chance.between(-2 * SECOND, SECOND)), faultOf(chance, nodes));
  }
};
