/** A slice of the fuzzing campaign with every build, and words that are nearly right. */
import { describe, expect, test } from "vitest";
import { decideLine } from "../src/cli/lib/decide-line.js";
import { rowsIn } from "../src/cli/lib/erp-file.js";
import { httpTarget, requestFrom } from "./fuzz/http.js";
import { allTargets, fuzz, inputFor, replayed } from "./fuzz/run.js";
import { bytesOf, type Target } from "./fuzz/target.js";

test("ten thousand changed inputs: nothing throws, nothing is a 5xx, everything is decided", {
  timeout: 300_000,
}, async () => {
  const { findings, inputs } = await fuzz({ seed: 11, from: 0, inputs: 10_000 });
  expect(findings).toEqual([]);
  for (const { name, share } of allTargets()) expect([name, inputs[name]]).toEqual([name, share * 100]);
});

test("every input of the corpus is taken as it is", async () => {
  for (const target of allTargets()) {
    for (const bytes of target.corpus)
      expect([target.name, await replayed(target, bytes)]).toEqual([target.name, null]);
  }
});

test("an input is known again by its seed and number", () => {
  for (const target of allTargets()) expect(inputFor(target, 5, 77)).toEqual(inputFor(target, 5, 77));
});

test("a handler that trusts what it is sent is found", async () => {
  const trusting: Target = {
    name: "trusting",
    share: 1,
    corpus: [bytesOf('{"payment":{"id":"p"}}')],
    fuzz: (bytes) => {
      const { payment } = JSON.parse(new TextDecoder().decode(bytes)) as { payment: { id: string } };
      return payment.id === "" ? "an empty id" : null;
    },
  };
  const found = await Promise.all(
    Array.from({ length: 200 }, (_, input) => replayed(trusting, inputFor(trusting, 1, input))),
  );
  expect(found.filter((one) => one?.startsWith("threw")).length).toBeGreaterThan(20);
});

describe("a word that is nearly right is refused, never taken for another", () => {
  const misspelt = (word: string) => `${word.slice(0, -1)}x${word.slice(-1)}`;
  const asked = async (method: string, path: string, body?: unknown) => {
    const target = httpTarget();
    await target.fresh?.();
    const text = `${method} ${path}\ncontent-type: application/json\n\n${body === undefined ? "" : JSON.stringify(body)}`;
    const answer = await target.answered(requestFrom(bytesOf(text)) as Request);
    await target.close?.();
    return answer;
  };
  const placed = {
    status: "pending",
    total: 1,
    currency: "SEK",
    lines: [],
    gateway: null,
    createdAt: 1e12,
    updatedAt: 1e12,
  };

  test.each(Object.keys({ ...placed, needsProcessing: true, customerReturned: true }))(
    "POST /orders, %s",
    async (key) => {
      const { [key as keyof typeof placed]: given = true, ...rest } = placed;
      expect(await asked("POST", "/orders", { orderId: "n", order: { ...rest, [misspelt(key)]: given } })).toBe(400);
    },
  );
  test.each([
    ["status", "pendng"],
    ["flagged", "maybe"],
    ["limit", "many"],
    ["limit", "0"],
  ])("GET /orders, %s=%s", async (key, word) => {
    expect(await asked("GET", `/orders?${key}=${word}`)).toBe(400);
  });
  test.each(["statuss=pending", "flaged=true"])("GET /orders?%s", async (query) => {
    expect(await asked("GET", `/orders?${query}`)).toBe(400);
  });
  test.each(["after=x", "after=-1", "afer=1"])("GET /orders/:id/history?%s", async (query) => {
    expect(await asked("GET", `/orders/o0/history?${query}`)).toBe(400);
  });
  test.each(["apply=yess", "aply=true", "since=yesterday", "perSecond=fast"])(
    "POST /orders/reconcile?%s",
    async (query) => {
      expect(await asked("POST", `/orders/reconcile?${query}`)).toBe(400);
    },
  );
  test.each([
    { type: "merchant.refundd" },
    { type: "merchant.refunded", amout: 5 },
    { type: "merchant.refunded", via: "erpp" },
    { type: "customer.returned", page: "succes" },
  ])("POST /orders/:id/events %j", async (event) => {
    expect(await asked("POST", "/orders/o2/events", event)).toBe(400);
    expect(await asked("POST", "/orders/o2/can", event)).toBe(400);
  });
  test("POST /orders/:id/checkout with a gateway that nobody set up", async () => {
    expect(await asked("POST", "/orders/o0/checkout", { gateway: "resurs-map" })).toBe(400);
  });

  const NOW = Date.parse("2026-11-20T12:00:00.000Z");
  const paid = {
    status: "ACCEPTED",
    order: { totalOrderAmount: 1, authorizedAmount: 1, possibleActions: ["CAPTURE"] },
  };
  const line = { order: { status: "completed" }, payment: paid, event: { type: "admin.setStatus", to: "refunded" } };
  test.each([
    { ...line, folow: "confirmed" },
    { ...line, follow: "confirmd" },
    { ...line, order: { status: "complete" } },
    { ...line, order: { status: "completed", totl: 5 } },
    { ...line, event: { ...line.event, to: "refundd" } },
    { ...line, event: { ...line.event, amout: 5 } },
    { ...line, event: { ...line.event, via: "telephone" } },
    { ...line, settings: { cooldownSecond: 5 } },
  ])("decide %j", (given) => {
    expect(() => decideLine(line, {}, () => NOW)).not.toThrow();
    expect(() => decideLine(given, {}, () => NOW)).toThrow(/\w+: /);
  });

  test.each([
    ["a status with an amount", "order_id,status,amount\n1,complete,5\n", /is not a status/],
    ["no status", "order_id,status\n1,\n", /is not a status/],
    ["an amount of another country", "order_id,status,amount\n1,refunded,99,50\n", /4 columns/],
    ["a torn row", "order_id,status,amount\n1,refunded", /2 columns/],
    ["an amount as programs write it", "order_id,status,amount\n1,refunded,1e3\n", /number such as/],
    ["a negative amount", "order_id,status,amount\n1,refunded,-5\n", /number such as/],
  ])("apply: %s", (_, text, says) => {
    const [row] = rowsIn(text);
    expect(row && "wrong" in row.asks ? row.asks.wrong : "taken").toMatch(says);
  });
  test.each([
    "orderid,status\n1,completed\n",
    "order_id,status,status\n1,completed,refunded\n",
    'order_id,status\n"1,x',
  ])("apply: the file %j is refused as a whole", (text) => {
    expect(() => rowsIn(text)).toThrow(/first line|not CSV/);
  });
});
