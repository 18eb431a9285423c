/** The digest of Resurs's older callbacks: UPPER(hex(MD5 or SHA-1 of the parameters' values and a salt)). */
import { createHash } from "node:crypto";
import type { Context } from "hono";
import type { Proof } from "./admission.js";
import { sameSecret } from "./secret.js";

export interface DigestOptions {
  algorithm: "MD5" | "SHA1";
  /** What the callbacks were registered with; while it is being changed, the one before it too. */
  salts: string[];
  /** Which parameters are digested, in order; left out: as the documents register each kind of callback. */
  parameters?: string[] | undefined;
}

const documented = (kind: string): string[] => {
  if (kind === "AUTOMATIC_FRAUD_CONTROL") return ["paymentId", "result"];
  return kind === "TEST" ? ["param1", "param2", "param3", "param4", "param5"] : ["paymentId"];
};

/** A SHA-1 has 40 digits. */
const LONGEST_DIGEST = 64;

/** Whether the message carries the digest of what it says. Says no to a missing or misshapen one, and never throws. */
export const provesItself = (options: DigestOptions, kind: string, query: Record<string, string>): boolean => {
  const { algorithm, salts, parameters = documented(kind) } = options;
  const given = query.digest ?? "";
  if (given === "" || given.length > LONGEST_DIGEST) return false;
  const values = parameters.map((name) => query[name] ?? "").join("");
  // Every salt is tried, so that the time does not tell which one is in use.
  return salts
    .map((salt) => createHash(algorithm).update(`${values}${salt}`).digest("hex"))
    .map((digest) => sameSecret(given.toUpperCase(), digest.toUpperCase()))
    .includes(true);
};

/** The proof in the address of an older flow's callback. */
export const digestIn =
  (options: DigestOptions | null) =>
  (c: Context): Proof | null => {
    const kind = /^\/callbacks\/resurs\/legacy\/(\w+)$/.exec(c.req.path)?.[1];
    if (kind === undefined || options === null || !provesItself(options, kind, c.req.query())) return null;
    return { order: null, one: `digest ${c.req.query("digest")?.toUpperCase()}` };
  };
