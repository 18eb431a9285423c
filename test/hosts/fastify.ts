import { getRequestListener } from "@hono/node-server";
import Fastify, { type FastifyReply, type FastifyRequest } from "fastify";
import { engine, orders, pages, stopsWith } from "./orders.js";

await engine.start();

type Door = typeof orders;
const to = (door: Door) => {
  const listener = getRequestListener(door.fetch);
  return async (request: FastifyRequest, reply: FastifyReply) => {
    reply.hijack();
    await listener(request.raw, reply.raw);
  };
};

const app = Fastify();
app.get<{ Params: { orderId: string } }>("/thanks/:orderId", async (request, reply) => {
  const order = await engine.queries.read(request.params.orderId);
  return order === null ? reply.callNotFound() : `Your order is ${order.facts.order.status}.`;
});
// A scope of its own, in which Fastify reads no body: signatures are over the bytes as they came, whatever their type.
app.register(async (doors) => {
  doors.removeAllContentTypeParsers();
  doors.addContentTypeParser("*", (_request, _body, done) => done(null));
  for (const path of ["/inspector", "/inspector/*"]) doors.all(path, to(pages));
  doors.all("/*", to(orders));
});

console.log(`listening on ${await app.listen({ host: "127.0.0.1", port: Number(process.env.PORT) })}`);
stopsWith(() => app.close());
