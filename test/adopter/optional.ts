/**
 * Whatever may be left out may be undefined as well, such as a variable that the environment does not have. Only the
 * compiler looks at this, under exact optional properties.
 */
import type {
  CanOptions,
  CheckoutUrls,
  CreatedPayment,
  EngineOptions,
  Gateway,
  OrderFilter,
  prune,
  ReconcileOptions,
  RefundOptions,
  SubmitOptions,
} from "order-status-engine";
import type { httpApp } from "order-status-engine/http";
import type { inspector } from "order-status-engine/inspector";
import type { memoryStore } from "order-status-engine/memory";
import type { netsEasy } from "order-status-engine/nets";
import type { postgresStore } from "order-status-engine/postgres";
import type { restateRuntime, restateService } from "order-status-engine/restate";
import type { resursMapi } from "order-status-engine/resurs";
import type { resursCheckout, resursHosted, resursSimplified } from "order-status-engine/resurs-legacy";
import type { sqliteStore } from "order-status-engine/sqlite";
import type { telemetry } from "order-status-engine/telemetry";
import type { sandbox } from "order-status-engine/testing";
import type { wooDoctor, wooShop, wooWebhooks } from "order-status-engine/woocommerce";

/** The optional keys of an object, each undefined. */
type Undefined<T> = { [K in keyof T as Record<never, never> extends Pick<T, K> ? K : never]: undefined };
type TakesUndefined<T> = T extends unknown ? (Undefined<T> extends Partial<T> ? true : false) : never;
type Options<F extends (options: never) => unknown> = TakesUndefined<NonNullable<Parameters<F>[0]>>;
type Hold<T extends Record<string, true>> = T;

export type OptionsHold = Hold<{
  engine: TakesUndefined<EngineOptions>;
  limits: TakesUndefined<NonNullable<EngineOptions["limits"]>>;
  submit: TakesUndefined<SubmitOptions>;
  refund: TakesUndefined<RefundOptions>;
  can: TakesUndefined<CanOptions>;
  reconcile: TakesUndefined<ReconcileOptions>;
  checkout: TakesUndefined<CheckoutUrls>;
  list: TakesUndefined<OrderFilter>;
  gateway: TakesUndefined<Pick<Gateway, "api">>;
  created: TakesUndefined<CreatedPayment>;
  prune: TakesUndefined<Parameters<typeof prune>[1]>;
  http: Options<typeof httpApp>;
  httpLimits: TakesUndefined<NonNullable<Parameters<typeof httpApp>[0]["limits"]>>;
  inspector: Options<typeof inspector>;
  memory: Options<typeof memoryStore>;
  sqlite: Options<typeof sqliteStore>;
  postgres: Options<typeof postgresStore>;
  restate: Options<typeof restateRuntime>;
  restateService: Options<typeof restateService>;
  resurs: Options<typeof resursMapi>;
  simplified: Options<typeof resursSimplified>;
  hosted: Options<typeof resursHosted>;
  resursCheckout: Options<typeof resursCheckout>;
  nets: Options<typeof netsEasy>;
  woo: Options<typeof wooShop>;
  webhooks: Options<typeof wooWebhooks>;
  doctor: Options<typeof wooDoctor>;
  telemetry: Options<typeof telemetry>;
  sandbox: Options<typeof sandbox>;
}>;
