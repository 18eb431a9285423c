/** `orders`: a list of orders, the last changed first; a search among them; and the same again as it changes. */
import { setTimeout as pause } from "node:timers/promises";
import { type Command, Option } from "commander";
import { OrderStatus } from "../../../machines/facts.js";
import { registry } from "../../../machines/index.js";
import { find, LEAST_OF_PAYMENT, LONGEST_SEARCH } from "../../inspector/find.js";
import type { OrderFilter, OrderRow } from "../../ports/store.js";
import { recordReader } from "../../runtime/embedded/queries.js";
import { Ends, exitCodes, exits, refused, wrongUsage } from "../lib/ending.js";
import { lookOptions } from "../lib/look.js";
import { wholeIn } from "../lib/options.js";
import { ask, type RemoteOptions } from "../lib/remote.js";
import { lookingStore } from "../lib/stores.js";
import { moment, say, sayJson, table } from "../lib/terminal.js";

interface Options extends RemoteOptions {
  store?: string;
  status?: OrderStatus;
  flagged?: true;
  limit: number;
  watch?: true;
  json?: true;
}

/** Where the orders are looked for: in a store, or by asking the engine. */
interface Place {
  list: (filter: OrderFilter) => Promise<OrderRow[]>;
  read: (orderId: string) => Promise<object | null>;
  findByPayment: (paymentId: string) => Promise<{ orderId: string; current: boolean } | null>;
  close: () => Promise<void>;
}

const inStore = async (place: string): Promise<Place> => {
  const store = await lookingStore(place);
  return {
    list: (filter) => store.list(filter),
    read: recordReader(store, registry),
    findByPayment: (id) => store.findByPayment(id),
    close: () => store.close(),
  };
};

const overHttp = (options: RemoteOptions): Place => ({
  async list({ status, flagged, paymentPrefix, after, latest, limit }) {
    const query = new URLSearchParams({ limit: String(limit) });
    if (status !== undefined) query.set("status", status);
    if (flagged) query.set("flagged", "true");
    if (paymentPrefix !== undefined) query.set("payment", paymentPrefix);
    if (after !== undefined) query.set("after", after);
    if (latest !== undefined) query.set("latest", "true");
    const response = await ask(options, `/orders?${query}`);
    if (response.status === 501 && paymentPrefix !== undefined) return [];
    if (!response.ok) throw new Ends(exits.trouble, `${options.url} answered ${response.status}`);
    return ((await response.json()) as { orders: OrderRow[] }).orders;
  },
  async read(orderId) {
    const response = await ask(options, `/orders/${encodeURIComponent(orderId)}`);
    return response.ok ? ((await response.json()) as object) : null;
  },
  // A whole id begins with itself, so the list finds it.
  findByPayment: async () => null,
  close: async () => {},
});

const rowsOf = (orders: OrderRow[]): string[] =>
  table(
    ["order", "status", "flags", "changed"],
    orders.map(({ orderId, status, flags, parked, updatedAt }) => [
      orderId,
      status,
      [...(parked === null ? [] : ["parked"]), ...flags].join(", "),
      moment(updatedAt),
    ]),
  );

/** Those that are called so, or begin so. @throws Ends that says what was looked for */
const found = async (place: Place, typed: string): Promise<OrderRow[]> => {
  const { q, orderId, begin } = await find(place, typed);
  const ids = orderId === null ? begin : [orderId];
  if (ids.length === 0) {
    const looked = q.length < LEAST_OF_PAYMENT ? "no order number begins" : "no order number or payment id begins";
    const more = q.length < LEAST_OF_PAYMENT ? `; of a payment id write at least ${LEAST_OF_PAYMENT} characters` : "";
    throw refused(`${looked} with "${q}"${more}`);
  }
  const first = ids.map(async (id) =>
    (await place.list({ after: before(id), limit: 1 })).filter((row) => row.orderId === id),
  );
  return (await Promise.all(first)).flat();
};
/** The last text that comes before the id, byte by byte. */
const before = (id: string): string =>
  `${id.slice(0, -1)}${String.fromCharCode(id.charCodeAt(id.length - 1) - 1)}\u{10ffff}`;

const look = async (place: Place, search: string | undefined, options: Options): Promise<OrderRow[]> => {
  if (search !== undefined) return found(place, search);
  const { status, flagged, limit } = options;
  const filter = { ...(status === undefined ? {} : { status }), ...(flagged ? { flagged } : {}) };
  return place.list({ ...filter, latest: { before: null }, limit });
};

const WATCH_MS = 2000;

/** Again and again, told where it has changed. Ends with Ctrl-C. */
const watch = async (place: Place, search: string | undefined, options: Options): Promise<never> => {
  for (let told = ""; ; await pause(WATCH_MS)) {
    const orders = await look(place, search, options);
    const now = JSON.stringify(orders);
    if (now === told) continue;
    if (options.json) sayJson({ at: moment(Date.now()), orders }, 0);
    else say([...(told === "" ? [] : [""]), moment(Date.now()), ...rowsOf(orders)]);
    told = now;
  }
};

const run = async (search: string | undefined, options: Options): Promise<void> => {
  if (search !== undefined && search.length > LONGEST_SEARCH)
    throw wrongUsage(`a search of ${search.length} characters is longer than any id; write at most ${LONGEST_SEARCH}`);
  const place = options.store === undefined ? overHttp(options) : await inStore(options.store);
  try {
    if (options.watch) await watch(place, search, options);
    const orders = await look(place, search, options);
    if (options.json) sayJson({ orders });
    else if (orders.length === 0) say("No orders match.");
    else say(rowsOf(orders));
  } finally {
    await place.close();
  }
};

export const addOrders = (program: Command): void => {
  lookOptions(program.command("orders"))
    .description("list orders, the last changed first, or search for one")
    .argument("[search]", "an order number or a payment id, whole or how it begins (#1012, 10, 76f3)")
    .addOption(new Option("--status <status>", "only orders with this status").choices(OrderStatus.options))
    .option("--flagged", "only orders with a flag")
    .option("--limit <n>", "at most so many", wholeIn(1, 500), 50)
    .option("--watch", "list again whenever something has changed, until Ctrl-C")
    .option("--json", "the list as JSON; with --watch a line for each change")
    .addHelpText(
      "after",
      `
An order changes with its status, with a new payment, and with what the shop writes; a reading of its payment is no change.

Examples:
  $ order-status orders --status on-hold
  $ order-status orders '#1012'
  $ order-status orders --flagged --watch
  $ order-status orders 76f393fa --store orders.db
${exitCodes("a search found nothing")}`,
    )
    .action(run);
};
