/** The process that knocks: so many requests a second over kept connections, each timed. */
import { Agent, request } from "node:http";
import type { Errand, Report, Sent } from "./flood.js";

const agent = new Agent({ keepAlive: true, maxSockets: 32 });

const send = (url: URL, path: string, body: string, from: string): Promise<[status: number, ms: number]> =>
  new Promise((resolve) => {
    const began = performance.now();
    const ended = (status: number) => resolve([status, performance.now() - began]);
    const headers = { "content-type": "application/json", "content-length": body.length, "x-forwarded-for": from };
    const options = { agent, method: "POST", host: url.hostname, port: url.port, path, headers };
    request(options, (response) => {
      response.resume();
      response.once("end", () => ended(response.statusCode ?? 0));
    })
      .once("error", () => ended(0))
      .end(body);
  });

process.once("message", async (errand: Errand) => {
  const url = new URL(errand.url);
  const { plain, forged, genuine } = errand.paths;
  const ms: number[] = [];
  const statuses: Record<string, number> = {};
  const one = async (n: number): Promise<void> => {
    const kind = errand.kinds[n % errand.kinds.length] as Sent;
    const which = n % errand.paymentIds.length;
    const known = kind === "known id" || kind === "genuine";
    const paymentId = known ? errand.paymentIds[which] : `forged-${n}`;
    // No two say the same, so that nothing is folded together.
    const body = JSON.stringify({ paymentId, status: "AUTHORIZED", created: `${n}` });
    const path = kind === "genuine" ? (genuine[which] as string) : kind === "forged token" ? forged : plain;
    const [status, took] = await send(url, path, body, `10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}`);
    ms.push(took);
    const label = `${kind} ${status}`;
    statuses[label] = (statuses[label] ?? 0) + 1;
  };
  const began = performance.now();
  const under = new Set<Promise<void>>();
  for (let sent = 0; sent < errand.requests; ) {
    const due = Math.min(errand.requests, Math.floor(((performance.now() - began) / 1000) * errand.perSecond) + 1);
    for (; sent < due && under.size < 256; sent += 1) {
      const each: Promise<void> = one(sent).finally(() => under.delete(each));
      under.add(each);
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(under);
  ms.sort((a, b) => a - b);
  const at = (share: number) => Number((ms[Math.min(ms.length - 1, Math.floor(ms.length * share))] ?? 0).toFixed(1));
  const seconds = (performance.now() - began) / 1000;
  const report: Report = { statuses, p50: at(0.5), p99: at(0.99), seconds };
  process.send?.(report, () => process.exit(0));
});
