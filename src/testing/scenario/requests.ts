/** Requests that a scenario writes itself, word by word or by the thousand. */
import { randomUUID } from "node:crypto";
import { type Play, record } from "./played.js";

const text = (value: unknown): string => (typeof value === "string" ? value : "");
const generated = (body: { kind: string; depth?: number; bytes?: number }, paymentId: string): string => {
  if (body.kind === "nest") return "[".repeat(body.depth ?? 1) + "]".repeat(body.depth ?? 1);
  const callback = { paymentId, status: "AUTHORIZED", created: "2026-01-01T00:00:00.000Z", padding: "" };
  const room = (body.bytes ?? 0) - JSON.stringify(callback).length;
  return JSON.stringify({ ...callback, padding: "x".repeat(Math.max(0, room)) });
};

export const rawRequest: Play = async (world, event, index, played) => {
  const body =
    event.bodyGenerator === undefined
      ? text(event.body)
      : generated(event.bodyGenerator as never, world.scenario.given.orders[0]?.paymentId ?? "");
  const method = text(event.method) || "POST";
  const init: RequestInit = { method, headers: (event.headers as Record<string, string> | undefined) ?? {} };
  if (method !== "GET") init.body = body;
  const sent = world.request(undefined, text(event.path), init).then(({ status }) => record(played, index, status));
  played.open.push(sent);
};
/** Valid callbacks, each for another unknown payment. */
export const flood: Play = async (world, event, index, played) => {
  const { fetch } = world.node();
  const answers = new Set<string>();
  const shift = async (count: number) => {
    for (let i = 0; i < count; i++) {
      const body = JSON.stringify({ paymentId: randomUUID(), status: "AUTHORIZED", created: event.at });
      const request = new Request("http://127.0.0.1/callbacks/resurs/authorization", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body,
      });
      answers.add(String((await fetch(request)).status));
    }
  };
  const total = Number(event.requests ?? 0);
  await Promise.all(Array.from({ length: 64 }, () => shift(Math.ceil(total / 64))));
  for (const status of answers) record(played, index, status);
};
