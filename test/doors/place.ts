/** The HTTP API as a stranger meets it: over a real socket, or with an address of his choice. */
import { connect, type Socket } from "node:net";
import { type HttpOptions, httpApp } from "../../src/http/app.js";
import { listen, type Served } from "../../src/http/serve.js";
import { urlsFor } from "../../src/http/urls.js";
import { Place } from "../engine/place.js";

export const key = { id: "k1", secret: "a key of the callbacks" };

/** The address of the bank's own callbacks about an order. */
export const callbackPath = (orderId: string): string =>
  new URL(urlsFor("http://engine.test", orderId, "resurs-mapi", { callbacks: [key], returns: [key] }).callbackUrl)
    .pathname;

export const told = (paymentId: string, more: object = {}) =>
  JSON.stringify({ paymentId, status: "AUTHORIZED", ...more });

export const everything = { burst: 1e6, perSecond: 1e6 };

export interface Doors {
  world: Place;
  fetch: (request: Request) => Promise<Response>;
  /** From an address: `x-from` says which. */
  from: (address: string, path: string, init?: RequestInit) => Promise<Response>;
  served: Served;
  end(): Promise<void>;
}

/** @param engine names of the bank, beside `resurs-mapi`; or with `only`, instead of it; or gateways of one's own */
export const doors = async (
  options: Partial<HttpOptions> = {},
  engine: NonNullable<Parameters<typeof Place.made>[0]> = {},
): Promise<Doors> => {
  const world = await Place.made(engine);
  const app = httpApp({
    engine: world.engine,
    apiToken: "the token of the API",
    publicUrl: "http://engine.test",
    sourceOf: (request) => request.headers.get("x-from"),
    ...options,
  });
  const fetch = async (request: Request) => app.fetch(request);
  const served = await listen(app.fetch);
  return {
    world,
    fetch,
    served,
    from: (address, path, init = {}) => {
      const headers = { "content-type": "application/json", ...(init.headers as object), "x-from": address };
      return fetch(new Request(`http://engine.test${path}`, { ...init, headers }));
    },
    end: async () => {
      await served.close();
      await world.end();
    },
  };
};

/** A socket that sends what it is told, and nothing more. */
export class Slow {
  answer = "";
  /** Since its first byte, in ms; null = it is open. */
  closedAfter: number | null = null;
  private readonly began = performance.now();

  private constructor(private readonly socket: Socket) {
    socket.setEncoding("latin1");
    socket.on("data", (text) => {
      this.answer += text;
    });
    socket.on("error", () => {});
    socket.once("close", () => {
      this.closedAfter = performance.now() - this.began;
    });
  }

  static async opened(url: string, text: string): Promise<Slow> {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    await new Promise((resolve, reject) => socket.once("connect", resolve).once("error", reject));
    const one = new Slow(socket);
    one.send(text);
    return one;
  }

  /** So many at once, a hundred at a time. */
  static async many(count: number, url: string, text: (n: number) => string): Promise<Slow[]> {
    const all: Slow[] = [];
    while (all.length < count) {
      const some = Array.from({ length: Math.min(100, count - all.length) }, (_, n) =>
        Slow.opened(url, text(all.length + n)),
      );
      all.push(...(await Promise.all(some)));
    }
    return all;
  }

  send(text: string): void {
    if (!this.socket.destroyed) this.socket.write(text, "latin1");
  }

  get status(): number | null {
    const [, code] = /^HTTP\/1\.1 (\d+)/.exec(this.answer) ?? [];
    return code === undefined ? null : Number(code);
  }

  end(): void {
    this.socket.destroy();
  }
}

export const head = (path: string, headers: Record<string, string | number>): string =>
  [
    `POST ${path} HTTP/1.1`,
    "Host: engine.test",
    "Content-Type: application/json",
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    "",
    "",
  ].join("\r\n");
