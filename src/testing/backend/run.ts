/** One order's life in a user's own backend: steps are taken, the shop is looked at, and the laws are asked. */
import fc from "fast-check";
import { merchantEventFor } from "../../../machines/events.js";
import type { OrderStatus } from "../../../machines/facts.js";
import { registry } from "../../../machines/index.js";
import { Settings } from "../../../machines/settings.js";
import { ReferenceStory } from "../simulator/reference.js";
import { clicked } from "../simulator/reference-merchant.js";
import { MINUTE, SECOND, T0 } from "../simulator/script.js";
import type { Basket, ShopUnderTest } from "./backend.js";
import { type BackendLaw, type BackendLife, backendLaws, type Look } from "./laws.js";

const book: Basket = { total: 100_00, lines: [{ sku: "BOOK", quantity: 1, total: 100_00 }] };

/** How long, in real time, the backend has for an answer. */
const PATIENCE_MS = 15_000;
/** How long it may work on after it has answered everything. */
const REST_MS = 500;
/** How long requests of one moment are given to reach the bank, where one may wait for the other. */
const MEETING_MS = 40;
/** Longer than any cooldown that a test would set, and than the bank waits before it sends again. */
const DUST_MS = 10 * MINUTE;

/** A law is broken. The message tells the law, what is wrong and the steps that lead there. */
export class BackendBreach extends Error {
  override name = "BackendBreach";
  constructor(
    readonly law: BackendLaw,
    readonly detail: string,
    /** Each in plain words; the first is the checkout. */
    readonly steps: string[],
  ) {
    const script = steps.map((step, i) => `  ${i + 1}. ${step}`);
    super([`${law.name}: ${law.says}`, ...script, `  and then: ${detail} (${law.source})`].join("\n"));
  }
}

/** What a step knows of the life before it is taken: the naive reference, and the reference's time. */
export interface Model {
  story: ReferenceStory;
  now: number;
  /** Whether the backend has a clock that a test can move. */
  canWait: boolean;
}

const until = async (met: () => boolean | Promise<boolean>, patienceMs: number): Promise<boolean> => {
  const end = performance.now() + patienceMs;
  while (!(await met())) {
    if (performance.now() > end) return false;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  return true;
};

const major = (amount: number): number => amount / 100;
const offers = ["CAPTURE", "PARTIAL_CAPTURE", "CANCEL", "PARTIAL_CANCEL"];
const told: Record<string, "AUTHORIZED" | "FROZEN" | "REJECTED"> = {
  ACCEPTED: "AUTHORIZED",
  FROZEN: "FROZEN",
  REJECTED: "REJECTED",
};

export class BackendRun {
  readonly steps: string[];
  readonly bankStatuses = ["TASK_REDIRECTION_REQUIRED"];
  private readonly looks: Look[] = [];
  private readonly calls: BackendLife["calls"] = [];
  private readonly callsBefore: number;
  private readonly deliveriesBefore: number;
  private readonly settings: Settings;
  /** Kept while a step is under way. */
  private bankSaid = "TASK_REDIRECTION_REQUIRED";
  private merchantAsked: string | null = null;

  private constructor(
    private readonly shop: ShopUnderTest,
    private readonly basket: Basket,
    private readonly orderId: string,
    private readonly paymentId: string,
  ) {
    this.settings = Settings.parse(shop.settings ?? {});
    this.steps = [`the customer checks out: ${major(basket.total).toFixed(2)}`];
    this.callsBefore = shop.bank.calls.length;
    this.deliveriesBefore = shop.bank.deliveries.length;
  }

  static async begin(shop: ShopUnderTest): Promise<{ model: Model; real: BackendRun }> {
    const basket = shop.basket ?? book;
    const { orderId, paymentId } = await shop.backend.checkout(basket);
    const run = new BackendRun(shop, basket, orderId, paymentId);
    const plan = {
      id: orderId,
      gateway: "resurs-mapi",
      status: "pending" as const,
      lines: basket.lines,
      needsProcessing: true,
      createdBefore: 0,
      payment: "at-the-bank" as const,
    };
    const story = new ReferenceStory(plan, run.settings, registry);
    // The double would let the link run out by itself; here the steps say what becomes of the payment.
    run.setPayment("TASK_REDIRECTION_REQUIRED", 0, false);
    run.looks.push(await run.look());
    return { model: { story, now: T0, canWait: shop.backend.timePasses !== undefined }, real: run };
  }

  private setPayment(status: string, authorized: number, completed: boolean): void {
    const { bank, clock } = this.shop;
    const total = major(this.basket.total);
    const amounts = { capturedAmount: 0, canceledAmount: 0, refundedAmount: 0 };
    const possibleActions = status === "ACCEPTED" ? offers : [];
    const order = { totalOrderAmount: total, authorizedAmount: major(authorized), ...amounts, possibleActions };
    const rejectedReason = status === "REJECTED" ? { category: "CREDIT_DENIED" } : null;
    const application = { approvedCreditLimit: status === "ACCEPTED" ? total : 0 };
    bank.setSeries(this.paymentId, [
      { from: clock.now(), payment: { status, rejectedReason, order, application }, taskStatus: { completed } },
    ]);
  }

  bankDecides(status: "ACCEPTED" | "FROZEN" | "INSPECTION" | "REJECTED", completed: boolean): void {
    this.setPayment(status, status === "REJECTED" ? 0 : this.basket.total, completed);
    this.bankStatuses.push(status);
  }

  /** The bank's message, true or `forged`; resolves when it was answered for the first time. */
  async callback(forged?: "AUTHORIZED"): Promise<void> {
    const { bank } = this.shop;
    const status = forged ?? told[this.bankStatuses.at(-1) as string];
    if (status === undefined) return;
    // Sent again until it is taken, for as long as this life lasts.
    void bank.deliver(this.paymentId, status);
    await this.answered();
  }

  private async answered(): Promise<void> {
    const { bank } = this.shop;
    if (!(await until(() => bank.delivering() === 0, PATIENCE_MS)))
      throw new Error(`a callback was not answered within ${PATIENCE_MS / SECOND} s`);
  }

  async customerReturns(page: "success" | "fail"): Promise<void> {
    await this.shop.backend.customerReturns(this.orderId, page);
  }

  async merchantSets(status: "completed" | "cancelled" | "refunded"): Promise<void> {
    this.merchantAsked = status;
    await this.shop.backend.merchantSets(this.orderId, status);
  }

  /** Both begin before the bank has answered either. */
  async atOnce(one: () => Promise<void>, other: () => Promise<void>): Promise<void> {
    const { bank } = this.shop;
    const release = bank.hold("getPayment");
    let open = 2;
    const both = Promise.all([one, other].map((act) => act().finally(() => (open -= 1))));
    try {
      await until(() => bank.held() >= 2 || open === 0, MEETING_MS);
    } finally {
      release();
    }
    await both;
  }

  /** The bank's clock and the backend's go on together, from one message that is due to the next. */
  async timePasses(ms: number): Promise<void> {
    const { backend, clock } = this.shop;
    const end = clock.now() + ms;
    while (clock.now() < end) {
      const next = Math.max(clock.now() + 1, Math.min(clock.nextAt ?? end, end));
      await backend.timePasses?.(next - clock.now());
      clock.set(next);
      await this.answered();
    }
  }

  /** Looks at the shop after a step, and asks the laws that hold at any moment. */
  async stepDone(step: string, { story }: Model): Promise<void> {
    this.steps.push(step);
    this.looks.push(await this.look());
    const breach = this.breach("always", story.order.status);
    if (breach !== null) throw breach;
    this.bankSaid = this.bankStatuses.at(-1) as string;
    this.merchantAsked = null;
  }

  private async look(): Promise<Look> {
    const { shop, bankSaid, merchantAsked, calls, paymentId } = this;
    const seen = await shop.backend.look(this.orderId);
    const mine = shop.bank.calls.slice(this.callsBefore).filter((call) => call.paymentId === paymentId);
    calls.push(...mine.slice(calls.length).map((call) => ({ ...call, bankSaid })));
    return { step: this.steps.at(-1) as string, seen, bankSaid, merchantAsked };
  }

  private breach(when: BackendLaw["when"], expected: OrderStatus, looks = this.looks): BackendBreach | null {
    const { shop, calls, settings, bankStatuses, paymentId, steps } = this;
    const books = shop.bank.books(paymentId);
    if (books === null)
      throw new Error(`this bank knows no payment ${paymentId}: does the backend talk to another one?`);
    const life = { settings, looks, calls, bankStatuses, books, expected, callbackAnswers: this.callbackAnswers() };
    for (const law of shop.laws ?? backendLaws) {
      const detail = law.when === "always" || when === "rest" ? law.broken(life) : null;
      if (detail !== null) return new BackendBreach(law, detail, [...steps]);
    }
    return null;
  }

  /** Every message and what was answered to it last. */
  private callbackAnswers(): (number | null)[] {
    const mine = this.shop.bank.deliveries.slice(this.deliveriesBefore).filter((d) => d.paymentId === this.paymentId);
    const last = new Map<string, number | null>();
    for (const { status, answer } of mine) last.set(status, answer);
    return [...last.values()];
  }

  /** Everything that was sent arrives, every minute is over, and the bank tells once more how things stand. */
  async comesToRest(model: Model): Promise<void> {
    const { story } = model;
    const wait = async () => {
      if (!model.canWait) return;
      await this.timePasses(DUST_MS);
      goesOn(model, DUST_MS);
    };
    await wait();
    await this.callback();
    if (told[this.bankStatuses.at(-1) as string] !== undefined) story.told(model.now, story.payment);
    goesOn(model, 0);
    await wait();
    this.steps.push("everything that was sent has arrived");
    this.bankSaid = this.bankStatuses.at(-1) as string;
    let breach: BackendBreach | null = null;
    // A backend may do its work after it has answered.
    await until(async () => {
      breach = this.breach("rest", story.order.status, [...this.looks, await this.look()]);
      return breach === null;
    }, REST_MS);
    if (breach !== null) throw breach;
  }
}

/** The reference's time goes on. */
export const goesOn = (model: Model, ms: number): void => {
  const { story } = model;
  const end = model.now + ms;
  for (let next = story.next(); next <= end; next = story.next()) story.rings(Math.max(next, model.now));
  model.now = end;
};

/** What the reference makes of a merchant's click. */
export const click = ({ story, now }: Model, status: "completed" | "cancelled" | "refunded"): void => {
  const type = merchantEventFor[status];
  clicked(story, type === "merchant.refunded" ? { type, via: "api", amount: null } : { type, via: "api" }, now);
};

/**
 * One life of one new order: the commands are taken in turn, then the dust settles. Put it into a property of
 * fast-check; `backendCommands` makes the commands.
 * @throws BackendBreach
 */
export const liveAgainst = async (shop: ShopUnderTest, commands: Iterable<BackendCommand>): Promise<void> => {
  const begun = await BackendRun.begin(shop);
  await fc.asyncModelRun(() => begun, commands);
  await begun.real.comesToRest(begun.model);
};

export type BackendCommand = fc.AsyncCommand<Model, BackendRun>;
