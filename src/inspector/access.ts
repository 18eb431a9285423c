/** Who may come in, and what the browser may do with a page. */
import { createHash, timingSafeEqual } from "node:crypto";
import {
  type ApiTokens,
  addressOf,
  comesFromHere,
  type Scope,
  type SocketOf,
  scopes,
  tokensIn,
} from "../ports/access.js";

export type InspectorAccess =
  /**
   * Requests from this computer. `socketOf` says the address of a request's socket; left out: `order-status` knows it,
   * and a host that mounts the pages itself has to say.
   */
  | { kind: "loopback"; socketOf?: SocketOf | undefined }
  /**
   * As a bearer, or as the password of whatever user name; the name then says who it was. Of a list, the scope `read`
   * opens the pages, and whoever acts needs `act` too.
   */
  | { kind: "token"; token: ApiTokens }
  /** Whoever mounts it has already asked who is there. */
  | { kind: "host" };

/** `scopes`: what whoever came in may do. */
export type AccessResult =
  | { in: true; who: string; scopes: readonly Scope[] }
  | { in: false; status: 401 | 403; says: string };

const SOCKET_UNKNOWN =
  "Without a token, localhost only, and it is not known where this request comes from: pass access.socketOf, or set a token";

const SIGN_IN = "Sign in with the API token as the password. Any user name will do.";

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
const same = (a: string, b: string): boolean => timingSafeEqual(digest(a), digest(b));

const credentialsIn = (header: string): { user: string; password: string } | null => {
  const [kind = "", value = ""] = header.split(" ");
  if (/^bearer$/i.test(kind)) return { user: "", password: value };
  if (!/^basic$/i.test(kind)) return null;
  const text = Buffer.from(value, "base64").toString("utf8");
  const colon = text.indexOf(":");
  return colon < 0 ? null : { user: text.slice(0, colon), password: text.slice(colon + 1) };
};

export const entryOf = (access: InspectorAccess, request: Request): AccessResult => {
  switch (access.kind) {
    case "host":
      return { in: true, who: "", scopes };
    case "loopback": {
      const here = comesFromHere(request, access.socketOf ?? addressOf);
      if (here === true) return { in: true, who: "", scopes };
      const says = here === false ? "Without a token, localhost only." : SOCKET_UNKNOWN;
      return { in: false, status: 403, says };
    }
    case "token": {
      const given = credentialsIn(request.headers.get("authorization") ?? "");
      const found = tokensIn(access.token).filter(({ token }) => given !== null && same(given.password, token));
      if (given === null || found.length === 0) return { in: false, status: 401, says: SIGN_IN };
      const opens = found.flatMap((one) => one.scopes);
      if (opens.includes("read")) return { in: true, who: given.user, scopes: opens };
      return { in: false, status: 403, says: "This token may not read: it lacks the scope read." };
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
