/** What a row that was parked still says for good, whatever is wrong with its other columns. */
import type { Envelope } from "../../../machines/events.js";
import { orderIn } from "../../core/lanes.js";
import { trusted } from "../../core/readable.js";
import type { OutboxRow } from "../../core/record.js";
import type { DamagedRow } from "../../ports/store.js";
import { rowAs } from "./rows.js";
import { EFFECT, WAITING } from "./statements.js";
import * as wire from "./wire.js";

export const contentOf = ({ row }: DamagedRow): OutboxRow | null => trusted(() => wire.readContent(rowAs(row, EFFECT)));
export const envelopeOf = ({ row }: DamagedRow): Envelope | null =>
  trusted(() => wire.readEnvelope(rowAs(row, WAITING)));

/** The order that a row of work itself speaks of; null = it does not say. */
export const orderNamedIn = (one: DamagedRow): string | null => {
  if (one.table === "outbox") return orderIn(one.id);
  return one.table === "inbox" ? (envelopeOf(one)?.orderId ?? null) : null;
};
