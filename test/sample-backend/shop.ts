/**
 * A small shop as many are: one file, orders in memory, the Merchant API called by hand, nothing of the engine. Without
 * a mistake it keeps the documents; each mistake is one that real plugins were seen making.
 */
import { Hono } from "hono";
import { listen } from "../../src/http/serve.js";

export const mistakes = {
  "return-completes-again": "the return handler completes a paid order whatever it reads already",
  "check-then-act": "the return handler looks at the order, asks the bank, and completes it on what it saw before",
  "trusts-the-callback": "a callback that says AUTHORIZED is believed, and the bank is not asked",
  "stock-timer-does-not-ask": "the job for unpaid orders cancels what is still pending, and the bank is not asked",
  "completes-a-frozen-order": "a merchant who completes the order of a frozen payment is let through",
  "captures-at-every-click": "two clicks on Completed are two captures",
} as const;
export type Mistake = keyof typeof mistakes;

interface Order {
  id: string;
  status: string;
  paymentId: string;
  mails: number;
  reduced: number;
  restored: number;
  updatedAt: number;
}

interface Payment {
  status: string;
  order: { authorizedAmount: number; capturedAmount: number; canceledAmount: number; refundedAmount: number };
}

const MINUTE = 60_000;
const LINK_MINUTES = 120;

export const sampleShop = async ({ bankUrl, mistake = null }: { bankUrl: string; mistake?: Mistake | null }) => {
  const orders = new Map<string, Order>();
  const turns = new Map<string, Promise<unknown>>();
  const jobs: { at: number; run(): Promise<void> }[] = [];
  let now = Date.parse("2026-11-20T12:00:00Z");
  let token = "";

  /** One thing after the other, as a row lock would have it. */
  const inTurn = <T>(id: string, work: () => Promise<T>): Promise<T> => {
    const turn = (turns.get(id) ?? Promise.resolve()).then(work, work);
    turns.set(id, turn);
    return turn;
  };

  const bank = async (method: string, path: string, body?: unknown): Promise<Response> => {
    if (token === "") {
      const form = new URLSearchParams({
        grant_type: "client_credentials",
        client_id: "shop",
        client_secret: "secret",
        scope: "merchant-api",
      });
      const given = await fetch(`${bankUrl}/oauth2/token`, { method: "POST", body: form });
      token = ((await given.json()) as { access_token: string }).access_token;
    }
    const response = await fetch(`${bankUrl}/v2/payments${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (response.status !== 401) return response;
    token = "";
    return bank(method, path, body);
  };
  const read = async ({ paymentId }: Order): Promise<Payment> => (await bank("GET", `/${paymentId}`)).json() as never;
  const taskIsDone = async ({ paymentId }: Order): Promise<boolean> => {
    const answer = await bank("GET", `/${paymentId}/tasks/status`);
    return answer.status === 200 && ((await answer.json()) as { completed: boolean }).completed;
  };

  const become = (order: Order, status: string): void => {
    if (order.status === status) return;
    order.status = status;
    order.updatedAt = now;
    const takes = ["processing", "on-hold", "completed"].includes(status);
    if (takes && order.reduced === order.restored) order.reduced += 1;
    if (["cancelled", "pending"].includes(status) && order.reduced > order.restored) order.restored += 1;
  };
  const complete = (order: Order): void => {
    become(order, "processing");
    order.mails += 1;
  };

  const rejected = async (order: Order): Promise<void> =>
    become(order, (await taskIsDone(order)) ? "failed" : "cancelled");

  /** The bank is asked, and the order follows what it says. */
  const follow = async (order: Order, { failPage = false, timeIsUp = false } = {}): Promise<void> => {
    const { status, order: amounts } = await read(order);
    const unpaid = ["pending", "on-hold", "failed"];
    const money = amounts.authorizedAmount > 0 || amounts.capturedAmount > amounts.refundedAmount;
    if (status === "ACCEPTED") return unpaid.includes(order.status) && money ? complete(order) : undefined;
    if (status === "REJECTED") {
      if (failPage && [...unpaid, "processing"].includes(order.status)) return become(order, "cancelled");
      return ["pending", "on-hold", "processing"].includes(order.status) ? rejected(order) : undefined;
    }
    const atTheBank = status === "TASK_REDIRECTION_REQUIRED";
    // An early callback may have put it on hold.
    if (order.status === "on-hold" && failPage && atTheBank) return become(order, "cancelled");
    if (order.status !== "pending") return;
    become(order, atTheBank && (failPage || timeIsUp) ? "cancelled" : "on-hold");
  };

  const later = (at: number, run: () => Promise<void>): void => void jobs.push({ at, run });

  const jobsUntil = async (end: number): Promise<void> => {
    for (;;) {
      jobs.sort((a, b) => a.at - b.at);
      const [next] = jobs;
      if (next === undefined || next.at > end) break;
      jobs.shift();
      now = Math.max(now, next.at);
      await next.run();
    }
    now = end;
  };

  const linkRunsOut = (order: Order): void =>
    later(order.updatedAt + LINK_MINUTES * MINUTE, async () => {
      if (order.status !== "pending") return;
      if (mistake === "stock-timer-does-not-ask") return become(order, "cancelled");
      await inTurn(order.id, () => follow(order, { timeIsUp: true }));
    });

  /** The customer's minute: a callback is held for the return. */
  const heard = (order: Order): void =>
    later(order.updatedAt + MINUTE, async () => {
      if (now < order.updatedAt + MINUTE) return heard(order);
      await inTurn(order.id, () => follow(order));
    });

  const capture = async (order: Order): Promise<boolean> => {
    if (!["pending", "on-hold", "processing", "failed"].includes(order.status)) return false;
    const { status, order: amounts } = await read(order);
    const letThrough = mistake === "completes-a-frozen-order" && status === "FROZEN";
    if (!letThrough && (status !== "ACCEPTED" || amounts.authorizedAmount === 0)) return false;
    await bank("POST", `/${order.paymentId}/capture`, {});
    become(order, "completed");
    return true;
  };

  const cancel = async (order: Order): Promise<boolean> => {
    if (!["pending", "on-hold", "processing", "failed"].includes(order.status)) return false;
    const { status, order: amounts } = await read(order);
    if (amounts.capturedAmount > 0 || ["FROZEN", "INSPECTION"].includes(status)) return false;
    if (amounts.authorizedAmount > 0) await bank("POST", `/${order.paymentId}/cancel`, {});
    become(order, "cancelled");
    return true;
  };

  const refund = async (order: Order): Promise<boolean> => {
    if (!["on-hold", "processing", "completed"].includes(order.status)) return false;
    const { order: amounts } = await read(order);
    if (amounts.capturedAmount === 0) return false;
    if (amounts.capturedAmount > amounts.refundedAmount) await bank("POST", `/${order.paymentId}/refund`, {});
    become(order, "refunded");
    return true;
  };

  const app = new Hono();
  const orderOf = (id: string): Order => {
    const order = orders.get(id);
    if (order === undefined) throw new Error(`no order ${id}`);
    return order;
  };
  app.onError((error, c) => c.json({ error: error.message }, 404));

  app.post("/orders", async (c) => {
    const { lines } = (await c.req.json()) as { lines: { sku: string; quantity: number; total: number }[] };
    const id = String(orders.size + 1);
    const base = new URL(c.req.url).origin;
    const created = await bank("POST", "", {
      order: {
        orderReference: id,
        orderLines: lines.map(({ sku, quantity, total }) => ({
          reference: sku,
          description: sku,
          quantity,
          quantityUnit: "pcs",
          vatRate: 0,
          totalAmountIncludingVat: total / 100,
        })),
      },
      options: {
        handleFrozenPayments: true,
        callbacks: { authorization: { url: `${base}/callback` } },
        redirectionUrls: {
          customer: { successUrl: `${base}/return/${id}/success`, failUrl: `${base}/return/${id}/fail` },
        },
      },
    });
    const { id: paymentId } = (await created.json()) as { id: string };
    const order = { id, status: "pending", paymentId, mails: 0, reduced: 0, restored: 0, updatedAt: now };
    orders.set(id, order);
    linkRunsOut(order);
    return c.json({ orderId: id, paymentId });
  });

  app.get("/return/:id/:page", async (c) => {
    const order = orderOf(c.req.param("id"));
    const failPage = c.req.param("page") === "fail";
    const sawPending = order.status === "pending";
    const mayAct = mistake === "return-completes-again" || (mistake === "check-then-act" && sawPending);
    if (mayAct && !failPage && (await read(order)).status === "ACCEPTED") complete(order);
    else await inTurn(order.id, () => follow(order, { failPage }));
    return c.json({ status: order.status });
  });

  app.post("/callback", async (c) => {
    const { paymentId, status } = (await c.req.json()) as { paymentId: string; status: string };
    const order = [...orders.values()].find((one) => one.paymentId === paymentId);
    if (order === undefined) return c.body(null, 404);
    if (mistake === "trusts-the-callback" && status === "AUTHORIZED") {
      if (order.status === "pending") complete(order);
    } else heard(order);
    await jobsUntil(now);
    return c.body(null, 202);
  });

  app.post("/orders/:id/status", async (c) => {
    const order = orderOf(c.req.param("id"));
    const { status } = (await c.req.json()) as { status: "completed" | "cancelled" | "refunded" };
    const act = () => ({ completed: capture, cancelled: cancel, refunded: refund })[status](order);
    const done = await (mistake === "captures-at-every-click" ? act() : inTurn(order.id, act));
    return c.json({ status: order.status }, done ? 200 : 409);
  });

  app.get("/orders/:id", (c) => {
    const { status, mails, reduced, restored } = orderOf(c.req.param("id"));
    return c.json({ status, confirmationMails: mails, stockReductions: reduced, stockIncreases: restored });
  });

  /** For tests: the shop's time goes on, and its jobs are done when they are due. */
  app.post("/time", async (c) => {
    const { ms } = (await c.req.json()) as { ms: number };
    await jobsUntil(now + ms);
    return c.body(null, 204);
  });

  return listen(app.fetch);
};
