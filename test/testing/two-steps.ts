/** Giftwell as it would be if the shop had to book what the customer has signed: right, or wrong in one way. */
import { z } from "zod";
import { giftwellBank } from "../../docs/examples/giftwell/bank.js";
import { giftwellFixture } from "../../docs/examples/giftwell/fixture.js";
import { giftwellGateway } from "../../docs/examples/giftwell/gateway.js";
import { asking, ownError } from "../../src/http-client/exchange.js";
import type { Gateway, GatewayAnswer } from "../../src/index.js";
import type { GatewayFixture } from "../../src/testing/index.js";

export interface Booking {
  /** What is booked already is not booked again. */
  once: boolean;
  asksForSignature: boolean;
  /** Anything is booked at all. */
  books: boolean;
}

const KEY = "giftwell-api-key";

export const twoSteps = (how: Partial<Booking>): GatewayFixture => {
  const { once = true, asksForSignature = true, books = true } = how;
  const bank = giftwellBank(KEY);
  const signed = new Set<string>();
  const booked = new Set<string>();

  const book = (id: string): Response => {
    const hold = bank.holds.get(id);
    if (hold === undefined) return Response.json({ why: "no such hold" }, { status: 404 });
    if (asksForSignature && !signed.has(id)) return Response.json({ why: "not signed" }, { status: 409 });
    if (books && !booked.has(id)) bank.cardIs(id, "held");
    else if (books && !once) bank.holds.set(id, { ...hold, held: hold.held + hold.total });
    booked.add(id);
    return Response.json({ booked: id });
  };

  const fixture = giftwellFixture((options): Gateway => {
    const gateway = giftwellGateway(options);
    const ask = asking({ ...options, fetch });
    const bookSignedPayment = async ({ paymentId }: { paymentId: string }): Promise<GatewayAnswer> => {
      const refused = (detail: string) => ({ kind: "refused" as const, reason: "gateway-refused", detail });
      if (!/^[\w-]{1,64}$/.test(paymentId)) return refused("this is no hold");
      const headers = { authorization: `Bearer ${KEY}` };
      const exchange = await ask(`holds/${paymentId}/book`, { method: "POST", headers, body: "{}" });
      if (exchange.kind === "not-sent") return { kind: "retry", afterMs: null, detail: exchange.detail };
      if (exchange.kind === "lost") return { kind: "unknown", detail: exchange.detail };
      const { status, retryAfterMs, body } = exchange;
      const own = ownError(exchange, z.object({ why: z.string() })) !== null;
      if (status === 429) return { kind: "retry", afterMs: retryAfterMs, detail: "busy" };
      if (own && status >= 400 && status < 500 && status !== 408) return refused(`HTTP ${status}`);
      const done = typeof body === "object" && body !== null && "booked" in body;
      return done ? { kind: "ok", reading: null } : { kind: "unknown", detail: `HTTP ${status}` };
    };
    return { ...gateway, bookSignedPayment };
  }, bank);

  return {
    can: { ...fixture.can, bookSignedPayment: true },
    async open(opening) {
      const opened = await fixture.open({
        ...opening,
        inFrontOf: (giftwell) =>
          opening.inFrontOf({
            async answer(request) {
              const id = /^\/holds\/([\w-]+)\/book$/.exec(new URL(request.url).pathname)?.[1];
              return id === undefined ? giftwell.answer(request) : book(id);
            },
            operationOf: (request) =>
              request.path.endsWith("/book") ? "bookSignedPayment" : giftwell.operationOf(request),
          }),
      });
      return {
        ...opened,
        async bring(state, total, part) {
          const id = await opened.bring(state === "signed" ? "waiting" : state, total, part);
          if (state === "signed") signed.add(id);
          return id;
        },
      };
    },
  };
};
