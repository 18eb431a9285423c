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

const addressOf = (path: string, url: string): URL => {
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return new URL(path, url);
  throw wrongUsage(`--url ${url} is not a web address; use one such as http://127.0.0.1:8080`);
};

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
    } catch {
      throw new Ends(
        exits.trouble,
        `nothing answers at ${url}; start the engine with "order-status serve", or name another with --url`,
      );
    }
    if (response.status === 401) {
      throw new Ends(exits.usage, "the engine requires its API token; pass it with --token or ORDER_STATUS_TOKEN");
    }
    if (response.status === 403) {
      const { error } = (await response.json().catch(() => ({}))) as { error?: { message?: string } };
      throw new Ends(exits.usage, `the engine rejected the request: ${error?.message ?? "403"}`);
    }
    if ((response.status !== 429 && response.status !== 503) || attempt >= PATIENCE) return response;
    await response.arrayBuffer();
    await pause(waitIn(response.headers.get("retry-after")));
  }
};
