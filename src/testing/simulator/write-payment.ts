/** The payment's part of a script: what the customer and the bank do, and the messages that tell of it. */
import type { Flow } from "../../../machines/index.js";
import type { Chance } from "./chance.js";
import { type BankChange, HOUR, MINUTE, type OrderPlan, portalMoves, type ScriptStep, SECOND } from "./script.js";

type Distribute<T> = T extends unknown ? Omit<T, "n" | "at" | "node"> : never;
export type Act = Distribute<ScriptStep>;

/** A script in the making. */
export class Draft {
  private readonly steps: ScriptStep[] = [];
  /** Lost messages, late ones, and two of them at one moment. */
  readonly lossy: boolean;

  constructor(
    readonly chance: Chance,
    readonly calm: boolean,
    private readonly nodes: number,
  ) {
    this.lossy = !calm && chance.happens(0.3);
  }

  add(at: number, act: Act): number {
    const n = this.steps.length;
    const node = this.nodes === 2 ? { node: this.chance.one([0, 1] as const) } : {};
    this.steps.push({ n, at: Math.max(0, Math.round(at)), ...node, ...act } as ScriptStep);
    return n;
  }

  /** A moment at which something else happens too, or nearly. */
  readonly someMoment = (): number => (this.steps.length === 0 ? 0 : this.chance.one(this.steps).at);

  readonly acts = (): readonly ScriptStep[] => this.steps;

  checkoutsOf(order: number): ScriptStep[] {
    return this.steps.filter((act) => act.do === "checkout" && act.order === order);
  }

  done(): ScriptStep[] {
    const steps = [...this.steps].sort((a, b) => a.at - b.at || a.n - b.n);
    if (!this.calm) return steps;
    // The naive reference takes one thing after the other.
    let last = -1;
    return steps.map((step) => {
      last = Math.max(step.at, last + 1);
      return { ...step, at: last };
    });
  }
}

const delay = ({ chance, calm }: Draft): number => {
  if (calm) return chance.between(SECOND, 90 * SECOND);
  return chance.weighted({ soon: 70, late: 15, days: 2, atOnce: 13 }) === "soon"
    ? chance.between(0, 5 * SECOND)
    : chance.one([0, chance.between(MINUTE, 20 * MINUTE), chance.between(HOUR, 30 * HOUR)]);
};

/** The bank tells of a change: once, twice, late or never. */
const tells = (
  draft: Draft,
  at: number,
  order: number,
  kind: string,
  claims: string | null,
  attempt: number | null,
) => {
  const { chance } = draft;
  if (draft.lossy && chance.happens(0.4)) return;
  const copies = chance.happens(0.25) ? chance.between(2, 4) : 1;
  for (let i = 0; i < copies; i += 1) {
    draft.add(at + delay(draft), { do: "callback", order, kind, claims, attempt });
  }
};

const claimsOf: Record<string, string> = { ACCEPTED: "AUTHORIZED", FROZEN: "FROZEN", REJECTED: "REJECTED" };

const rejected = (task: boolean): BankChange => ({ status: "REJECTED", task });

/** How a payment goes, as the changes in turn; an empty list is a customer who never comes back. */
const merchantApiLives: Record<string, [number, BankChange[]]> = {
  accepted: [38, [{ status: "ACCEPTED", task: true }]],
  "frozen, then accepted": [9, [{ status: "FROZEN", task: true }, { status: "ACCEPTED" }]],
  "frozen, then rejected": [6, [{ status: "FROZEN", task: true }, rejected(true)]],
  "inspected, then accepted": [5, [{ status: "INSPECTION", task: true }, { status: "ACCEPTED" }]],
  "inspected, then rejected": [3, [{ status: "INSPECTION", task: true }, rejected(true)]],
  supplemented: [3, [{ status: "SUPPLEMENTING_REQUIRED" }, { status: "ACCEPTED", task: true }]],
  denied: [8, [rejected(true)]],
  aborted: [7, [rejected(false)]],
  "rejected, nobody knows why": [2, [{ status: "REJECTED", task: "unavailable" }]],
  never: [8, []],
  "taken at once": [4, [{ takenAtOnce: true }]],
  "a new word": [2, [{ status: "SOMETHING_NEW" }, { status: "ACCEPTED", task: true }]],
  "another amount": [3, [{ status: "ACCEPTED", task: true, amountOff: -5000 }]],
  "looked at afterwards": [
    2,
    [
      { status: "ACCEPTED", task: true },
      { status: "INSPECTION", offers: true },
    ],
  ],
  "frozen afterwards": [3, [{ status: "ACCEPTED", task: true }, { status: "FROZEN" }, { status: "ACCEPTED" }]],
};
const byAmountsLives: Record<string, [number, BankChange[]]> = {
  accepted: [55, [{ status: "ACCEPTED" }]],
  terminated: [10, [rejected(false)]],
  never: [12, []],
  "taken at once": [8, [{ takenAtOnce: true }]],
  rounded: [7, [{ status: "ACCEPTED", amountOff: 20 }]],
  "another amount": [8, [{ status: "ACCEPTED", amountOff: -5000 }]],
};
const bookedLives: Record<string, [number, BankChange[]]> = {
  signed: [45, [{ signed: "ACCEPTED" }]],
  "signed, then frozen": [10, [{ signed: "FROZEN" }, { status: "ACCEPTED" }]],
  "signed, frozen, annulled": [6, [{ signed: "FROZEN" }, rejected(true)]],
  "signed and denied": [10, [{ signed: "DENIED" }]],
  "booked by the bank": [12, [{ status: "ACCEPTED" }]],
  never: [17, []],
};

const livesOf = (flow: Flow) =>
  flow.comparesAmounts ? byAmountsLives : flow.booksWhenSigned ? bookedLives : merchantApiLives;

const told = (flow: Flow, change: BankChange): [string, string | null] => {
  if (flow.comparesAmounts) return ["payment.checkout.completed", null];
  if (flow.booksWhenSigned) return ["status" in change && change.status === "REJECTED" ? "ANNULMENT" : "BOOKED", null];
  return ["AUTHORIZATION", "status" in change ? (claimsOf[change.status] ?? change.status) : "CAPTURED"];
};

/** One attempt at paying, from the checkout on; answers when it is over. */
const attempt = (draft: Draft, order: number, flow: Flow, from: number, number: number): number => {
  const { chance } = draft;
  const lives = livesOf(flow);
  const weights = Object.fromEntries(Object.entries(lives).map(([name, [weight]]) => [name, weight]));
  const changes = (lives[chance.weighted(weights)] as [number, BankChange[]])[1];
  let at = from + chance.between(5 * SECOND, chance.happens(0.15) ? 2 * HOUR : 5 * MINUTE);
  const goesWell = !changes.some((c) => "status" in c && c.status === "REJECTED");
  for (const [i, change] of changes.entries()) {
    draft.add(at, { do: "bank", order, change });
    const [kind, claims] = told(flow, change);
    tells(draft, at, order, kind, claims, number);
    if (i === 0) comesBack(draft, order, flow, at, goesWell);
    if (i < changes.length - 1) at += chance.between(20 * SECOND, chance.happens(0.5) ? 10 * MINUTE : 5 * HOUR);
  }
  if (changes.length === 0) {
    if (chance.happens(0.3)) comesBack(draft, order, flow, at, false);
    // The bank's own link runs out, and it may say so.
    if (chance.happens(0.6)) {
      at = from + 2 * HOUR;
      draft.add(at, { do: "bank", order, change: rejected(false) });
      if (chance.happens(0.5)) tells(draft, at, order, ...told(flow, rejected(false)), number);
    }
  }
  return at;
};

/** The customer's browser: back on a page of the shop's, sometimes before the bank knows, sometimes never. */
const comesBack = (draft: Draft, order: number, flow: Flow, at: number, goesWell: boolean): void => {
  const { chance } = draft;
  if (chance.happens(0.25)) return;
  const after = !draft.calm && chance.happens(0.15) ? -chance.between(0, 3 * SECOND) : chance.between(1, 40 * SECOND);
  const early = draft.calm || !chance.happens(0.1) ? after : 0;
  const [well, badly] = flow.booksWhenSigned
    ? (["signing-landing", "signing-cancelled"] as const)
    : (["success", "fail"] as const);
  const page = chance.happens(goesWell ? 0.95 : 0.4) ? well : badly;
  draft.add(at + early, { do: "return", order, page });
  if (chance.happens(0.1)) draft.add(at + early + chance.between(0, 20 * SECOND), { do: "return", order, page });
  if (flow.booksWhenSigned && page === well && chance.happens(0.5))
    draft.add(at + early + chance.between(SECOND, 20 * SECOND), { do: "return", order, page: "success" });
};

/** In the portal, behind the shop's back. */
const portal = (draft: Draft, order: number, from: number, attempt: number | null): void => {
  const { chance } = draft;
  const moves = chance.happens(0.12) ? chance.between(1, 2) : 0;
  for (let i = 0; i < moves; i += 1) {
    const move = chance.one(portalMoves);
    const at = from + chance.between(0, 3 * HOUR);
    draft.add(at, { do: "bank", order, change: { portal: move } });
    tells(draft, at, order, "MANAGEMENT", move.replace("-part", "").toUpperCase(), attempt);
  }
};

/** All that becomes of one order's payments; answers when it is likely to be paid. */
export const payingLife = (draft: Draft, order: number, plan: OrderPlan, flow: Flow, atCheckout: boolean): number => {
  const { chance } = draft;
  let paidAt = 0;
  if (atCheckout) {
    const from = chance.between(0, 30 * SECOND);
    draft.add(from, { do: "checkout", order });
    // Pressed once more while the bank still opens the payment.
    if (!draft.calm && draft.chance.happens(0.1)) draft.add(from + 1, { do: "checkout", order });
    if (chance.happens(0.08)) draft.add(from + SECOND, { do: "tell", order, event: turnedAway(chance) });
    paidAt = attempt(draft, order, flow, from, 0);
    if (chance.happens(0.15)) {
      const again = paidAt + chance.between(10 * SECOND, 10 * MINUTE);
      draft.add(again, { do: "checkout", order });
      paidAt = attempt(draft, order, flow, again, 1);
      // Somebody still speaks of the first one.
      if (chance.happens(0.4)) tells(draft, paidAt, order, "AUTHORIZATION", "AUTHORIZED", 0);
    }
  } else if (chance.happens(draft.calm ? 0 : 0.4)) {
    const change = chance.one<BankChange>([
      { status: "FROZEN" },
      rejected(true),
      rejected(false),
      { status: "ACCEPTED" },
    ]);
    draft.add(chance.between(0, HOUR), { do: "bank", order, change });
    tells(draft, chance.between(0, HOUR), order, "AUTHORIZATION", "FROZEN", null);
  }
  portal(draft, order, paidAt, null);
  const somewhere = () => paidAt * chance.next() * 1.5;
  if (chance.happens(0.1)) draft.add(somewhere(), { do: "callback", order, kind: "TEST", claims: null, attempt: null });
  if (!draft.calm && chance.happens(0.12)) {
    draft.add(somewhere(), {
      do: "callback",
      order,
      kind: "AUTHORIZATION",
      claims: "AUTHORIZED",
      attempt: null,
      forged: true,
    });
  }
  if (plan.status === "pending" && chance.happens(0.15)) {
    const event = { type: "order.updated", by: "plugin", change: "note" } as const;
    draft.add(somewhere(), { do: "tell", order, event });
  }
  return paidAt;
};

const turnedAway = (chance: Chance) =>
  ({ type: "checkout.rejected", rejection: chance.one(["fail", "deny"] as const), message: null }) as const;
