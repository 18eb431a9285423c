/** Gateways and shops that a host wrote itself, and what they may answer or throw: nothing of it stops an order for good. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import type { Reading } from "../../machines/facts.js";
import type { Gateway, GatewayAnswer } from "../../src/ports/gateway.js";
import type { Shop } from "../../src/ports/shop.js";
import { thrownText } from "../../src/ports/thrown.js";
import { reading } from "../../src/testing/decision/samples.js";
import { MINUTE, order, Place, shopHas, T0 } from "../engine/place.js";

let place: Place | null = null;
afterEach(async () => {
  await place?.end();
  place = null;
});

const accepted = (paymentId: string): Reading =>
  reading({ paymentId, offers: ["CAPTURE", "CANCEL"], creditLimit: null });
const good = (paymentId: string) => ({ kind: "ok" as const, reading: accepted(paymentId) });

type Says = (paymentId: string) => unknown;
const bad: Record<string, Says> = {
  "a reading of another payment": () => good("another"),
  "a reading of the same payment in other letters": (id) => good(id.toUpperCase()),
  "no reading": () => ({ kind: "ok", reading: null }),
  "a reading left out": () => ({ kind: "ok" }),
  nothing: () => undefined,
  null: () => null,
  "a text": () => "ok",
  "a kind that there is not": () => ({ kind: "zzz" }),
  "a property that throws": () => ({
    get kind(): string {
      throw Object.create(null);
    },
  }),
  "a detail that cannot be made text": () => ({ kind: "unknown", detail: Object.create(null) }),
  "a reason that cannot be made text": () => ({ kind: "refused", reason: Object.create(null), detail: Symbol("x") }),
};

const THROWN: [string, unknown][] = [
  ["nothing", undefined],
  ["null", null],
  ["a number", 7],
  ["a symbol", Symbol("x")],
  ["an object without a prototype", Object.create(null)],
  [
    "an object whose toString throws",
    {
      toString() {
        throw Object.create(null);
      },
    },
  ],
  [
    "an error whose message throws",
    Object.defineProperty(new Error("x"), "message", {
      get() {
        throw Object.create(null);
      },
    }),
  ],
  ["a proxy that was revoked", revoked()],
];

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

/** An order whose payment the host's gateway or shop is asked about, badly for the first minutes. */
const stage = async (gateway: Partial<Gateway>, shop?: (inner: Shop) => Shop) => {
  const made = await Place.made();
  place = made;
  const own = {
    name: "own",
    tolerance: 0,
    createPayment: async () => ({ kind: "failed", detail: "" }),
    ...gateway,
  } as unknown as Gateway;
  const engine = await made.start({
    gateways: [own],
    settings: { cooldownSeconds: 0 },
    ...(shop === undefined ? {} : { shop: shop(made.woo.shop) }),
  });
  shopHas(made.woo, "o", T0);
  await engine.place("o", order("pay-o", T0, { gateway: "own" }));
  const tell = async (event: { type: "reconcile.asked" | "merchant.completed" }) => {
    const told = engine.submit("o", event, { wait: "settled", timeoutMs: 2_000_000_000 });
    told.catch(() => {});
    await made.rest();
  };
  return { world: made, engine, tell };
};

describe("a host's gateway that answers a question for the payment with", () => {
  it.each(Object.entries(bad))("%s is asked again, and the order goes on", async (_, says) => {
    let [asked, well] = [0, false];
    const { world, engine, tell } = await stage({
      readPayment: async (id) => {
        asked += 1;
        return well ? good(id) : (says(id) as ReturnType<typeof good>);
      },
    });
    await tell({ type: "reconcile.asked" });
    await world.after(5 * MINUTE);
    expect(world.status("o")).toBe("pending");
    const tries = asked;
    // 1, 2, 4, … seconds, a minute at most.
    expect(tries).toBeGreaterThan(3);
    expect(tries).toBeLessThan(60);
    well = true;
    await world.after(2 * MINUTE);
    expect(world.status("o")).toBe("processing");
    expect(await engine.queries.effectsOf("o")).toEqual([]);
  });

  it.each([0, 0.5, 999, 1500.5, -1, Number.NaN, "5"])(
    "a wait of %j ms is asked again after the usual pause",
    async (afterMs) => {
      let asked = 0;
      const { world, tell } = await stage({
        readPayment: async () => {
          asked += 1;
          return { kind: "retry", afterMs: afterMs as number, detail: "x" };
        },
      });
      await tell({ type: "reconcile.asked" });
      await world.after(MINUTE);
      expect(asked).toBeGreaterThan(3);
      expect(asked).toBeLessThan(12);
    },
  );
});

describe("a host's gateway that answers a call for money with", () => {
  it.each(Object.entries(bad).filter(([name]) => !name.startsWith("no reading")))(
    "%s is looked at before anything is sent again",
    async (_, says) => {
      const calls: string[] = [];
      const { world, tell } = await stage({
        readPayment: async (id) => {
          calls.push("read");
          return good(id);
        },
        capture: async ({ paymentId }) => {
          calls.push("capture");
          return says(paymentId) as GatewayAnswer;
        },
      });
      await tell({ type: "reconcile.asked" });
      await tell({ type: "merchant.completed" });
      await world.after(3 * MINUTE);
      const from = calls.indexOf("capture");
      expect(from).toBeGreaterThan(-1);
      const [, next] = calls.slice(from);
      // A refusal is an answer, and what the bank has is looked at for any other.
      expect(next ?? "read").toBe("read");
    },
  );
});

describe("whatever is thrown", () => {
  it.each(THROWN)("%s, by a gateway: it is asked again", async (_, thrown) => {
    let well = false;
    const { world, tell } = await stage({
      readPayment: async (id) => {
        if (!well) throw thrown;
        return good(id);
      },
    });
    await tell({ type: "reconcile.asked" });
    await world.after(MINUTE);
    well = true;
    await world.after(2 * MINUTE);
    expect(world.status("o")).toBe("processing");
  });

  it.each(THROWN)("%s, by a shop: it is asked again", async (_, thrown) => {
    let well = false;
    const { world, tell } = await stage({ readPayment: async (id) => good(id) }, (inner) => ({
      ...inner,
      execute: async (...asked) => {
        if (!well) throw thrown;
        return inner.execute(...asked);
      },
    }));
    await tell({ type: "reconcile.asked" });
    await world.after(MINUTE);
    expect(world.status("o")).toBe("pending");
    well = true;
    await world.after(2 * MINUTE);
    expect(world.status("o")).toBe("processing");
  });

  it.each(THROWN)("%s, is an error to whoever looks", async (_, thrown) => {
    const { engine } = await stage({
      readPayment: async () => {
        throw thrown;
      },
    });
    await expect(engine.payment("o")).rejects.toBeInstanceOf(Error);
    await expect(engine.queries.can("o", { type: "merchant.completed" }, { fresh: true })).rejects.toBeInstanceOf(
      Error,
    );
  });

  it.each(THROWN)("%s, is made text", (_, thrown) => {
    expect(typeof thrownText(thrown)).toBe("string");
  });

  it("is made text in one place", () => {
    const source = fileURLToPath(new URL("../../../src/", import.meta.url));
    const found = readdirSync(source, { recursive: true, encoding: "utf8" })
      .filter((name) => /\.tsx?$/.test(name) && !name.startsWith("testing") && name !== "ports/thrown.ts")
      .filter((name) => /String\((error|reason)\)|message : String\(/.test(readFileSync(`${source}${name}`, "utf8")));
    expect(found).toEqual([]);
  });
});
