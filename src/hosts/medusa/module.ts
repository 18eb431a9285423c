/**
 * The engine in Medusa: a payment provider for `medusa-config.ts`, and `doors()` for `src/api/middlewares.ts`. The doors are
 * read by the HTTP server alone, so they start the engine; migrations and workers do not.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { OrderStatus } from "../../../machines/facts.js";
import type { Shop } from "../../ports/shop.js";
import { thrownText } from "../../ports/thrown.js";
import { type Embedded, embedded, type HostOptions } from "../embedded.js";
import { server } from "./core.js";
import { Ledger } from "./ledger.js";
import { type Hosted, providerOf } from "./provider.js";

export interface ProviderOptions extends HostOptions {
  /** The engine's name of the bank that this provider is for, such as `resurs-mapi`. */
  gateway: string;
  /** Which of the bank's payment methods, by its id; left out: the bank's own choice. */
  method?: string | undefined;
}

const route = "order-status";
/** By what names them: Medusa hands the same options over more than once, and several providers may share an engine. */
const engines = new Map<object, Hosted>();
let serving = false;

const medusaShop = (ledger: () => Ledger, statusOf: (id: string) => Promise<OrderStatus | null>): Shop => ({
  async execute(collection, _effectId, effect) {
    try {
      const afterMs = "to" in effect || effect.type === "recordRefund" ? await ledger().bring(collection) : 0;
      if (afterMs > 0) return { kind: "retry", afterMs, detail: "Medusa's books are not the bank's yet" };
      return { kind: "done" };
    } catch (error) {
      return { kind: "retry", afterMs: null, detail: `Medusa: ${thrownText(error)}` };
    }
  },
  readStatus: statusOf,
});

const hosted = (given: object): Hosted => {
  const options = given as ProviderOptions;
  const known = engines.get(options.store);
  if (known !== undefined) return { ...known, gateway: options.gateway, method: options.method };
  const onDecision: HostOptions["onDecision"] = (entry, record, messages) => {
    options.onDecision?.(entry, record, messages);
    if (record.facts.payment.id !== null) ledger.bringSoon(record.orderId);
  };
  const statusOf = async (id: string) => (await host.engine.queries.read(id))?.facts.order.status ?? null;
  const host: Embedded = embedded(
    { ...options, onDecision, route },
    medusaShop(() => ledger, statusOf),
  );
  const ledger = new Ledger(host, server);
  const made = { host, ledger, gateway: options.gateway, method: options.method };
  engines.set(options.store, made);
  if (serving) start(made);
  return made;
};

const start = ({ host: { engine } }: Hosted): void => {
  // A store that is not there yet is tried again, as Medusa's own database is.
  void engine.start().catch((error: unknown) => {
    console.error(`order-status: the engine does not start: ${thrownText(error)}`);
  });
  process.once("SIGTERM", () => void engine.stop());
};

type Middleware = (
  request: IncomingMessage & { originalUrl?: string },
  response: ServerResponse,
  next: () => void,
) => void;

/** Callbacks and returns, for the `routes` of `defineMiddlewares`: `https://shop.example/order-status/…`. */
export const doors = (): { matcher: string; bodyParser: false; middlewares: Middleware[] }[] => {
  if (!serving) for (const one of engines.values()) start(one);
  serving = true;
  const open: Middleware = (request, response, next) => {
    const [one] = engines.values();
    if (one === undefined) return next();
    // Express takes what it has matched off the path.
    request.url = (request.originalUrl ?? request.url ?? "").slice(route.length + 1) || "/";
    one.host.listener(request, response);
  };
  return [{ matcher: `/${route}/*`, bodyParser: false, middlewares: [open] }];
};

const OrderStatusProvider = providerOf(hosted);

export { OrderStatusProvider };
export default { module: "payment", services: [OrderStatusProvider] };
