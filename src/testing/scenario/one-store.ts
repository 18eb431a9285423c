/** One store for all nodes of a world: opened by the first and closed by the last. */
import type { Store } from "../../ports/store.js";

export class OneStore {
  private current: { store: Store; users: number } | null = null;

  constructor(private readonly make: () => Store) {}

  get store(): Store {
    this.current ??= { store: this.make(), users: 0 };
    return this.current.store;
  }

  /** The same store, for a node that opens and closes it as its own. */
  forOneMore(): Store {
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
  async abandon(): Promise<void> {
    await this.current?.store.close();
    this.current = null;
  }
}
