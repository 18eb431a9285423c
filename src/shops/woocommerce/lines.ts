/** Bringing the shop's lines to what the engine has; nothing is written where they are so already. */
import { type Line, sameLines, vatOf } from "../../../machines/lines.js";
import { decimal } from "../../core/money.js";
import { type ApiResult, orderPath, type WooApi } from "./api.js";
import { DIFFERENCE, linesOf } from "./order.js";
import { WooOrder } from "./schema.js";

/** Without VAT, which the shop adds by itself. Where nobody told it, it keeps its share of the line. */
const netOf = (wanted: Line, item: { total: number; total_tax: number }): number => {
  if (wanted.vat !== undefined || wanted.vatRate !== undefined) return wanted.total - vatOf(wanted);
  const gross = item.total + item.total_tax;
  return gross === 0 ? wanted.total : Math.round((wanted.total * item.total) / gross);
};

/**
 * Which of the wanted lines each of the shop's becomes; undefined = none, it is taken out. One article may stand on
 * several lines: what is so already stays, and the others follow in their order.
 */
const pairedWith = (wanted: readonly Line[], now: readonly Line[]): (Line | undefined)[] => {
  const left = [...wanted];
  const taken = (isIt: (line: Line) => boolean): Line | undefined => {
    const at = left.findIndex(isIt);
    return at < 0 ? undefined : left.splice(at, 1)[0];
  };
  const same = now.map((line) => taken((one) => sameLines([one], [line])));
  return now.map((line, i) => same[i] ?? taken(({ sku }) => sku === line.sku));
};

export const writeLines = async (
  api: WooApi,
  orderId: string,
  lines: Line[],
  total: number,
): Promise<ApiResult<null>> => {
  const path = orderPath(orderId);
  if (path === null) return { kind: "missing" };
  const told = await api.ask(WooOrder, "GET", path);
  if (told.kind !== "ok") return told;
  const order = told.body;
  const major = (minor: number): string => decimal(minor, order.currency);
  const now = linesOf(order);
  const paired = pairedWith(lines, now);
  const items = order.line_items.map((item, index) => {
    const wanted = paired[index];
    // Quantity 0 takes the line out.
    if (wanted === undefined) return { id: item.id, quantity: 0 };
    const net = major(netOf(wanted, item));
    return { id: item.id, quantity: wanted.quantity, subtotal: net, total: net };
  });
  const added = lines
    .filter((line) => line.sku !== DIFFERENCE && !paired.includes(line))
    .map((line) => {
      const net = major(line.total - vatOf(line));
      const name = line.description === undefined ? {} : { name: line.description };
      return { sku: line.sku, ...name, quantity: line.quantity, subtotal: net, total: net };
    });
  const kept = paired.filter((line) => line !== undefined);
  const isSo = now.length === lines.length && sameLines(now, kept) && order.total === total;
  if (isSo) return { kind: "ok", body: null };
  const written = await api.ask(WooOrder, "PUT", path, { line_items: [...items, ...added] });
  if (written.kind !== "ok") return written;
  if (written.body.total === total) return { kind: "ok", body: null };
  const detail = `the shop makes the total of order ${orderId} ${major(written.body.total)}, not ${major(total)}; check its lines by hand`;
  return { kind: "refused", detail };
};
