/** Asks the bank and the shop about orders in doubt, through the same machines as everything else. */
import type { OrderEvent } from "../../../machines/events.js";
import type { OrderStatus, Reading } from "../../../machines/facts.js";
import type { FlagName } from "../../../machines/flags.js";
import { reasonInWords } from "../../../machines/reasons.js";
import type { ShopOrder } from "../../../machines/shop-order.js";
import type { StatusTold } from "../../../machines/statuses.js";
import { migrate } from "../../core/migrate.js";
import { type DecisionPreview, preview } from "../../core/preview.js";
import type { OrderRecord } from "../../core/record.js";
import type { Clock } from "../../ports/clock.js";
import type { ReadAnswer } from "../../ports/gateway.js";
import type { Queries, Reconciled, ReconcileOptions, Runtime } from "../../ports/runtime.js";
import { type OrderRow, type Store, StoreError } from "../../ports/store.js";
import { thrownText } from "../../ports/thrown.js";
import { type EngineContext, gatewayNamed } from "../embedded/context.js";
import { differs, updateBy } from "../embedded/shop-look.js";

/** What it needs of a runtime, and of what the runtime was made of. */
export type ReconcileContext = Pick<Runtime, "submit"> &
  Pick<Queries, "read"> &
  Pick<EngineContext, "shop" | "gateways" | "clock" | "rules"> & {
    readonly store: Pick<Store, "list" | "effectsOf" | "load">;
  };

const SETTLED = { source: "reconcile", wait: "settled" } as const;

const PAGE = 200;
const FRESH_MS = 15 * 60_000;

/** Every order in doubt once: what it was, what it is now, and why. */
export async function* reconcile(
  context: ReconcileContext,
  options: ReconcileOptions = {},
): AsyncGenerator<Reconciled> {
  const { clock } = context;
  const perSecond = options.perSecond ?? 50;
  const freshSince = clock.now() - (options.freshMs ?? FRESH_MS);
  let { after } = options;
  let skipped = 0;
  for (;;) {
    const rows: OrderRow[] = await context.store.list({
      inDoubt: true,
      ...(options.since === undefined ? {} : { updatedSince: options.since }),
      ...(after === undefined ? {} : { after }),
      limit: PAGE,
    });
    const { stale, damaged, fresh } = await readAll(context, rows, freshSince);
    skipped += fresh;
    yield* damaged;
    const atOnce = Math.max(1, Math.min(16, perSecond));
    for (let i = 0; i < stale.length; i += atOnce) {
      const group = stale.slice(i, i + atOnce);
      const started = clock.now();
      yield* await Promise.all(
        group.map(
          (record) => setAside(context, record) ?? (options.dryRun ? look(context, record) : ask(context, record)),
        ),
      );
      const pause = (group.length / perSecond) * 1000 - (clock.now() - started);
      if (pause > 0) await clock.sleep(pause);
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) break;
    after = last.orderId;
  }
  if (skipped > 0) options.onSkipped?.(skipped);
}

/**
 * The orders whose payment was not read for long, and how many others there are. One that is damaged stops no other: it
 * is told of as unread.
 */
const readAll = async (context: ReconcileContext, rows: OrderRow[], freshSince: number) => {
  const loaded = await context.store.load(rows.map(({ orderId }) => ({ orderId, eventIds: [] })));
  const damaged: Reconciled[] = [];
  const unread = ({ orderId, status, flags }: OrderRow, why: string): null => {
    damaged.push({ orderId, before: status, after: status, outcome: "unread", why, flags });
    return null;
  };
  const records = await Promise.all(
    rows.map((row, i) => {
      const what = loaded[i]?.damaged;
      if (what !== undefined) return unread(row, what);
      return context.read(row.orderId).catch((error: unknown) => {
        if (error instanceof StoreError && error.code === "corrupt") return unread(row, error.message);
        throw error;
      });
    }),
  );
  const isFollowed = (record: OrderRecord | null): record is OrderRecord =>
    record !== null && record.facts.payment.gateway !== null;
  const followed = records.filter(isFollowed);
  const stale = followed.filter(({ facts }) => (facts.payment.readAt ?? 0) < freshSince);
  return { stale, damaged, fresh: followed.length - stale.length };
};

const standing = (record: OrderRecord): FlagName[] =>
  record.flags.filter((f) => f.clearedAt === null).map((f) => f.flag);

const said = (reason: string | null, payment: string): string =>
  `payment ${payment}${reason === null ? "" : `: ${reasonInWords(reason)}`}`;

/** An order that the machines here do not know is nobody's to ask about. */
const setAside = ({ rules }: ReconcileContext, record: OrderRecord): Reconciled | null => {
  const migrated = migrate(record, rules.registry);
  if ("record" in migrated) return null;
  const { orderId, facts } = record;
  const { status } = facts.order;
  return { orderId, before: status, after: status, outcome: "unread", why: migrated.parked, flags: standing(record) };
};

/** Adapters end their calls well before; whoever has none of that is not waited for, as the other orders wait for him. */
const PATIENCE_MS = 60_000;

const inTime = async <T>(clock: Clock, asked: Promise<T>): Promise<T> => {
  const over = new AbortController();
  const late = clock.sleep(PATIENCE_MS, over.signal).then(() => {
    throw new Error(`no answer within ${PATIENCE_MS / 1000} seconds`);
  });
  late.catch(() => {});
  try {
    return await Promise.race([asked, late]);
  } finally {
    over.abort();
  }
};

/** A shop that lags behind may say once that it has no such order. */
const SECOND_WORD_MS = 30_000;

/** The order as the shop has it, where that is another; null = it is as it is known here. Throws where the shop does. */
const otherOrder = async (
  { shop, clock }: ReconcileContext,
  { orderId, facts }: OrderRecord,
  dryRun: boolean,
): Promise<ShopOrder | null> => {
  const { total, currency, gone = false, paidOtherwise = false } = facts.order;
  const known = { totals: [total], currency, ...(gone && { gone }), ...(paidOtherwise && { paidOtherwise }) };
  const asked = async (): Promise<ShopOrder | null> => {
    const order = shop.readOrder && (await inTime(clock, shop.readOrder(orderId)));
    return order == null || !differs(known, order) ? null : order;
  };
  const order = await asked();
  // Nothing comes of a dry run, so the second word is not waited for.
  if (order?.gone !== true || gone || dryRun) return order;
  await clock.sleep(SECOND_WORD_MS);
  return asked();
};

const isKnown = ({ status, child }: StatusTold, order: StatusTold): boolean =>
  status === order.status && child === order.child;

/**
 * What another hand did to the order in the shop, and no message told of: its status, and the order; null = nothing. While
 * a change of ours is on its way there, or where the order was decided about meanwhile, it is not known whose it is.
 */
const changedInShop = async (context: ReconcileContext, record: OrderRecord, dryRun: boolean) => {
  const { orderId, version, facts } = record;
  const open = (await context.store.effectsOf(orderId)).filter(({ dead }) => !dead);
  const isTold = open.some(({ effect }) => "to" in effect);
  const hasLines = facts.operation !== null || open.some(({ effect }) => effect.type === "setOrderLines");
  // A shop that cannot be asked is no reason to leave the bank unasked.
  let silent: string | null = null;
  const unasked = (error: unknown): null => {
    silent ??= thrownText(error);
    return null;
  };
  // Both in one turn, which a shop may answer with one request.
  const [status, order] = await Promise.all([
    isTold ? null : inTime(context.clock, context.shop.readStatus(orderId)).catch(unasked),
    hasLines ? null : otherOrder(context, record, dryRun).catch(unasked),
  ]);
  const now = await context.read(orderId);
  if (now?.version !== version) return { written: null, edited: null, silent };
  return {
    written: status === null || isKnown(status, facts.order) ? null : status,
    edited: order === null ? null : updateBy(order, "read by reconcile"),
    silent,
  };
};

/** @param silent why the shop could not be asked; what the bank moved is told all the same */
const found = (before: OrderStatus, after: OrderStatus, why: string, silent: string | null) => {
  if (after !== before) return { outcome: "moved", why } as const;
  if (silent === null) return { outcome: "explained", why } as const;
  return { outcome: "unread", why: `the shop cannot be asked for the order: ${silent}` } as const;
};

const seen = ({ version }: OrderRecord, told: StatusTold) => ({ type: "order.seen", ...told, version }) as const;

const ask = async (context: ReconcileContext, record: OrderRecord): Promise<Reconciled> => {
  const { orderId } = record;
  const before = record.facts.order.status;
  const { written, edited, silent } = await changedInShop(context, record, false);
  if (written !== null) await context.submit(orderId, seen(record, written), SETTLED);
  if (edited !== null) await context.submit(orderId, edited, SETTLED);
  const receipt = await context.submit(orderId, { type: "reconcile.asked" }, SETTLED);
  const now = (await context.read(orderId)) ?? record;
  const after = now.facts.order.status;
  const flags = standing(now);
  if (!receipt.final)
    return {
      orderId,
      before,
      after,
      outcome: "unread",
      why: "the bank did not answer in time; it is asked again by itself",
      flags,
    };
  const why = said(receipt.reason, now.facts.payment.status);
  return { orderId, before, after, ...found(before, after, why, silent), flags };
};

/** A gateway that is not set up here, or that throws, is no reason to leave the others unasked. */
const unread = (error: unknown): ReadAnswer => ({
  kind: "unknown",
  detail: thrownText(error),
});

const readPayment = async ({ gateways, clock }: ReconcileContext, { facts }: OrderRecord): Promise<ReadAnswer> =>
  inTime(clock, gatewayNamed(gateways, facts.payment.gateway).readPayment(facts.payment.id ?? ""));

const look = async (context: ReconcileContext, record: OrderRecord): Promise<Reconciled> => {
  const { orderId } = record;
  const before = record.facts.order.status;
  const bare = { orderId, before, flags: standing(record) };
  if (record.facts.payment.id === null) {
    return { ...bare, after: before, outcome: "explained", why: said("no-payment", "none") };
  }
  const answer = await readPayment(context, record).catch(unread);
  if (answer.kind !== "ok") return { ...bare, after: before, outcome: "unread", why: answer.detail };
  const { written, edited, silent } = await changedInShop(context, record, true);
  const followed = written === null ? record : happening(context, record, seen(record, written), answer.reading).record;
  const known = edited === null ? followed : happening(context, followed, edited, answer.reading).record;
  const foreseen = happening(context, known, { type: "reconcile.asked" }, answer.reading);
  const after = foreseen.record.facts.order.status;
  const why = said(foreseen.answer.reason, answer.reading.status);
  return { orderId, before, after, ...found(before, after, why, silent), flags: foreseen.flags };
};

const happening = (
  context: ReconcileContext,
  record: OrderRecord,
  event: OrderEvent,
  reading?: Reading,
): DecisionPreview => {
  const now = context.clock.now();
  const envelope = { id: "dry-run", orderId: record.orderId, at: now, source: "reconcile", event } as const;
  return reading === undefined
    ? preview(record, envelope, now, context.rules)
    : preview(record, envelope, now, context.rules, reading);
};
