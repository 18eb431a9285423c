/** The tables of docs/rules.md, worked out by the machines themselves. */

import type { OrderEvent, ReadCommand } from "../../machines/events.js";
import type { OrderStatus, PossibleAction, Reading } from "../../machines/facts.js";
import { reasons } from "../../machines/reasons.js";
import { rules } from "../../machines/rules.js";
import { decide, defaultRules } from "../../src/core/decide.js";
import { preview } from "../../src/core/preview.js";
import type { OrderRecord } from "../../src/core/record.js";
import { codesInWords } from "./sentences/documents.js";

export const NOW = Date.parse("2026-01-02T12:00:00Z");
const DAY = 86_400_000;

const open: PossibleAction[] = ["CAPTURE", "PARTIAL_CAPTURE", "CANCEL", "PARTIAL_CANCEL"];
const closed: PossibleAction[] = ["REFUND", "PARTIAL_REFUND"];

const reading = (status: string, more: Partial<Reading> = {}): Reading => ({
  paymentId: "p",
  exists: true,
  status,
  rejectedReason: null,
  hasOrder: true,
  total: 100_000,
  authorized: 0,
  captured: 0,
  canceled: 0,
  refunded: 0,
  offers: [],
  creditLimit: 100_000,
  taskCompleted: null,
  transactionIds: [],
  ...more,
});

/** Every payment that the tables look at, by the name they give it. */
export const payments: Record<string, Reading> = {
  TASK_REDIRECTION_REQUIRED: reading("TASK_REDIRECTION_REQUIRED"),
  SUPPLEMENTING_REQUIRED: reading("SUPPLEMENTING_REQUIRED"),
  INSPECTION: reading("INSPECTION"),
  FROZEN: reading("FROZEN", { authorized: 100_000 }),
  "ACCEPTED, reserved": reading("ACCEPTED", { authorized: 100_000, offers: open }),
  "ACCEPTED, partly captured": reading("ACCEPTED", {
    authorized: 60_000,
    captured: 40_000,
    offers: [...open, ...closed],
  }),
  "ACCEPTED, captured": reading("ACCEPTED", { captured: 100_000, offers: closed }),
  "ACCEPTED, partly refunded": reading("ACCEPTED", { captured: 100_000, refunded: 40_000, offers: closed }),
  "ACCEPTED, refunded": reading("ACCEPTED", { captured: 100_000, refunded: 100_000 }),
  "ACCEPTED, cancelled": reading("ACCEPTED", { canceled: 100_000 }),
  "REJECTED, task completed": reading("REJECTED", { taskCompleted: true, creditLimit: 0 }),
  "REJECTED, task not completed": reading("REJECTED", { taskCompleted: false, creditLimit: 0 }),
  "a word nobody knows": reading("SOMETHING_NEW", { authorized: 100_000 }),
  "no such payment": reading("UNREAD", { exists: false, hasOrder: false, total: 0 }),
};

export const statuses: OrderStatus[] = [
  "pending",
  "on-hold",
  "processing",
  "failed",
  "completed",
  "cancelled",
  "refunded",
];

/** What a merchant may do, by the name the tables give it. */
export const actions: Record<string, ReadCommand> = {
  Completed: { type: "merchant.completed", via: "api" },
  Cancelled: { type: "merchant.cancelled", via: "api" },
  Refunded: { type: "merchant.refunded", via: "api", amount: null },
  "Refund 250": { type: "merchant.refundedAmount", via: "api", amount: 25_000, lines: null },
  "Remove a line": {
    type: "merchant.editedLines",
    via: "api",
    lines: [{ sku: "A", quantity: 1, total: 60_000 }],
    total: 60_000,
    adds: false,
  },
  Processing: { type: "merchant.processed", via: "api" },
};

export const placedAs = (status: OrderStatus, needsProcessing = true, gateway = "resurs-mapi"): OrderRecord =>
  decide(
    null,
    {
      id: "order.placed",
      orderId: "1",
      at: NOW - DAY,
      source: "shop",
      event: {
        type: "order.placed",
        order: {
          status,
          total: 100_000,
          currency: "SEK",
          lines: [
            { sku: "A", quantity: 1, total: 60_000 },
            { sku: "B", quantity: 1, total: 40_000 },
          ],
          needsProcessing,
          gateway,
          paymentId: "p",
          previousPaymentIds: [],
          createdAt: NOW - DAY,
          updatedAt: NOW - DAY,
          customerReturned: false,
          tolerance: 0,
        },
      },
    },
    NOW - DAY,
  ).record;

const callback: OrderEvent = {
  type: "callback.received",
  kind: "AUTHORIZATION",
  paymentId: "p",
  claims: null,
  content: null,
};

export const foreseen = (status: OrderStatus, payment: Reading, event: OrderEvent) =>
  preview(placedAs(status), { id: "e", orderId: "1", at: NOW, source: "merchant", event }, NOW, defaultRules, payment);

export const table = (head: string[], rows: string[][]): string =>
  [
    `| ${head.join(" | ")} |`,
    `|${head.map(() => "---").join("|")}|`,
    ...rows.map((row) => `| ${row.join(" | ")} |`),
  ].join("\n");

/** What a reading of the payment makes of each status. */
export const readingTable = (): string =>
  table(
    ["payment", ...statuses],
    Object.entries(payments).map(([name, payment]) => [
      name,
      ...statuses.map((status) => {
        const { answer, flags, effects } = foreseen(status, payment, callback);
        const moved = answer.to !== status ? `**${answer.to}**` : "–";
        const money = effects.find((e) => e.effect.type === "capturePayment") === undefined ? "" : " (after capture)";
        return [moved + money, ...flags.map((f) => `⚑ ${f.replace("discrepancy:", "")}`)].join("<br>");
      }),
    ]),
  );

const sent = (types: string[]): string => {
  const calls = types.filter((t) => ["capturePayment", "cancelPayment", "refundPayment", "addOrderLines"].includes(t));
  return calls.length === 0 ? "" : `${calls.join(", ")} → `;
};

/** What each action comes to, in one cell: what is sent, then the status; or the refusal. */
export const cell = (status: OrderStatus, payment: Reading, event: OrderEvent): string => {
  const { answer, effects } = foreseen(status, payment, event);
  if (answer.outcome === "refused") return `✗ ${answer.reason}`;
  if (answer.outcome === "ignored") return `= ${answer.reason}`;
  return `${sent(effects.map((e) => e.effect.type))}${answer.to}`;
};

export const actionTables = (): string =>
  Object.entries(actions)
    .map(
      ([name, event]) =>
        `### ${name}\n\n${table(
          ["payment", ...statuses],
          Object.entries(payments).map(([label, payment]) => [
            label,
            ...statuses.map((status) => cell(status, payment, event)),
          ]),
        )}`,
    )
    .join("\n\n");

export const ruleTable = (): string =>
  table(
    ["rule", "document", "it says, in short", "what we do"],
    Object.entries(rules).map(([name, { source, doc, rule }]) => [`\`${name}\``, codesInWords(source), doc, rule]),
  );

export const reasonTable = (): string =>
  table(
    ["reason", "what it says"],
    Object.entries(reasons).map(([name, text]) => [`\`${name}\``, text]),
  );
