/** The WordPress plugin when the engine cannot be asked: what becomes of the change, and who is told what. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isWhole } from "../exhaustive/whole.js";
import { php, type Site, type Step, type Told, wordpressDoes } from "./wordpress.js";

/** Where nobody listens. */
const NOWHERE = "http://127.0.0.1:9";

interface Answer {
  /** What is answered over HTTP; left out: `site` says how it fails. */
  http?: [status: number, body: string];
  site?: Partial<Site>;
  /** The reason, as the merchant reads it. */
  says: string;
}

const network = (code: string, message: string, says: string): Answer => ({ site: { network: [code, message] }, says });
const json = (status: number, code: string, says: string): Answer => ({
  http: [status, JSON.stringify({ error: { code } })],
  says,
});

/** The engine is down: `ORDER_STATUS_ENGINE_WHEN_DOWN` decides. */
const outages: Record<string, Answer> = {
  "not reachable": { site: { constants: { ORDER_STATUS_ENGINE_URL: NOWHERE } }, says: "it cannot be reached" },
  "name not found": network("http_request_failed", "cURL error 6: Could not resolve host: e", "Could not resolve host"),
  "no connection in time": network(
    "http_request_failed",
    "cURL error 28: Connection timed out after 15001 milliseconds",
    "Connection timed out",
  ),
  "name not resolved in time": network(
    "http_request_failed",
    "cURL error 28: Resolving timed out after 15000 milliseconds",
    "Resolving timed out",
  ),
  "HTTP 408": { http: [408, ""], says: "HTTP 408" },
  "HTTP 429": json(429, "overloaded", "it is too busy, HTTP 429"),
  "HTTP 429 of a proxy": { http: [429, "<h1>slow down</h1>"], says: "it is too busy, HTTP 429" },
  "HTTP 500": json(500, "internal", "HTTP 500"),
  "HTTP 503": json(503, "store-unavailable", "HTTP 503"),
  // A body that looks like an answer makes none of an error.
  "HTTP 500 with an outcome": { http: [500, '{"outcome":"moved"}'], says: "HTTP 500" },
};

/** A setting is wrong: nothing happens, whatever the setting for outages says. */
const faults: Record<string, Answer> = {
  "HTTP 401": json(
    401,
    "unauthorized",
    "HTTP 401: the API token in the settings is not ORDER_STATUS_TOKEN of the engine",
  ),
  "HTTP 401 of a proxy": { http: [401, "<h1>Authorization Required</h1>"], says: "HTTP 401" },
  "HTTP 403": json(403, "forbidden", "HTTP 403: the API token in the settings may not change orders"),
  "HTTP 403 of a firewall": { http: [403, "<h1>blocked</h1>"], says: "HTTP 403" },
  "HTTP 401 with an outcome": { http: [401, '{"outcome":"ignored","reason":"same-status"}'], says: "HTTP 401" },
  "HTTP 404, no engine there": { http: [404, "<h1>Not Found</h1>"], says: "there is no engine" },
  "HTTP 404, another path of the engine": json(404, "not-found", "there is no engine"),
  "a redirect": { http: [301, ""], says: "HTTP 301: the address in the settings leads to another one" },
  "HTTP 400": json(400, "invalid-event", "HTTP 400: it did not understand the question"),
  "HTTP 415": json(415, "not-json", "HTTP 415"),
  "a page with status 200": { http: [200, "<h1>Welcome</h1>"], says: "HTTP 200: what answers" },
  "nothing with status 200": { http: [200, ""], says: "HTTP 200: what answers" },
  "JSON without an outcome": { http: [200, '{"ok":true}'], says: "HTTP 200: what answers" },
  "an outcome that is no word": { http: [200, '{"outcome":["moved"]}'], says: "HTTP 200: what answers" },
  "a JSON string": { http: [200, '"outcome"'], says: "HTTP 200: what answers" },
  "no address": {
    site: { constants: { ORDER_STATUS_ENGINE_URL: "" } },
    says: "the address of the engine in the settings is none",
  },
  "an address without a scheme": {
    site: { constants: { ORDER_STATUS_ENGINE_URL: "engine.example" } },
    says: "the address of the engine in the settings is none",
  },
  "WordPress may send nothing": network(
    "http_request_not_executed",
    "User has blocked requests through HTTP.",
    "WordPress blocks the request",
  ),
};

/** It was heard and is not answered: it may be acted on, so nothing happens here, whatever the setting says. */
const late: Record<string, Answer> = {
  "no answer in time": network(
    "http_request_failed",
    "cURL error 28: Operation timed out after 15001 milliseconds with 0 bytes received",
    "did not answer within 15 seconds",
  ),
  "no answer in time, without cURL": network("http_request_failed", "fsocket timed out", "did not answer within"),
  "a connection that ended without an answer": network(
    "http_request_failed",
    "cURL error 52: Empty reply from server",
    "the connection to the engine broke",
  ),
  "a connection that broke": network(
    "http_request_failed",
    "cURL error 56: Recv failure: Connection reset by peer",
    "the connection to the engine broke",
  ),
  "half an answer, and the connection broke": network(
    "http_request_failed",
    "cURL error 18: transfer closed with 12 bytes remaining to read",
    "the connection to the engine broke",
  ),
  "HTTP 502": { http: [502, "<h1>Bad Gateway</h1>"], says: "no answer of it (HTTP 502)" },
  "HTTP 504": { http: [504, ""], says: "no answer of it (HTTP 504)" },
  "half an answer in time": network(
    "http_request_failed",
    "cURL error 28: Operation timed out after 15000 milliseconds with 12 out of 300 bytes received",
    "did not answer within",
  ),
};

interface Way {
  step: (order: string) => Step;
  site: Partial<Site>;
}
const save = (order: string): Step => ({ do: "save", order, status: "on-hold", to: "completed" });
const doors: Record<string, Way> = {
  "the order screen": { step: save, site: { action: "editpost" } },
  "a bulk action": { step: save, site: { action: "mark_completed" } },
  "a list button": { step: save, site: { action: "woocommerce_mark_order_status" } },
  REST: {
    step: (order) => ({ do: "rest", order, status: "on-hold", body: '{"status":"completed"}' }),
    site: { admin: false, user: 5 },
  },
  "the job for unpaid orders": {
    step: (order) => ({ do: "hold-stock", order, status: "pending", cancel: true }),
    site: { admin: false, user: 0 },
  },
};

const SETTINGS = ["open", "closed"];
/** Where the setting says nothing, each door has one of the two, by turns; both with `npm run campaign exhaustive`. */
const byTurns = (turn: number): string[] => (isWhole ? SETTINGS : [SETTINGS[turn % 2] as string]);
const each = (answers: Record<string, Answer>, settings: (turn: number) => string[] = byTurns) =>
  Object.entries(answers).flatMap(([name, answer], i) =>
    Object.entries(doors).flatMap(([door, way], j) =>
      settings(i + j).map((setting) => ({ name, answer, door, way, setting })),
    ),
  );
type Row = ReturnType<typeof each>[number];

describe.skipIf(php === null)("the WordPress plugin when the engine cannot be asked", () => {
  let server: Server;
  let says: [status: number, body: string] = [500, ""];
  beforeAll(async () => {
    server = createServer((request, response) => {
      request.resume();
      const [status, body] = says;
      response.writeHead(status, status === 301 ? { location: "/elsewhere" } : {}).end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  afterAll(() => void server.close());

  const play = ({ answer, way, setting }: Pick<Row, "answer" | "way" | "setting">, orders = ["7", "8"]) => {
    says = answer.http ?? [500, ""];
    const constants = {
      ORDER_STATUS_ENGINE_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      ORDER_STATUS_ENGINE_TOKEN: "a token of the API",
      ORDER_STATUS_ENGINE_WHEN_DOWN: setting,
      ...answer.site?.constants,
    };
    return wordpressDoes(orders.map(way.step), { ...way.site, ...answer.site, constants });
  };
  /** Each order is told of, by its number and with the reason: on the next page, and in the log. */
  const isTold = (told: Told, order: string, ...parts: string[]) => {
    expect(told.logged).toHaveLength(1);
    for (const text of [told.notice, told.logged[0]]) {
      for (const part of [`Order ${order}: `, ...parts]) expect(text).toContain(part);
    }
    expect(told.notice.split("Order ")).toHaveLength(2);
  };
  const orders = ["7", "8"];
  /** WooCommerce counts what it changed in the address of the page that comes next. */
  const landsOn = (door: string, isChanged: boolean): string | null =>
    door === "REST" ? null : `https://shop.example/${isChanged ? "?changed=1&ids=1" : ""}`;
  const isUnchanged = (told: Told, door: string, code: string, status: number) => {
    expect([told.order.status, told.fired, told.notes]).toEqual([
      door === "the job for unpaid orders" ? "pending" : "on-hold",
      [],
      [],
    ]);
    expect(told.value).toBe(door === "the job for unpaid orders" ? false : landsOn(door, false));
    expect(told.error).toEqual(
      door === "REST" ? { code, status, message: expect.stringContaining("the engine") } : null,
    );
  };

  test.each(each(outages, () => SETTINGS))("doors 13: down, $name, $door, $setting", async (row) => {
    for (const [i, told] of (await play(row)).entries()) {
      const order = orders[i] as string;
      const reason = row.answer.says;
      const isJob = row.door === "the job for unpaid orders";
      if (isJob) {
        // The order may be paid, and nobody can ask: it is kept, whatever the setting says.
        isTold(told, order, "the engine cannot be asked (", reason, "the unpaid order is kept");
        isUnchanged(told, row.door, "order_status_engine_down", 503);
        continue;
      }
      if (row.setting === "closed") {
        isTold(told, order, "the engine cannot be asked (", reason, "nothing was changed");
        isUnchanged(told, row.door, "order_status_engine_down", 503);
        continue;
      }
      isTold(told, order, "the engine cannot be asked (", reason, "without it");
      expect([told.order.status, told.value, told.error]).toEqual(["completed", landsOn(row.door, true), null]);
      expect(told.notes).toEqual([expect.stringContaining(reason)]);
    }
  });

  test.each(each(faults))("doors 13: a wrong setting, $name, $door, $setting", async (row) => {
    for (const [i, told] of (await play(row)).entries()) {
      isTold(told, orders[i] as string, "the engine cannot be asked (", row.answer.says, "a fault of the settings");
      isUnchanged(told, row.door, "order_status_engine_misconfigured", 500);
    }
  });

  test.each(each(late))("doors 13: heard and not answered, $name, $door, $setting", async (row) => {
    const [first, second] = (await play(row)) as [Told, Told];
    isTold(first, "7", row.answer.says, "nothing was changed here");
    isUnchanged(first, row.door, "order_status_engine_late", 504);
    // An engine that was silent is not waited for again in the same minute: it counts as down.
    const isJob = row.door === "the job for unpaid orders";
    if (isJob || row.setting === "closed") {
      isTold(second, "8", "the engine cannot be asked (", isJob ? "the unpaid order is kept" : "nothing was changed");
      isUnchanged(second, row.door, "order_status_engine_down", 503);
    } else {
      isTold(second, "8", "the engine cannot be asked (", "without it");
      expect(second.order.status).toBe("completed");
    }
  });

  test("doors 13: it is said each time, not once", async () => {
    const row = { answer: outages["HTTP 503"] as Answer, way: doors["a bulk action"] as Way, setting: "open" };
    const many = Array.from({ length: 20 }, (_, i) => String(i + 1));
    const told = await play(row, many);
    for (const [i, one] of told.entries()) isTold(one, many[i] as string, "HTTP 503");
    for (const again of [1, 2, 3]) expect((await play(row, ["7"]))[0]?.notice, String(again)).toContain("Order 7: ");
  });

  test("doors 13: what nobody clicked is told to those who may edit orders", async () => {
    const { answer, way } = { answer: faults["HTTP 401"] as Answer, way: doors.REST as Way };
    const of = (mayEditOrders: boolean) =>
      play({ answer, way: { ...way, site: { ...way.site, mayEditOrders } }, setting: "open" }, ["7"]);
    expect((await of(true))[0]?.notice).toContain("Order 7: ");
    expect((await of(false))[0]?.notice).toBe("");
  });

  test("doors 13: an engine that answers is not said to be down", async () => {
    const answered = (status: number, body: object): Answer => ({ http: [status, JSON.stringify(body)], says: "" });
    const way = doors["the order screen"] as Way;
    for (const setting of ["open", "closed"]) {
      const [refused] = await play({
        answer: answered(409, { outcome: "refused", reason: "frozen", says: "The bank has frozen it" }),
        way,
        setting,
      });
      expect([refused?.notice.trim(), refused?.order.status, refused?.logged]).toEqual([
        "Order 7: The bank has frozen it. Its status stays On-hold.",
        "on-hold",
        [],
      ]);
      const [same] = await play({
        answer: answered(200, { outcome: "ignored", reason: "same-status" }),
        way,
        setting,
      });
      expect([same?.notice, same?.order.status, same?.logged]).toEqual(["", "completed", []]);
      const [foreign] = await play({ answer: json(404, "unknown-order", ""), way, setting });
      expect([foreign?.notice, foreign?.order.status, foreign?.logged]).toEqual(["", "completed", []]);
    }
  });

  test("doors 13: a reason is shown as text, and not at any length", async () => {
    const hostile = `<script>alert(1)</script>${"x".repeat(10_000)}`;
    const answer = network("http_request_failed", hostile, "");
    const [told] = await play({ answer, way: doors["the order screen"] as Way, setting: "closed" }, ["7"]);
    expect(told?.notice).not.toContain("<script>");
    expect(told?.notice.length).toBeLessThan(500);
  });
});
