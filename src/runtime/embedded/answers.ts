/** A gateway's and a shop's answers, looked at before they become events: adapters may be a host's own. */
import { Reading } from "../../../machines/facts.js";
import { ShopOrder } from "../../../machines/shop-order.js";
import { type Statuses, type StatusTold, statusNamed } from "../../../machines/statuses.js";
import { quoted, Word, wrongIn } from "../../../machines/text.js";
import { NewlyOpened, OfferedMethods, PerhapsOpened } from "../../core/entering.js";
import type { CreatedPayment, Gateway, GatewayAnswer, ReadAnswer } from "../../ports/gateway.js";
import { withoutMinusZero } from "../../ports/json.js";
import { inCapitals } from "../../ports/money.js";
import type { Shop, ShopAnswer } from "../../ports/shop.js";
import { isError, thrownText } from "../../ports/thrown.js";

/** As long as an event's detail may be. */
const LONGEST_DETAIL = 500;
const SHORTEST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 2_147_483_647;

const detailOf = (detail: unknown): string =>
  quoted(typeof detail === "string" ? detail : thrownText(detail ?? ""), LONGEST_DETAIL);

const notValid = (wrong: string): string => detailOf(`not a valid answer: ${wrong}`);

/** Of a second at least, and whole: anything else would have one bank asked without a pause. null = the usual pause. */
const waitOf = (afterMs: unknown): number | null =>
  Number.isSafeInteger(afterMs) && (afterMs as number) >= SHORTEST_WAIT_MS
    ? Math.min(afterMs as number, LONGEST_WAIT_MS)
    : null;

/** Whatever a host's code throws, as an error that can be told of; one that can be told of stays itself. */
const asError = (thrown: unknown): Error => {
  const text = thrownText(thrown);
  try {
    if (isError(thrown) && thrown.message === text) return thrown;
  } catch {}
  return new Error(text, { cause: thrown });
};

const telling = async <T>(call: () => Promise<T>): Promise<T> => {
  try {
    return await call();
  } catch (thrown) {
    throw asError(thrown);
  }
};

const readingIn = (reading: unknown, paymentId: string): Reading | null => {
  const read = Reading.nullable().safeParse(reading);
  if (!read.success) throw new TypeError(wrongIn(read.error));
  if (read.data !== null && read.data.paymentId !== paymentId) {
    throw new TypeError("paymentId: it is another payment's");
  }
  return withoutMinusZero(read.data);
};

const answered = (answer: GatewayAnswer, paymentId: string): GatewayAnswer => {
  switch (answer.kind) {
    case "ok":
      return { ...answer, reading: readingIn(answer.reading, paymentId) };
    case "refused": {
      const reason = Word().safeParse(answer.reason).data || "gateway-refused";
      return { ...answer, reason, detail: detailOf(answer.detail) };
    }
    case "retry":
      return { ...answer, afterMs: waitOf(answer.afterMs), detail: detailOf(answer.detail) };
    case "unknown":
      return { ...answer, detail: detailOf(answer.detail) };
    default:
      throw new TypeError("kind: must be ok, refused, retry or unknown");
  }
};

/** What cannot be taken in counts as no answer: nobody knows what became of the question, and it is asked again. */
const taken = <T>(take: () => T, otherwise: (detail: string) => T): T => {
  try {
    return take();
  } catch (thrown) {
    return otherwise(notValid(thrownText(thrown)));
  }
};
const unknown = (detail: string) => ({ kind: "unknown" as const, detail });

const toCall = async (paymentId: string, call: () => Promise<GatewayAnswer>): Promise<GatewayAnswer> => {
  const answer = await telling(call);
  return taken(() => answered(answer, paymentId), unknown);
};

/** A question for the payment is answered by nothing but that payment. */
const toQuestion = async (paymentId: string, ask: () => Promise<ReadAnswer>): Promise<ReadAnswer> => {
  const answer = await toCall(paymentId, ask);
  if (answer.kind !== "ok") return answer;
  return answer.reading === null ? unknown(notValid("reading: there is none")) : { ...answer, reading: answer.reading };
};

const created = (answer: CreatedPayment): CreatedPayment => {
  if (answer.kind === "failed") {
    return { kind: "failed", detail: detailOf(answer.detail), ...PerhapsOpened.parse(answer) };
  }
  const read = NewlyOpened.safeParse(answer);
  return read.success ? answer : { kind: "failed", detail: notValid(wrongIn(read.error)) };
};

type Listed = Awaited<ReturnType<NonNullable<Gateway["paymentMethods"]>>>;
const listed = (answer: Listed | undefined): Listed => {
  if (answer?.kind !== "ok") return answer ?? unknown(notValid("there is none"));
  const read = OfferedMethods.safeParse(answer.methods);
  if (!read.success) throw new TypeError(wrongIn(read.error));
  return { kind: "ok", methods: read.data };
};

/** Every field of the port, so that a new one does not compile until it stands below. */
type EveryField = { [K in keyof Required<Gateway>]: Gateway[K] };

/** The gateway, whose answers can all be kept, and which throws nothing but errors. */
export const checkedGateway = (gateway: Gateway): Gateway => {
  const { idOf, findCreated, paymentMethods, paymentMethodIds, stores, endPayment, bookSignedPayment } = gateway;
  const checked: EveryField = {
    name: gateway.name,
    api: gateway.api,
    tolerance: gateway.tolerance,
    currencies: gateway.currencies,
    readPayment: (paymentId) => toQuestion(paymentId, async () => gateway.readPayment(paymentId)),
    capture: (call) => toCall(call.paymentId, async () => gateway.capture(call)),
    cancel: (call) => toCall(call.paymentId, async () => gateway.cancel(call)),
    refund: (call) => toCall(call.paymentId, async () => gateway.refund(call)),
    addOrderLines: (call) => toCall(call.paymentId, async () => gateway.addOrderLines(call)),
    idOf: idOf && ((payment) => idOf.call(gateway, payment)),
    createPayment: async (payment) => {
      const answer = await telling(async () => gateway.createPayment(payment));
      return taken(
        () => created(answer),
        (detail) => ({ kind: "failed", detail }),
      );
    },
    findCreated:
      findCreated &&
      (async (tried) => {
        // Whoever cannot say is no reason to turn a customer away.
        const found = await telling(async () => findCreated.call(gateway, tried));
        return taken(
          () => found && created(found),
          () => null,
        );
      }),
    paymentMethods:
      paymentMethods &&
      (async () => {
        const answer = await telling(async () => paymentMethods.call(gateway));
        return taken(() => listed(answer), unknown);
      }),
    // Asked only by whoever checks a configuration.
    paymentMethodIds: paymentMethodIds && (() => paymentMethodIds.call(gateway)),
    stores: stores && (() => stores.call(gateway)),
    endPayment: endPayment && ((call) => toCall(call.paymentId, async () => endPayment.call(gateway, call))),
    bookSignedPayment:
      bookSignedPayment && ((call) => toCall(call.paymentId, async () => bookSignedPayment.call(gateway, call))),
  };
  return checked;
};

/** The shop, whose words for statuses are read. */
export interface CheckedShop extends Pick<Shop, "readOrder"> {
  execute(
    ...asked: Parameters<Shop["execute"]>
  ): Promise<Exclude<ShopAnswer, { kind: "conflict" }> | ({ kind: "conflict" } & StatusTold)>;
  readStatus(orderId: string): Promise<StatusTold | null>;
}

const statusIn = (word: unknown, statuses: Statuses): StatusTold => {
  const told = statusNamed(word, statuses);
  if (told !== null) return told;
  throw new TypeError(`status: "${quoted(String(word), 60)}" is none of the eight, and not declared in statuses`);
};

const carriedOut = (answer: ShopAnswer<string>, statuses: Statuses): Awaited<ReturnType<CheckedShop["execute"]>> => {
  switch (answer.kind) {
    case "done":
      return answer;
    case "conflict":
      return { kind: "conflict", ...statusIn(answer.status, statuses) };
    case "retry":
      return { ...answer, afterMs: waitOf(answer.afterMs), detail: detailOf(answer.detail) };
    case "refused":
      return { ...answer, detail: detailOf(answer.detail) };
    default:
      throw new TypeError("kind: must be done, conflict, retry or refused");
  }
};

/** The shop, whose answers can all be kept, and which throws nothing but errors. */
/** An order that is to be paid at a bank which is not set up here is paid another way. */
export const paidHere = (order: ShopOrder, gateways: ReadonlyMap<string, unknown>): ShopOrder => {
  // A process that only hands events on to others knows no banks.
  const isKnown = gateways.size === 0 || order.gateway == null || gateways.has(order.gateway);
  return isKnown ? order : { ...order, gateway: null };
};

export const checkedShop = (
  shop: Shop<string>,
  gateways: ReadonlyMap<string, unknown>,
  statuses: Statuses,
): CheckedShop => ({
  execute: async (...asked) => {
    const answer = await telling(async () => shop.execute(...asked));
    return taken(
      () => carriedOut(answer, statuses),
      (detail) => ({ kind: "retry", afterMs: null, detail }),
    );
  },
  readStatus: async (orderId) => {
    const status = await telling(async () => shop.readStatus(orderId));
    return status === null ? null : statusIn(status, statuses);
  },
  ...(shop.readOrder && {
    readOrder: async (orderId) => {
      const order = ShopOrder.safeParse(await telling(async () => shop.readOrder?.(orderId)));
      if (!order.success) throw new TypeError(notValid(wrongIn(order.error)));
      return paidHere(inCapitals(withoutMinusZero(order.data)), gateways);
    },
  }),
});
