import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import express from "express";
import { engine, orders, pages, stopsWith } from "./orders.js";

await engine.start();

const app = express();
app.get("/thanks/:orderId", async (request, response) => {
  const order = await engine.queries.read(request.params.orderId);
  if (order === null) response.status(404).send("Not found");
  else response.send(`Your order is ${order.facts.order.status}.`);
});
app.all(["/inspector", "/inspector/*path"], getRequestListener(pages.fetch));
// No express.json() before this: signatures are over the bytes as they came. Give it to your own routes, one by one.
app.use(getRequestListener(orders.fetch));

const server = app.listen(Number(process.env.PORT), "127.0.0.1", () => {
  console.log(`listening on http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
stopsWith(() => new Promise((closed) => server.close(closed)));
