/** Trouble as an answer: a code that a program can act on, never the text of an exception. */
import type { Context } from "hono";
import { StoreError } from "../ports/store.js";

interface Known {
  name: string;
  message: string;
  issues?: unknown;
}

export const failed = (c: Context, error: unknown) => {
  const known = error as Known;
  switch (known?.name) {
    case "InvalidEvent":
      return c.json({ error: { code: "invalid-event", issues: known.issues } }, 400);
    case "UnknownOrder":
      return c.json({ error: { code: "unknown-order", message: known.message } }, 404);
    case "UnknownGateway":
      return c.json({ error: { code: "unknown-gateway", message: known.message } }, 400);
    case "Overloaded":
      return c.json({ error: { code: "overloaded" } }, 429, { "Retry-After": "1" });
    case "Stopped":
      return c.json({ error: { code: "stopped", message: known.message } }, 503, { "Retry-After": "5" });
    case "PublicUrlMissing":
      return c.json({ error: { code: "public-url-missing", message: known.message } }, 501);
    case "NotOffered":
      return c.json({ error: { code: "not-offered", message: known.message } }, 501);
  }
  if (error instanceof StoreError) {
    const code = error.code === "moved" ? "store-moved" : "store-unavailable";
    return c.json({ error: { code } }, 503, { "Retry-After": "5" });
  }
  return c.json({ error: { code: "internal" } }, 500);
};
