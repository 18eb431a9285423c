/** Where the nodes of a world keep their orders. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { registry } from "../../../machines/index.js";
import { versionsKnown } from "../../core/migrate.js";
import type { Store } from "../../ports/store.js";
import { sqliteStore } from "../../stores/sqlite/store.js";

/** An empty place for orders, made anew for every life. */
export interface Ground {
  store(): Store;
  /** Several stores may be open on it at once: every node has its own, as in production. */
  many: boolean;
  clear(): Promise<void>;
}

export const sqliteGround = async (): Promise<Ground> => {
  const directory = await mkdtemp(join(tmpdir(), "order-status-"));
  return {
    store: () => sqliteStore({ file: join(directory, "orders.db") }),
    many: false,
    clear: () => rm(directory, { recursive: true, force: true }),
  };
};

/** To the nodes one store: where there is room for one only, it is opened by the first and closed by the last. */
export class OneStore {
  private current: { store: Store; users: number } | null = null;

  constructor(private readonly ground: Ground) {}

  /** Whoever looks on knows what today's machines know. */
  async begin(): Promise<void> {
    if (this.ground.many) await this.store.open(versionsKnown(registry));
  }

  async end(): Promise<void> {
    if (this.ground.many) await this.current?.store.close();
    await this.ground.clear();
  }

  /** For whoever looks on from outside. */
  get store(): Store {
    this.current ??= { store: this.ground.store(), users: 0 };
    return this.current.store;
  }

  /** A store that a node opens and closes as its own. */
  forOneMore(): Store {
    if (this.ground.many) return this.ground.store();
    const { store } = this;
    const current = this.current as { store: Store; users: number };
    return new Proxy(store, {
      get: (target, name) => {
        const member = Reflect.get(target, name) as unknown;
        if (typeof member !== "function") return member;
        if (name === "open") return async () => void (current.users++ === 0 && (await target.open()));
        if (name === "close") return async () => void (--current.users === 0 && (await target.close()));
        return (member as (...args: unknown[]) => unknown).bind(target);
      },
    });
  }

  /** The process that had it open is gone; the next one opens it anew. */
  async abandon(own: Store): Promise<void> {
    if (this.ground.many) return own.close();
    await this.current?.store.close();
    this.current = null;
  }
}
