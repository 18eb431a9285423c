/**
 * The naive reference: where every order of a calm life must end. One thing after the other, everything at once, no
 * machine, no outbox, nothing lost: the documents told as a straight story (000; 002; 003; 004). It shares the bank's
 * arithmetic and the documents' table with the simulator, and nothing with the engine.
 */
import type { OrderStatus } from "../../../machines/facts.js";
import { type Flow, flowOf, type Registry } from "../../../machines/index.js";
import { linkLifetimeMinutes, type Settings } from "../../../machines/settings.js";
import { BankAccount, mannerOf } from "./accounts.js";
import type { Law } from "./laws.js";
import { clicked } from "./reference-merchant.js";
import { MINUTE, type OrderPlan, type Script, type ScriptStep, SECOND, T0, totalOf } from "./script.js";
import { type Asker, afterReading, type TableInput } from "./table.js";

/** An order that is written again and again keeps no callback for longer. */
const LONGEST_HOLD = 10 * MINUTE;
const ROUNDING = 30;
/** The engine reads a payment that has lost its link again after so many minutes; no document asks a shop to. */
const LOOKS = [20, 120, 1440];

/** What its customer signs is booked: also where it had failed, or a person set its status meanwhile. */
const isOpen = ({ status }: { status: OrderStatus }): boolean =>
  ["pending", "failed", "on-hold", "processing"].includes(status);

interface Held {
  arrived: number;
  afterCheckout: boolean;
  about: BankAccount;
}

export interface ExpectedOrder {
  status: OrderStatus;
  total: number;
  lines: OrderPlan["lines"];
  written: number;
  /** Callbacks held by the cooldown, each with the payment that it is about. */
  held: Held[];
  linkEnds: number;
  /** When a payment that has lost its link is looked at, callback and return being lost. */
  looks: number[];
  attempts: BankAccount[];
  /** The attempt that the order follows: the latest, or an older one that was signed and booked. */
  current?: BankAccount;
  /** A person put the order on hold while the bank had its money. */
  heldByHand?: boolean;
  /** The last refund of an amount. */
  refunded?: { amount: number; at: number };
  /** What the shop has asked the bank to give back, with what had been refunded before it first did. */
  askedBack?: number;
}

export class ReferenceStory {
  readonly order: ExpectedOrder;
  readonly flow: Flow;
  private readonly created: number;

  constructor(
    readonly plan: OrderPlan,
    readonly settings: Settings,
    registry: Registry,
  ) {
    this.flow = flowOf(registry, plan.gateway);
    // A shop whose clock is ahead: what it says of the future counts as now.
    this.created = T0 - Math.max(0, plan.createdBefore);
    const total = totalOf(plan.lines);
    const attempts: BankAccount[] = [];
    this.order = {
      status: plan.status,
      total,
      lines: plan.lines,
      written: this.created,
      held: [],
      linkEnds: 0,
      looks: [],
      attempts,
    };
    if (plan.payment !== null && plan.gateway !== null) {
      this.begin();
      if (plan.payment !== "at-the-bank") this.payment?.change(plan.payment, T0);
    }
    this.linkBegins();
  }

  get payment(): BankAccount | undefined {
    return this.order.current;
  }

  begin(): void {
    const { order, plan, flow } = this;
    order.current = new BankAccount(`${order.attempts.length}`, plan.id, order.total, mannerOf(flow), T0);
    order.attempts.push(order.current);
  }

  known(): TableInput {
    const { order, settings, flow, plan } = this;
    const payment = this.payment?.reading();
    if (payment === undefined) throw new Error("no payment to know of");
    const tolerance = flow.comparesAmounts ? ROUNDING : 0;
    const { needsProcessing } = plan;
    return { payment, total: order.total, needsProcessing, settings, flow, tolerance, heldByHand: order.heldByHand };
  }

  linkBegins(): void {
    const { order, settings, plan, flow, created } = this;
    const ends = Math.max(created, order.written) + linkLifetimeMinutes(settings) * MINUTE;
    const runsOut = order.status === "pending" && plan.gateway !== null && flow.linkExpires;
    order.linkEnds = runsOut ? ends : Number.POSITIVE_INFINITY;
  }

  becomes(status: OrderStatus, now: number): void {
    const { order } = this;
    if (status === order.status) return;
    Object.assign(order, { status, written: now, heldByHand: false } satisfies Partial<ExpectedOrder>);
    this.linkBegins();
    if (this.isUndecided()) this.looksBegin(now);
  }

  /** Where no link runs out, nothing else would have the payment read if callback and return are lost. */
  looksBegin(now: number): void {
    if (this.order.linkEnds === Number.POSITIVE_INFINITY)
      this.order.looks = LOOKS.map((minutes) => now + minutes * MINUTE);
  }

  /** The bank has neither accepted nor rejected it. */
  private isUndecided(): boolean {
    const payment = this.payment?.reading();
    return payment !== undefined && (!payment.exists || !["ACCEPTED", "REJECTED"].includes(payment.status));
  }

  /** The payment is read and the order follows; what completes by it is captured first. */
  follows(now: number, asker: Asker): void {
    const { order, settings } = this;
    if (order.status === "completed" && this.isRefundedAtLast()) return this.becomes("refunded", now);
    const to = afterReading(order.status, this.known(), asker);
    const free = order.total === 0 || !settings.enableCapture;
    if (to === "completed" && order.status !== "completed" && !free) this.capture(now);
    this.becomes(to, now);
    this.isRead();
  }

  /** Whoever had it read: once the bank has decided nobody looks again. */
  isRead(): void {
    if (!this.isUndecided()) this.order.looks = [];
  }

  /** "The order is refunded completely": the shop asked for all of it, and what was still reserved has been let go since. */
  private isRefundedAtLast(): boolean {
    const { authorized, captured, refunded } = this.known().payment;
    return authorized === 0 && captured > 0 && captured === refunded && (this.order.askedBack ?? 0) >= captured;
  }

  capture(now: number): void {
    const authorized = this.payment?.books?.authorized ?? 0;
    if (authorized > 0) this.payment?.execute("capture", authorized, true, "naive", now);
  }

  private dueAt({ arrived, afterCheckout }: Held): number {
    const { settings, order, created, flow } = this;
    const from = settings.choices.cooldownFrom === "created" ? created : Math.max(created, order.written);
    const longest = arrived + Math.max(LONGEST_HOLD, settings.cooldownSeconds * SECOND);
    return Math.max(
      Math.min(from + settings.cooldownSeconds * SECOND, longest),
      arrived + (afterCheckout ? 0 : flow.callbackDelaySeconds) * SECOND,
    );
  }

  /** When something happens by itself next. */
  next(): number {
    return Math.min(this.order.linkEnds, ...this.order.looks, ...this.order.held.map((one) => this.dueAt(one)));
  }

  /** What had to wait until now happens. */
  rings(now: number): void {
    const { order } = this;
    const due = order.held.filter((one) => this.dueAt(one) <= now);
    if (due.length > 0) {
      order.held = order.held.filter((one) => !due.includes(one));
      for (const about of new Set(due.map((one) => one.about))) this.heard(about, now);
      return;
    }
    if (order.linkEnds > now) {
      order.looks = order.looks.filter((at) => at > now);
      return this.follows(now, order.status === "pending" ? "reconcile" : "anybody");
    }
    order.linkEnds = Number.POSITIVE_INFINITY;
    if (this.payment === undefined) return this.becomes("cancelled", now);
    this.follows(now, "time is up");
  }

  /** A callback arrives, and is held until the cooldown is over. */
  told(now: number, about: BankAccount | undefined): void {
    const afterCheckout = !["pending", "failed"].includes(this.order.status);
    if (about !== undefined) this.order.held.push({ arrived: now, afterCheckout, about });
  }

  /** A callback in its turn: what was signed is booked first, in an older tab, too. */
  heard(about: BankAccount, now: number): void {
    const { order, flow } = this;
    if (isOpen(order) && this.payment?.books === null) {
      // In processing a person counts on the payment that is current then.
      const mayPay = about === this.payment || order.status !== "processing";
      const isBooked = flow.booksWhenSigned && mayPay && about.books === null && about.book("naive", now) === null;
      if (isBooked) order.current = about;
      else if (about === this.payment) return this.linkBegins();
    }
    if (about === this.payment) this.follows(now, "anybody");
  }

  /** The customer is on the landing page: what he signed is booked, or he finds no payment. */
  lands(now: number): void {
    const { order, payment, flow, settings } = this;
    if (!flow.booksWhenSigned || !isOpen(order) || payment?.books !== null) return this.follows(now, "anybody");
    payment.book("naive", now);
    const keeps = order.status === "processing" && settings.choices.processingThenRejected === "stay";
    if (payment.books === null && !keeps) this.becomes("failed", now);
    else this.follows(now, "anybody");
  }
}

const returns = (
  story: ReferenceStory,
  { page, stranger }: Extract<ScriptStep, { do: "return" }>,
  now: number,
): void => {
  if (story.payment === undefined) return;
  if (stranger) story.follows(now, "stranger");
  else if (page === "signing-landing") story.lands(now);
  else story.follows(now, page === "success" ? "anybody" : "fail page");
};

const tells = (story: ReferenceStory, step: Extract<ScriptStep, { do: "callback" }>, now: number): void => {
  if (step.kind !== "TEST") story.told(now, story.order.attempts.at(step.attempt ?? -1));
};

const happens = (stories: ReferenceStory[], step: ScriptStep, now: number): void => {
  const story = "order" in step ? stories[step.order] : undefined;
  if (story === undefined) return;
  const { order, plan } = story;
  switch (step.do) {
    case "checkout":
      // The payment that there is comes first.
      if (plan.gateway !== null && story.payment !== undefined) story.follows(now, "pays again");
      if (plan.gateway === null || !["pending", "failed"].includes(order.status)) return;
      story.begin();
      order.status = "pending";
      order.written = now;
      story.linkBegins();
      return story.looksBegin(now);
    case "bank":
      return void order.attempts.at(step.attempt ?? -1)?.change(step.change, now);
    case "return":
      return plan.gateway === null ? undefined : returns(story, step, now);
    case "callback":
      return tells(story, step, now);
    case "tell":
      clicked(story, step.event, now);
      return step.event.type.startsWith("merchant.") ? story.isRead() : undefined;
  }
};

/** The status of each order when all is done, and one reconciliation after it. */
export const expectedEnds = (script: Script, registry: Registry): Map<string, OrderStatus> => {
  const stories = script.orders.map((plan) => new ReferenceStory(plan, script.settings, registry));
  const until = (time: number): void => {
    for (;;) {
      const next = stories.reduce((a, b) => (b.next() < a.next() ? b : a));
      const at = next.next();
      if (at > time || at === Number.POSITIVE_INFINITY) return;
      next.rings(at);
    }
  };
  for (const step of script.steps) {
    until(T0 + step.at);
    happens(stories, step, T0 + step.at);
  }
  until(Number.MAX_SAFE_INTEGER);
  for (const story of stories) {
    const ended = ["completed", "cancelled", "refunded"].includes(story.order.status);
    if (story.payment !== undefined && !ended) story.follows(Number.MAX_SAFE_INTEGER, "reconcile");
  }
  return new Map(stories.map(({ plan, order }) => [plan.id, order.status]));
};

export const referenceLaw: Law = {
  name: "as-the-story-goes",
  says: "in a life in which nothing goes wrong every order ends with the status that the documents call for",
  source: "seeds 000, 002, 003, 004, as the naive reference tells them",
  broken: ({ script, after, world }) => {
    if (!script.calm) return [];
    const want = expectedEnds(script, world.registry);
    return after.flatMap(({ orderId, record }) => {
      const status = record?.facts.order.status;
      return status === want.get(orderId)
        ? []
        : [{ orderId, detail: `ended ${status}, the story ends ${want.get(orderId)}` }];
    });
  },
};
