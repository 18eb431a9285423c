/** Bringing the shop's lines to what the engine has; nothing is written where they are so already. */
import type { Line } from "../../../machines/facts.js";
import { type ApiResult, orderPath, type WooApi } from "./api.js";
import { linesOf } from "./order.js";
import { WooOrder } from "./schema.js";

const major = (minor: number): string => (minor / 100).toFixed(2);

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
  const now = linesOf(order);
  const items = order.line_items.map((item, index) => {
    const wanted = lines.find(({ sku }) => sku === now[index]?.sku);
    // Quantity 0 takes the line out.
    if (wanted === undefined) return { id: item.id, quantity: 0 };
    // The tax keeps its share of the line.
    const share = item.total + item.total_tax === 0 ? 1 : item.total / (item.total + item.total_tax);
    const net = major(Math.round(wanted.total * share));
    return { id: item.id, quantity: wanted.quantity, subtotal: net, total: net };
  });
  const added = lines
    .filter(({ sku }) => !now.some((line) => line.sku === sku))
    .map(({ sku, quantity, total }) => ({ sku, quantity, subtotal: major(total), total: major(total) }));
  if (same(now, lines) && order.total === total) return { kind: "ok", body: null };
  const written = await api.ask(WooOrder, "PUT", path, { line_items: [...items, ...added] });
  if (written.kind !== "ok") return written;
  if (written.body.total === total) return { kind: "ok", body: null };
  const detail = `the shop makes the total of order ${orderId} ${major(written.body.total)}, not ${major(total)}; check its lines by hand`;
  return { kind: "refused", detail };
};

const same = (a: Line[], b: Line[]): boolean =>
  a.length === b.length &&
  a.every((line) =>
    b.some(({ sku, quantity, total }) => sku === line.sku && quantity === line.quantity && total === line.total),
  );
