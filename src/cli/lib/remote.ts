/** Talks to a running `order-status serve`. */
import { type Command, Option } from "commander";
import { Ends, exits, wrongUsage } from "./ending.js";

export interface RemoteOptions {
  url: string;
  token?: string;
}

export const remoteOptions = (command: Command): Command =>
  command
    .addOption(
      new Option("--url <url>", "where the engine is served").env("ORDER_STATUS_URL").default("http://127.0.0.1:8080"),
    )
    .addOption(new Option("--token <token>", "the engine's API token").env("ORDER_STATUS_TOKEN"));

const PATIENCE = 20;

/** Whatever stands before the engine may name any time. */
const LONGEST_PAUSE_S = 600;

/** In seconds; 1 where there is no whole number of them. */
export const waitIn = (retryAfter: string | null): number =>
  /^\d+$/.test(retryAfter ?? "") ? Math.min(Number(retryAfter), LONGEST_PAUSE_S) : 1;

const pause = (seconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

/** Below the path of the address: a host may have mounted the engine there. */
const addressOf = (path: string, url: string): URL => {
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) {
    const address = new URL(url);
    const [own = "", query = ""] = path.split("?", 2);
    address.pathname = address.pathname.replace(/\/+$/, "") + own;
    address.search = query;
    return address;
  }
  throw wrongUsage(`--url ${url} is not a web address; use one such as http://127.0.0.1:8080`);
};

/** OpenSSL's names for an answer that is no TLS; the second since 3.2. */
const NO_TLS = new Set(["ERR_SSL_WRONG_VERSION_NUMBER", "ERR_SSL_PACKET_LENGTH_TOO_LONG"]);
const speaksNoTls = (error: unknown): boolean =>
  NO_TLS.has(((error as Error).cause as NodeJS.ErrnoException | undefined)?.code ?? "");

/** Sends until the engine takes it: one that is busy or has no room says when to come back. */
export const ask = async (
  { url, token }: RemoteOptions,
  path: string,
  init: { method?: string; body?: unknown; headers?: Record<string, string> } = {},
): Promise<Response> => {
  const headers = {
    ...(init.body === undefined ? {} : { "content-type": "application/json" }),
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...init.headers,
  };
  const body = init.body === undefined ? {} : { body: JSON.stringify(init.body) };
  const address = addressOf(path, url);
  for (let attempt = 1; ; attempt++) {
    let response: Response;
    try {
      response = await fetch(address, { method: init.method ?? "GET", headers, ...body });
    } catch (error) {
      if (speaksNoTls(error))
        throw wrongUsage(`${address.host} answers, but not over https; use ${url.replace(/^https/i, "http")}`);
      throw new Ends(
        exits.trouble,
        `nothing answers at ${url}; start the engine with "order-status serve", or name another with --url`,
      );
    }
    if (response.status === 401) {
      throw wrongUsage(
        token
          ? "the engine does not accept this token; check --token or ORDER_STATUS_TOKEN"
          : "the engine requires its API token; pass it with --token or ORDER_STATUS_TOKEN",
      );
    }
    if (response.status === 403) {
      const { error } = (await response.json().catch(() => ({}))) as { error?: { message?: string } };
      throw wrongUsage(`the engine rejected the request: ${error?.message ?? "403"}`);
    }
    if ((response.status !== 429 && response.status !== 503) || attempt >= PATIENCE) return response;
    await response.arrayBuffer();
    await pause(waitIn(response.headers.get("retry-after")));
  }
};
