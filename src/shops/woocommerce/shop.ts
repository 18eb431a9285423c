/**
 * A real WooCommerce as the engine's shop, over REST v3.
 *
 * WooCommerce has no lock and no conditional update: whoever writes last wins. So a status is read, compared, written
 * and read back; and when WooCommerce's own notes tell that another hand wrote in between, that hand's status is put
 * back and reported as a conflict.
 */
import { z } from "zod";
import type { ShopEffect } from "../../../machines/effects.js";
import type { OrderStatus } from "../../../machines/facts.js";
import type { ShopOrder } from "../../../machines/shop-order.js";
import { declaredStatuses, type StatusWord } from "../../../machines/statuses.js";
import { systemClock } from "../../ports/clock.js";
import type { Shop, ShopAnswer } from "../../ports/shop.js";
import { type ApiOptions, type ApiResult, orderPath, type WooApi, wooApi } from "./api.js";
import { writeLines } from "./lines.js";
import { lastToldOf, leftBy, type NoteWrite, noteOnce, readNotes, referenceOf } from "./notes.js";
import { shopOrder, statusIn, statusOf } from "./order.js";
import { recordRefund } from "./refunds.js";
import { type Note, Statuses, WooOrder } from "./schema.js";

export interface WooShopOptions<Own extends string = never> extends ApiOptions {
  /** As the engine has them: statuses that plugins add, without the `wc-` prefix, each with its parent. */
  statuses?: Readonly<Record<Own, OrderStatus>> | undefined;
  /** WooCommerce's payment method → the engine's gateway; left out: whoever is to be paid is not looked at. */
  gateways?: Record<string, string> | undefined;
}

export interface WooShop<Own extends string = never> extends Shop<Own> {
  /** The order in WooCommerce's own words. */
  fetchOrder(orderId: string): Promise<ApiResult<WooOrder>>;
  /** @throws Error when the shop cannot be asked */
  readOrder(orderId: string): Promise<ShopOrder>;
  /** @throws Error when the shop cannot be asked */
  readStatus(orderId: string): Promise<StatusWord<Own> | null>;
}

type Failure = Exclude<ApiResult<never>, { kind: "ok" }>;

/** Our last write to an order, kept with it: which one it was, the last note before it, and the status it left. */
const MARK = "_order_status_engine";
/** Moves in a row that may cross with another hand's before the rest is left to the next event. */
const CROSSINGS = 5;
/** `payment_complete()` does something from here only. */
const payable: OrderStatus[] = ["checkout-draft", "pending", "on-hold", "failed", "cancelled"];

const answerTo = (orderId: string, failure: Failure): ShopAnswer => {
  switch (failure.kind) {
    case "missing":
      return { kind: "refused", detail: `the shop has no order ${orderId}` };
    case "refused":
      return { kind: "refused", detail: failure.detail };
    case "trouble":
      return { kind: "retry", afterMs: failure.afterMs, detail: failure.detail };
  }
};

const detailOf = (failure: Failure): string => (failure.kind === "missing" ? "there is no such order" : failure.detail);

const unasked = (orderId: string, { detail }: Extract<Failure, { detail: string }>): Error =>
  new Error(`the shop could not be asked for order ${orderId}: ${detail}`);

export const readOrder = (api: WooApi, orderId: string): Promise<ApiResult<WooOrder>> => {
  const path = orderPath(orderId);
  return path === null ? Promise.resolve({ kind: "missing" }) : api.ask(WooOrder, "GET", path);
};

interface WriteMark extends Omit<NoteWrite, "to"> {
  reference: string;
}

const written = ({ reference, after, from, silent }: WriteMark): string =>
  [reference, after, from, silent ? "paid" : "set"].join(":");

const markOf = (order: WooOrder): WriteMark | null => {
  const value = order.meta_data.findLast(({ key }) => key === MARK)?.value;
  const parts = /^([0-9a-f]{8}):(\d+):([\w-]+):(paid|set)$/.exec(typeof value === "string" ? value : "");
  const [, reference, after, from, how] = parts ?? [];
  return reference === undefined || from === undefined
    ? null
    : { reference, after: Number(after), from, silent: how === "paid" };
};

/** Since 10.4 a payment that completes leaves no note of the change. */
const isSilent = (change: object, { version = "0" }: WooOrder): boolean => {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return "set_paid" in change && (major > 10 || (major === 10 && minor >= 4));
};

/** A WooCommerce over REST v3 as the engine's shop. It asks the shop nothing before it is used. */
export const wooShop = <const Own extends string = never>(options: WooShopOptions<Own>): WooShop<Own> => {
  const api = wooApi(options);
  const clock = options.clock ?? systemClock();
  const statuses = declaredStatuses(options.statuses);
  let labels: Map<string, string> | null = null;

  /** Two questions about one order in the same turn, before anything can have changed, are one request. */
  const asked = new Map<string, Promise<ApiResult<WooOrder>>>();
  const readOnce = (orderId: string): Promise<ApiResult<WooOrder>> => {
    const already = asked.get(orderId);
    if (already !== undefined) return already;
    const reading = readOrder(api, orderId);
    asked.set(orderId, reading);
    queueMicrotask(() => asked.delete(orderId));
    return reading;
  };

  const labelled = async (): Promise<Map<string, string>> => {
    if (labels !== null) return labels;
    const told = await api.ask(Statuses, "GET", "orders/statuses");
    if (told.kind !== "ok") return new Map();
    labels = new Map(told.body.map(({ slug, name }) => [slug, name]));
    return labels;
  };

  interface Look {
    order: WooOrder;
    /** Read before the order: what is written later has a greater id. */
    notes: Note[];
  }
  const look = async (orderId: string): Promise<ApiResult<Look>> => {
    const notes = await readNotes(api, orderId);
    if (notes.kind !== "ok") return notes;
    const order = await readOrder(api, orderId);
    return order.kind === "ok" ? { kind: "ok", body: { order: order.body, notes: notes.body } } : order;
  };

  /** The status that our write went over, null = none; and the notes that tell it. */
  const wentOver = async (
    orderId: string,
    write: NoteWrite,
  ): Promise<ApiResult<{ left: string | null; notes: Note[] }>> => {
    const notes = await readNotes(api, orderId);
    if (notes.kind !== "ok") return notes;
    const left = leftBy(write, notes.body, await labelled());
    const same = left === write.from || statusOf(left, statuses) === statusOf(write.from, statuses);
    return { kind: "ok", body: { left: same ? null : left, notes: notes.body } };
  };

  type Moved =
    /** `notes` are those after the write. */
    { kind: "moved"; after: number; notes: Note[] } | { kind: "conflict"; status: string } | Failure;

  const unexplained = (orderId: string, word: string): Failure => ({
    kind: "refused",
    detail: `order ${orderId} has the status "${word}", which only a plugin of the shop knows; declare it in statuses`,
  });
  const conflict = (orderId: string, word: string): Moved => {
    return statusOf(word, statuses) === null ? unexplained(orderId, word) : { kind: "conflict", status: word };
  };

  /** What we went over is put back, as the newer change that it was. */
  const putBack = async (orderId: string, left: string, from: string, reference: string, depth: number) => {
    const seen = await look(orderId);
    if (seen.kind !== "ok") return seen;
    const back = await move(orderId, seen.body, from, { status: left }, left, reference, depth + 1);
    return back.kind === "moved" ? conflict(orderId, left) : back;
  };

  /** One compare-and-write in the shop's own words, as far as WooCommerce lets one. */
  const move = async (
    orderId: string,
    { order, notes }: Look,
    from: string,
    change: object,
    to: string,
    reference: string,
    depth = 0,
  ): Promise<Moved> => {
    if (order.status !== from || depth > CROSSINGS) return conflict(orderId, order.status);
    const write = { from, to, after: notes.at(-1)?.id ?? 0, silent: isSilent(change, order) };
    // A move that puts back is not the effect's own, so the mark stays as it is.
    const mark = depth === 0 ? { meta_data: [{ key: MARK, value: written({ reference, ...write }) }] } : {};
    const told = await api.ask(WooOrder, "PUT", orderPath(orderId) ?? "", { ...change, ...mark });
    if (told.kind !== "ok") return told;
    if (told.body.status !== to) return conflict(orderId, told.body.status);
    const over = await wentOver(orderId, write);
    if (over.kind !== "ok") return over;
    const { left } = over.body;
    if (left !== null) return putBack(orderId, left, to, reference, depth);
    return { kind: "moved", after: write.after, notes: over.body.notes };
  };

  type StatusEffect = Extract<ShopEffect, { type: "completePayment" | "setOrderStatus" }>;

  const wordFor = (effect: StatusEffect): string => ("child" in effect && effect.child) || effect.to;

  const changeFor = (effect: StatusEffect, order: WooOrder): object => {
    if (effect.type === "setOrderStatus") return { status: wordFor(effect) };
    const transaction = effect.transactionId === null ? {} : { transaction_id: effect.transactionId };
    // WooCommerce's own payment_complete(), which the API runs only for an order that still needs its payment.
    return order.needs_payment ? { set_paid: true, ...transaction } : { status: effect.to, ...transaction };
  };

  /** It reads as it is to be. In any child of its status it is left where it is, unless one was asked for. */
  const isThere = (effect: StatusEffect, word: string, seen: OrderStatus): boolean =>
    word === wordFor(effect) || (wordFor(effect) === effect.to && seen === effect.to);

  /** Only from the status that the engine decided from; another one is a newer change, and an event of its own. */
  const mayMove = (effect: StatusEffect, seen: OrderStatus): boolean =>
    effect.type === "setOrderStatus"
      ? seen === effect.from || seen === effect.to
      : seen === effect.from && payable.includes(seen);

  /**
   * On hold without a note of it, before the payment: written past WooCommerce, so no person waits for anything, and the
   * order waits for its payment.
   */
  const isHeldByNobody = async (orderId: string, effect: StatusEffect, seen: OrderStatus): Promise<boolean> => {
    if (effect.type !== "completePayment" || seen !== "on-hold" || effect.from === "on-hold") return false;
    // Read after the order: a person who put it on hold in between has left a note by now.
    const [notes, names] = [await readNotes(api, orderId), await labelled()];
    return notes.kind === "ok" && names.size > 0 && lastToldOf(notes.body, names) !== "on-hold";
  };

  const changeStatus = async (
    orderId: string,
    reference: string,
    effect: StatusEffect,
  ): Promise<ShopAnswer<string>> => {
    const looked = await look(orderId);
    if (looked.kind !== "ok") return answerTo(orderId, looked);
    const { order } = looked.body;
    const seen = statusOf(order.status, statuses);
    if (seen === null) return answerTo(orderId, unexplained(orderId, order.status));
    const mark = markOf(order);
    const to = wordFor(effect);
    let moved: Moved;
    if (mark?.reference === reference) moved = await takeUp(orderId, mark, to);
    else if (isThere(effect, order.status, seen)) return { kind: "done" };
    else if (!mayMove(effect, seen) && !(await isHeldByNobody(orderId, effect, seen)))
      return { kind: "conflict", status: order.status };
    else moved = await move(orderId, looked.body, order.status, changeFor(effect, order), to, reference);
    if (moved.kind === "conflict") return moved;
    if (moved.kind !== "moved") return answerTo(orderId, moved);
    const noted = await noteOnce(api, orderId, reference, effect.note, moved);
    if (noted.kind !== "ok") return answerTo(orderId, noted);
    const now = await readOrder(api, orderId);
    if (now.kind !== "ok") return answerTo(orderId, now);
    const last = now.body.status === to ? null : conflict(orderId, now.body.status);
    return last === null ? { kind: "done" } : last.kind === "conflict" ? last : answerTo(orderId, last as Failure);
  };

  /** An attempt before this one wrote the status and was not heard of again: what it would have done next. */
  const takeUp = async (orderId: string, { reference, ...mark }: WriteMark, to: string): Promise<Moved> => {
    const over = await wentOver(orderId, { ...mark, to });
    if (over.kind !== "ok") return over;
    const { left, notes } = over.body;
    return left === null ? { kind: "moved", after: mark.after, notes } : putBack(orderId, left, to, reference, 0);
  };

  const setMeta = async (orderId: string, meta: Record<string, unknown>): Promise<ShopAnswer> => {
    const meta_data = Object.entries(meta).map(([key, value]) => ({ key, value }));
    const told = await api.ask(z.unknown(), "PUT", orderPath(orderId) ?? "orders/0", { meta_data });
    return told.kind === "ok" ? { kind: "done" } : answerTo(orderId, told);
  };

  const plain = (orderId: string, told: ApiResult<unknown>): ShopAnswer =>
    told.kind === "ok" ? { kind: "done" } : answerTo(orderId, told);

  const shop: WooShop<string> = {
    async execute(orderId, effectId, effect) {
      const reference = referenceOf(orderId, effectId);
      switch (effect.type) {
        case "completePayment":
        case "setOrderStatus":
          return changeStatus(orderId, reference, effect);
        case "setOrderMeta":
          return setMeta(orderId, effect.meta);
        case "addOrderNote":
          return plain(orderId, await noteOnce(api, orderId, reference, effect.note));
        case "recordRefund":
          return plain(orderId, await recordRefund(api, clock, orderId, reference, effect));
        case "setOrderLines":
          return plain(orderId, await writeLines(api, orderId, effect.lines, effect.total));
      }
    },
    async readStatus(orderId) {
      const order = await readOnce(orderId);
      if (order.kind === "missing") return null;
      if (order.kind !== "ok") throw unasked(orderId, order);
      const told = statusIn(order.body.status, statuses);
      return told?.child ?? told?.status ?? null;
    },
    async readOrder(orderId) {
      const order = await readOnce(orderId);
      if (order.kind === "missing") return { gone: true };
      if (order.kind !== "ok") throw unasked(orderId, order);
      // Money would move for an order whose status cannot be written afterwards.
      const { status } = order.body;
      if (status !== "trash" && statusOf(status, statuses) === null)
        throw new Error(detailOf(unexplained(orderId, status)));
      return shopOrder(order.body, options.gateways);
    },
    fetchOrder: (orderId) => readOrder(api, orderId),
  };
  return shop as WooShop<Own>;
};
