import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { engine, orders, pages, stopsWith } from "./orders.js";

await engine.start();

const toOrders = getRequestListener(orders.fetch);
const toPages = getRequestListener(pages.fetch);
const server = createServer(async (request, response) => {
  const [, first = "", second = ""] = new URL(request.url ?? "/", "http://any").pathname.split("/");
  if (first === "inspector") return toPages(request, response);
  if (first !== "thanks") return toOrders(request, response);
  const order = await engine.queries.read(decodeURIComponent(second));
  response.statusCode = order === null ? 404 : 200;
  response.end(order === null ? "Not found" : `Your order is ${order.facts.order.status}.`);
});
server.listen(Number(process.env.PORT), "127.0.0.1", () => {
  console.log(`listening on http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
stopsWith(() => new Promise((closed) => server.close(closed)));
