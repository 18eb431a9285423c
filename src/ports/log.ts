/** A logger of pino's shape; a host passes its own. */
type Write = (details: Record<string, unknown>, message: string) => void;

export interface Log {
  debug: Write;
  info: Write;
  warn: Write;
  error: Write;
}

/** What a line may hold: what an operator needs to find an order and a cause, and nothing that a person said. */
const allowed = new Set([
  "orderId",
  "seq",
  "from",
  "to",
  "source",
  "event",
  "effect",
  "type",
  "reason",
  "rule",
  "outcome",
  "path",
  "signal",
  "detail",
  "status",
  "count",
]);
/**
 * A word of ours, a number of an order, an address's path: nothing with a blank, an @ or the look of a key or a
 * person's number.
 */
const plain = /^(?!.*(?:ck_|cs_|whsec_|Bearer|\d{6,8}-?\d{4}))[\w:./…-]{1,80}$/;
/** Of the words of others only these are kept: codes, as programs write them. */
const codes = /\bHTTP [1-5]\d\d\b|\bE[A-Z]{4,20}\b|\bSQLITE_[A-Z_]+\b|\b(?:Type|Range|Syntax|Store|Zod)Error\b/g;

const kept = (key: string, value: unknown): unknown => {
  if (!allowed.has(key)) return "[redacted]";
  if (typeof value === "number" || typeof value === "boolean" || value === null) return value;
  const text = String(value);
  if (key === "detail") return `[redacted] ${(text.match(codes) ?? []).join(" ")}`.trim();
  return typeof value === "string" && plain.test(text) ? text : "[redacted]";
};

/** The same log without personal data and secrets: what is not known to be harmless is left out. */
export const redacted = (log: Log): Log => {
  const writing =
    (level: keyof Log): Write =>
    (details, message) =>
      log[level](Object.fromEntries(Object.entries(details).map(([key, value]) => [key, kept(key, value)])), message);
  return { debug: writing("debug"), info: writing("info"), warn: writing("warn"), error: writing("error") };
};

export const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };
