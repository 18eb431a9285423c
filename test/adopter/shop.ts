/**
 * What a shop of one's own writes in TypeScript. `misspelt.ts` compiles this file as it stands, and once more for each
 * of its words with that word misspelt.
 */
import {
  type Command,
  createEngine,
  type EngineOptions,
  type Gateway,
  type GatewayAnswer,
  type HistoryEntry,
  type Log,
  limits,
  type OrderRecord,
  type Preview,
  type Receipt,
  type Runtime,
  type Shop,
  type ShopAnswer,
} from "order-status-engine";
import { defineConfig, env } from "order-status-engine/config";
import { httpApp, urlsFor } from "order-status-engine/http";
import { inspector } from "order-status-engine/inspector";
import {
  type Effect,
  type FlagName,
  flags,
  type OrderStatus,
  type Reading,
  type Reason,
  reasonInWords,
  reasons,
  remedies,
} from "order-status-engine/machines";
import { memoryStore } from "order-status-engine/memory";
import { netsEasy } from "order-status-engine/nets";
import { postgresStore } from "order-status-engine/postgres";
import { restateRuntime } from "order-status-engine/restate";
import { resursMapi } from "order-status-engine/resurs";
import { resursCheckout, resursHosted, resursSimplified } from "order-status-engine/resurs-legacy";
import { sqliteStore } from "order-status-engine/sqlite";
import { draw } from "order-status-engine/statechart";
import { given, payments } from "order-status-engine/testing";
import { wooShop, wooWebhooks } from "order-status-engine/woocommerce";

/** A shop of one's own carries out each effect. */
const carriedOut = (effect: Effect): string => {
  switch (effect.type) {
    case "completePayment":
      return `${effect.from} ${effect.to} ${effect.transactionId} ${effect.note}`;
    case "setOrderStatus":
      return `${effect.from} ${effect.to} ${effect.note}`;
    case "setOrderLines":
      return `${effect.lines.length} ${effect.total}`;
    case "setOrderMeta":
      return JSON.stringify(effect.meta);
    case "addOrderNote":
      return effect.note;
    case "recordRefund":
      return `${effect.amount} ${effect.lines?.length}`;
    case "readPayment":
    case "readBack":
    case "endPayment":
      return effect.paymentId;
    case "bookSignedPayment":
    case "capturePayment":
    case "cancelPayment":
      return `${effect.amount} ${effect.key}`;
    case "refundPayment":
      return `${effect.all}`;
    case "addOrderLines":
      return `${effect.lines.length}`;
  }
};
const done: ShopAnswer = { kind: "done" };
const statusNow: OrderStatus = "on-hold";
const answers: ShopAnswer[] = [
  { kind: "conflict", status: statusNow },
  { kind: "retry", afterMs: null, detail: "my text" },
  { kind: "refused", detail: "my text" },
];
export const shop: Shop = {
  execute: async (_orderId, _effectId, effect) => (carriedOut(effect).length > 100 ? (answers[0] ?? done) : done),
  readStatus: async () => "checkout-draft",
};

/** And a bank of one's own. */
const reading: Reading = { ...payments.accepted, offers: ["CAPTURE", "PARTIAL_REFUND"], taskCompleted: "unavailable" };
const called: GatewayAnswer = { kind: "unknown", detail: "my text" };
export const bank: Gateway = {
  name: "my bank",
  tolerance: 0,
  readPayment: async () => ({ kind: "ok", reading }),
  capture: async ({ paymentId, amount, key }) => ({ kind: "refused", reason: `${paymentId}${amount}`, detail: key }),
  cancel: async () => ({ kind: "retry", afterMs: null, detail: "my text" }),
  refund: async ({ lines, all }) => (lines === null && all ? called : { kind: "ok", reading: null }),
  addOrderLines: async () => called,
  createPayment: async ({ linkLifetimeMinutes }) =>
    linkLifetimeMinutes > 120
      ? { kind: "failed", detail: "my text" }
      : { kind: "ok", paymentId: "my p", status: "my status", redirectUrl: "https://bank.example" },
};

const write = (details: Record<string, unknown>, message: string) => console.log(message, details);
const log: Log = { debug: write, info: write, warn: write, error: write };

/** A part of the settings, and of the choices, is enough. */
const settings: NonNullable<EngineOptions["settings"]> = {
  cooldownSeconds: 30,
  enableCapture: true,
  enableCancel: true,
  enableRefund: true,
  enableModify: true,
  stockManagement: true,
  holdStockMinutes: 60,
  choices: {
    pendingWhileCustomerIsAway: "on-hold",
    cancelledThenAccepted: "revive",
    onHoldThenAborted: "stay",
    processingThenRejected: "follow",
    rejected: "by-task",
    taskStatusUnavailable: "cancelled",
    modifyWhenFullyCancelled: "refuse",
    cooldownFrom: "created",
  },
};
export const engine = createEngine({
  store: memoryStore(),
  gateways: [bank],
  shop,
  settings,
  log,
  limits: { effectsAtOnce: limits.effectsAtOnce * 2, stopMs: 5_000 },
  worker: "my node-1",
  onDecision: (entry, record, messages) => console.log(entry.seq, record.flags, messages),
});
export const elsewhere: Runtime = restateRuntime({
  ingressUrl: "http://127.0.0.1:8080",
  settings: { choices: { amountMismatch: "capture" } },
});

/** Everything that may be submitted. */
const lines = [{ sku: "my sku-1", quantity: 1, total: 100 }];
export const commands: Command[] = [
  { type: "order.updated", by: "my me", change: "my address" },
  { type: "order.seen", status: "processing" },
  { type: "checkout.began", attempt: "my a" },
  { type: "payment.created", paymentId: "my p", attempt: "my a", meta: {} },
  { type: "payment.notCreated", detail: "my text" },
  { type: "checkout.rejected", rejection: "deny" },
  { type: "callback.received", kind: "my k", paymentId: "my p", claims: null, content: null },
  { type: "customer.returned", page: "signing-landing" },
  { type: "merchant.completed", via: "bulk" },
  { type: "merchant.cancelled", via: "dropdown" },
  { type: "merchant.refunded", via: "erp", amount: 5 },
  { type: "merchant.failed" },
  { type: "merchant.held" },
  { type: "merchant.processed" },
  { type: "merchant.reopened" },
  { type: "merchant.captured", lines },
  { type: "merchant.refundedAmount", amount: 5, lines },
  { type: "merchant.editedLines", lines, total: 100, adds: true },
  { type: "merchant.recalculated" },
  { type: "merchant.endedWait" },
  { type: "merchant.acknowledged" },
  { type: "shop.holdStockDue" },
  { type: "reconcile.asked" },
  { type: "data.revealed", by: "my me", why: "my asked" },
];

const heard = (receipt: Receipt): string | number | null => {
  if (receipt.reason === "payment-frozen" || receipt.reason === "threw") return receipt.reason;
  if (receipt.rule === "capture/confirmed") return receipt.eventId;
  if (receipt.from === "pending" && receipt.to === "refunded") return receipt.orderId;
  if (receipt.repeated) return receipt.until;
  switch (receipt.outcome) {
    case "moved":
      return receipt.to;
    case "ignored":
    case "refused":
      return reasons[receipt.reason];
    case "deferred":
      return receipt.postponed ? receipt.reason : receipt.until;
  }
};
const foretold = (preview: Preview): string => (preview.allowed ? preview.outcome : reasonInWords(preview.reason));
const raisedIn = ({ source, event, answers, raised, cleared, effects }: HistoryEntry): boolean =>
  source === "callback" &&
  event.type === "callback.received" &&
  answers[0]?.reason === "cooldown" &&
  raised.includes("discrepancy:amount-mismatch") &&
  cleared.length === 0 &&
  effects[0]?.type === "addOrderNote";
const standing = ({ flags: all, facts }: OrderRecord): boolean =>
  all.some(({ flag, clearedAt }) => flag === "capture-failed" && clearedAt === null) &&
  facts.order.status === "completed" &&
  facts.operation?.kind === "refund";

export const lived = async (id: string | undefined, timeoutMs: number | undefined): Promise<unknown> => {
  await engine.place("my order", { gateway: "my bank", total: 100, currency: "my SEK", lines, status: "pending" });
  const receipt = await engine.submit("my order", { type: "order.seen", status: "failed" }, { id, timeoutMs });
  await engine.complete("my order", { source: "merchant", wait: "settled" });
  await engine.refund("my order", { amount: 5, lines, wait: "durable", id });
  const { allowed, effects, flags: foreseen, reason } = await engine.queries.can("my order", { type: "merchant.held" });
  const rows = await engine.queries.list({ status: "on-hold", flagged: true, limit: 10 });
  for await (const { outcome, flags: left } of engine.reconcile({ dryRun: true, perSecond: 5 }))
    if (outcome === "unread" || left.includes("discrepancy:reserved-twice")) break;
  const view = await engine.payment("my order");
  const said = view?.explanation === "payment-unreadable" || (allowed && reason === "same-status");
  const history = await engine.queries.history("my order");
  const record = await engine.queries.read("my order");
  const dead = await engine.queries.deadLetters(10);
  const texts = [
    foretold(await engine.queries.can("my order", { type: "merchant.held" })),
    effects[0]?.type === "capturePayment",
    foreseen[0] === "discrepancy:refunded-twice",
    said,
  ];
  const flag: FlagName = "discrepancy:captured-twice";
  const why: Reason = "terminal-status";
  const words = [
    flags[flag].remedy,
    remedies["capture-failed"],
    reasons[why],
    reasons["already-captured"],
    dead[0]?.kind === "effect",
    dead[0]?.type === "bookSignedPayment" || dead[0]?.type === "capture.refused",
    rows.some((row) => row.flags.includes("discrepancy:frozen-at-gateway")),
  ];
  return [heard(receipt), rows, history.some(raisedIn), record && standing(record), texts, words];
};

given({ status: "on-hold" }, { enableCapture: false })
  .bankSays("frozen")
  .when({ type: "merchant.completed" })
  .bankAnswers("refused")
  .then({
    outcome: "refused",
    reason: "unable-to-capture-frozen-order",
    rule: "refused/unable-to-capture-frozen-order",
  });

/** The parts that a host puts together. */
const apiToken = [{ token: "my 0123456789abcdef", scopes: ["read", "metrics"] }] as const;
const woo = wooShop({
  url: "https://shop.example",
  consumerKey: "my k",
  consumerSecret: "my s",
  statuses: { myPacked: "failed" },
});
export const host = [
  httpApp({
    engine,
    apiToken,
    publicUrl: "https://x.example",
    log,
    shopWebhooks: wooWebhooks({ engine, shop: woo, secrets: [] }),
  }),
  inspector({ engine, base: "my inspector", access: { kind: "token", token: apiToken }, actions: true }),
  sqliteStore({ file: "my.db", readOnly: true }),
  postgresStore({ connectionString: "postgres://", schema: "my orders" }),
  resursMapi({ baseUrl: "https://bank.example", clientId: "my i", clientSecret: "my s", timeoutMs: 5 }),
  netsEasy({ baseUrl: "https://bank.example", secretKey: "my k", termsUrl: "https://x.example" }),
  resursSimplified({
    baseUrl: "https://bank.example",
    userName: "my u",
    password: "my p",
    paymentMethodId: "my m",
    customerOf: async () => ({
      governmentId: "my g",
      address: { addressRow1: "my street", postalArea: "my town", postalCode: "my zip", country: "SE" },
      type: "NATURAL",
    }),
  }),
  resursHosted({ baseUrl: "https://bank.example", userName: "my u", password: "my p", hostedUrl: "https://x.example" }),
  resursCheckout({
    baseUrl: "https://bank.example",
    userName: "my u",
    password: "my p",
    checkoutUrl: "https://x.example",
  }),
  urlsFor,
  draw,
];

export const config = defineConfig({
  store: "my.db",
  statuses: { myPacked: "processing" },
  shop: {
    url: "https://shop.example",
    consumerKey: env("MY_KEY"),
    consumerSecret: env("MY_SECRET"),
    webhookSecrets: [env("MY_HOOK")],
    pluginSecret: env("MY_PLUGIN"),
    paymentMethods: { myCard: "nets-easy", myInvoice: "resurs-mapi" },
  },
  gateways: {
    "resurs-mapi": {
      baseUrl: "https://bank.example",
      clientId: env("MY_ID"),
      clientSecret: env("MY_S"),
      storeId: "my 1",
    },
    "nets-easy": { baseUrl: "https://bank.example", secretKey: env("MY_K"), webhookAuthorization: env("MY_A") },
    "resurs-simplified": {
      baseUrl: "https://bank.example",
      userName: "my u",
      password: env("MY_P"),
      paymentMethodId: "my m",
      customerOf: (orderId) => ({
        governmentId: orderId,
        address: { addressRow1: "my street", postalArea: "my town", postalCode: "my zip", country: "SE" },
        type: "LEGAL",
      }),
    },
    "resurs-hosted": {
      baseUrl: "https://bank.example",
      hostedUrl: "https://x.example",
      userName: "my u",
      password: env("MY_P"),
    },
    "resurs-rco": {
      baseUrl: "https://bank.example",
      checkoutUrl: "https://x.example",
      userName: "my u",
      password: env("MY_P"),
    },
  },
  http: {
    port: 8080,
    publicUrl: "https://x.example",
    apiToken: [{ token: env("MY_TOKEN"), scopes: ["act"] }],
  },
  settings,
  logLevel: "warn",
});
