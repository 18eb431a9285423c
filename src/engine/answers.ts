/** A gateway's and a shop's answers, looked at before they become events: adapters may be a host's own. */
import { OrderStatus, Reading } from "../../machines/facts.js";
import { quoted, Word, wrongIn } from "../../machines/text.js";
import { NewlyOpened } from "../core/entering.js";
import type { CreatedPayment, Gateway, GatewayAnswer } from "../ports/gateway.js";
import type { Shop, ShopAnswer } from "../ports/shop.js";

/** As long as an event's detail may be. */
const LONGEST_DETAIL = 500;
const LONGEST_WAIT_MS = 2_147_483_647;

const detailOf = (detail: unknown): string => quoted(String(detail ?? ""), LONGEST_DETAIL);

const notValid = (error: Parameters<typeof wrongIn>[0]): string => detailOf(`not a valid answer: ${wrongIn(error)}`);

const waitOf = (afterMs: unknown): number | null =>
  typeof afterMs === "number" && afterMs >= 0 ? Math.min(Math.ceil(afterMs), LONGEST_WAIT_MS) : null;

/** What cannot be taken in counts as no answer: nobody knows what became of the question, and it is asked again. */
const answered = <A extends GatewayAnswer>(answer: A): A | Extract<GatewayAnswer, { kind: "unknown" }> => {
  switch (answer.kind) {
    case "ok": {
      const read = Reading.nullable().safeParse(answer.reading);
      return read.success ? { ...answer, reading: read.data } : { kind: "unknown", detail: notValid(read.error) };
    }
    case "refused": {
      const reason = Word().safeParse(answer.reason).data || "gateway-refused";
      return { ...answer, reason, detail: detailOf(answer.detail) };
    }
    case "retry":
      return { ...answer, afterMs: waitOf(answer.afterMs), detail: detailOf(answer.detail) };
    case "unknown":
      return { ...answer, detail: detailOf(answer.detail) };
  }
};

const created = (answer: CreatedPayment): CreatedPayment => {
  if (answer.kind === "failed") return { ...answer, detail: detailOf(answer.detail) };
  const read = NewlyOpened.safeParse(answer);
  return read.success ? answer : { kind: "failed", detail: notValid(read.error) };
};

/** The gateway, whose answers can all be kept. */
export const checkedGateway = (gateway: Gateway): Gateway => ({
  name: gateway.name,
  ...(gateway.api === undefined ? {} : { api: gateway.api }),
  tolerance: gateway.tolerance,
  readPayment: async (paymentId) => answered(await gateway.readPayment(paymentId)),
  capture: async (call) => answered(await gateway.capture(call)),
  cancel: async (call) => answered(await gateway.cancel(call)),
  refund: async (call) => answered(await gateway.refund(call)),
  addOrderLines: async (call) => answered(await gateway.addOrderLines(call)),
  createPayment: async (payment) => created(await gateway.createPayment(payment)),
  ...(gateway.bookSignedPayment && {
    bookSignedPayment: async (call) => answered((await gateway.bookSignedPayment?.(call)) as GatewayAnswer),
  }),
});

const carriedOut = (answer: ShopAnswer): ShopAnswer => {
  switch (answer.kind) {
    case "done":
      return answer;
    case "conflict":
      return OrderStatus.safeParse(answer.status).success
        ? answer
        : { kind: "retry", afterMs: null, detail: detailOf(`not a valid answer: status: ${answer.status}`) };
    case "retry":
      return { ...answer, afterMs: waitOf(answer.afterMs), detail: detailOf(answer.detail) };
    case "refused":
      return { ...answer, detail: detailOf(answer.detail) };
  }
};

/** The shop, whose answers can all be kept. */
export const checkedShop = (shop: Shop): Shop => ({
  carryOut: async (...asked) => carriedOut(await shop.carryOut(...asked)),
  readStatus: async (orderId) => {
    const status = await shop.readStatus(orderId);
    return status === null ? null : OrderStatus.parse(status);
  },
});
