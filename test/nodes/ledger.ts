/** What must be true of the database when all is at rest, read past the engine. */
import type { HistoryEntry, OrderRecord } from "../../src/core/record.js";
import { type Scene, until } from "../../src/testing/contracts/runtime/scene.js";
import type { Fleet } from "./fleet.js";

const chainFaults = (record: OrderRecord, entries: HistoryEntry[]): string[] => {
  const faults: string[] = [];
  const note = (fault: boolean, what: string) => fault && faults.push(`order ${record.orderId}: ${what}`);
  note(
    entries.some(({ seq }, i) => seq !== i + 1),
    "its history has a gap",
  );
  note(new Set(entries.map(({ eventId }) => eventId)).size < entries.length, "an event was decided twice");
  note(
    entries.some(({ from }, i) => from !== (entries[i - 1]?.to ?? null)),
    "its history does not hang together",
  );
  note(record.version !== entries.length, `it reads version ${record.version} after ${entries.length} decisions`);
  note(record.facts.order.status !== entries.at(-1)?.to, "its status is not where its history ends");
  const results = entries.flatMap(({ event }) => ("effectId" in event ? [`${event.type} of ${event.effectId}`] : []));
  note(new Set(results).size < results.length, "the result of an effect was taken in twice");
  return faults;
};

/** Nothing is left to do, and no timer rings before long but those of links that run out. */
const rests = async (fleet: Fleet): Promise<boolean> => {
  const soon = Date.now() + 10_000;
  const [row] = await fleet.sql(
    `SELECT (SELECT count(*) FROM order_status.outbox) + (SELECT count(*) FROM order_status.inbox)
      + (SELECT count(*) FROM order_status.timers WHERE at < $1)`,
    [soon],
  );
  return Number(row?.[0]) === 0;
};

/** One sentence for each breach, and how many decisions were looked at. */
export const ledgerFaults = async (fleet: Fleet): Promise<{ decisions: number; faults: string[] }> => {
  // What never rests is found below.
  await until(() => rests(fleet), "rest").catch(() => {});
  const records = await fleet.sql("SELECT order_id, record FROM order_status.orders");
  const history = await fleet.sql("SELECT order_id, entry FROM order_status.history ORDER BY order_id, seq");
  const byOrder = new Map<string, HistoryEntry[]>();
  for (const [id, entry] of history as [string, string][]) {
    const entries = byOrder.get(id) ?? [];
    byOrder.set(id, entries);
    entries.push(JSON.parse(entry));
  }
  const faults = (records as [string, string][]).flatMap(([id, record]) =>
    chainFaults(JSON.parse(record), byOrder.get(id) ?? []),
  );
  const left = await fleet.sql(
    "SELECT order_id, effect FROM order_status.outbox UNION ALL SELECT order_id, envelope FROM order_status.inbox",
  );
  for (const [id, what] of left) faults.push(`order ${id}: left undone: ${what}`);
  return { decisions: history.length, faults };
};

/** What an order that was paid and completed has beside one capture, its two changes, one stock reduction and one mail. */
export const notOnce = (scene: Scene, id: string): string[] => {
  const { statusHistory, stockReductions } = scene.woo.order(id);
  const seen = [scene.calls(id).join(), statusHistory.length, stockReductions, scene.woo.confirmationMails(id)].join(
    " ",
  );
  return seen === "capture 2 1 1" ? [] : [`order ${id}: calls, changes, stock and mails are ${seen}`];
};
