/** The process of the strangers: silent sockets, held webhooks, returns, forged callbacks, made-up payments, rejections. */
import { Agent, request } from "node:http";
import { connect } from "node:net";
import type { Strangers } from "./siege.js";

const HALF = "x".repeat(512 * 1024);
/** Sockets opened a second at most: more would measure this process. */
const OPENED_PER_SECOND = 400;
const TICK_MS = 50;

process.once("message", async ({ url, seconds, orders, sockets, perSecond }: Strangers) => {
  const { hostname, port } = new URL(url);
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const counts: Record<string, number> = {};
  const count = (kind: string, status: number | string) => {
    const label = `${kind} ${status}`;
    counts[label] = (counts[label] ?? 0) + 1;
  };
  let sent = 0;
  /** A new address each time, one in three of the same network of 64 bits. */
  const address = (): string => {
    sent += 1;
    const n = (sent % 3 === 0 ? 7 : sent) + 1;
    return `2001:db8:${(n >> 16).toString(16)}:${(n & 0xffff).toString(16)}::${(sent & 0xffff).toString(16)}`;
  };

  let ended = false;
  const open = { silent: 0, held: 0 };
  const paths = ["/resurs-checkout/rejected", "/shop/webhooks", "/nets/pay-initialized"];
  const hold = (kind: "silent" | "held") => {
    open[kind] += 1;
    const path = kind === "held" ? "/shop/webhooks" : paths[sent % paths.length];
    const length = kind === "held" ? 1024 * 1024 : 100;
    const socket = connect(Number(port), hostname);
    socket.setEncoding("latin1");
    socket.on("error", () => {});
    socket.once("data", (text) => count(kind, String(text).slice(9, 12)));
    socket.once("close", () => {
      open[kind] -= 1;
    });
    socket.once("connect", () => {
      socket.write(
        `POST ${path} HTTP/1.1\r\nHost: engine.test\r\nX-Forwarded-For: ${address()}\r\n` +
          `Content-Type: application/json\r\nContent-Length: ${length}\r\n\r\n${kind === "held" ? HALF : ""}`,
      );
    });
    setTimeout(() => socket.destroy(), (seconds + 1) * 1000).unref();
  };

  const ask = (kind: string, method: string, path: string, body: object | null) => {
    const text = body === null ? "" : JSON.stringify(body);
    const headers = {
      "x-forwarded-for": address(),
      ...(body === null ? {} : { "content-type": "application/json", "content-length": Buffer.byteLength(text) }),
    };
    request({ agent, method, host: hostname, port, path, headers }, (response) => {
      response.resume();
      response.once("end", () => count(kind, response.statusCode ?? 0));
    })
      .once("error", () => count(kind, ended ? "ended" : "error"))
      .end(text);
  };
  const forged = "/callbacks/t/k1.czA.AAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAA/resurs/authorization";
  const one = (n: number) => {
    const known = orders[n % orders.length];
    ask("return", "GET", `/returns/${n % 2 === 0 ? known : `invented-${n}`}/success`, null);
    ask("forged callback", "POST", forged, { paymentId: `pay-${known}`, status: "AUTHORIZED" });
    ask("made-up payment", "POST", "/nets/pay-initialized", { paymentId: `made-up-${n}` });
    ask("rejection", "POST", "/resurs-checkout/rejected", { paymentId: `p-${n}`, rejection: "deny", message: `${n}` });
    ask("unsigned webhook", "POST", "/shop/webhooks", { id: n });
  };

  const began = performance.now();
  let asked = 0;
  while (performance.now() - began < seconds * 1000) {
    const due = Math.floor(((performance.now() - began) / 1000) * perSecond);
    // What this process did not come to is not made up for at once.
    for (const last = Math.min(due, asked + perSecond * 0.2); asked < last; asked += 1) one(asked);
    asked = Math.max(asked, due);
    for (let n = 0; n < (OPENED_PER_SECOND * TICK_MS) / 1000; n += 1) {
      if (open.silent < sockets.silent) hold("silent");
      if (open.held < sockets.held && n % 10 === 0) hold("held");
    }
    await new Promise((resolve) => setTimeout(resolve, TICK_MS));
  }
  ended = true;
  process.send?.(counts, () => process.exit(0));
});
