/** Row 5: what a token opens. One that only looks moves no order, and one for the numbers sees none. */
import { afterEach, describe, expect, test } from "vitest";

import { httpApp } from "../../src/http/app.js";
import { inspector } from "../../src/inspector/inspector.js";
import { scopes } from "../../src/ports/access.js";
import { Place } from "../engine/place.js";

let place: Place | null = null;
afterEach(async () => {
  await place?.end();
  place = null;
});

const tokens = scopes.map((scope) => ({ token: `one token for ${scope}`, scopes: [scope] }));

const needed: [method: string, path: string, scope: (typeof scopes)[number], body?: unknown][] = [
  ["GET", "/orders", "read"],
  ["GET", "/orders/o", "read"],
  ["GET", "/orders/o/history", "read"],
  ["GET", "/orders/o/effects", "read"],
  ["GET", "/orders/o/why", "read"],
  ["GET", "/orders/o/payment", "read"],
  ["GET", "/dead-letters", "read"],
  ["POST", "/orders/o/can", "read", { type: "merchant.held" }],
  ["POST", "/orders", "act", { orderId: "new", order: { total: 1, currency: "SEK", lines: [], gateway: null } }],
  ["POST", "/orders/o/events", "act", { type: "order.updated", by: "x", change: "y" }],
  ["POST", "/orders/o/checkout", "act", { gateway: "none" }],
  ["POST", "/orders/o/revive", "act", { id: "x" }],
  ["POST", "/orders/reconcile", "act", {}],
  ["GET", "/metrics", "metrics"],
];

describe("doors 5: a token with scopes", () => {
  const ask = (method: string, path: string, body: unknown, token: string | null) => {
    const headers = {
      "content-type": "application/json",
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    };
    const init = method === "POST" ? { body: JSON.stringify(body) } : {};
    return new Request(`http://shop.test${path}`, { method, headers, ...init });
  };
  const made = async (apiToken: Parameters<typeof httpApp>[0]["apiToken"]) => {
    place = await Place.made();
    await place.order("o");
    return httpApp({ engine: place.engine, apiToken, metrics: async () => "x 1", publicUrl: "https://engine.test" });
  };

  test.each(needed)("%s %s needs %s, and says so", async (method, path, scope, body) => {
    const app = await made([...tokens, { token: "one token for all", scopes: [...scopes] }]);
    for (const { token, scopes: opens } of tokens) {
      const answer = await app.fetch(ask(method, path, body, token));
      if (opens.includes(scope)) {
        expect([token, [401, 403].includes(answer.status)]).toEqual([token, false]);
        continue;
      }
      expect([token, answer.status]).toEqual([token, 403]);
      expect(await answer.json()).toMatchObject({ error: { code: `needs-scope-${scope}` } });
    }
    for (const token of [null, "", "nobody's", "one token for", "one token for readX"]) {
      expect([token, (await app.fetch(ask(method, path, body, token))).status]).toEqual([token, 401]);
    }
    expect([401, 403]).not.toContain((await app.fetch(ask(method, path, body, "one token for all"))).status);
  });

  test("is not needed: one text opens everything", async () => {
    const app = await made("one token for all");
    for (const [method, path, , body] of needed) {
      const { status } = await app.fetch(ask(method, path, body, "one token for all"));
      expect([path, [401, 403].includes(status)]).toEqual([path, false]);
    }
  });

  test("opens the inspector for looking, and only with act for acting", async () => {
    await made("a token, not used");
    const { engine } = place as Place;
    const pages = inspector({ engine, access: { kind: "token", token: tokens }, actions: true });
    const enter = (path: string, token: string, form?: Record<string, string>) =>
      pages.fetch(
        new Request(`http://shop.test${path}`, {
          headers: {
            authorization: `Basic ${Buffer.from(`Robin:${token}`).toString("base64")}`,
            "sec-fetch-site": "same-origin",
          },
          ...(form && { method: "POST", body: new URLSearchParams(form) }),
        }),
      );
    expect((await enter("/orders/o", "one token for read")).status).toBe(200);
    expect((await enter("/orders/o", "one token for act")).status).toBe(403);
    expect((await enter("/orders/o", "one token for metrics")).status).toBe(403);
    expect((await enter("/orders/o", "nobody's")).status).toBe(401);
    const before = await engine.queries.history("o");
    expect((await enter("/orders/o/actions/merchant.held", "one token for read", { id: "click" })).status).toBe(403);
    expect((await enter("/reconcile", "one token for read", { hours: "24", apply: "true" })).status).toBe(403);
    expect(await engine.queries.history("o")).toEqual(before);
    const both = [{ token: "one-token-for-both", scopes: ["read", "act"] as const }];
    const acts = inspector({ engine, access: { kind: "token", token: both }, actions: true });
    const click = new Request("http://shop.test/orders/o/actions/merchant.held", {
      method: "POST",
      body: new URLSearchParams({ id: "click" }),
      headers: { authorization: "Bearer one-token-for-both", "sec-fetch-site": "same-origin" },
    });
    const acting = acts.fetch(click);
    await (place as Place).rest();
    expect((await acting).status).toBe(303);
    expect((await engine.queries.read("o"))?.facts.order.status).toBe("on-hold");
  });
});
