/** OAuth2 client credentials: one token for everybody, fetched by whoever needs it first. */
import type { Clock } from "../../ports/clock.js";
import type { Ask, Exchange } from "../exchange/exchange.js";
import { Token } from "./schema.js";

export type TokenAnswer = { kind: "token"; value: string } | { kind: "none"; exchange: Exchange };

export interface Tokens {
  get(): Promise<TokenAnswer>;
  /** The bank did not accept it. Only that very token is dropped: another caller may have renewed it by now. */
  drop(value: string): void;
}

const DOCUMENTED_LIFE_S = 3599;
const EARLY_S = 60;

export const tokensOf = (options: { ask: Ask; clientId: string; clientSecret: string; clock: Clock }): Tokens => {
  let held: { value: string; until: number } | null = null;
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
      }),
    });
    if (exchange.kind !== "answer" || exchange.status !== 200) return { kind: "none", exchange };
    const token = Token.safeParse(exchange.body);
    if (!token.success) {
      return { kind: "none", exchange: { kind: "lost", detail: "unexpected answer to the request for a token" } };
    }
    const life = token.data.expires_in ?? DOCUMENTED_LIFE_S;
    held = { value: token.data.access_token, until: askedAt + (life - EARLY_S) * 1000 };
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
    drop(value) {
      if (held?.value === value) held = null;
    },
  };
};
