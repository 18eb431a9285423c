/** Who may use the API and the inspector: the bearers of tokens, or this computer alone. */

import { requireLongSecrets } from "./secrets.js";

/** `read`: looks and asks. `act`: changes orders. `metrics`: the numbers of `/metrics`. */
export const scopes = ["read", "act", "metrics"] as const;
export type Scope = (typeof scopes)[number];

export interface ApiToken {
  token: string;
  scopes: readonly Scope[];
}

/** A text opens everything; a list says what each token opens. */
export type ApiTokens = string | readonly ApiToken[];

/** @throws TypeError where a token is shorter than 16 characters, or there is none, or it opens nothing */
export const tokensIn = (given: ApiTokens): readonly ApiToken[] => {
  const all = typeof given === "string" ? [{ token: given, scopes }] : given;
  if (all.length === 0) throw new TypeError("apiToken: the list is empty; name a token, or write null");
  for (const { token, scopes: opens } of all) {
    requireLongSecrets({ apiToken: token });
    if (opens.length === 0) throw new TypeError("apiToken: a token opens nothing; give it scopes");
    const strange = opens.find((scope) => !scopes.includes(scope));
    if (strange !== undefined)
      throw new TypeError(`apiToken: there is no scope "${strange}"; ${scopes.join(", ")} are`);
  }
  return all;
};

/** The remote address of a request's socket; null = not known. */
export type SocketOf = (request: Request) => string | null;

const addresses = new WeakMap<Request, string>();

/** For servers: remembers the remote address of the request's socket. */
export const noteSocket = (request: Request, address: string | undefined): void => {
  if (address !== undefined) addresses.set(request, address);
};

/** The address that the server noted: a proxy's, where one stands before it. */
export const addressOf: SocketOf = (request) => addresses.get(request) ?? null;

/** 127.0.0.0/8 and ::1, also as a socket names them that takes IPv4 and IPv6. */
const isLoopbackAddress = (address: string): boolean =>
  address === "::1" || /^(::ffff:)?127(\.\d{1,3}){3}$/i.test(address);

const isLoopbackName = (hostname: string): boolean =>
  hostname === "localhost" || isLoopbackAddress(hostname.replace(/^\[|\]$/g, ""));

/** What proxies add to what they pass on; no browser sends any of them. */
const FORWARDED =
  /^(forwarded|via|cdn-loop|x-real-ip|x-forwarded(-.+)?|x-original-.+|x-envoy-.+|x-amzn-trace-id|(.+-)?client-?ip|(.+-)?connecting-ip)$/;

/**
 * Whether a request was sent on this computer, to this computer. The socket decides: a header is the word of whoever
 * asks. Two more must not say otherwise: the host that was asked for, because a page from elsewhere may let its name
 * point here, and a proxy on this computer, which passes on what comes from everywhere. One that adds no header of its
 * own, as nginx's bare `proxy_pass`, cannot be told from a browser here: behind any proxy set a token.
 */
export const comesFromHere = (request: Request, socketOf: SocketOf): boolean | "unknown" => {
  const address = socketOf(request);
  if (address === null) return "unknown";
  return (
    isLoopbackAddress(address) &&
    isLoopbackName(new URL(request.url).hostname) &&
    ![...request.headers.keys()].some((name) => FORWARDED.test(name))
  );
};
