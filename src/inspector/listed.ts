/** The rows of the list, with what only the records say, and whether a call of theirs was given up. */
import type { OrderRecord } from "../core/record.js";
import { matches, rowOf } from "../ports/listing.js";
import type { DeadLetter, Queries } from "../ports/runtime.js";
import { type OrderFilter, type OrderRow, StoreError } from "../ports/store.js";
import { offered } from "./looks.js";
import { type ListedOrder, type OrdersQuery, type OrdersSeen, spans } from "./pages/orders.js";

const PAGE = 50;
/** More failed calls than these are looked for order by order. */
const LETTERS = 500;
/** Of one gateway's orders so many pages are looked through for one. */
const MOST_PAGES = 10;

const placeIn = (before: string): { updatedAt: number; orderId: string } | null => {
  const found = /^(\d{1,16})\.(.+)$/s.exec(before);
  return found === null ? null : { updatedAt: Number(found[1]), orderId: found[2] ?? "" };
};

const filterOf = (asked: OrdersQuery, now: number): OrderFilter => ({
  ...(asked.status === undefined ? {} : { status: asked.status }),
  ...(asked.flagged ? { flagged: true } : {}),
  ...(asked.parked ? { parked: true } : {}),
  ...(asked.since === undefined ? {} : { updatedSince: now - spans[asked.since] }),
  latest: { before: asked.before === undefined ? null : placeIn(asked.before) },
  // One more than is shown says whether there is another page.
  limit: PAGE + 1,
});

/** A damaged record is in the list, and says no more. */
const recordOf = (engine: Queries, orderId: string): Promise<OrderRecord | null> =>
  engine.read(orderId).catch((error: unknown) => {
    if (error instanceof StoreError && error.code === "corrupt") return null;
    throw error;
  });

const deadLetters = async (engine: Queries, limit: number, after?: string): Promise<DeadLetter[]> =>
  (await offered(
    () => engine.deadLetters(limit, after),
    () => {},
  )) ?? [];

const listed = (row: OrderRow, record: OrderRecord | null, dead: boolean): ListedOrder => ({
  ...row,
  gateway: record?.facts.payment.gateway ?? null,
  total: record?.facts.order.total ?? 0,
  currency: record?.facts.order.currency ?? "",
  dead,
});

/** The orders of which a call was given up, those given up first before the others. */
const withDeadCalls = async (engine: Queries, asked: OrdersQuery): Promise<OrdersSeen> => {
  const letters = await deadLetters(engine, PAGE + 1, asked.before);
  const shown = letters.slice(0, PAGE);
  const ids = [...new Set(shown.map(({ orderId }) => orderId))];
  const { latest: _, ...filter } = filterOf({ ...asked, before: undefined }, engine.clock.now());
  const rows = await Promise.all(
    ids.map(async (id) => {
      const [record, parked] = await Promise.all([recordOf(engine, id), engine.parked(id)]);
      return record === null ? [] : [listed(rowOf(record, parked), record, true)];
    }),
  );
  const last = shown.at(-1);
  return {
    rows: rows.flat().filter((row) => matches(row, filter) && (asked.gateway ?? row.gateway) === row.gateway),
    next: letters.length > PAGE && last !== undefined ? last.place : null,
  };
};

/** Stores know no gateways, so the records are looked through; what is left of them waits on the next page. */
const withGateway = async (engine: Queries, asked: OrdersQuery): Promise<OrdersSeen> => {
  const found: ListedOrder[] = [];
  let { before } = asked;
  for (let pages = 0; pages < MOST_PAGES; pages += 1) {
    const { rows, next } = await pageSeen(engine, { ...asked, before });
    found.push(...rows.filter(({ gateway }) => gateway === asked.gateway));
    if (next === null || found.length >= PAGE) return { rows: found, next };
    before = next;
  }
  return { rows: found, next: before ?? null };
};

export const ordersSeen = async (engine: Queries, asked: OrdersQuery): Promise<OrdersSeen> => {
  if (asked.dead === true) return withDeadCalls(engine, asked);
  return asked.gateway === undefined ? pageSeen(engine, asked) : withGateway(engine, asked);
};

const pageSeen = async (engine: Queries, asked: OrdersQuery): Promise<OrdersSeen> => {
  const rows = await engine.list(filterOf(asked, engine.clock.now()));
  const shown = rows.slice(0, PAGE);
  const letters = await deadLetters(engine, LETTERS);
  const known = new Set(letters.map(({ orderId }) => orderId));
  const isDead = async (id: string): Promise<boolean> =>
    known.has(id) || (letters.length === LETTERS && (await engine.effectsOf(id)).some(({ dead }) => dead));
  const last = shown.at(-1);
  return {
    rows: await Promise.all(
      shown.map(async (row) => {
        const [record, dead] = await Promise.all([recordOf(engine, row.orderId), isDead(row.orderId)]);
        return listed(row, record, dead);
      }),
    ),
    next: rows.length > PAGE && last !== undefined ? `${last.updatedAt}.${last.orderId}` : null,
  };
};
