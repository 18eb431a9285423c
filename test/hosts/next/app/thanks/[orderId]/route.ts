import { shop } from "../../../shop.js";

export const GET = async (_request: Request, context: { params: Promise<{ orderId: string }> }): Promise<Response> => {
  const { orderId } = await context.params;
  const order = await shop().engine.queries.read(orderId);
  if (order === null) return new Response("Not found", { status: 404 });
  return new Response(`Your order is ${order.facts.order.status}.`);
};
