/** Writes a life's script from its seed: a shop, a few orders, and what becomes of them. */
import { ReturnPage } from "../../../machines/commands.js";
import type { Registry } from "../../../machines/index.js";
import { flowOf } from "../../../machines/index.js";
import { type Choices, Settings } from "../../../machines/settings.js";
import { Chance, mixed } from "./chance.js";
import { type BankChange, HOUR, MINUTE, type OrderPlan, type Script, SECOND } from "./script.js";
import { olderOnesArePaid } from "./write-attempts.js";
import { addFaults } from "./write-faults.js";
import { paidAfterItsEnd } from "./write-late.js";
import { merchantActs } from "./write-merchant.js";
import { type Act, Draft, payingLife } from "./write-payment.js";
import { shopGoesOn } from "./write-shop.js";
import { addTheme } from "./write-themes.js";

/** Every choice made otherwise than by default. */
export const choices: { [K in keyof Choices]: Choices[K] } = {
  pendingWhileCustomerIsAway: "stay",
  cancelledThenAccepted: "revive",
  onHoldThenAborted: "stay",
  processingThenRejected: "stay",
  rejected: "cancelled",
  taskStatusUnavailable: "cancelled",
  modifyWhenFullyCancelled: "refuse",
  raisedTotal: "up-to-credit-limit",
  cooldownFrom: "created",
  amountMismatch: "capture",
  surplusPayment: "flag",
};

const settingsOf = (chance: Chance, calm: boolean): Settings => {
  const off = () => !chance.happens(0.06);
  const stockManagement = chance.happens(0.4);
  const other = chance.one(Object.keys(choices) as (keyof Choices)[]);
  return Settings.parse({
    cooldownSeconds: chance.happens(0.1) ? chance.one([0, 10, 600]) : 60,
    enableCapture: off(),
    enableCancel: off(),
    enableRefund: off(),
    enableModify: off(),
    stockManagement,
    holdStockMinutes: stockManagement ? chance.one([null, 5, 60, 60]) : null,
    choices: !calm && chance.happens(0.2) ? { [other]: choices[other] } : {},
  });
};

const linesOf = (chance: Chance): OrderPlan["lines"] => {
  if (chance.happens(0.03)) return [{ sku: "FREE", quantity: 1, total: 0 }];
  const some = [60_000, 25_000, 15_000, 9_900];
  return Array.from({ length: chance.between(1, 3) }, (_, i) => ({
    sku: `SKU${i}`,
    quantity: chance.between(1, 2),
    total: some[i] ?? 1000,
  }));
};

/** As it stands at the bank when a life begins in the middle. */
const standing: Record<string, BankChange> = {
  accepted: { status: "ACCEPTED" },
  frozen: { status: "FROZEN" },
  inspected: { status: "INSPECTION" },
  "rejected, done": { status: "REJECTED", task: true },
  "rejected, not done": { status: "REJECTED", task: false },
  taken: { takenAtOnce: true },
};

const statuses = [
  "checkout-draft",
  "pending",
  "on-hold",
  "processing",
  "failed",
  "completed",
  "cancelled",
  "refunded",
] as const;

type Plot = "checkout" | "paid" | "anything";

const planOf = (chance: Chance, plot: Plot, id: string, gateways: string[]): OrderPlan => {
  const gateway = chance.happens(0.03) ? null : chance.one(gateways);
  const common = { id, gateway, lines: linesOf(chance), needsProcessing: !chance.happens(0.12) };
  if (plot === "checkout" || gateway === null) {
    // Now and then the shop's clock is ahead, or its time zone is another one.
    const createdBefore = chance.happens(0.06) ? -chance.between(1, 150) * MINUTE : chance.between(0, 90) * SECOND;
    return { ...common, status: "pending", createdBefore, payment: null };
  }
  const createdBefore = chance.between(10 * MINUTE, 6 * HOUR);
  if (plot === "paid") {
    const status = chance.one(["processing", "processing", "processing", "on-hold"] as const);
    return { ...common, status, createdBefore, payment: { status: "ACCEPTED" } };
  }
  const status = chance.one(statuses);
  const payment = chance.happens(0.15) ? "at-the-bank" : chance.one(Object.values(standing));
  return { ...common, status, createdBefore, payment };
};

/** Ways of paying that are simulated: those that differ, and the one that most orders take. */
const gatewaysOf = (registry: Registry): string[] => {
  const names = Object.keys(registry.flows);
  const [first = ""] = names;
  const distinct = names.filter(
    (name, i) => names.findIndex((other) => flowOf(registry, other) === flowOf(registry, name)) === i,
  );
  return [first, first, ...distinct];
};

/** Somebody walks order numbers and opens their return pages. Drawn apart: every life is what it was but for them. */
const strangersCome = (chance: Chance, draft: Draft, orders: number): void => {
  if (!chance.happens(0.2)) return;
  for (let left = chance.between(1, 4); left > 0; left -= 1) {
    const at = chance.between(0, chance.happens(0.5) ? 2 * MINUTE : HOUR);
    const order = chance.between(0, orders - 1);
    draft.add(at, { do: "return", order, page: chance.one(ReturnPage.options), stranger: true });
  }
};

const asksOnceItIsBack = ({ chance }: Draft, order: number): Act => {
  const asks: Act[] = [
    { do: "return", order, page: "success" },
    { do: "return", order, page: "fail", stranger: true },
    { do: "tell", order, event: { type: "merchant.completed", via: "dropdown" } },
    { do: "callback", order, kind: "AUTHORIZATION", claims: "AUTHORIZED", attempt: null },
    { do: "reconcile" },
  ];
  return chance.one(asks);
};

/** The bank goes for hours or days, and in most of these lives nothing else goes wrong. */
const bankLeaves = (draft: Draft, orders: number): void => {
  const { chance } = draft;
  const long = { hours: chance.between(1, 8), day: 24, week: 7 * 24 }[
    chance.weighted({ hours: 60, day: 30, week: 10 })
  ];
  const at = Math.max(0, draft.someMoment() - chance.between(0, 20) * SECOND);
  draft.add(at, { do: "away", how: chance.one(["500", "unreachable"]), for: long * HOUR });
  for (let order = 0; order < orders; order += 1) {
    if (chance.happens(0.7))
      draft.add(at + long * HOUR + chance.between(1, 500) * SECOND, asksOnceItIsBack(draft, order));
  }
};

const illFormedComes = (draft: Draft, orders: number): void => {
  const { chance } = draft;
  for (let left = chance.between(1, 3); left > 0; left -= 1) {
    const order = chance.between(0, orders - 1);
    draft.add(chance.between(0, HOUR), { do: "illFormed", order, what: chance.between(0, 1000) });
  }
};

export interface WritingOptions {
  registry: Registry;
  /** Laid over the settings of every life. */
  settings?: Partial<Settings>;
}

/** The script of one life; the same numbers, the same script. */
export const scriptOf = (seed: number, life: number, { registry, settings = {} }: WritingOptions): Script => {
  const chance = new Chance(mixed(seed, life));
  const calm = chance.happens(0.25);
  const nodes = !calm && chance.happens(0.3) ? 2 : 1;
  const draft = new Draft(chance, calm, nodes);
  const own = settingsOf(chance, calm);
  const gateways = gatewaysOf(registry);
  const booked = gateways.find((name) => flowOf(registry, name).booksWhenSigned);
  const orders: OrderPlan[] = [];
  const count = chance.happens(0.3) ? 2 : 1;
  for (let order = 0; order < count; order += 1) {
    const plot = chance.weighted<Plot>({ checkout: 55, paid: 32, anything: calm ? 0 : 13 });
    const plan = planOf(chance, plot, `${1001 + order}`, gateways);
    orders.push(plan);
    if (order === 0 && chance.happens(0.15)) {
      addTheme({ draft, order, plan, settings: own }, { changeable: gateways[0] ?? "", booked });
      continue;
    }
    const flow = flowOf(registry, plan.gateway);
    const paidAt = plan.gateway === null ? 0 : payingLife(draft, order, plan, flow, plot === "checkout");
    merchantActs(draft, order, plan, flow, paidAt, plot !== "checkout");
  }
  // The shop counts every note as a write of the order; the naive reference does not keep the shop's notes.
  if (!calm && chance.happens(0.3)) draft.add(chance.between(0, 4 * HOUR), { do: "holdStock" });
  if (!calm && chance.happens(0.2)) draft.add(chance.between(0, 4 * HOUR), { do: "reconcile" });
  const leaves = !calm && chance.happens(0.015);
  if (!calm && !(leaves && chance.happens(0.8))) addFaults(draft, nodes);
  if (leaves) bankLeaves(draft, orders.length);
  if (!calm && chance.happens(0.05)) illFormedComes(draft, orders.length);
  const answersWithin = calm ? 0 : chance.one([0, 200, 2000, 6000]);
  if (!calm && chance.happens(0.02)) {
    const event = { type: "data.revealed", by: "support", why: "the customer asked" } as const;
    draft.add(chance.between(0, 4 * HOUR), { do: "tell", order: 0, event });
  }
  strangersCome(new Chance(mixed(mixed(seed, life), 78)), draft, orders.length);
  olderOnesArePaid(new Chance(mixed(mixed(seed, life), 79)), draft, orders);
  shopGoesOn(new Chance(mixed(mixed(seed, life), 80)), draft, orders);
  paidAfterItsEnd(new Chance(mixed(mixed(seed, life), 81)), draft, orders, { registry, settings: own });
  return {
    seed,
    life,
    calm,
    settings: { ...own, ...settings, choices: { ...own.choices, ...settings.choices } },
    orders,
    nodes,
    answersWithin,
    luck: mixed(mixed(seed, life), 77),
    steps: draft.done(),
  };
};
