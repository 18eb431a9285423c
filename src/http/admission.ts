/**
 * What stands in front of every public route, cheap checks first: who is asking, how often, with which proof. Whoever
 * is turned away here has cost one counter: nothing was parsed, looked up or stored, and the bank was not asked.
 *
 * Those who proved themselves are counted apart from those who did not, and have places of their own.
 */
import type { Context, MiddlewareHandler } from "hono";
import { addressOf } from "../ports/access.js";
import { type Some, withDefaults } from "../ports/defaults.js";
import type { AdmissionOutcome, Observer } from "../ports/observer.js";
import type { Runtime } from "../ports/runtime.js";
import { BODY_TIMEOUT_MS, type BodyReading } from "./body.js";
import { Buckets, type Rate } from "./buckets.js";
import type { CallbackKey } from "./keys.js";
import { Places } from "./places.js";
import { isLoopback, Networks, sourceOfAddress } from "./source.js";
import { orderOfToken } from "./token.js";

/** Within this a page may tell of one rejection as often as it likes. */
export const ONE_REJECTION_MS = 10_000;

export interface AdmissionOptions {
  /**
   * Keys of the tokens in the addresses that banks are given, newest first. null = addresses carry none, and then the
   * limits alone keep a flood off. The older flows' addresses are registered once for all payments and have a digest.
   */
  callbackKeys?: CallbackKey[] | null | undefined;
  /**
   * Addresses and networks (`13.50.187.51`, `10.0.0.0/8`) that callbacks and the questions of a bank's checkout
   * (`/nets/pay-initialized`, `/resurs-checkout/create-order`) may come from; null = from everywhere.
   */
  allowFrom?: string[] | null | undefined;
  /**
   * The address that a request came from; null = not known, and then it has no limit of its own. Left out: the socket's,
   * behind `listen`. Behind a proxy: `clientAddress({ header })`.
   */
  sourceOf?: ((request: Request) => string | null) | undefined;
  limits?: Some<AdmissionLimits> | undefined;
  /**
   * Requests under way at once of callers who proved themselves, the API's among them; health checks are not counted.
   * More are answered 429. Default 4000: some 100 MB.
   */
  requestsAtOnce?: number | undefined;
  /** The same of those who have not proved themselves (yet). Default 1000, and never more than `requestsAtOnce`. */
  unprovenAtOnce?: number | undefined;
  /** Bytes of bodies held at once, over all requests; half of it for those who have not proved themselves. Default 64 MiB. */
  bufferedBytes?: number | undefined;
  /** How long a body may take, in ms, from the first byte that is waited for to the last. Default 10,000. */
  bodyTimeoutMs?: number | undefined;
  /** Told of each request on a public route, and of requests that are turned away before any event. */
  observer?: Pick<Observer, "admission" | "turnedAway"> | undefined;
}

export interface AdmissionLimits {
  /**
   * Of one source that proves nothing: an IPv4 address, or an IPv6 network of 64 bits. Its returns with a proof are
   * counted apart, by the same rate.
   */
  source: Rate;
  /** Of one order, of requests that proved themselves. */
  order: Rate;
  /** Of one order, of requests that prove nothing: each may cost a reading of the payment, and the bank counts those. */
  unprovenOrder: Rate;
  /** Readings that returns without a proof cause, of one order: each is two entries in its history. */
  unprovenReturns: Rate;
  /** Of all requests that prove nothing. */
  total: Rate;
  /** Of one proof: one order's token or return link, one digest. Whoever has it may send it by the thousand. */
  proof: Rate;
  /** Of all requests that proved themselves, but for returns. */
  provenTotal: Rate;
  /** Of all returns that proved themselves: a share of their own, for a customer is not a bank. */
  provenReturns: Rate;
  /** Readings that all returns without a proof may cause together. */
  unprovenReadings: Rate;
  /** Rejections in a bank's frame, of one order: each is a note in the shop. */
  rejections: Rate;
  /** Orders that the shop is asked to create for a payment that no order has. */
  creations: Rate;
}

const admissionLimits: AdmissionLimits = {
  source: { burst: 50, perSecond: 10 },
  order: { burst: 10, perSecond: 0.5 },
  unprovenOrder: { burst: 10, perSecond: 0.2 },
  unprovenReturns: { burst: 1, perSecond: 1 / 60 },
  total: { burst: 1000, perSecond: 500 },
  proof: { burst: 50, perSecond: 10 },
  provenTotal: { burst: 4000, perSecond: 2000 },
  provenReturns: { burst: 1000, perSecond: 500 },
  unprovenReadings: { burst: 30, perSecond: 2 },
  rejections: { burst: 5, perSecond: 1 / 600 },
  creations: { burst: 50, perSecond: 5 },
};

/** By what a request proved itself. */
export interface Proof {
  /** The order that the proof names; null = it names none. */
  order: string | null;
  /** What is counted as one and the same proof; null = it proves who is asking, and not one thing. */
  one: string | null;
}

export interface RouteEntry {
  /** Only the addresses of `allowFrom` may come in here. */
  banksOnly?: boolean;
  /** What proves the request before its body is read; null = nothing does. */
  proof?: (c: Context) => Proof | null | Promise<Proof | null>;
  /** It is a customer's browser that asks, and no bank. */
  returns?: boolean;
  /** The body proves it: whoever fails to is counted when that is known, and nobody else. */
  byBody?: boolean;
}

const ALL = "";
/** As long as one moment of a rejection. */
const ONCE_A_MOMENT: Rate = { burst: 1, perSecond: 1000 / ONE_REJECTION_MS };

/** From this computer comes its proxy, whose visitors are told apart by `sourceOf` or not at all. null = nobody is. */
const visitorAt = (source: string | null): string | null =>
  source === null || isLoopback(source) ? null : sourceOfAddress(source);

export class Admission {
  private readonly allowed: Networks | null;
  private readonly places: Places;
  private readonly buckets: Record<keyof AdmissionLimits, Buckets>;
  /** Rejections by their ids. */
  private readonly told: Buckets;
  private readonly toldAgain: Buckets;

  constructor(
    private readonly engine: Pick<Runtime, "clock" | "queries">,
    private readonly options: AdmissionOptions,
  ) {
    const limits = withDefaults(admissionLimits, options.limits);
    this.allowed = options.allowFrom ? new Networks(options.allowFrom, "allowFrom") : null;
    this.buckets = Object.fromEntries(
      Object.entries(limits).map(([name, rate]) => [name, new Buckets(engine.clock, rate)]),
    ) as Record<keyof AdmissionLimits, Buckets>;
    this.told = new Buckets(engine.clock, ONCE_A_MOMENT);
    this.toldAgain = new Buckets(engine.clock, ONCE_A_MOMENT);
    const { requestsAtOnce = 4000, unprovenAtOnce = 1000, bufferedBytes = 64 * 1024 * 1024 } = options;
    const unproven = Math.min(unprovenAtOnce, requestsAtOnce);
    this.places = new Places({ proven: requestsAtOnce, unproven, bytes: bufferedBytes });
  }

  /** In front of a public route, before anything of the request but its head is looked at. */
  readonly entry =
    ({ banksOnly = false, proof, byBody = false, returns = false }: RouteEntry): MiddlewareHandler =>
    async (c, next) => {
      const source = (this.options.sourceOf ?? addressOf)(c.req.raw);
      if (banksOnly && this.allowed !== null && !this.allowed.has(source)) {
        this.tell("address-not-allowed");
        return c.json({ error: { code: "not-allowed" } }, 403);
      }
      const proved = (await proof?.(c)) ?? null;
      c.set("proof", proved);
      const wait =
        proved === null ? this.unprovenWait(source, byBody) : this.provenWait(proved, returns ? { source } : null);
      if (wait > 0) return this.tooMany(c, wait);
      if (!["", "identity"].includes(c.req.header("content-encoding") ?? "")) {
        this.tell("encoded-body");
        return c.json({ error: { code: "encoded-body" } }, 415);
      }
      await this.inPlace(c, proved !== null, async () => {
        await next();
        // Whoever was to prove himself by his body, and did not, is counted now.
        if (byBody && c.get("proof") === null) this.unprovenWait(source, false);
      });
      return undefined;
    };

  /** In front of the API's routes, behind their token. */
  readonly trusted: MiddlewareHandler = (c, next) => this.inPlace(c, true, next);

  /** What `byBody` waits for: the body proved the request. */
  proved(c: Context): void {
    c.set("proof", { order: null, one: null } satisfies Proof);
    (c.get("reading") as BodyReading).place.prove();
    this.tell("passed");
  }

  /** The proof in the address of a payment's callbacks. */
  readonly tokenIn = (c: Context): Proof | null => {
    const { callbackKeys } = this.options;
    const token = /\/t\/([^/]+)\//.exec(c.req.path)?.[1];
    const order = token === undefined || !callbackKeys ? null : orderOfToken(callbackKeys, token);
    return order === null ? null : { order, one: `callbacks of ${order}` };
  };

  /** Without a token: only where none are given out. */
  readonly withoutToken: MiddlewareHandler = async (c, next) => {
    if (this.options.callbackKeys) return this.nobody(c);
    await next();
    return undefined;
  };

  /** Only for those who proved themselves. */
  readonly provenOnly: MiddlewareHandler = async (c, next) => {
    if (c.get("proof") === null) return this.nobody(c);
    await next();
    return undefined;
  };

  /** The last step before an event of a known order is stored; null lets it pass. */
  atOrder(c: Context, orderId: string): Response | null {
    const proof = c.get("proof") as Proof | null;
    // Another order's token opens nothing, and tells nothing.
    if (proof !== null && proof.order !== null && proof.order !== orderId) return this.unknown(c);
    const wait = this.buckets[proof === null ? "unprovenOrder" : "order"].take(orderId);
    if (wait > 0) return this.tooMany(c, wait);
    this.tell("passed");
    return null;
  }

  /**
   * Whether a return may have the payment read; a page that is opened again and again may not, nor an order that nobody
   * knows: an invented number takes no bucket.
   */
  async mayRead(c: Context, orderId: string): Promise<boolean> {
    const { order, unprovenReturns, unprovenReadings } = this.buckets;
    const proven = Boolean(c.get("proof"));
    if (!proven && unprovenReadings.wait(ALL) > 0) return false;
    if ((await this.engine.queries.read(orderId)) === null) return false;
    const name = `return of ${orderId}`;
    if (proven) return order.take(name) === 0;
    return unprovenReturns.take(name) === 0 && unprovenReadings.take(ALL) === 0;
  }

  /**
   * Whether a rejection in the bank's frame is handed on to a known order. Told again it is the same one, and takes
   * nothing of what the order may have; once more it is handed on, because it may not have been stored the first time.
   * @param id of this rejection in this moment
   */
  mayReject(orderId: string, id: string): boolean {
    if (this.told.wait(id) > 0) return this.toldAgain.take(id) === 0;
    if (this.buckets.rejections.take(orderId) > 0) return false;
    this.told.take(id);
    return true;
  }

  /** Whether the shop may be asked for the order of a payment. @param orderId null = no order has that payment */
  mayCreate(orderId: string | null): boolean {
    return orderId === null
      ? this.buckets.creations.take(ALL) === 0
      : this.buckets.unprovenOrder.take(`creation of ${orderId}`) === 0;
  }

  /** An id that we gave to nobody: counted, and forgotten. */
  unknown(c: Context): Response {
    this.tell("unknown-payment");
    return c.json({ error: { code: "unknown-payment" } }, 404);
  }

  tooMany(c: Context, seconds: number): Response {
    this.tell("too-many");
    return c.json({ error: { code: "too-many" } }, 429, { "Retry-After": String(seconds) });
  }

  private async inPlace(c: Context, proven: boolean, work: () => Promise<void>): Promise<Response | undefined> {
    const place = this.places.take(proven);
    if (place === null) {
      this.options.observer?.turnedAway();
      c.res = c.json({ error: { code: "overloaded" } }, 429, { "Retry-After": "1" });
      return undefined;
    }
    const { bodyTimeoutMs: timeoutMs = BODY_TIMEOUT_MS } = this.options;
    c.set("reading", { place, timeoutMs, refused: (why) => this.tell(why) } satisfies BodyReading);
    await work().finally(() => place.leave());
    return undefined;
  }

  private tell(outcome: AdmissionOutcome): void {
    this.options.observer?.admission(outcome);
  }

  /** @param onlyAsks counts nothing */
  private unprovenWait(source: string | null, onlyAsks: boolean): number {
    const { source: sources, total } = this.buckets;
    const visitor = visitorAt(source);
    if (onlyAsks) return visitor === null ? 0 : sources.wait(visitor);
    // Once all together are too many, sources are not counted: a flood from ever new ones fills no memory.
    return total.wait(ALL) || (visitor === null ? 0 : sources.take(visitor)) || total.take(ALL);
  }

  /** One proof and one source come before what all share, so that nobody uses up what the others need. */
  private provenWait({ one }: Proof, returns: { source: string | null } | null): number {
    const { proof, source: sources, provenTotal, provenReturns } = this.buckets;
    const own = one === null ? 0 : proof.take(one);
    if (returns === null) return own || provenTotal.take(ALL);
    const visitor = visitorAt(returns.source);
    return own || (visitor === null ? 0 : sources.take(`returns from ${visitor}`)) || provenReturns.take(ALL);
  }

  private nobody(c: Context): Response {
    this.tell("without-token");
    return c.json({ error: { code: "not-found" } }, 404);
  }
}
