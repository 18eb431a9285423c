/** Waits for the end of an event: the order's object may not wait for anything, so somebody else does. */
import type * as Restate from "@restatedev/restate-sdk/node";
import type { Receipt } from "../embedded/receipt.js";
import type { Names } from "./names.js";
import type { ObjectMessage, OrderReply } from "./state.js";

export interface WaitingSubmit {
  orderId: string;
  message: Extract<ObjectMessage, { kind: "submit" }>;
  /** null = whoever waits goes by another clock than Restate's. */
  timeoutMs: number | null;
}

export const endsService = (sdk: typeof Restate, names: Names) => {
  const { json } = sdk.serde;
  const submit = async (ctx: Restate.Context, { orderId, message, timeoutMs }: WaitingSubmit): Promise<OrderReply> => {
    const end = ctx.awakeable<Receipt>();
    const listening = { ...message, listener: end.id };
    const order = { service: names.order, key: orderId, inputSerde: json };
    const reply = await ctx.genericCall<unknown, OrderReply>({
      ...order,
      method: "submit",
      parameter: listening,
      outputSerde: json as Restate.Serde<OrderReply>,
    });
    if (reply.kind !== "receipt" || reply.receipt.final) return reply;
    try {
      const receipt = await (timeoutMs === null ? end.promise : end.promise.orTimeout(timeoutMs));
      return { kind: "receipt", receipt };
    } catch (error) {
      if (!(error instanceof sdk.TerminalError)) throw error;
      const eventId = message.envelope.id;
      ctx.genericSend({ ...order, method: "forget", parameter: { kind: "forget", eventId, listener: end.id } });
      return reply;
    }
  };
  return sdk.service({ name: names.ends, handlers: { submit } });
};
