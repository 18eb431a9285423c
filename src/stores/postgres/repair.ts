/** How an order goes on without its damaged rows: what its record and its history still say is written anew. */
import type { Envelope } from "../../../machines/events.js";
import { trusted } from "../../core/readable.js";
import { rebuilt, timersIn } from "../../core/rebuilt.js";
import type { OrderRecord, OutboxRow } from "../../core/record.js";
import { summaryOf } from "../../core/summary.js";
import { peerOf } from "../../ports/lanes.js";
import type { DamagedRow } from "../../ports/store.js";
import type { PgRow } from "./connections.js";
import * as wire from "./wire.js";

/** A statement whose first value is the order's id. */
export type RunStatement = (text: string, ...more: unknown[]) => Promise<PgRow[]>;

const contentOf = ({ row }: DamagedRow): OutboxRow | null =>
  trusted(() => wire.readContent([row.id, row.order_id, row.seq, row.idx, row.lane, row.effect, row.not_before]));
/** The event that a row of the inbox holds, whatever its other columns say. */
export const envelopeOf = ({ table, row }: DamagedRow): Envelope | null =>
  table === "inbox" ? trusted(() => wire.readEnvelope([row.envelope])) : null;

/** @returns why the order cannot go on; null = it can */
export const mend = async (s: string, ask: RunStatement, taken: DamagedRow[]): Promise<string | null> => {
  const [found] = await ask(`SELECT record, version, order_id FROM ${s}.orders WHERE order_id = $1`);
  if (found === undefined) return null;
  const [json, version, orderId] = found;
  const record = wire.readRecord(orderId as string, json, version);
  const each = <T>(rows: PgRow[], read: (row: PgRow) => T): T[] =>
    rows.flatMap((row) => {
      const one = trusted(() => read(row));
      return one === null ? [] : [one];
    });
  const effects = await ask(
    `SELECT id, order_id, seq, idx, lane, effect, not_before FROM ${s}.outbox WHERE order_id = $1`,
  );
  const entries = await ask(
    `SELECT entry, order_id, seq FROM ${s}.history WHERE order_id = $1 AND entry IS NOT NULL ORDER BY seq`,
  );
  const lost = taken.filter(({ table }) => table === "outbox" || table === "damaged");
  const anew = rebuilt(record, {
    lost: lost.map((one) => ({ id: one.id, content: contentOf(one) })),
    kept: each(effects, wire.readContent),
    entries: each(entries, wire.readEntry),
  });
  if (anew.stuck !== null) return anew.stuck;
  for (const { id } of anew.effects) {
    const [elsewhere] = await ask(`SELECT 1 FROM ${s}.outbox WHERE id = $2 AND $1::text IS NOT NULL`, id);
    if (elsewhere !== undefined) return `effect ${id} stands under another order; repair that one first`;
  }
  await writeListed(s, ask, record);
  for (const effect of anew.effects) await writeEffect(s, ask, effect, peerOf(effect, record));
  const kept = taken.map(envelopeOf).filter((one) => one?.orderId === orderId);
  for (const event of [...anew.events, ...kept]) if (event) await writeEvent(s, ask, event, record);
  return null;
};

const writeListed = async (s: string, ask: RunStatement, record: OrderRecord): Promise<void> => {
  await ask(
    `UPDATE ${s}.orders SET status = $2, state = $3, flags = $4, flagged = $5, in_doubt = $6, updated_at = $7,
       payment_id = $8 WHERE order_id = $1`,
    ...wire.writeListed(record),
  );
  for (const id of summaryOf(record).payments)
    await ask(`INSERT INTO ${s}.payments (order_id, payment_id) VALUES ($1, $2) ON CONFLICT DO NOTHING`, id);
  for (const { timer, generation, at } of timersIn(record)) {
    await ask(
      `INSERT INTO ${s}.timers (order_id, timer, generation, at) VALUES ($1, $2, $3, $4)
       ON CONFLICT (order_id, timer) DO UPDATE SET generation = excluded.generation, at = excluded.at`,
      timer,
      generation,
      at,
    );
  }
};

const writeEffect = async (s: string, ask: RunStatement, row: OutboxRow, peer: string): Promise<void> => {
  const { id, seq, index, lane, effect, notBefore } = row;
  await ask(
    `INSERT INTO ${s}.outbox (id, order_id, seq, idx, lane, effect, not_before, created_at, peer)
     VALUES ($2, $1, $3, $4, $5, $6, $7, $7, $8)`,
    id,
    seq,
    index,
    lane,
    JSON.stringify(effect),
    notBefore,
    peer,
  );
};

/** What was decided already is not kept. */
const writeEvent = async (s: string, ask: RunStatement, event: Envelope, { facts }: OrderRecord): Promise<void> => {
  await ask(
    `INSERT INTO ${s}.inbox (order_id, event_id, envelope, attempts, not_before, error, dead)
     SELECT $1, $2, $3, 0, $4, 'its row was damaged', false
     WHERE NOT EXISTS (SELECT 1 FROM ${s}.history WHERE order_id = $1 AND event_id = $2) ON CONFLICT DO NOTHING`,
    event.id,
    JSON.stringify(event),
    facts.order.updatedAt,
  );
};
