/** A process that can die: from that moment on nothing it calls ever answers. */
import type { Gateway } from "../ports/gateway.js";
import type { Shop } from "../ports/shop.js";
import { type Change, type Store, StoreError } from "../ports/store.js";

const never = new Promise<never>(() => {});

export type KillPoint = "idle" | "http.ack" | "store.commit" | `gateway.${string}`;

export class Mortal {
  dead = false;
  private armed: KillPoint | null = null;
  fault: { code: "busy" | "full"; until: number } | null = null;

  constructor(private readonly now: () => number) {}

  arm(point: KillPoint): void {
    this.armed = point;
  }

  die(): void {
    this.dead = true;
    this.armed = null;
  }

  reached(point: KillPoint): void {
    if (this.armed === point) this.die();
  }

  private async living<T>(act: () => Promise<T>, after?: (result: T) => void): Promise<T> {
    if (this.dead) return never;
    const result = await act();
    after?.(result);
    return this.dead ? never : result;
  }

  private writable(): void {
    if (this.fault !== null && this.now() < this.fault.until) {
      throw new StoreError(this.fault.code, `the store is ${this.fault.code}`);
    }
  }

  store(inner: Store): Store {
    const writing = new Set<PropertyKey>([
      "commit",
      "postpone",
      "claim",
      "release",
      "releaseUnacknowledged",
      "hurry",
      "revive",
      "park",
      "prune",
      "restored",
    ]);
    return new Proxy(inner, {
      get: (target, name) => {
        const member = Reflect.get(target, name) as unknown;
        if (typeof member !== "function") return member;
        if (name === "heard") return () => target.isAlive?.();
        if (name === "onDue")
          return (listener: (at: number) => void) => target.onDue?.((at) => void (this.dead || listener(at)));
        return (...args: unknown[]) =>
          this.living(
            async () => {
              if (writing.has(name)) this.writable();
              return (member as (...a: unknown[]) => Promise<unknown>).apply(target, args);
            },
            () => {
              if (name === "commit" && (args[0] as Change[]).some(decides)) this.reached("store.commit");
            },
          );
      },
    });
  }

  gateway(inner: Gateway): Gateway {
    const operations: Record<string, string> = {
      capture: "capture",
      cancel: "cancel",
      refund: "refund",
      addOrderLines: "addOrderLines",
    };
    return new Proxy(inner, {
      get: (target, name) => {
        const member = Reflect.get(target, name) as unknown;
        if (typeof member !== "function") return member;
        return (...args: unknown[]) =>
          this.living(
            () => (member as (...a: unknown[]) => Promise<unknown>).apply(target, args),
            () => this.reached(`gateway.${operations[String(name)] ?? String(name)}`),
          );
      },
    });
  }

  shop(inner: Shop): Shop {
    return {
      execute: (...args) => this.living(() => inner.execute(...args)),
      readStatus: (...args) => this.living(() => inner.readStatus(...args)),
      ...(inner.readOrder && {
        readOrder: (...args) => this.living(() => inner.readOrder?.(...args) ?? Promise.resolve({})),
      }),
    };
  }
}

/** The commit of a decision, not of a question: the status moved, or money is asked for. */
const decides = (change: Change): boolean =>
  change.history.some((h) => h.from !== h.to) ||
  change.effects.some((e) => e.lane === "gateway" && e.effect.type !== "readPayment" && e.effect.type !== "readBack");
