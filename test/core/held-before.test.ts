/** Another hand put the order on hold, and the shop says so when the engine writes a status. */
import { describe, expect, test } from "vitest";
import type { OrderStatus } from "../../machines/facts.js";
import type { EventInput } from "../../src/testing/decision/life.js";
import { reading } from "../../src/testing/decision/samples.js";
import { lifeOf } from "./lives.js";

const conflicted = (from: OrderStatus, effectId = "e"): EventInput => ({
  type: "shop.conflicted",
  effectId,
  status: "on-hold",
  from,
});

describe("an order that was put on hold", () => {
  test.each([
    ["pending", "resurs-mapi"],
    ["failed", "resurs-mapi"],
    ["pending", "nets-easy"],
    ["pending", "resurs-rco"],
  ] as const)("while it was %s, and is paid at %s since: it is processing", (status, gateway) => {
    const life = lifeOf({ status, gateway });
    life.settle({ type: "reconcile.asked" }, reading());
    expect(life.status).toBe("processing");
    life.settle(conflicted(status), reading());
    expect(life.status).toBe("processing");
  });

  test("while it was processing: the person's hold stays", () => {
    const life = lifeOf({ status: "processing" });
    life.settle(conflicted("processing"), reading());
    life.settle({ type: "reconcile.asked" }, reading());
    expect(life.status).toBe("on-hold");
  });

  test("and the shop does not say what it was before: the person's hold stays", () => {
    const life = lifeOf({ status: "processing" });
    life.settle({ type: "shop.conflicted", effectId: "e", status: "on-hold" }, reading());
    life.settle({ type: "reconcile.asked" }, reading());
    expect(life.status).toBe("on-hold");
  });
});
