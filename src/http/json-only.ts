/** A page of another site can have a browser send a form or plain text here unasked, but no JSON. */
import type { MiddlewareHandler } from "hono";

const JSON_TYPE = /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i;

/** Lets a POST through only where it says that it is JSON, whether it has a body or not: 415. */
export const jsonOnly: MiddlewareHandler = async (c, next) => {
  if (c.req.method === "POST" && !JSON_TYPE.test(c.req.header("content-type") ?? "")) {
    const message = "send it with Content-Type: application/json";
    return c.json({ error: { code: "json-content-type-needed", message } }, 415);
  }
  await next();
};
