/** Reading a body that anybody on the internet may have written: bounded in size, in time and in depth. */
import type { Context } from "hono";
import { lostIn, overLimits } from "../ports/json.js";
import type { RequestSlot } from "./places.js";

/** Standard Webhooks advises less than 20 kB; a Resurs callback is 150 bytes. */
const BODY_CAP_BYTES = 16 * 1024;
/** From the first byte that is waited for to the last. */
export const BODY_TIMEOUT_MS = 10_000;
/** JSON.parse takes 200,000 nested arrays; whatever stores or logs them does not. */
const LIMITS = { depth: 32, values: BODY_CAP_BYTES };

interface Refused {
  ok: false;
  status: 400 | 408 | 413 | 503;
  code: string;
  /** What is wrong with it, by its field. */
  issues?: { path: string; message: string }[];
}
export type Bytes = { ok: true; bytes: Uint8Array } | Refused;
export type Body = { ok: true; json: unknown; text: string } | Refused;

export const refusedBody = (c: Context, { status, code, issues }: Refused) =>
  c.json({ error: { code, ...(issues === undefined ? {} : { issues }) } }, status);

const refusals = {
  tooLarge: { ok: false, status: 413, code: "body-too-large" },
  tooSlow: { ok: false, status: 408, code: "body-too-slow" },
  noRoom: { ok: false, status: 503, code: "no-room" },
  crumbs: { ok: false, status: 400, code: "body-in-crumbs" },
  cutOff: { ok: false, status: 400, code: "body-cut-off" },
} as const satisfies Record<string, Refused>;

/** A piece costs the same time whatever is in it: a mebibyte of single bytes would be a second of the processor. */
const PIECES = 256;
const SMALLEST_PIECE_BYTES = 64;

/** A small piece may be a view of much memory, with whatever else came with it; so it is copied. */
const SMALL_PIECE_BYTES = 16 * 1024;

class Pieces {
  private readonly all: Uint8Array[] = [];
  private size = 0;

  constructor(
    private readonly cap: number,
    private readonly place: RequestSlot,
  ) {}

  /** null = it was added. */
  add(piece: Uint8Array): Refused | null {
    this.size += piece.byteLength;
    if (this.size > this.cap) return refusals.tooLarge;
    if (this.all.length >= PIECES && this.size < this.all.length * SMALLEST_PIECE_BYTES) return refusals.crumbs;
    if (!this.place.hold(piece.byteLength)) return refusals.noRoom;
    this.all.push(piece.byteLength < SMALL_PIECE_BYTES ? piece.slice() : piece);
    return null;
  }

  get bytes(): Uint8Array {
    return Buffer.concat(this.all);
  }
}

const bytesOf = async (request: Request, cap: number, timeoutMs: number, place: RequestSlot): Promise<Bytes> => {
  if (Number(request.headers.get("content-length") ?? 0) > cap) return refusals.tooLarge;
  if (request.body === null) return { ok: true, bytes: new Uint8Array() };
  const reader = request.body.getReader();
  let refused: Refused | null = null;
  const refuse = (why: Refused) => {
    refused ??= why;
    // Whoever waits for the next piece is told that there is none.
    reader.cancel().catch(() => {});
  };
  const late = setTimeout(() => refuse(refusals.tooSlow), timeoutMs);
  place.awaitsBody(() => refuse(refusals.noRoom));
  const body = new Pieces(cap, place);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (refused !== null) return refused;
      if (done) return { ok: true, bytes: body.bytes };
      const why = body.add(value);
      if (why !== null) refuse(why);
    }
  } catch {
    // The connection is gone; whoever might read the answer is too.
    return refused ?? refusals.cutOff;
  } finally {
    clearTimeout(late);
    place.hasBody();
  }
};

/** The body as it came, within the room that the admission gave the request. */
export const readBytes = async (c: Context, cap: number): Promise<Bytes> => {
  const { place, timeoutMs, refused } = c.get("reading") as BodyReading;
  const body = await bytesOf(c.req.raw, cap, timeoutMs, place);
  if (body.ok) return body;
  // What is still to come of it is of no use to anybody.
  c.header("Connection", "close");
  if (body.status === 408 || body.status === 503) {
    refused(body.status === 408 ? "slow-body" : "no-room");
    c.header("Retry-After", "1");
  }
  return body;
};

/** What the admission leaves with a request that may have a body. */
export interface BodyReading {
  place: RequestSlot;
  timeoutMs: number;
  refused(why: "slow-body" | "no-room"): void;
}

/** The body as JSON: size before reading, depth before parsing. */
export const readBody = async (c: Context, cap = BODY_CAP_BYTES): Promise<Body> => {
  const body = await readBytes(c, cap);
  if (!body.ok) return body;
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(body.bytes);
  } catch {
    // Other bytes would come out than came in.
    return { ok: false, status: 400, code: "not-utf8" };
  }
  if (text.trim() === "") return { ok: false, status: 400, code: "empty-body" };
  if (overLimits(text, LIMITS) !== null) return { ok: false, status: 400, code: "body-too-deep" };
  try {
    return { ok: true, json: JSON.parse(text), text };
  } catch {
    return { ok: false, status: 400, code: "not-json" };
  }
};

/** As `readBody`, for what is kept word for word: what JavaScript would read as something else is refused. */
export const readExactly = async (c: Context): Promise<Body> => {
  const body = await readBody(c);
  const lost = body.ok ? lostIn(body.text) : null;
  return lost === null ? body : { ok: false, status: 400, code: "not-exact", issues: [lost] };
};
