/** Who gave an order its status is told however much has been written to the order since, from every store. */
import { describe, expect, test } from "vitest";
import { listen } from "../../src/http/serve.js";
import { prune } from "../../src/index.js";
import { inspector } from "../../src/inspector/inspector.js";
import type { Store } from "../../src/ports/store.js";
import { memoryStore } from "../../src/stores/memory/store.js";
import { sqliteStore } from "../../src/stores/sqlite/store.js";
import { MINUTE, Place, T0, temporary } from "./place.js";

const AT = T0 + 5 * MINUTE;

/** The store, and how many entries of a history it was asked for. */
const counted = (store: Store) => {
  const read = { entries: 0 };
  const counting = new Proxy(store, {
    get(target, name) {
      const member = Reflect.get(target, name) as unknown;
      if (name !== "history") return typeof member === "function" ? member.bind(target) : member;
      return async (...asked: Parameters<Store["history"]>) => {
        const entries = await target.history(...asked);
        read.entries += entries.length;
        return entries;
      };
    },
  });
  return { store: counting, read };
};

describe.each(["memory", "sqlite"])("%s", (kind) => {
  const lived = async (
    times: number,
    look: (place: Place, read: { entries: number }, store: Store) => Promise<void>,
  ) => {
    const { file, remove } = await temporary();
    const { store, read } = counted(kind === "memory" ? memoryStore() : sqliteStore({ file }));
    const place = await Place.made({ store });
    try {
      await place.order("1", { paymentId: null });
      await place.after(5 * MINUTE);
      await place.tell("1", { type: "merchant.cancelled", via: "api" });
      await place.after(MINUTE);
      const update = { type: "order.updated", by: "plugin", change: "meta" } as const;
      await Promise.all(Array.from({ length: times }, () => place.engine.submit("1", update)));
      await place.rest();
      await look(place, read, store);
    } finally {
      await place.end();
      await remove();
    }
  };

  test.each([10, 250, 1000])("cancelled by a merchant, and updated %d times since", async (times) => {
    await lived(times, async ({ engine }, read) => {
      read.entries = 0;
      const told = await engine.queries.why("1");
      expect(told).toMatchObject({
        situation: "cancelled/by-hand",
        since: new Date(AT).toISOString(),
        cause: { code: "by-hand", by: "merchant" },
      });
      expect(told?.answer.en).toContain("Cancelled since 2026-11-20 12:05 UTC: the order was cancelled by hand");
      expect(read.entries).toBeLessThanOrEqual(times + 210);
    });
  });

  test("of an order that changed last a short while ago no more is read than a page", async () => {
    await lived(1000, async (place, read) => {
      await place.tell("1", { type: "order.seen", status: "on-hold" });
      read.entries = 0;
      expect(await place.engine.queries.why("1")).toMatchObject({ status: "on-hold", cause: { by: "shop" } });
      expect(read.entries).toBeLessThanOrEqual(200);
    });
  });

  test("the inspector dates a status by its change, also where that is far before the step", async () => {
    await lived(300, async ({ engine, clock }, _, store) => {
      const served = await listen(inspector({ engine, base: "/inspector" }).fetch);
      const sentence = async (at: number) => {
        const page = await (await fetch(`${served.url}/inspector/orders/1?at=${at}`)).text();
        return /<p class="sentence">(.*?)<\/p>/s.exec(page)?.[1]?.replace(/<[^>]*>/g, "");
      };
      const { version = 0 } = (await engine.queries.read("1")) ?? {};
      expect(await sentence(version - 1)).toMatch(/^Cancelled since 2026-11-20 12:05/);
      await prune(store, clock.now() + 1);
      expect(await sentence(version)).toBe("Cancelled.");
      await served.close();
    });
  });

  test("of a history that was pruned nobody is named who changed nothing", async () => {
    await lived(5, async (place, _, store) => {
      const { entries } = await prune(store, place.clock.now() + 1);
      expect(entries).toBeGreaterThan(5);
      expect(await place.engine.queries.why("1")).toMatchObject({
        status: "cancelled",
        since: null,
        cause: { rule: null, by: null },
      });
    });
  });
});
