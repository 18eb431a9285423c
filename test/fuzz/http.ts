/** Everything that anybody may send over HTTP, against the real engine behind the real app. */
import { createHash } from "node:crypto";
import { decodeApiData, encodeApiData } from "../../src/gateways/resurs-legacy/index.js";
import type { HttpOptions } from "../../src/http/app.js";
import type { Gateway } from "../../src/ports/gateway.js";
import type { Log } from "../../src/ports/log.js";
import { createEngine, type Engine } from "../../src/runtime/embedded/engine.js";
import { memoryStore } from "../../src/stores/memory/store.js";
import { reading } from "../../src/testing/index.js";
import { fastClock } from "../crash/fast-clock.js";
import { keepKnownKey, knowsKey, lines, order, returnPath, trusted } from "../engine/place.js";
import { bytesOf, type Target } from "./target.js";

const AGE = 3_600_000;
const SALT = "SecretHashSalt";
const statuses = ["pending", "on-hold", "processing", "completed", "cancelled", "failed"] as const;

/** A bank that is always there and says yes. */
const yes = { kind: "ok", reading: null } as const;
const bank = (name: string): Gateway => ({
  name,
  tolerance: 0,
  readPayment: async (id) => ({ kind: "ok", reading: reading({ paymentId: id }) }),
  capture: async () => yes,
  cancel: async () => yes,
  refund: async () => yes,
  addOrderLines: async () => yes,
  createPayment: async ({ orderId }) => ({
    kind: "ok",
    paymentId: `new-${orderId}`.slice(0, 60),
    status: "TASK_REDIRECTION_REQUIRED",
    redirectUrl: "https://bank.test/pay",
  }),
});

const request = (method: string, path: string, body?: unknown, headers: string[] = []): Uint8Array =>
  bytesOf(
    [
      `${method} ${path}`,
      ...(body === undefined ? [] : ["content-type: application/json"]),
      ...headers,
      "",
      body === undefined ? "" : JSON.stringify(body),
    ].join("\n"),
  );

const digest = (text: string) => createHash("md5").update(`${text}${SALT}`).digest("hex").toUpperCase();
const container = encodeApiData({ checkoutType: "rco", wc_order_id: "o0", preferred_id: "pay-o0" });

const events: object[] = [
  { type: "order.updated", by: "erp", change: "weight" },
  { type: "order.seen", status: "on-hold" },
  { type: "payment.created", paymentId: "another", meta: { resursbank_order_reference: "x" } },
  { type: "payment.notCreated", detail: "no" },
  { type: "checkout.rejected", rejection: "fail", message: "no" },
  { type: "callback.received", kind: "AUTHORIZATION", paymentId: "pay-o1", claims: "AUTHORIZED", content: null },
  { type: "customer.returned", page: "success" },
  { type: "merchant.completed", via: "dropdown" },
  { type: "merchant.cancelled", via: "bulk" },
  { type: "merchant.refunded", via: "erp", amount: 500 },
  { type: "merchant.failed" },
  { type: "merchant.held" },
  { type: "merchant.processed" },
  { type: "merchant.reopened" },
  { type: "merchant.captured", lines },
  { type: "merchant.refundedAmount", amount: 100, lines: null },
  { type: "merchant.editedLines", lines, total: 100_000, adds: false },
  { type: "merchant.recalculated" },
  { type: "shop.holdStockDue" },
  { type: "reconcile.asked" },
  { type: "timer.fired", timer: "xstate.after.linkLifetime.order.pending", generation: 1 },
  { type: "payment.read", effectId: "o1:1:0", reading: reading({ paymentId: "pay-o1" }) },
  { type: "capture.confirmed", effectId: "o2:2:0", reading: null },
  { type: "refund.unknown", effectId: "o3:2:0", detail: "lost" },
  { type: "shop.conflicted", effectId: "o1:1:0", status: "cancelled" },
];

const callback = { paymentId: "pay-o0", status: "AUTHORIZED", created: "2026-01-01T00:00:00Z" };
export const httpCorpus: Uint8Array[] = [
  ...events.flatMap((event, i) => [
    request("POST", `/orders/o${i % 6}/events`, event, [`idempotency-key: k${i}`]),
    request("POST", `/orders/o${i % 6}/can`, event),
  ]),
  request("POST", "/orders", { orderId: "n", order: order("pay-n", 1, { createdAt: 1e12, meta: { a: 1 } }) }),
  request("GET", "/orders?status=pending&flagged=true&after=o1&limit=2"),
  ...["", "/history?after=1", "/effects", "/why", "/payment"].map((what) => request("GET", `/orders/o2${what}`)),
  request("POST", "/orders/o0/checkout", { gateway: "resurs-mapi" }),
  request("POST", "/orders/reconcile?since=2026-01-01T00:00:00Z&apply=true&perSecond=1000&freshMinutes=0", {}),
  request("GET", "/healthz"),
  request("GET", "/dead-letters?limit=5"),
  request("POST", "/orders/o1/revive", { id: "o1:1:0" }),
  request("GET", "/readyz"),
  request("POST", "/callbacks/resurs/authorization", callback),
  request("POST", "/callbacks/resurs/management", { paymentId: "pay-o2", action: "CAPTURE", actionId: "a" }),
  request("GET", "/callbacks/resurs/test"),
  ...["BOOKED", "UNFREEZE", "ANNULMENT", "FINALIZATION", "UPDATE"].map((kind) =>
    request("GET", `/callbacks/resurs/legacy/${kind}?paymentId=pay-o1&digest=${digest("pay-o1")}`),
  ),
  request("POST", `/callbacks/resurs/legacy/BOOKED?paymentId=pay-o1&digest=${digest("pay-o1")}`, {
    addedPaymentSpecificationLines: [],
  }),
  request(
    "GET",
    `/callbacks/resurs/legacy/AUTOMATIC_FRAUD_CONTROL?paymentId=pay-o1&result=THAWED&digest=${digest("pay-o1THAWED")}`,
  ),
  request(
    "GET",
    `/callbacks/resurs/legacy/TEST?param1=a&param2=b&param3=c&param4=d&param5=e&digest=${digest("abcde")}`,
  ),
  request("POST", "/callbacks/nets", { id: "w1", event: "payment.checkout.completed", data: { paymentId: "pay-o3" } }, [
    "authorization: hush",
  ]),
  request("POST", "/nets/pay-initialized", { paymentId: "pay-o0" }),
  ...["success", "fail", "signing-landing", "signing-cancelled"].map((page) => request("GET", `/returns/o0/${page}`)),
  request("GET", await returnPath(knowsKey, "o0", "success")),
  request("GET", await returnPath(knowsKey, "o0", "fail", "pay-of-another-attempt")),
  request("GET", `/returns/landing?apiData=${container}`),
  request("POST", "/resurs-checkout/create-order", { paymentId: "pay-o0", customer: { name: "x" } }),
  request("POST", "/resurs-checkout/rejected", { paymentId: "pay-o0", rejection: "deny", message: "no" }),
];

/** null = no HTTP server would hand it on. */
export const requestFrom = (bytes: Uint8Array): Request | null => {
  const text = Buffer.from(bytes).toString("latin1");
  const end = text.indexOf("\n\n");
  const [first = "", ...head] = (end < 0 ? text : text.slice(0, end)).split("\n");
  const space = first.indexOf(" ");
  const [method, path] = [first.slice(0, space), first.slice(space + 1)];
  if (!path.startsWith("/")) return null;
  try {
    const headers = new Headers(
      head.map((line) => {
        const colon = line.indexOf(":");
        return [line.slice(0, colon), line.slice(colon + 1).trim()] as [string, string];
      }),
    );
    const body = end < 0 || method === "GET" || method === "HEAD" ? null : Buffer.from(bytes.subarray(end + 2));
    return new Request(`http://shop.test${path}`, { method, headers, body });
  } catch {
    return null;
  }
};

/** A place of ours, or a line of a stack trace. */
const tellsTooMuch = /\bat .+\.(js|ts):\d+|node_modules|TypeError|RangeError|SyntaxError/;

class World {
  readonly wrong: string[] = [];
  readonly engine: Engine;
  readonly apps: { fetch(request: Request): Response | Promise<Response> }[];

  constructor() {
    const now = Date.now();
    // Waits are not what is looked for here.
    const clock = fastClock({ since: now, start: now, times: 2000 });
    const note = (details: Record<string, unknown>, message: string) => {
      this.wrong.push(`${message}: ${JSON.stringify(details).slice(0, 300)}`);
    };
    const log: Log = { debug() {}, info() {}, warn() {}, error: note };
    this.engine = createEngine({
      store: memoryStore(),
      gateways: ["resurs-mapi", "nets-easy", "resurs-rco"].map(bank),
      shop: { execute: async () => ({ kind: "done" }), readStatus: async () => null },
      clock,
      settings: { cooldownSeconds: 1 },
    });
    const options: Omit<HttpOptions, "apiToken"> = {
      engine: this.engine,
      publicUrl: "https://engine.test",
      log,
      readContainer: decodeApiData,
      onPayInitialized: async () => ({ orderId: "o0" }),
      onCheckoutSubmitted: async () => ({ orderId: "o0" }),
      thankYouUrl: "https://shop.test/thanks/{orderId}",
    };
    this.apps = [
      trusted(options),
      trusted({
        ...options,
        netsAuthorization: "hush, hush, hush",
        resursDigest: { algorithm: "MD5", salts: [SALT, "older"] },
        ack: "after-apply",
      }),
    ];
  }

  async open(): Promise<this> {
    await this.engine.start();
    await keepKnownKey(this.engine);
    const at = this.engine.clock.now() - AGE / 2;
    for (const [i, status] of statuses.entries()) await this.engine.place(`o${i}`, order(`pay-o${i}`, at, { status }));
    return this;
  }
}

/** `not-applied-yet` and `cooldown` ask the bank to come again; nothing else may be a 5xx. */
const comeAgain = new Set(["cooldown", "not-applied-yet"]);

/** `answered`: the status of one request, to the app that asks for no digest. */
export const httpTarget = (): Target & { answered(request: Request): Promise<number | undefined> } => {
  let world: World | null = null;
  return {
    name: "http",
    share: 30,
    atOnce: 32,
    corpus: httpCorpus,
    async fresh() {
      await world?.engine.stop();
      world = await new World().open();
    },
    async close() {
      await world?.engine.stop();
      world = null;
    },
    async fuzz(bytes) {
      if (world === null) throw new Error("no world was made");
      for (const app of world.apps) {
        const asked = requestFrom(bytes);
        if (asked === null) return null;
        const answer = await app.fetch(asked);
        const text = await answer.text();
        if (
          answer.status >= 500 &&
          !comeAgain.has((JSON.parse(text) as { error?: { code?: string } }).error?.code ?? "")
        )
          return `answered ${answer.status} ${text.slice(0, 200)}; ${world.wrong.join("; ")}`;
        if (tellsTooMuch.test(text)) return `tells too much: ${text.slice(0, 300)}`;
      }
      return null;
    },
    answered: async (request) => (await world?.apps[0]?.fetch(request))?.status,
    async settled() {
      const counts = (await world?.engine.queries.health())?.counts;
      const left = (counts?.deadEvents ?? 0) + (counts?.waitingEvents ?? 0) + (counts?.parked ?? 0);
      return left === 0 ? null : `events that could not be decided: ${JSON.stringify(counts)}`;
    },
  };
};
