/** Reading a body that anybody on the internet may have written: bounded in size, in time and in depth. */
import type { Context } from "hono";
import { overLimits } from "../../ports/json.js";
import type { Place } from "./places.js";

/** Standard Webhooks advises less than 20 kB; a Resurs callback is 150 bytes. */
export const BODY_CAP_BYTES = 16 * 1024;
/** From the first byte that is waited for to the last. */
export const BODY_TIMEOUT_MS = 10_000;
/** JSON.parse takes 200,000 nested arrays; whatever stores or logs them does not. */
const LIMITS = { depth: 32, values: BODY_CAP_BYTES };

interface Refused {
  ok: false;
  status: 400 | 408 | 413 | 503;
  code: string;
}
export type Bytes = { ok: true; bytes: Uint8Array } | Refused;
export type Body = { ok: true; json: unknown; text: string } | Refused;

type Stopped = "slow" | "gave-way" | "cut-off" | null;

const tooLarge: Refused = { ok: false, status: 413, code: "body-too-large" };
const refusals: Record<Exclude<Stopped, null>, Refused> = {
  slow: { ok: false, status: 408, code: "body-too-slow" },
  "gave-way": { ok: false, status: 503, code: "no-room" },
  "cut-off": { ok: false, status: 400, code: "body-cut-off" },
};

/** One piece of memory that grows: a body that comes byte by byte takes no more than one that comes at once. */
class Growing {
  private memory: Uint8Array = new Uint8Array();
  private size = 0;

  constructor(
    private readonly cap: number,
    private readonly place: Place,
  ) {}

  add(part: Uint8Array): "added" | "too-large" | "no-room" {
    const needed = this.size + part.byteLength;
    if (needed > this.cap) return "too-large";
    if (needed > this.memory.byteLength) {
      const larger = Math.min(this.cap, Math.max(needed, 2 * this.memory.byteLength));
      if (!this.place.hold(larger - this.memory.byteLength)) return "no-room";
      const memory = new Uint8Array(larger);
      memory.set(this.memory.subarray(0, this.size));
      this.memory = memory;
    }
    this.memory.set(part, this.size);
    this.size = needed;
    return "added";
  }

  get bytes(): Uint8Array {
    return this.memory.subarray(0, this.size);
  }
}

const bytesOf = async (request: Request, cap: number, timeoutMs: number, place: Place): Promise<Bytes> => {
  if (Number(request.headers.get("content-length") ?? 0) > cap) return tooLarge;
  if (request.body === null) return { ok: true, bytes: new Uint8Array() };
  const reader = request.body.getReader();
  let stopped: Stopped = null;
  const stop = (why: Stopped) => {
    stopped ??= why;
    reader.cancel().catch(() => {});
  };
  const late = setTimeout(() => stop("slow"), timeoutMs);
  place.awaitsBody(() => stop("gave-way"));
  const body = new Growing(cap, place);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (stopped !== null) break;
      if (done) return { ok: true, bytes: body.bytes };
      const came = body.add(value);
      if (came === "added") continue;
      stop("gave-way");
      if (came === "too-large") return tooLarge;
    }
  } catch {
    // The connection is gone; whoever might read the answer is too.
    stopped ??= "cut-off";
  } finally {
    clearTimeout(late);
    place.hasBody();
  }
  return refusals[stopped ?? "cut-off"];
};

/** The body as it came, within the room that the admission gave the request. */
export const readBytes = async (c: Context, cap: number): Promise<Bytes> => {
  const { place, timeoutMs, refused } = c.get("reading") as Reading;
  const body = await bytesOf(c.req.raw, cap, timeoutMs, place);
  if (!body.ok && (body.status === 408 || body.status === 503)) {
    refused(body.status === 408 ? "slow-body" : "no-room");
    c.header("Connection", "close");
    c.header("Retry-After", "1");
  }
  return body;
};

/** What the admission leaves with a request that may have a body. */
export interface Reading {
  place: Place;
  timeoutMs: number;
  refused(why: "slow-body" | "no-room"): void;
}

/** The body as JSON: size before reading, depth before parsing. */
export const readBody = async (c: Context, cap = BODY_CAP_BYTES): Promise<Body> => {
  const body = await readBytes(c, cap);
  if (!body.ok) return body;
  const text = new TextDecoder().decode(body.bytes);
  if (text.trim() === "") return { ok: false, status: 400, code: "empty-body" };
  if (overLimits(text, LIMITS) !== null) return { ok: false, status: 400, code: "body-too-deep" };
  try {
    return { ok: true, json: JSON.parse(text), text };
  } catch {
    return { ok: false, status: 400, code: "not-json" };
  }
};
