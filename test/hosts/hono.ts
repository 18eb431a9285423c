import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { engine, orders, pages, stopsWith } from "./orders.js";

await engine.start();

const app = new Hono();
app.get("/thanks/:orderId", async (c) => {
  const order = await engine.queries.read(c.req.param("orderId"));
  return order === null ? c.notFound() : c.text(`Your order is ${order.facts.order.status}.`);
});
app.all("/inspector/*", (c) => pages.fetch(c.req.raw));
app.all("*", (c) => orders.fetch(c.req.raw));

const server = serve({ fetch: app.fetch, hostname: "127.0.0.1", port: Number(process.env.PORT) }, ({ port }) =>
  console.log(`listening on http://127.0.0.1:${port}`),
);
stopsWith(() => new Promise((closed) => server.close(closed)));
