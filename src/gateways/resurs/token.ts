/** OAuth2 client credentials: one token for everybody, fetched by whoever needs it first. */

import type { Exchange, SendRequest } from "../../http-client/exchange.js";
import type { Clock } from "../../ports/clock.js";
import { Token } from "./schema.js";

export type TokenAnswer = { kind: "token"; value: string } | { kind: "none"; exchange: Exchange };

export interface Tokens {
  get(): Promise<TokenAnswer>;
  /**
   * What came of a call with this token. A token is kept for as long as it cannot be the cause of a failure. Only that
   * very token is dropped: another caller may have renewed it by now.
   * @returns whether the call is worth repeating at once, with another token
   */
  cameOf(value: string, exchange: Exchange): boolean;
}

const DOCUMENTED_SCOPE = "merchant-api";
const DOCUMENTED_LIFE_S = 3599;
/** Whatever the bank says: a token that stopped working must not stay for days. */
const LONGEST_LIFE_S = 3600;
const EARLY_S = 60;

/** What a server says that does not take a token, or cannot read the head that it stands in. */
const MAY_BE_THE_TOKEN = new Set([400, 401, 403, 431]);

export const tokensOf = (options: {
  ask: SendRequest;
  clientId: string;
  clientSecret: string;
  scope?: string | undefined;
  clock: Clock;
}): Tokens => {
  let held: { value: string; until: number; worked: boolean } | null = null;
  let underWay: Promise<TokenAnswer> | null = null;

  const renew = async (): Promise<TokenAnswer> => {
    const askedAt = options.clock.now();
    const exchange = await options.ask("oauth2/token", {
      method: "POST",
      headers: { accept: "application/json" },
      body: new URLSearchParams({
        grant_type: "client_credentials",
        client_id: options.clientId,
        client_secret: options.clientSecret,
        scope: options.scope ?? DOCUMENTED_SCOPE,
      }),
    });
    if (exchange.kind !== "answer" || exchange.status !== 200) return { kind: "none", exchange };
    const token = Token.safeParse(exchange.body);
    if (!token.success) {
      return { kind: "none", exchange: { kind: "lost", detail: "unexpected answer to the request for a token" } };
    }
    const life = Math.min(token.data.expires_in ?? DOCUMENTED_LIFE_S, LONGEST_LIFE_S);
    held = { value: token.data.access_token, until: askedAt + (life - EARLY_S) * 1000, worked: false };
    return { kind: "token", value: held.value };
  };

  return {
    async get() {
      if (held && options.clock.now() < held.until) return { kind: "token", value: held.value };
      underWay ??= renew().finally(() => {
        underWay = null;
      });
      return underWay;
    },
    cameOf(value, exchange) {
      const own = held?.value === value ? held : null;
      const status = exchange.kind === "answer" ? exchange.status : null;
      // A payment that is not there says nothing of the token.
      if (status === 404) return false;
      if (status !== null && status >= 200 && status < 300) {
        if (own !== null) own.worked = true;
        return false;
      }
      const refused = status !== null && MAY_BE_THE_TOKEN.has(status);
      const worked = own?.worked ?? false;
      // A token that never worked may be why the connection broke, too.
      if (own !== null && (refused || !worked)) held = null;
      // Dropped by another call meanwhile: what this one was told says nothing of the new token.
      return status === 401 || (refused && !worked);
    },
  };
};
