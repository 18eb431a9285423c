/**
 * What of Vendure is used here, as this package sees it. Vendure itself is an optional peer of a hundred megabytes, so it
 * is looked up when the plugin is made. `npm run hosts` holds these types against Vendure's own.
 */
import { createRequire } from "node:module";
import { missing } from "../../ports/missing.js";

export type ID = string | number;

export interface VendureRefund {
  id: ID;
  total: number;
  state: string;
  transactionId: string;
  metadata: Record<string, unknown>;
}

export interface VendurePayment {
  id: ID;
  method: string;
  amount: number;
  state: string;
  transactionId: string;
  metadata: Record<string, unknown>;
  refunds: VendureRefund[];
}

export interface VendureLine {
  id: ID;
  quantity: number;
  taxRate: number;
  proratedLinePrice: number;
  proratedLinePriceWithTax: number;
  proratedUnitPriceWithTax: number;
  productVariant: { sku: string; name: string };
}

export interface VendureOrder {
  id: ID;
  code: string;
  state: string;
  active: boolean;
  totalWithTax: number;
  currencyCode: string;
  lines: VendureLine[];
  surcharges: { sku: string; description: string; price: number; priceWithTax: number; taxRate: number }[];
  shippingLines: {
    discountedPrice: number;
    discountedPriceWithTax: number;
    taxRate: number;
    shippingMethod?: { translations: { name: string }[] } | null;
  }[];
}

/** Vendure's RequestContext: it is only handed on. */
export type Ctx = object;

interface Repository {
  update(id: ID, changes: object): Promise<unknown>;
  save(entity: object): Promise<unknown>;
  find(how: object): Promise<object[]>;
  query(statement: string, values: unknown[]): Promise<unknown>;
}
type Token<T> = abstract new (...given: never[]) => T;

export interface VendureConnection {
  rawConnection: { options: { type: string } };
  getRepository(ctx: Ctx, entity: Token<unknown>): Repository;
  withTransaction<T>(ctx: Ctx, work: (ctx: Ctx) => Promise<T>): Promise<T>;
}

export interface VendureOrders {
  findOne(ctx: Ctx, id: ID): Promise<VendureOrder | undefined>;
  findOneByCode(ctx: Ctx, code: string, relations?: string[]): Promise<VendureOrder | undefined>;
  getOrderPayments(ctx: Ctx, id: ID): Promise<VendurePayment[]>;
  getEligiblePaymentMethods(ctx: Ctx, id: ID): Promise<{ code: string; isEligible: boolean }[]>;
  transitionToState(ctx: Ctx, id: ID, state: string): Promise<object>;
  transitionRefundToState(ctx: Ctx, id: ID, state: string, transactionId?: string): Promise<VendureRefund>;
}

interface Argument {
  name: string;
  value: string;
}
export interface VendureMethod {
  code: string;
  handler: { code: string; args: Argument[] };
}

export interface Injector {
  get<T>(token: Token<T>): T;
}

/** Of `@vendure/core`; the rest of each class is left out. */
export interface VendureCore {
  Order: Token<unknown>;
  Payment: Token<unknown>;
  PaymentMethod: Token<unknown>;
  Refund: new (of: object) => VendureRefund;
  TransactionalConnection: Token<VendureConnection>;
  OrderService: Token<VendureOrders>;
  PaymentService: Token<{
    createPayment(ctx: Ctx, order: VendureOrder, amount: number, method: string, metadata: object): Promise<object>;
    transitionToState(ctx: Ctx, id: ID, state: string): Promise<object>;
    findOneOrThrow(ctx: Ctx, id: ID): Promise<VendurePayment & { order: { id: ID } }>;
  }>;
  HistoryService: Token<{
    createHistoryEntryForOrder(
      entry: { ctx: Ctx; orderId: ID; type: string; data: object },
      isPublic: boolean,
    ): unknown;
    getHistoryForOrder(
      ctx: Ctx,
      id: ID,
      publicOnly: boolean,
      options: object,
    ): Promise<{ items: { data: Record<string, unknown> }[] }>;
  }>;
  RequestContextService: Token<{ create(how: { apiType: "admin" }): Promise<Ctx> }>;
  ActiveOrderService: Token<{ getActiveOrder(ctx: Ctx, input: undefined): Promise<VendureOrder | undefined> }>;
  ConfigService: Token<{ entityOptions: { moneyStrategy: { precision?: number } } }>;
  ProcessContext: Token<{ isServer: boolean }>;
  PluginCommonModule: Token<unknown>;
  PaymentMethodHandler: new (config: object) => object;
  Permission: { Owner: string };
  LanguageCode: { en: string; sv: string };
  Logger: Record<"error" | "warn" | "info" | "debug", (message: string, context?: string) => void>;
  VendurePlugin(metadata: object): (plugin: Token<unknown>) => void;
  Allow(...permissions: string[]): MethodDecorator;
  Ctx(): ParameterDecorator;
  isGraphQlErrorResult(result: object): boolean;
  internal_getRequestContext(request: object, execution?: object): Ctx | undefined;
  SettlePaymentError: new (of: { paymentErrorMessage: string }) => object;
  CancelPaymentError: new (of: { paymentErrorMessage: string }) => object;
  OrderStateTransitionError: new (of: { transitionError: string; fromState: string; toState: string }) => object;
  RefundStateTransitionError: new (of: { transitionError: string; fromState: string; toState: string }) => object;
}

interface GraphQl {
  Resolver(): (resolver: Token<unknown>) => void;
  Mutation(): MethodDecorator;
  Args(name: string): ParameterDecorator;
  GqlExecutionContext: {
    create(context: object): { getArgs(): never; getInfo(): { parentType: object; fieldName: string } };
  };
}

export interface Vendure {
  core: VendureCore;
  graphql: GraphQl;
  /** As an interceptor answers. */
  of(value: unknown): object;
  /** The first value of what an interceptor is handed. */
  first(observable: object): Promise<unknown>;
  parse(document: string): object;
}

const require = createRequire(import.meta.url);

/** @throws Missing */
export const vendure = (): Vendure => {
  let core: string;
  try {
    core = require.resolve("@vendure/core");
  } catch (error) {
    return missing("@vendure/core", "The Vendure plugin")(error);
  }
  // Vendure's own copies, which its classes were made with.
  const beside = createRequire(core);
  const rxjs = beside("rxjs");
  return {
    core: require(core),
    graphql: beside("@nestjs/graphql"),
    of: rxjs.of,
    first: rxjs.firstValueFrom,
    parse: beside("graphql").parse,
  };
};
