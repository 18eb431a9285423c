/**
 * The apiData container (002, "The API Data"): a JSON object in base64 that the customer carries through the signing,
 * so that the order is found again. It comes back from a browser: everything in it is hostile until it is read here.
 */
import { z } from "zod";

const MOST_BYTES = 8 * 1024;
const DEEPEST = 4;
const MOST_KEYS = 32;
/** Whoever copies such a key into an object changes more than that object. */
const FORBIDDEN_KEYS = ["__proto__", "constructor", "prototype"];

const text = z.string().max(500);

/** 002: "What the apiData contains can be different, depending on the flow", so every key may be missing. */
const ApiData = z.looseObject({
  checkoutType: text.optional(),
  paymentMethod: text.nullish(),
  /** WooCommerce's order ids are numbers; read as text, as everywhere else here. */
  wc_order_id: z.union([text, z.number().int().transform(String)]).optional(),
  preferred_id: text.optional(),
  isReturningCustomer: z.boolean().optional(),
});
export type ApiData = z.infer<typeof ApiData>;

export type DecodedApiData =
  | { ok: true; data: ApiData }
  | {
      ok: false;
      reason:
        | "too-long"
        | "not-base64"
        | "not-utf8"
        | "not-json"
        | "not-an-object"
        | "too-deep"
        | "too-many-keys"
        | "forbidden-key"
        | "wrong-types";
    };

/** For an address without further escaping, or as the shop's metadata keep it. */
export const encodeApiData = (data: ApiData, alphabet: "base64" | "base64url" = "base64url"): string =>
  Buffer.from(JSON.stringify(data), "utf8").toString(alphabet);

/** Standard or URL-safe, padded or not; Buffer alone would skip over whatever it does not know. */
const bytesOf = (encoded: string): Uint8Array | null => {
  const [, digits = "", padding = ""] = /^([A-Za-z0-9+/_-]*)(={0,2})$/.exec(encoded) ?? [encoded, "?"];
  const padded = padding === "" || (digits.length + padding.length) % 4 === 0;
  if (digits === "?" || digits.length % 4 === 1 || !padded) return null;
  return Buffer.from(digits, "base64url");
};

/** What is wrong with the shape of a value, however it is nested; null = nothing. */
const fault = (value: unknown, depth: number): "too-deep" | "too-many-keys" | "forbidden-key" | null => {
  if (typeof value !== "object" || value === null) return null;
  if (depth >= DEEPEST) return "too-deep";
  const keys = Object.keys(value);
  if (keys.length > MOST_KEYS) return "too-many-keys";
  if (keys.some((key) => FORBIDDEN_KEYS.includes(key))) return "forbidden-key";
  for (const inner of Object.values(value)) {
    const found = fault(inner, depth + 1);
    if (found) return found;
  }
  return null;
};

/** Never throws: trouble is an answer. */
export const decodeApiData = (encoded: string): DecodedApiData => {
  if (encoded.length > Math.ceil(MOST_BYTES / 3) * 4) return { ok: false, reason: "too-long" };
  const bytes = bytesOf(encoded);
  if (!bytes) return { ok: false, reason: "not-base64" };
  let json: string;
  try {
    json = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return { ok: false, reason: "not-utf8" };
  }
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return { ok: false, reason: "not-json" };
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return { ok: false, reason: "not-an-object" };
  }
  const shape = fault(value, 0);
  if (shape) return { ok: false, reason: shape };
  const read = ApiData.safeParse(value);
  return read.success ? { ok: true, data: read.data } : { ok: false, reason: "wrong-types" };
};
