/** What no edge may take in: text that is not well-formed, numbers for text, moments and amounts out of range. */
import type { Engine } from "../../runtime/embedded/engine.js";
import { T0 } from "./script.js";

/** The ways into a process. */
export type SubmitApi = Pick<Engine, "submit" | "place">;

const LONE = "\ud800";
const tooFar = 8_640_000_000_000_001;
const tooMuch = 2 ** 53;

const order = { status: "pending", total: 1000, currency: "SEK", lines: [], gateway: null, paymentId: null } as const;
const placed = (more: object) =>
  ({
    ...order,
    previousPaymentIds: [],
    needsProcessing: true,
    customerReturned: false,
    createdAt: T0,
    updatedAt: T0,
    ...more,
  }) as never;
const note = { type: "order.updated", by: "erp", change: "note" } as const;
const told = (more: object) =>
  ({ type: "callback.received", kind: "AUTHORIZATION", paymentId: "p", claims: null, content: null, ...more }) as never;

export const illFormed: readonly (readonly [string, (entry: SubmitApi, orderId: string) => Promise<unknown>])[] = [
  ["a number as order id", (entry, id) => entry.submit(Number(id) as never, note)],
  ["half a character as order id", (entry) => entry.submit(LONE, note)],
  ["a number as event id", (entry, id) => entry.submit(id, note, { id: 7 as never })],
  ["half a character in an event id", (entry, id) => entry.submit(id, note, { id: `x${LONE}` })],
  ["a number as payment id", (entry, id) => entry.submit(id, told({ paymentId: 4711 }))],
  ["a NUL in a payment id", (entry, id) => entry.submit(id, told({ paymentId: "p\0" }))],
  ["half a character in what a callback claims", (entry, id) => entry.submit(id, told({ claims: LONE }))],
  ["a control character in a name", (entry, id) => entry.submit(id, { ...note, by: "\u0007erp" })],
  [
    "an amount beyond the safe integers",
    (entry, id) => entry.submit(id, { type: "merchant.refundedAmount", via: "api", amount: tooMuch, lines: null }),
  ],
  ["an order named by a number", (entry, id) => entry.place((Number(id) + 500) as never, placed({}))],
  ["an order named by half a character", (entry, id) => entry.place(`${id}${LONE}`, placed({}))],
  ["an order of the year 275760", (entry, id) => entry.place(`${id}-far`, placed({ createdAt: tooFar }))],
  ["an order of the year 0", (entry, id) => entry.place(`${id}-old`, placed({ updatedAt: -62_167_219_200_000 }))],
  ["an order beyond the safe integers", (entry, id) => entry.place(`${id}-big`, placed({ total: tooMuch }))],
];
