/** Who may use the API: whoever has a token with the scope that a route needs, or without tokens this computer alone. */
import type { Context, MiddlewareHandler } from "hono";
import {
  type ApiToken,
  type ApiTokens,
  addressOf,
  comesFromHere,
  type Scope,
  type SocketOf,
  tokensIn,
} from "../ports/access.js";
import { sameSecret } from "./secret.js";

export interface AccessOptions {
  /**
   * Bearer token of orders and metrics. A text opens all of it; a list says what each token opens: `read` (every GET,
   * and `can`), `act` (whatever changes something), `metrics`. null = none is asked for, and only requests of this
   * computer are answered.
   */
  apiToken: ApiTokens | null;
  /**
   * The address of a request's socket, which `apiToken: null` asks for; what it does not know is refused. Left out:
   * `order-status serve` knows it; a host that mounts the app itself has to say.
   */
  socketOf?: SocketOf | undefined;
}

const refused = (code: string, message: string): Response =>
  Response.json({ error: { code, message } }, { status: 403 });

export interface ApiAccess {
  /** Whether whoever sent it may do this. */
  may(c: Context, scope: Scope): boolean;
  /** Lets through whoever may: else 401 without a token, and 403 with a code that says what is missing. */
  needs(scope: Scope): MiddlewareHandler;
}

const onlyFromHere = (socketOf: SocketOf): ApiAccess => ({
  may: (c) => comesFromHere(c.req.raw, socketOf) === true,
  needs: () => async (c, next) => {
    const here = comesFromHere(c.req.raw, socketOf);
    if (here === "unknown") {
      const fix = "pass socketOf to httpApp, which says the address of a request's socket, or set apiToken";
      return refused("socket-unknown", `apiToken is null, and nobody knows where this request comes from; ${fix}`);
    }
    if (!here) return refused("only-this-computer", "apiToken is null, so only this computer is answered; set one");
    return next();
  },
});

const withTokens = (tokens: readonly ApiToken[]): ApiAccess => {
  const opened = (c: Context): Scope[] | null => {
    const given = c.req.header("authorization") ?? "";
    const found = tokens.filter(({ token }) => sameSecret(given, `Bearer ${token}`));
    return found.length === 0 ? null : found.flatMap(({ scopes }) => scopes);
  };
  return {
    may: (c, scope) => opened(c)?.includes(scope) ?? false,
    needs: (scope) => async (c, next) => {
      const opens = opened(c);
      if (opens === null) return c.json({ error: { code: "unauthorized" } }, 401, { "WWW-Authenticate": "Bearer" });
      if (opens.includes(scope)) return next();
      return refused(`needs-scope-${scope}`, `this token does not have the scope "${scope}"`);
    },
  };
};

/** @throws TypeError where it was not said who may come in */
export const accessFor = ({ apiToken, socketOf = addressOf }: AccessOptions): ApiAccess => {
  if (apiToken === undefined) {
    throw new TypeError(
      "httpApp needs apiToken: a token, a list of tokens with scopes, or null for this computer alone",
    );
  }
  return apiToken === null ? onlyFromHere(socketOf) : withTokens(tokensIn(apiToken));
};
