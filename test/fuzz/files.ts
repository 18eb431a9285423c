/** What people hand over in files: an ERP's CSV, lines of JSON, scenarios, and the container that customers carry. */
import { registry } from "../../machines/index.js";
import { defaultSettings } from "../../machines/settings.js";
import { decideLine } from "../../src/cli/lib/decide-line.js";
import { Ends } from "../../src/cli/lib/ending.js";
import { rowsIn } from "../../src/cli/lib/erp-file.js";
import { BadLine } from "../../src/cli/lib/line-words.js";
import { candidatesOf } from "../../src/cli/lib/scenario-files.js";
import { decide } from "../../src/core/decide.js";
import { migrate } from "../../src/core/migrate.js";
import type { OrderRecord } from "../../src/core/record.js";
import { decodeApiData, encodeApiData } from "../../src/gateways/resurs-legacy/index.js";
import { readXml, writeXml } from "../../src/gateways/resurs-legacy/xml.js";
import { order } from "../engine/place.js";
import { own } from "../scenarios/files.js";
import { bytesOf, jsonBytes, type Target, textOf } from "./target.js";

const NOW = Date.parse("2026-11-20T12:00:00.000Z");
/** What the command turns into a message for a person. */
const isTold = (error: unknown): boolean => error instanceof Ends || error instanceof BadLine;

const csv: Target = {
  name: "csv",
  share: 15,
  corpus: [
    "order_id,status,amount\n1001,completed,\n1002,refunded,100.00\n1003,wc-cancelled,\n",
    '\uFEFForder_id,status\r\n"1001","on-hold"\r\n',
    'status;order_id\n"a ""b""",1\n',
    'order_id,status,amount,note\n1,refunded,99.50,"a, b"\n2,processing,,\n',
  ].map(bytesOf),
  fuzz(bytes) {
    try {
      for (const { asks } of rowsIn(textOf(bytes))) {
        if ("wrong" in asks) continue;
        const { amount } = asks.event as { amount?: number };
        if (amount !== undefined && !(Number.isSafeInteger(amount) && amount >= 0)) return `an amount of ${amount}`;
      }
      return null;
    } catch (error) {
      if (isTold(error)) return null;
      throw error;
    }
  },
};

const paid = {
  id: "p",
  status: "ACCEPTED",
  order: { totalOrderAmount: 100, authorizedAmount: 100, possibleActions: ["CAPTURE", "CANCEL"] },
};
const jsonLines: Target = {
  name: "json-lines",
  share: 10,
  corpus: [
    { id: "a", order: { status: "pending" }, payment: paid, event: { type: "customer.return", page: "success" } },
    {
      order: { status: "processing", total: 100, lines: [{ sku: "a", quantity: 2, total: 100 }] },
      payment: paid,
      event: { type: "admin.setStatus", to: "completed", via: "erp" },
      follow: "confirmed",
    },
    {
      order: { status: "completed", paymentId: "p" },
      payment: { ...paid, status: "FROZEN" },
      event: { type: "admin.refund", amount: 10 },
      settings: { cooldownSeconds: 0 },
    },
    {
      order: { status: "processing" },
      netsPayment: { summary: { reservedAmount: 79_900 } },
      event: { type: "admin.editLines", remove: ["a"], setQuantity: { b: 2 }, add: [] },
      follow: "refused",
    },
    {
      order: { status: "pending", createdAt: "2026-01-01T00:00:00Z" },
      payment: "unavailable",
      taskStatus: "unavailable",
      earlier: [{ type: "callback", kind: "AUTHORIZATION" }],
      event: { type: "woo.holdStockCron" },
      now: NOW,
    },
    { order: { status: "on-hold" }, payment: null, event: { type: "order.updated", by: "erp", change: "x" } },
  ].map(jsonBytes),
  fuzz(bytes) {
    let json: unknown;
    try {
      json = JSON.parse(textOf(bytes));
    } catch {
      return null;
    }
    try {
      const answer = decideLine(json, {}, () => NOW);
      JSON.stringify(answer);
      return null;
    } catch (error) {
      if (isTold(error)) return null;
      throw error;
    }
  },
};

const scenarios = (): Target => ({
  name: "scenario-files",
  share: 5,
  corpus: Object.values(own)
    .flat()
    .filter((_, i) => i % 4 === 0)
    .map((one) => bytesOf(JSON.stringify(one))),
  fuzz(bytes) {
    const found = candidatesOf(textOf(bytes), "fuzz.json");
    for (const { read } of found) {
      if ("differences" in read && read.differences.length === 0) return "refused without a word";
      if ("differences" in read) JSON.stringify(read.differences);
    }
    return null;
  },
});

const containers: Target = {
  name: "containers",
  share: 10,
  corpus: [
    encodeApiData({ checkoutType: "rco", wc_order_id: "1001", preferred_id: "p", isReturningCustomer: true }),
    encodeApiData({ wc_order_id: "1" }, "base64"),
    writeXml({ a: { b: "x & <y>", status: ["A", "B"] } }),
    '<?xml version="1.0"?><a xmlns:x="y"><x:b c="d">&#246;&amp;lt;</x:b><status>A</status></a>',
  ].map(bytesOf),
  fuzz(bytes) {
    const text = textOf(bytes);
    const read = decodeApiData(text);
    if (read.ok && Object.keys(Object.prototype).length > 0) return "the prototype of objects was changed";
    const xml = readXml(text);
    if (xml !== null && (xml as object).constructor !== Object) return "XML became something else than an object";
    return null;
  },
};

const rules = { settings: defaultSettings, registry };
const placed = decide(
  null,
  {
    id: "placed",
    orderId: "o",
    at: NOW,
    source: "shop",
    event: { type: "order.placed", order: { ...order("p", NOW), tolerance: 0 } },
  },
  NOW,
  rules,
).record;
const called = decide(
  placed,
  {
    id: "c",
    orderId: "o",
    at: NOW,
    source: "callback",
    event: { type: "callback.received", kind: "AUTHORIZATION", paymentId: "p", claims: null, content: null },
  },
  NOW,
  rules,
).record;

/** Snapshots that today's machines are to read: they know them, or they say why not. */
const snapshots: Target = {
  name: "snapshots",
  share: 10,
  corpus: [
    placed,
    called,
    {
      ...called,
      machine: { ...called.machine, version: 0, hash: "other" },
      states: { ...called.states, order: "waiting" },
    },
  ].map(jsonBytes),
  fuzz(bytes) {
    let stored: OrderRecord;
    try {
      stored = JSON.parse(textOf(bytes));
    } catch {
      return null;
    }
    const read = migrate(stored, registry);
    return "parked" in read && read.parked === "" ? "parked without a word" : null;
  },
};

export const fileTargets = (): Target[] => [csv, jsonLines, scenarios(), containers, snapshots];
