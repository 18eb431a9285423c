/** What becomes of one order, told against whichever process lives at the moment; and how it has to end. */
import { existsSync } from "node:fs";
import type { Line } from "../../machines/lines.js";
import { StoreDatabase } from "../../src/stores/sqlite/database.js";
import { openFile } from "../../src/stores/sqlite/opening.js";
import * as wire from "../../src/stores/sqlite/wire.js";
import type { Chance } from "../../src/testing/simulator/chance.js";
import { bankHas, knowsKey, lines, MINUTE, order, payment, returnPath, shopHas } from "../engine/place.js";
import type { Lane } from "./lane.js";
import type { Point } from "./points.js";
import { STUMBLES } from "./wire.js";

export interface End {
  orderId: string;
  status: string;
  changes: string[];
  mails: number;
  /** Major units, as the bank's books have it. */
  captured: number;
  refunded: number;
  /** What took effect at the bank, in order. */
  calls: string[];
  /** Ids of events that were answered. */
  acknowledged: { eventId: string; type: string }[];
  pruned?: true;
}

export type Story = (lane: Lane, orderId: string, chance: Chance) => Promise<End>;

const REST: Omit<End, "orderId" | "status"> = {
  changes: [],
  mails: 0,
  captured: 0,
  refunded: 0,
  calls: [],
  acknowledged: [],
};

const placed = async (lane: Lane, id: string, ageMs: number, says: Parameters<typeof order>[2] = {}) => {
  const at = lane.clock.now() - ageMs;
  shopHas(lane.woo, id, at, says.status);
  const { previousPaymentIds: _, ...given } = order(`pay-${id}`, at, says);
  const { status } = await lane.said("/orders", { orderId: id, order: given });
  if (status !== 201) throw new Error(`order ${id} was not placed: ${status}`);
};

/** One click, the same however often it has to be sent. */
const clicked = async (lane: Lane, id: string, event: { type: string } & object): Promise<End["acknowledged"]> => {
  const eventId = `${id}-${event.type}`;
  const { status, body } = await lane.said(`/orders/${id}/events`, event, eventId);
  if (![200, 202].includes(status)) throw new Error(`${event.type} was answered ${status} ${JSON.stringify(body)}`);
  return [{ eventId, type: event.type }];
};
const ended = async (lane: Lane, id: string, status: string): Promise<void> => {
  const patience = performance.now() + 20_000;
  while (lane.woo.order(id).status !== status) {
    if (performance.now() > patience) throw new Error(`order ${id} never became ${status}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};
const called = (lane: Lane, id: string, paymentId = `pay-${id}`) =>
  lane.said("/callbacks/resurs/authorization", { paymentId, status: "AUTHORIZED", created: `at the bank, ${id}` });

const paid: Story = async (lane, orderId, chance) => {
  bankHas(lane.bank, `pay-${orderId}`);
  await placed(lane, orderId, 10 * MINUTE);
  const how = chance.one(["callback", "return", "both", "twice"] as const);
  const said: Promise<unknown>[] = [];
  if (how !== "return") said.push(called(lane, orderId));
  if (how === "twice") said.push(called(lane, orderId));
  if (how === "return" || how === "both") said.push(lane.asked(await returnPath(knowsKey, orderId, "success")));
  await Promise.all(said);
  return { ...REST, orderId, status: "processing", changes: ["pending > processing"], mails: 1 };
};

/** A callback that is held for the customer for a minute. */
const held: Story = async (lane, orderId) => {
  bankHas(lane.bank, `pay-${orderId}`);
  await placed(lane, orderId, 50_000);
  const { status, body } = await called(lane, orderId);
  if (status !== 202) throw new Error(`the callback was answered ${status} ${JSON.stringify(body)}`);
  return { ...REST, orderId, status: "processing", changes: ["pending > processing"], mails: 1 };
};

const bought: Story = async (lane, orderId) => {
  await placed(lane, orderId, 10 * MINUTE, { paymentId: null });
  const pay = () => lane.said(`/orders/${orderId}/checkout`, { gateway: "resurs-mapi" });
  let { body } = await pay();
  // On this clock the bank has 0.3 seconds to answer, which a busy computer may need: the customer presses Pay again.
  for (let again = 0; again < 9 && body.result !== "success"; again += 1) ({ body } = await pay());
  if (body.result !== "success") throw new Error(`no payment: ${JSON.stringify(body)}`);
  lane.bank.customerSigns(String(body.paymentId));
  await lane.asked(await returnPath(knowsKey, orderId, "success", String(body.paymentId)));
  return { ...REST, orderId, status: "processing", changes: ["pending > processing"], mails: 1 };
};

/** The customer never came back; the link runs out in a moment. */
const expired: Story = async (lane, orderId) => {
  const none = { totalOrderAmount: 1000, authorizedAmount: 0, possibleActions: [] };
  const asked = payment(`pay-${orderId}`, "TASK_REDIRECTION_REQUIRED", none);
  lane.bank.setSeries(`pay-${orderId}`, [{ from: 0, payment: asked, taskStatus: { completed: false } }]);
  await placed(lane, orderId, 120 * MINUTE - 8000);
  return { ...REST, orderId, status: "cancelled", changes: ["pending > cancelled"] };
};

const atWork = async (lane: Lane, orderId: string, faults?: Record<string, string>) => {
  bankHas(lane.bank, `pay-${orderId}`, "ACCEPTED", faults);
  await placed(lane, orderId, 10 * MINUTE, { status: "processing" });
};

const capturing =
  (faults?: Record<string, string>): Story =>
  async (lane, orderId) => {
    await atWork(lane, orderId, faults);
    const acknowledged = await clicked(lane, orderId, { type: "merchant.completed" });
    await ended(lane, orderId, "completed");
    const changes = ["processing > completed"];
    return { ...REST, orderId, status: "completed", changes, captured: 1000, calls: ["capture"], acknowledged };
  };
const completed = capturing();

const refunded: Story = async (lane, orderId, chance) => {
  const before = await completed(lane, orderId, chance);
  const acknowledged = [...before.acknowledged, ...(await clicked(lane, orderId, { type: "merchant.refunded" }))];
  const changes = [...before.changes, "completed > refunded"];
  return { ...before, status: "refunded", changes, refunded: 1000, calls: ["capture", "refund"], acknowledged };
};

const refundedInPart: Story = async (lane, orderId, chance) => {
  const before = await completed(lane, orderId, chance);
  const part = { type: "merchant.refundedAmount", amount: 30_000 };
  const acknowledged = [...before.acknowledged, ...(await clicked(lane, orderId, part))];
  return { ...before, refunded: 300, calls: ["capture", "refund"], acknowledged };
};

const cancelled: Story = async (lane, orderId) => {
  await atWork(lane, orderId);
  const acknowledged = await clicked(lane, orderId, { type: "merchant.cancelled" });
  await ended(lane, orderId, "cancelled");
  const changes = ["processing > cancelled"];
  return { ...REST, orderId, status: "cancelled", changes, calls: ["cancel"], acknowledged };
};

const edited: Story = async (lane, orderId) => {
  await atWork(lane, orderId);
  const fewer: Line[] = [{ ...(lines[0] as Line) }, { sku: "b", quantity: 1, total: 20_000 }];
  const event = { type: "merchant.editedLines", lines: fewer, total: 80_000, adds: false };
  const acknowledged = await clicked(lane, orderId, event);
  return { ...REST, orderId, status: "processing", calls: ["cancel", "addOrderLines"], acknowledged };
};

const stumbling: Story = async (lane, orderId) => {
  await atWork(lane, orderId);
  const acknowledged = await clicked(lane, orderId, { type: "order.updated", by: STUMBLES, change: "weight" } as {
    type: string;
  });
  return { ...REST, orderId, status: "processing", acknowledged };
};

const pruned: Story = async (lane, orderId, chance) => {
  const end = await cancelled(lane, orderId, chance);
  const patience = performance.now() + 20_000;
  while (performance.now() < patience) {
    const { body } = await lane.asked(`/orders/${orderId}/history?after=1`);
    if ((body.entries as unknown[]).length <= 1) return { ...end, pruned: true };
    await lane.tell({ prune: lane.clock.now() + MINUTE }, (said) => "pruned" in said);
  }
  throw new Error(`the history of ${orderId} was never shortened`);
};

/** What was acknowledged before the backup is in it; there is a whole one at its place, or none. */
const backedUp: Story = async (lane, orderId, chance) => {
  const end = await cancelled(lane, orderId, chance);
  const to = `${lane.file}-${orderId}.backup`;
  for (let tries = 0; tries < 5 && !existsSync(to); tries += 1)
    await lane.tell({ backUpTo: to }, (said) => "backedUp" in said);
  const copy = openFile({ file: to, readOnly: true });
  try {
    const [row = null] = new StoreDatabase(copy).load([{ orderId, eventIds: [] }])[0] ?? [];
    const status = wire.readLoaded(orderId, row).record?.facts.order.status;
    if (status !== "cancelled") throw new Error(`in the backup order ${orderId} is ${status}`);
  } finally {
    copy.close();
  }
  return end;
};

/** A capture whose answer is lost on the way: before it was in the books, or after. */
const lost = {
  before: capturing({ capture: "timeout-before-apply:1" }),
  after: capturing({ capture: "timeout-after-apply:1" }),
};

const any: Story[] = [
  paid,
  paid,
  held,
  bought,
  expired,
  completed,
  refunded,
  refundedInPart,
  cancelled,
  edited,
  stumbling,
];

const through: Partial<Record<Point, Story[]>> = {
  "leases.returned": [paid, completed, refundedInPart],
  "row.payment": [bought, paid],
  "row.timer": [held, bought, expired],
  "row.timer-gone": [held, expired, paid],
  "timer.due": [held, expired],
  "row.event-gone": [stumbling],
  "commit.inbox": [stumbling],
  "commit.pruned": [pruned],
  "backup.moved": [backedUp],
  "bank.create": [bought],
  "bank.capture": [completed, refunded],
  "bank.cancel": [cancelled, edited],
  "bank.refund": [refunded, refundedInPart],
  "bank.lines": [edited],
};

/** The first comes to the place; the others live beside it. */
export const storiesFor = (point: Point, side: "before" | "after", chance: Chance): Story[] => {
  if (point === "bank.capture-underway") return [lost[side]];
  const first = chance.one(through[point] ?? any);
  if (first === pruned) return [first];
  return [first, ...Array.from({ length: chance.between(0, 2) }, () => chance.one(any))];
};
