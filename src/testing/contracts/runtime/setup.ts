/** What a node of the contract is made of, in its own process: its bank and its shop are reached over a wire. */
import { type Registry, registry } from "../../../../machines/index.js";
import type { Settings } from "../../../../machines/settings.js";
import type { ShopOrder } from "../../../../machines/shop-order.js";
import { decide } from "../../../core/decide.js";
import { resursMapi } from "../../../gateways/resurs/mapi.js";
import { type Clock, systemClock } from "../../../ports/clock.js";
import type { Gateway } from "../../../ports/gateway.js";
import type { Shop } from "../../../ports/shop.js";
import type { Limits } from "../../../runtime/embedded/limits.js";

/** An order.updated by this one throws while the node is `poisoned`. */
export const POISON = "custom.throws";

export interface Setup {
  bankUrl: string;
  shopUrl: string;
  settings: Partial<Settings>;
  limits: Partial<Limits>;
  /** How long a call to the bank may take. */
  callTimeoutMs: number;
  /** Version of the machines; `migratesFrom` is the one that they know a way from. */
  version: number | null;
  migratesFrom: number | null;
  poisoned: boolean;
  /** Calls of this name to the gateway are begun and never leave the process. */
  stalls: "capture" | "refund" | null;
  /** How far the computer's clock stood from the true time when the process started. */
  wallOffsetMs: number;
}

export interface NodeParts {
  gateways: Gateway[];
  shop: Shop;
  clock: Clock;
  settings: Partial<Settings>;
  limits: Partial<Limits>;
  registry: Registry;
  decide: typeof decide;
}

/** A shop that is reached over a wire: a lost connection is worth another try. */
const shopAt = (url: string): Shop => {
  const ask = async (path: string, body: unknown): Promise<unknown> =>
    (await fetch(`${url}${path}`, { method: "POST", body: JSON.stringify(body) })).json();
  return {
    execute: async (...asked) => {
      try {
        return (await ask("/execute", asked)) as Awaited<ReturnType<Shop["execute"]>>;
      } catch (error) {
        return { kind: "retry", afterMs: 1000, detail: String(error) };
      }
    },
    readStatus: async (orderId) => (await ask("/readStatus", [orderId])) as Awaited<ReturnType<Shop["readStatus"]>>,
    readOrder: async (orderId) => (await ask("/readOrder", [orderId])) as ShopOrder,
  };
};

const stalling = (inner: Gateway, operation: Setup["stalls"], tell: () => void): Gateway =>
  new Proxy(inner, {
    get: (target, name) => {
      const member = Reflect.get(target, name) as unknown;
      if (name !== operation) return typeof member === "function" ? member.bind(target) : member;
      return () => {
        tell();
        return new Promise(() => {});
      };
    },
  });

const trueNow = Date.now.bind(Date);

/** Sets the computer's clock, as far as this process can see. */
export const setWallClock = (offsetMs: number): void => {
  Date.now = () => trueNow() + offsetMs;
};

/** @param stalled called when a call begins that will never leave the process */
export const partsOf = (setup: Setup, stalled: () => void = () => {}): NodeParts => {
  setWallClock(setup.wallOffsetMs);
  const clock = systemClock();
  const gateway = resursMapi({
    baseUrl: setup.bankUrl,
    clientId: "shop",
    clientSecret: "secret",
    storeId: "s",
    paymentMethodId: "m",
    timeoutMs: setup.callTimeoutMs,
    clock,
  });
  const { version, migratesFrom } = setup;
  return {
    gateways: [stalling(gateway, setup.stalls, stalled)],
    shop: shopAt(setup.shopUrl),
    clock,
    settings: setup.settings,
    limits: setup.limits,
    registry: {
      ...registry,
      version: version ?? registry.version,
      migrations:
        migratesFrom === null
          ? registry.migrations
          : [{ from: migratesFrom, to: version ?? registry.version, renamed: {} }],
    },
    decide: (record, envelope, now, rules) => {
      const { event } = envelope;
      if (setup.poisoned && event.type === "order.updated" && event.by === POISON) {
        throw new Error("handling this event throws");
      }
      return decide(record, envelope, now, rules);
    },
  };
};
