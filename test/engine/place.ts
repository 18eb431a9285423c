/** A shop, a bank and an engine between them, for the engine's tests. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Command, PlacedOrder } from "../../machines/events.js";
import { addressKeys, type HttpOptions, httpApp, urlsFor } from "../../src/http/app.js";
import type { EngineOptions } from "../../src/index.js";
import type { Clock } from "../../src/ports/clock.js";
import type { Gateway } from "../../src/ports/gateway.js";
import type { Store } from "../../src/ports/store.js";
import { createEngine, type Engine } from "../../src/runtime/embedded/engine.js";
import { memoryStore } from "../../src/stores/memory/store.js";
import { type ResursDouble, resursDouble } from "../../src/testing/doubles/resurs/double.js";
import { type WooDouble, wooDouble } from "../../src/testing/doubles/woocommerce/double.js";
import { VirtualClock } from "../../src/testing/virtual-clock.js";
import { gatewayTo } from "./to-bank.js";

export { keepKnownKey, knowsKey } from "./known-key.js";
export { gatewayTo };

export const T0 = Date.parse("2026-11-20T12:00:00.000Z");
export const MINUTE = 60_000;

const offered = ["CAPTURE", "PARTIAL_CAPTURE", "CANCEL", "PARTIAL_CANCEL"];

/** 1000.00 at the bank, in the Merchant API's words. */
export const payment = (id: string, status = "ACCEPTED", order: object = {}) => ({
  id,
  status,
  rejectedReason: null,
  order: {
    totalOrderAmount: 1000,
    authorizedAmount: status === "ACCEPTED" ? 1000 : 0,
    capturedAmount: 0,
    canceledAmount: 0,
    refundedAmount: 0,
    possibleActions: status === "ACCEPTED" ? offered : [],
    ...order,
  },
  application: { approvedCreditLimit: 1000 },
});

/** `faults` in a scenario's words, for as long as the payment stands. */
export const bankHas = (
  bank: ResursDouble,
  id: string,
  status = "ACCEPTED",
  faults?: Record<string, string>,
  order: object = {},
) =>
  bank.setSeries(id, [
    { from: 0, payment: payment(id, status, order), taskStatus: { completed: true }, ...(faults && { faults }) },
  ]);

export const lines = [
  { sku: "a", quantity: 1, total: 60_000 },
  { sku: "b", quantity: 1, total: 40_000 },
];

export const order = (paymentId: string | null, at: number, more: Partial<PlacedOrder> = {}) => ({
  status: "pending" as const,
  total: 100_000,
  currency: "SEK",
  lines: more.total === undefined ? lines : [],
  needsProcessing: true,
  gateway: "resurs-mapi",
  paymentId,
  previousPaymentIds: [],
  createdAt: at,
  updatedAt: at,
  customerReturned: false,
  ...more,
});

export const shopHas = (woo: WooDouble, id: string, at: number, status: PlacedOrder["status"] = "pending") =>
  woo.addOrder({
    id,
    status,
    total: 100_000,
    currency: "SEK",
    lines,
    needsProcessing: true,
    createdAt: at,
    updatedAt: at,
    datePaid: null,
  });

/** The same bank under another gateway's name, for a test that is about whose payment it is. */
export const gatewayNamed = (name: string, url: string, clock: Clock): Gateway => ({
  ...gatewayTo(url, clock),
  name,
  api: name,
});

const everything = { burst: 1e6, perSecond: 1e6 };
/** What a test sends at one moment of its clock would be a flood anywhere else. */
export const unlimited = {
  total: everything,
  unprovenOrder: everything,
  unprovenReturns: everything,
  unprovenReadings: everything,
};

type Callback = Extract<Command, { type: "callback.received" }>;

export const callback = (paymentId: string, more: Partial<Callback> = {}): Callback => ({
  type: "callback.received",
  kind: "AUTHORIZATION",
  paymentId,
  claims: "AUTHORIZED",
  content: null,
  ...more,
});

export const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  new Request(`http://shop.test${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });

const API_TOKEN = "the token of the tests";

/** The app as whoever has its API token reaches it; one that a request carries already stays. */
export const trusted = (options: Omit<HttpOptions, "apiToken"> & { apiToken?: HttpOptions["apiToken"] }) => {
  const app = httpApp({ apiToken: API_TOKEN, ...options });
  const forToken = /^\/(orders|dead-letters|metrics|payment-methods|doctor)\b/;
  return {
    fetch: (request: Request) => {
      const asks = forToken.test(new URL(request.url).pathname) && !request.headers.has("authorization");
      if (asks) request.headers.set("authorization", `Bearer ${API_TOKEN}`);
      return app.fetch(request);
    },
  };
};

/** The page that a bank sends the customer of `pay-<order>` back to, with its proof. */
export const returnPath = async (
  engine: Pick<Engine, "secret">,
  orderId: string,
  page: "success" | "fail" | "signing-landing" | "signing-cancelled",
  attempt = `pay-${orderId}`,
): Promise<string> => {
  const urls = urlsFor("http://shop.test", orderId, "resurs-mapi", await addressKeys(engine), attempt);
  const { successUrl: success, failUrl: fail, signedUrl, signingFailedUrl } = urls;
  const pages = { success, fail, "signing-landing": signedUrl, "signing-cancelled": signingFailedUrl };
  return new URL(pages[page]).pathname;
};

/** Waits for what must come; how long it takes is nobody's business. */
export const until = async (met: () => boolean | Promise<boolean>, what = "it"): Promise<void> => {
  const deadline = performance.now() + 25_000;
  while (!(await met())) {
    if (performance.now() > deadline) throw new Error(`${what} never came`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
};

/** One store that several engines open, closed by the last. */
export const shared = (store: Store): (() => Store) => {
  let users = 0;
  return () =>
    new Proxy(store, {
      get(target, name) {
        const member = Reflect.get(target, name) as unknown;
        if (name === "open") return async () => void (users++ === 0 && (await target.open()));
        if (name === "close") return async () => void (--users === 0 && (await target.close()));
        return typeof member === "function" ? member.bind(target) : member;
      },
    });
};

export const temporary = async () => {
  const folder = await mkdtemp(join(tmpdir(), "order-engine-"));
  return { file: join(folder, "orders.db"), remove: () => rm(folder, { recursive: true, force: true }) };
};

/** Everything in one process, with a clock that stands still until it is moved. */
export class Place {
  readonly clock = new VirtualClock(T0);
  readonly woo = wooDouble({ now: () => this.clock.now() });
  bank!: ResursDouble;
  engine!: Engine;
  fetch!: (request: Request) => Response | Promise<Response>;
  private engines: Engine[] = [];
  /** Calls to a gateway of the test's own that never come back. */
  hanging: () => number = () => 0;

  /** @param options `more`: further names for the bank beside `resurs-mapi`; `only`: its names instead of that */
  static async made(made: Partial<EngineOptions<string>> & { more?: string[]; only?: string[] } = {}): Promise<Place> {
    const { more = [], only, ...options } = made;
    const place = new Place();
    place.bank = await resursDouble({ clock: place.clock });
    const named = (only ?? ["resurs-mapi", ...more]).map((name) => gatewayNamed(name, place.bank.url, place.clock));
    place.engine = await place.start({ gateways: named, ...options });
    place.fetch = trusted({ engine: place.engine, limits: unlimited, publicUrl: "http://shop.test" }).fetch;
    return place;
  }

  async start(options: Partial<EngineOptions<string>> = {}): Promise<Engine> {
    const engine = createEngine({
      store: memoryStore(),
      gateways: [gatewayTo(this.bank.url, this.clock)],
      shop: this.woo.shop,
      clock: this.clock,
      random: () => 0.5,
      ...options,
    });
    await engine.start();
    this.engines.push(engine);
    return engine;
  }

  /** An order in the shop, in the engine and at the bank, made ten minutes ago. */
  async order(
    id: string,
    says: {
      payment?: string;
      faults?: Record<string, string>;
      at?: number;
      amounts?: object;
    } & Partial<PlacedOrder> = {},
  ): Promise<void> {
    const { payment: status = "ACCEPTED", faults, at = T0 - 10 * MINUTE, amounts, ...more } = says;
    const paymentId = more.paymentId === undefined ? `pay-${id}` : more.paymentId;
    if (paymentId !== null) bankHas(this.bank, paymentId, status, faults, amounts);
    shopHas(this.woo, id, at, more.status);
    await this.engine.place(id, order(paymentId, at, more));
  }

  /** Nothing moves any more until the clock does; with a full disk that cannot be seen, so the patience has an end. */
  async rest(patience = Number.POSITIVE_INFINITY): Promise<void> {
    for (let calm = 0, looks = 0; calm < 4 && looks < patience; looks += 1) {
      // What one engine does is counted; what goes from one to another through their database is not.
      const waits = calm === 0 || this.engines.length > 1;
      await new Promise((resolve) => (waits ? setTimeout(resolve, Math.min(calm, 1)) : setImmediate(resolve)));
      calm = this.resting() ? calm + 1 : 0;
    }
  }

  private resting(): boolean {
    const calls = this.engines.reduce((sum, engine) => sum + engine.underWay, 0);
    return (
      this.engines.every((engine) => engine.restingButForCalls) &&
      calls <= this.bank.held() + this.hanging() &&
      this.bank.delivering() === 0
    );
  }

  /** Moves the clock on, step by step. */
  after(ms: number, patience?: number): Promise<void> {
    return this.clock.advanceTo(this.clock.now() + ms, () => this.rest(patience));
  }

  /** Submits and lets everything come to rest at this moment. */
  async tell(id: string, event: Command) {
    const settled = this.engine.submit(id, event, { wait: "settled" });
    await this.rest();
    return settled;
  }

  status(id: string) {
    return this.woo.order(id).status;
  }

  async end(): Promise<void> {
    for (const engine of this.engines) await engine.stop();
    await this.bank.close();
  }
}
