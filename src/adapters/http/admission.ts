/**
 * What stands before the callbacks, cheap before dear: who is asking, how often, with which token. Whoever is turned
 * away here has cost one counter: nothing was parsed, looked up or stored, and the bank was not asked.
 */
import { BlockList, isIPv6 } from "node:net";
import type { Context, MiddlewareHandler } from "hono";
import type { Clock } from "../../ports/clock.js";
import type { AdmissionOutcome, Observer } from "../../ports/observer.js";
import { Buckets, type Rate } from "./buckets.js";
import { type CallbackKey, orderOfToken } from "./token.js";

export interface AdmissionOptions {
  /**
   * Keys of the tokens in the addresses that banks are given, newest first. null = addresses carry none, and then the
   * limits alone keep a flood off. The older flows' addresses are registered once for all payments and have a digest.
   */
  callbackKeys?: CallbackKey[] | null;
  /** Addresses and networks (`13.50.187.51`, `10.0.0.0/8`) that callbacks may come from; null = from everywhere. */
  allowFrom?: string[] | null;
  /** The address that a request came from; null = not known. Behind a proxy: what the proxy says. */
  sourceOf?: (request: Request) => string | null;
  limits?: Partial<AdmissionLimits>;
  /** Told of whoever knocks, and of requests that are turned away before any event. */
  observer?: Pick<Observer, "admission" | "turnedAway">;
}

export interface AdmissionLimits {
  source: Rate;
  /** Of callbacks that carry the order's token. */
  order: Rate;
  /** Of callbacks that prove nothing: each may cost a reading of the payment, and the bank counts those. */
  unprovenOrder: Rate;
  total: Rate;
}

export const admissionLimits: AdmissionLimits = {
  source: { burst: 50, perSecond: 10 },
  order: { burst: 10, perSecond: 0.5 },
  unprovenOrder: { burst: 10, perSecond: 0.2 },
  total: { burst: 1000, perSecond: 500 },
};

const listed = (entries: string[]): BlockList => {
  const list = new BlockList();
  for (const entry of entries) {
    const [address = "", prefix] = entry.split("/");
    const family = isIPv6(address) ? "ipv6" : "ipv4";
    if (prefix === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(prefix), family);
  }
  return list;
};

/** `::ffff:10.0.0.1` is 10.0.0.1 on a socket that takes both. */
const plain = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/, "");

const isLoopback = (address: string): boolean => address === "::1" || address.startsWith("127.");

export class Admission {
  private readonly keys: CallbackKey[] | null;
  private readonly allowed: BlockList | null;
  private readonly sources: Buckets;
  private readonly orders: Buckets;
  private readonly unproven: Buckets;
  private readonly total: Buckets;

  constructor(
    clock: Clock,
    private readonly options: AdmissionOptions,
  ) {
    const limits = { ...admissionLimits, ...options.limits };
    this.keys = options.callbackKeys ?? null;
    this.allowed = options.allowFrom ? listed(options.allowFrom) : null;
    this.sources = new Buckets(clock, limits.source);
    this.orders = new Buckets(clock, limits.order);
    this.unproven = new Buckets(clock, limits.unprovenOrder);
    this.total = new Buckets(clock, limits.total);
  }

  /** Before anything of the request but its address is looked at. */
  readonly before: MiddlewareHandler = async (c, next) => {
    const source = this.options.sourceOf?.(c.req.raw) ?? null;
    if (this.allowed !== null && !this.isAllowed(source)) {
      this.tell("address-not-allowed");
      return c.json({ error: { code: "not-allowed" } }, 403);
    }
    const token = /\/t\/([^/]+)\//.exec(c.req.path)?.[1];
    const order = token === undefined || this.keys === null ? null : orderOfToken(this.keys, token);
    c.set("provenOrder", order);
    // Whoever has the token is not shut out by a flood of those who have none; his order has its own limit.
    const wait = order === null ? this.waitOf(source) : 0;
    if (wait > 0) return this.tooMany(c, wait);
    if (!["", "identity"].includes(c.req.header("content-encoding") ?? "")) {
      this.tell("encoded-body");
      return c.json({ error: { code: "encoded-body" } }, 415);
    }
    await next();
  };

  /** Under `/:token`: only with a token of ours. */
  readonly withToken: MiddlewareHandler = async (c, next) => {
    if (c.get("provenOrder") === null) return this.nobody(c);
    await next();
  };

  /** Without a token: only where none are given out, or where the message proves itself in another way. */
  readonly withoutToken = (provesItself: boolean): MiddlewareHandler => {
    const pass = this.untokened(provesItself);
    return async (c, next) => (this.keys !== null && !provesItself ? this.nobody(c) : pass(c, next));
  };

  /** Where there can be no token. */
  readonly untokened =
    (provesItself: boolean): MiddlewareHandler =>
    async (c, next) => {
      c.set("proven", provesItself);
      await next();
    };

  /** The last step before the event is stored; null lets it pass. */
  atOrder(c: Context, orderId: string): Response | null {
    const order = c.get("provenOrder") as string | null;
    // Another order's token opens nothing, and tells nothing.
    if (order !== null && order !== orderId) return this.unknown(c);
    const proven = order !== null || c.get("proven") === true;
    const wait = (proven ? this.orders : this.unproven).wait(orderId);
    if (wait > 0) return this.tooMany(c, wait);
    this.tell("passed");
    return null;
  }

  /** Whether a customer's return may have the payment read; a page that is opened again and again may not. */
  mayRead(orderId: string): boolean {
    return this.orders.wait(`return of ${orderId}`) === 0;
  }

  /** An id that we gave to nobody: counted, and forgotten. */
  unknown(c: Context): Response {
    this.tell("unknown-payment");
    return c.json({ error: { code: "unknown-payment" } }, 404);
  }

  private tell(outcome: AdmissionOutcome): void {
    this.options.observer?.admission(outcome);
  }

  private waitOf(source: string | null): number {
    // From this computer comes its proxy, whose visitors are told apart by `sourceOf` or not at all.
    const visitor = source === null || isLoopback(plain(source)) ? null : plain(source);
    return (visitor === null ? 0 : this.sources.wait(visitor)) || this.total.wait("");
  }

  private isAllowed(source: string | null): boolean {
    if (source === null) return false;
    const address = plain(source);
    return this.allowed?.check(address, isIPv6(address) ? "ipv6" : "ipv4") ?? true;
  }

  private nobody(c: Context): Response {
    this.tell("without-token");
    return c.json({ error: { code: "not-found" } }, 404);
  }

  private tooMany(c: Context, seconds: number): Response {
    this.tell("too-many");
    return c.json({ error: { code: "too-many" } }, 429, { "Retry-After": String(seconds) });
  }
}
