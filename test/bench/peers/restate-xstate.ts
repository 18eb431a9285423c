/**
 * Restate's own package for XState: an object for each order, whose context holds what the order is and what was done.
 * The two effects are written into it and left lying, as everybody else's are; as promise actors they would be begun.
 */
import { createServer } from "node:http2";
import type { AddressInfo } from "node:net";
import { assign, setup } from "xstate";
import type { OrderEvent } from "../../../machines/events.js";
import { loadSdk } from "../../../src/runtime/restate/driver.js";
import { registerService } from "../../../src/runtime/restate/index.js";
import type { RestateServer } from "../../restate/server.js";

interface Context {
  order: OrderEvent;
  history: { at: number; event: OrderEvent }[];
  effects: { id: string; type: string; [more: string]: unknown }[];
}

const machine = setup({
  types: { context: {} as Context, input: {} as OrderEvent, events: {} as OrderEvent & { type: "customer.returned" } },
}).createMachine({
  id: "order",
  context: ({ input }) => ({ order: input, history: [], effects: [] }),
  initial: "pending",
  states: {
    pending: {
      on: {
        "customer.returned": {
          target: "reading",
          actions: assign({
            history: ({ context, event }) => [...context.history, { at: Date.now(), event }],
            effects: ({ context }) => [
              ...context.effects,
              { id: "0", type: "addOrderNote", note: "Customer returned from external source." },
              { id: "1", type: "readPayment", paymentId: paymentOf(context.order) },
            ],
          }),
        },
      },
    },
    reading: {},
  },
});
const paymentOf = (event: OrderEvent) => (event.type === "order.placed" ? event.order.paymentId : null);

export interface RestateXState {
  place(orderId: string, event: OrderEvent): Promise<void>;
  /** One event, durable when it resolves. */
  send(orderId: string, event: OrderEvent): Promise<void>;
  /** Over all orders. */
  counts(): Promise<{ orders: number; events: number; effects: number }>;
  end(): Promise<void>;
}

export const restateXState = async (server: RestateServer): Promise<RestateXState> => {
  const sdk = await loadSdk();
  const { xstate } = await import("@restatedev/xstate");
  const listener = createServer(sdk.createEndpointHandler({ services: [xstate("order", machine)], logger: () => {} }));
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  await registerService(server.adminUrl, `http://127.0.0.1:${(listener.address() as AddressInfo).port}`);

  const call = async (orderId: string, handler: string, body: object): Promise<void> => {
    const response = await fetch(`${server.ingressUrl}/order/${orderId}/${handler}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    const said = await response.text();
    if (!response.ok) throw new Error(`Restate said ${response.status} to ${handler}: ${said}`);
  };
  return {
    place: (orderId, input) => call(orderId, "create", { input }),
    send: (orderId, event) => call(orderId, "send", { event }),
    async counts() {
      const response = await fetch(`${server.adminUrl}/query`, {
        method: "POST",
        headers: { "content-type": "application/json", accept: "application/json" },
        body: JSON.stringify({
          query: "SELECT value_utf8 FROM state WHERE service_name = 'order' AND key = 'snapshot'",
        }),
      });
      const { rows } = (await response.json()) as { rows: { value_utf8: string }[] };
      const contexts = rows.map((row) => (JSON.parse(row.value_utf8) as { context: Context }).context);
      const all = (one: (context: Context) => unknown[]) => contexts.reduce((sum, each) => sum + one(each).length, 0);
      return { orders: rows.length, events: all(({ history }) => history), effects: all(({ effects }) => effects) };
    },
    async end() {
      listener.close();
    },
  };
};
