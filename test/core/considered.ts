/** The facts that a machine is shown, made from what is special about them. */
import type { Facts, Operation, OrderStatus, Reading } from "../../machines/facts.js";
import { unreadPayment } from "../../machines/facts.js";
import type { GuardContext } from "../../machines/guards.js";
import { flowOf, registry } from "../../machines/index.js";
import { type Choices, Settings } from "../../machines/settings.js";
import type { CommandPayload, WaitingEvent } from "../../machines/waiting.js";
import { anOrder, PAYMENT, type PaymentName, payments } from "../../src/testing/decision/samples.js";
import { T0 } from "../../src/testing/simulator/script.js";

export interface Said {
  /** A payment by name, or what is special about an accepted one. */
  pays?: PaymentName | Partial<Reading & Facts["payment"]>;
  order?: Partial<Facts["order"]>;
  gateway?: string | null;
  settings?: Partial<Omit<Settings, "choices">>;
  choices?: Partial<Choices>;
  wish?: Partial<CommandPayload>;
  seen?: OrderStatus;
  /** The call that is under way. */
  call?: Partial<Operation>;
  waiting?: Partial<Facts["waiting"][number]>[];
  now?: number;
}

/** A callback that the cooldown holds, but for its moment. */
export const aHeldCallback: Omit<WaitingEvent, "at"> = {
  eventId: "w",
  type: "callback.received",
  held: true,
  content: null,
  readingId: null,
  paymentId: null,
  wish: null,
};

/** A call about the whole of it, sent once, that would complete nothing. */
const aCall: Operation = {
  kind: "capture",
  askedBy: "e0",
  askedType: "merchant.completed",
  key: "call-1",
  amount: 100_000,
  lines: null,
  leadsTo: null,
  tries: 1,
  whole: true,
  lostAt: null,
  refused: null,
  before: { authorized: 100_000, captured: 0, canceled: 0, refunded: 0 },
  since: T0,
};

export const considered = (said: Said = {}): GuardContext => {
  const { pays = {}, gateway = "resurs-mapi", choices = {}, wish, call, waiting = [] } = said;
  const { total, currency, lines, needsProcessing, createdAt, updatedAt, status } = anOrder();
  const { paymentId: _, ...payment } = typeof pays === "string" ? payments[pays] : { ...payments.accepted, ...pays };
  return {
    now: said.now ?? T0,
    settings: { ...Settings.parse({ choices }), ...said.settings },
    flow: flowOf(registry, gateway),
    wish: wish === undefined ? null : { amount: null, lines: null, total: null, adds: false, ...wish },
    seen: said.seen ?? null,
    order: {
      ...{ total, currency, lines, needsProcessing, createdAt, updatedAt, status },
      customerReturnedAt: null,
      rejections: [],
      ...said.order,
    },
    payment: { ...unreadPayment(gateway, PAYMENT), readAt: T0, ...payment },
    others: [],
    waiting: waiting.map((one) => ({ ...aHeldCallback, at: T0, ...one })),
    operation: call === undefined ? null : { ...aCall, ...call },
  };
};
