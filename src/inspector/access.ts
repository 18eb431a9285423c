/** Who may come in, and what the browser may do with a page. */
import { createHash, timingSafeEqual } from "node:crypto";

export type Access =
  /** Requests that were addressed to this computer by name; a page from elsewhere cannot pass itself off as one. */
  | { kind: "loopback" }
  /** As a bearer, or as the password of whatever user name; the name then says who it was. */
  | { kind: "token"; token: string }
  /** Whoever mounts it has already asked who is there. */
  | { kind: "host" };

export type Entry = { in: true; who: string } | { in: false; status: 401 | 403 };

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
const same = (a: string, b: string): boolean => timingSafeEqual(digest(a), digest(b));

const isLoopback = (hostname: string): boolean =>
  hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);

const credentialsIn = (header: string): { user: string; password: string } | null => {
  const [kind = "", value = ""] = header.split(" ");
  if (/^bearer$/i.test(kind)) return { user: "", password: value };
  if (!/^basic$/i.test(kind)) return null;
  const text = Buffer.from(value, "base64").toString("utf8");
  const colon = text.indexOf(":");
  return colon < 0 ? null : { user: text.slice(0, colon), password: text.slice(colon + 1) };
};

export const entryOf = (access: Access, request: Request): Entry => {
  switch (access.kind) {
    case "host":
      return { in: true, who: "" };
    case "loopback":
      // A name that somebody let point to this computer is not one of its own: so pages elsewhere stay out.
      return isLoopback(new URL(request.url).hostname) ? { in: true, who: "" } : { in: false, status: 403 };
    case "token": {
      const given = credentialsIn(request.headers.get("authorization") ?? "");
      return given !== null && same(given.password, access.token)
        ? { in: true, who: given.user }
        : { in: false, status: 401 };
    }
  }
};

/**
 * Whether a form was sent from one of our own pages. A browser says so of every POST, and of https it says so itself:
 * our own address is then not compared, because behind a proxy it is another one.
 */
export const isFromHere = (request: Request): boolean => {
  const site = request.headers.get("sec-fetch-site");
  if (site !== null) return site === "same-origin";
  return request.headers.get("origin") === new URL(request.url).origin;
};

export const headers: Record<string, string> = {
  "Content-Security-Policy": [
    "default-src 'none'",
    "style-src 'self'",
    "script-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join("; "),
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "same-origin",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Cache-Control": "no-store",
};
