/** The engine itself on Restate, where a journal leaves nothing lying: an event is over when what it led to is. */

import type { Command } from "../../machines/commands.js";
import { registerService, restateRuntime, restateService } from "../../src/runtime/restate/index.js";
import type { RestateServer } from "../restate/server.js";
import { answering, inFlight, type Told } from "./work.js";

export interface RestateEngine {
  place(told: Told): Promise<unknown>;
  /** One event, answered for good when it resolves. */
  take(told: Told): Promise<unknown>;
  /** How many of these orders have come to the end of what was asked of them. */
  paid(orderIds: string[]): Promise<number>;
  close(): Promise<void>;
}

export const restateEngine = async ({ ingressUrl, adminUrl }: RestateServer): Promise<RestateEngine> => {
  const { gateway, shop } = answering(() => {});
  const parts = { gateways: [gateway], shop, name: "engine" };
  const service = await restateService(parts).listen();
  await registerService(adminUrl, service.url);
  const door = restateRuntime({ ingressUrl, adminUrl, ...parts });
  return {
    async place({ orderId, event }) {
      if (event.type === "order.placed") await door.place(orderId, event.order);
    },
    take: ({ orderId, event }) => door.submit(orderId, event as Command, { wait: "settled" }),
    async paid(orderIds) {
      let paid = 0;
      await inFlight(8, orderIds, async (orderId) => {
        const record = await door.queries.read(orderId);
        if (record?.facts.order.status === "processing") paid += 1;
      });
      return paid;
    },
    close: () => service.close(),
  };
};
