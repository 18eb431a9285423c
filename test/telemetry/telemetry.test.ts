/** Numbers and spans of a real engine, read from Prometheus's text and from OpenTelemetry's own SDK. */
import { context } from "@opentelemetry/api";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import {
  InMemorySpanExporter,
  NodeTracerProvider,
  type ReadableSpan,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-node";
import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { httpApp } from "../../src/http/app.js";
import { urlsFor } from "../../src/http/urls.js";
import type { EngineOptions } from "../../src/index.js";
import { decide } from "../../src/index.js";
import { memoryStore } from "../../src/stores/memory/store.js";
import { instruments, telemetry } from "../../src/telemetry/telemetry.js";
import { callback, MINUTE, Place, post, trusted, until } from "../engine/place.js";

const spans = new InMemorySpanExporter();
const tracing = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] });
const exported = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);

let place: Place;
let watch: ReturnType<typeof telemetry>;
let reader: PeriodicExportingMetricReader;

const made = async (options: Partial<EngineOptions> = {}): Promise<Place> => {
  place = await Place.made({ observer: watch.observer, ...options });
  return place;
};

beforeEach(() => {
  spans.reset();
  exported.reset();
  reader = new PeriodicExportingMetricReader({ exporter: exported, exportIntervalMillis: 3_600_000 });
  const meter = new MeterProvider({ readers: [reader] }).getMeter("test");
  watch = telemetry({ tracer: tracing.getTracer("test"), meter });
});
afterEach(async () => {
  await place.end();
  await reader.shutdown();
});

/** Each series of Prometheus's text with its value, histograms by their count alone. */
const series = (text: string): Record<string, number> =>
  Object.fromEntries(
    text.split("\n").flatMap((line) => {
      if (line === "" || line.startsWith("#") || /_(bucket|sum)\b/.test(line)) return [];
      const at = line.lastIndexOf(" ");
      return [[line.slice(0, at).replace(/_seconds_count/, "_seconds"), Number(line.slice(at + 1))]];
    }),
  );
const numbers = async () => series(await watch.metrics());

/** The same out of OpenTelemetry, under Prometheus's names. */
const otelNumbers = async (): Promise<Record<string, number>> => {
  exported.reset();
  await reader.forceFlush();
  const found: Record<string, number> = {};
  const all = exported.getMetrics().flatMap((one) => one.scopeMetrics.flatMap((scope) => scope.metrics));
  for (const { descriptor, dataPoints } of all) {
    const row = instruments.find(({ name }) => name === descriptor.name);
    for (const { attributes, value } of dataPoints) {
      const labels = (row?.labels ?? []).map((label) => `${label}="${attributes[label]}"`).join(",");
      const number = typeof value === "number" ? value : value.count;
      found[`${row?.prometheus}${labels === "" ? "" : `{${labels}}`}`] = number;
    }
  }
  return found;
};

const CANARY = "CANARY-8127";

/** A day in a shop: paid, held, sent twice, captured, refused, lost and read back, parked by nobody. */
const aDay = async (world: Place, ids: (name: string) => string) => {
  const [paid, slow, lost] = [ids("paid"), ids("slow"), ids("lost")];
  await world.order(paid);
  await world.tell(paid, { type: "customer.returned", page: "success" });
  await world.engine.submit(paid, callback(`pay-${paid}`, { claims: CANARY, content: CANARY }), { id: "twice" });
  await world.rest();
  await world.engine.submit(paid, callback(`pay-${paid}`), { id: "twice" });
  await world.after(2 * MINUTE);
  await world.tell(paid, { type: "merchant.completed", via: "dropdown" });

  await world.order(slow, { payment: "FROZEN", meta: { name: CANARY }, at: world.clock.now() });
  await world.engine.submit(slow, callback(`pay-${slow}`));
  await world.after(2 * MINUTE);
  await world.tell(slow, { type: "merchant.completed", via: "dropdown" });

  await world.order(lost, { faults: { capture: "timeout-after-apply:1" } });
  await world.tell(lost, { type: "customer.returned", page: "success" });
  const settled = world.engine.submit(lost, { type: "merchant.completed", via: "erp" });
  await world.after(5 * MINUTE);
  await settled;
};

describe("one set of numbers", () => {
  test("says how a day went, in both ways out", async () => {
    const world = await made();
    await aDay(world, (name) => name);
    const told = await numbers();
    const at = (name: string, labels: Record<string, string> = {}) =>
      Object.entries(told)
        .filter(([key]) => key.replace(/\{.*/, "") === name)
        .filter(([key]) => Object.entries(labels).every(([label, value]) => key.includes(`${label}="${value}"`)))
        .reduce((sum, [, value]) => sum + value, 0);
    expect(world.status("paid")).toBe("completed");
    expect(world.status("lost")).toBe("completed");
    expect(at("order_status_events_total", { event: "customer.returned", outcome: "moved" })).toBe(2);
    expect(at("order_status_events_total", { outcome: "deferred", reason: "cooldown" })).toBe(2);
    expect(at("order_status_events_total", { outcome: "refused", reason: "unable-to-capture-frozen-order" })).toBe(1);
    expect(at("order_status_callbacks_held_total")).toBe(2);
    expect(at("order_status_duplicates_total", { event: "callback.received" })).toBe(1);
    expect(at("order_status_callback_duration_seconds", { held: "true" })).toBe(2);
    expect(at("order_status_effect_attempts_total", { effect: "capturePayment", outcome: "unknown" })).toBe(1);
    expect(at("order_status_effect_attempts_total", { effect: "capturePayment", outcome: "done" })).toBe(1);
    expect(at("order_status_effect_attempts_total", { effect: "readBack", outcome: "done" })).toBe(1);
    expect(at("order_status_gateway_calls_total", { call: "capture" })).toBe(2);
    expect(at("order_status_gateway_calls_total", { call: "readPayment", outcome: "ok" })).toBe(
      world.bank.reads.filter(({ op }) => op === "getPayment").length,
    );
    expect(at("order_status_orders")).toBe(3);
    expect(at("order_status_up")).toBe(1);
    const events = (await Promise.all(["paid", "slow", "lost"].map((id) => world.engine.queries.history(id)))).flat();
    expect(at("order_status_events_total")).toBe(events.flatMap((entry) => entry.answers).length);
    const otel = await otelNumbers();
    // A counter that nothing has touched is 0 in the one and absent in the other.
    const touched = Object.fromEntries(Object.entries(told).filter(([key]) => key in otel || told[key] !== 0));
    expect(otel).toEqual(touched);
  });

  test("has a row for each of them, and tells of nothing else", async () => {
    const world = await made();
    await aDay(world, (name) => name);
    const named = [...(await watch.metrics()).matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(
      ([, name, kind]) => `${name} ${kind}`,
    );
    expect(named.sort()).toEqual(instruments.map((one) => `${one.prometheus} ${one.kind}`).sort());
  });

  test("grows with what the machines know, not with orders; and neither it nor a span holds a person", async () => {
    const world = await made();
    await aDay(world, (name) => `${name}-1`);
    // The payment whose answer was lost is looked at once more, twenty minutes later.
    await world.after(30 * MINUTE);
    const once = Object.keys(await numbers());
    for (let i = 2; i < 5; i += 1) await aDay(world, (name) => `${name}-${i}`);
    expect(Object.keys(await numbers()).sort()).toEqual(once.sort());
    const text = await watch.metrics();
    const seen = JSON.stringify(
      spans.getFinishedSpans().map(({ name, attributes, status, events }) => [name, attributes, status, events]),
    );
    expect(await world.engine.queries.history("paid-1").then((entries) => JSON.stringify(entries))).toContain(CANARY);
    for (const told of [text, seen]) expect(told).not.toContain(CANARY);
    for (const told of [text, seen]) expect(told).not.toContain("pay-paid-1");
    expect(text).not.toContain("paid-1");
    expect(seen).toContain("paid-1");
  });

  test("a gateway's own words are no label", async () => {
    const world = await made({
      decide: (...asked) => {
        const decision = decide(...asked);
        for (const answer of decision.entry.answers) if (answer.outcome === "refused") answer.reason = CANARY as never;
        return decision;
      },
    });
    await world.order("o", { payment: "FROZEN" });
    const { reason } = await world.tell("o", { type: "merchant.completed", via: "api" });
    expect(reason).toBe(CANARY);
    const refusals = Object.keys(await numbers()).filter((key) => key.includes('outcome="refused"'));
    expect(refusals).toEqual([expect.stringContaining('reason="other"')]);
  });

  test("what waits, is late, dead, parked or flagged", async () => {
    const store = memoryStore();
    const world = await made({
      store,
      limits: { effectsAtOnce: 0, attemptsPerEvent: 2 },
      decide: (record, envelope, ...rest) => {
        if (envelope.id === "poison") throw new Error("planted");
        return decide(record, envelope, ...rest);
      },
    });
    await world.order("o");
    await world.engine.submit("o", callback("pay-o"));
    await world.rest();
    await world.engine.submit("o", callback("pay-o"), { id: "poison" });
    await world.rest();
    await world.after(500);
    expect(await numbers()).toMatchObject({
      order_status_effects_waiting: 1,
      order_status_effects_age_seconds: 0.5,
      order_status_inbox_events: 1,
      order_status_inbox_age_seconds: 0.5,
      'order_status_events_postponed_total{why="threw"}': 1,
    });
    await world.after(10_000);
    expect(await numbers()).toMatchObject({
      order_status_inbox_events: 0,
      order_status_inbox_age_seconds: 0,
      'order_status_dead_letters{kind="event"}': 1,
    });
    await store.park("o", "no migration");
    expect(await numbers()).toMatchObject({ order_status_orders_parked: 1 });
  });

  test("whoever knocks at the callbacks' door is counted by what became of it, and by nothing of his own", async () => {
    const world = await made();
    await world.order("o");
    const key = { id: "k1", secret: "a secret of ours" };
    const app = httpApp({
      engine: world.engine,
      apiToken: null,
      observer: watch.observer,
      metrics: watch.metrics,
      callbackKeys: [key],
      allowFrom: ["10.0.0.1"],
      sourceOf: (request) => request.headers.get("x-from"),
      limits: { order: { burst: 1, perSecond: 0.001 } },
    });
    const knock = async (path: string, paymentId: string, headers: Record<string, string> = {}) => {
      const request = post(path, { paymentId, status: "AUTHORIZED" });
      for (const [name, value] of Object.entries({ "x-from": "10.0.0.1", ...headers }))
        request.headers.set(name, value);
      return (await app.fetch(request)).status;
    };
    const path = new URL(
      urlsFor("http://shop.test", "o", "resurs-mapi", { callbacks: [key], returns: [key] }).callbackUrl,
    ).pathname;
    expect(await knock(path, "pay-o")).toBe(202);
    expect(await knock(path, "pay-o")).toBe(429);
    expect(await knock(path, "nobodys")).toBe(404);
    expect(await knock("/callbacks/resurs/authorization", "pay-o")).toBe(404);
    expect(await knock(path, "pay-o", { "x-from": "10.0.0.2" })).toBe(403);
    expect(await knock(path, "pay-o", { "content-encoding": "gzip" })).toBe(415);
    const told = Object.entries(await numbers()).filter(([name]) => name.startsWith("order_status_http_admissions"));
    expect(told.sort()).toEqual(
      ["address-not-allowed", "encoded-body", "passed", "too-many", "unknown-payment", "without-token"].map((how) => [
        `order_status_http_admissions_total{outcome="${how}"}`,
        1,
      ]),
    );
  });

  test("a callback that waits for the end of a call counts as held", async () => {
    const world = await made();
    await world.order("o");
    await world.tell("o", { type: "customer.returned", page: "success" });
    await world.after(2 * MINUTE);
    world.bank.delayNext("capture", 5000);
    void world.engine.submit("o", { type: "merchant.completed", via: "api" });
    await until(() => world.bank.held() === 1, "the call");
    expect(await world.engine.submit("o", callback("pay-o"))).toMatchObject({ reason: "operation-in-flight" });
    await world.after(5 * MINUTE);
    expect(world.status("o")).toBe("completed");
    expect(await numbers()).toMatchObject({
      order_status_callbacks_held_total: 1,
      'order_status_callback_duration_seconds{held="true"}': 1,
    });
  });

  test("an event too many is turned away and counted; a store that is gone is not told as it was", async () => {
    const world = await made({ limits: { waitingEvents: 0 } });
    await expect(world.engine.submit("o", { type: "merchant.held" })).rejects.toThrow("too many");
    const { observer, metrics } = watch;
    const full = trusted({ engine: world.engine, observer, metrics, requestsAtOnce: 0 });
    expect((await full.fetch(post("/callbacks/resurs/authorization", { paymentId: "p" }))).status).toBe(429);
    // Whoever watches is let in all the same.
    expect((await full.fetch(new Request("http://shop.test/metrics"))).status).toBe(200);
    expect(await numbers()).toMatchObject({ order_status_events_turned_away_total: 2, order_status_up: 1 });
    await world.engine.stop();
    const told = await numbers();
    expect(told).toMatchObject({ order_status_up: 0 });
    expect(
      Object.keys(told).filter((key) => key.startsWith("order_status_orders") || key.includes("dead_letters")),
    ).toEqual([]);
  });

  test("a result that comes after its lease had gone is counted, and not taken in", async () => {
    const store = memoryStore();
    const world = await made({ store, limits: { leaseMs: 1000 } });
    await world.order("o");
    world.bank.delayNext("getPayment", 300);
    await world.engine.submit("o", callback("pay-o"));
    await until(() => world.bank.held() === 1, "the call");
    expect(await store.claim(world.clock.now() + 2000, 9, 60_000, "another")).toHaveLength(1);
    await world.after(300);
    await until(async () => (await numbers()).order_status_leases_lost_total === 1, "the late result");
    expect(world.status("o")).toBe("pending");
    expect((await numbers())['order_status_duplicates_total{event="payment.read"}']).toBeUndefined();
  });
});

describe("spans", () => {
  const all = () => spans.getFinishedSpans();
  const tree = (root: ReadableSpan, depth = 0): string[] => [
    `${"  ".repeat(depth)}${root.name}`,
    ...all()
      .filter((span) => span.parentSpanContext?.spanId === root.spanContext().spanId)
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .flatMap((span) => tree(span, depth + 1)),
  ];

  test("a return, its reading, the decision and the shop are one trace", async () => {
    const world = await made();
    await world.order("o");
    spans.reset();
    await world.tell("o", { type: "customer.returned", page: "success" });
    await world.rest();
    const root = all().find(({ name }) => name === "receive customer.returned") as ReadableSpan;
    expect(root.parentSpanContext).toBeUndefined();
    expect(tree(root)).toEqual([
      "receive customer.returned",
      "  process customer.returned",
      "    deliver addOrderNote",
      "    deliver readPayment",
      "      receive payment.read",
      "        process payment.read",
      "          deliver completePayment",
    ]);
    expect(new Set(all().map((span) => span.spanContext().traceId)).size).toBe(1);
    expect(all().find(({ name }) => name === "process payment.read")?.attributes).toMatchObject({
      "order_status.order_id": "o",
      "order_status.from": "pending",
      "order_status.to": "processing",
    });
    const delivered = all().find(({ name }) => name === "deliver readPayment");
    expect(delivered?.attributes).toMatchObject({
      "order_status.effect_id": expect.stringMatching(/^o:/),
      "order_status.attempt": 1,
    });
    const [receive, process] = [root, all().find(({ name }) => name === "process customer.returned") as ReadableSpan];
    const ms = ([seconds, nanos]: [number, number]) => seconds * 1000 + nanos / 1e6;
    expect(ms(process.startTime)).toBeGreaterThanOrEqual(ms(receive.startTime) - 1);
    expect(ms(process.startTime)).toBeLessThanOrEqual(ms(receive.endTime) + 1);
  });

  test("a lost capture shows as an error, then the look, then the end, in one trace", async () => {
    const world = await made();
    await world.order("o", { faults: { capture: "timeout-after-apply:1" } });
    await world.tell("o", { type: "customer.returned", page: "success" });
    spans.reset();
    const settled = world.engine.submit("o", { type: "merchant.completed", via: "api" });
    await world.after(5 * MINUTE);
    await settled;
    const delivered = all().filter(({ name }) => name.startsWith("deliver"));
    const told = delivered.map((span) => `${span.name} ${span.attributes["order_status.outcome"]}`);
    expect(told).toEqual(expect.arrayContaining(["deliver capturePayment unknown", "deliver readBack done"]));
    const capture = delivered.find(({ name }) => name === "deliver capturePayment");
    expect(capture?.status.code).toBe(2);
    const back = delivered.find(({ name }) => name === "deliver readBack");
    expect(back?.spanContext().traceId).toBe(capture?.spanContext().traceId);
  });

  test("the host's own spans lie around what comes in and inside what goes out", async () => {
    tracing.register();
    try {
      const tracer = tracing.getTracer("host");
      const inside: string[] = [];
      const world = await made();
      await world.order("o");
      const execute = world.woo.shop.execute.bind(world.woo.shop);
      world.woo.shop.execute = (...args) => {
        tracer.startSpan("the shop's request").end();
        inside.push(args[2].type);
        return execute(...args);
      };
      spans.reset();
      await tracer.startActiveSpan("POST /callbacks", async (span) => {
        await world.tell("o", { type: "customer.returned", page: "success" });
        span.end();
      });
      expect(inside).toEqual(["addOrderNote", "completePayment"]);
      const root = all().find(({ name }) => name === "POST /callbacks") as ReadableSpan;
      expect(
        tree(root)
          .slice(-2)
          .map((line) => line.trim()),
      ).toEqual(["deliver completePayment", "the shop's request"]);
      expect(tree(root)).toHaveLength(10);
    } finally {
      context.disable();
    }
  });
});

test("GET /metrics is there where it is wanted, and asks for the token", async () => {
  const { engine } = await made();
  const ask = async (app: ReturnType<typeof httpApp>, token?: string) =>
    app.fetch(
      new Request(
        "http://shop.test/metrics",
        token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } },
      ),
    );
  const app = httpApp({ engine, apiToken: "secret of the API", metrics: watch.metrics });
  expect((await ask(httpApp({ engine, apiToken: "secret of the API" }))).status).toBe(404);
  expect((await ask(app)).status).toBe(401);
  const answer = await ask(app, "secret of the API");
  expect(answer.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  expect(await answer.text()).toContain("order_status_up 1");
});

test("a real pino is a logger, and its lines hold no person", async () => {
  const lines: string[] = [];
  const log = pino({ level: "debug" }, { write: (line: string) => void lines.push(line) });
  const world = await made({ log, limits: { secondWordMs: 0 } });
  await world.order("o", { meta: { name: CANARY } });
  const app = httpApp({ engine: world.engine, apiToken: null, log });
  await app.fetch(post("/callbacks/resurs/authorization", { paymentId: "pay-o", status: CANARY }));
  await world.rest();
  world.woo.shop.execute = async () => ({ kind: "refused", detail: "planted" });
  await world.tell("o", { type: "merchant.held", via: "dropdown" });
  const warned = lines.map((line) => JSON.parse(line) as { level: number; msg: string; effect?: string });
  expect(warned).toContainEqual(
    expect.objectContaining({ level: 40, msg: "the shop refused an effect", effect: expect.stringMatching(/^o:/) }),
  );
  for (const line of lines) expect(line).not.toContain(CANARY);
});
