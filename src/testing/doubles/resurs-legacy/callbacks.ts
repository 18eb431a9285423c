/** The older services' callbacks: where they go, how they are signed, and that they are sent until they are taken. */
import { createHash } from "node:crypto";
import type { Clock } from "../../../ports/clock.js";
import { type DeliveryAttempt, redelivery } from "../redelivery.js";
import { ASSUMED_SCHEDULE_S } from "../resurs/deliveries.js";

export type LegacyCallback =
  | "BOOKED"
  | "AUTOMATIC_FRAUD_CONTROL"
  | "UNFREEZE"
  | "ANNULMENT"
  | "FINALIZATION"
  | "UPDATE"
  | "TEST";

export interface LegacyDigest {
  algorithm: "MD5" | "SHA1";
  salt: string;
  /** Left out: paymentId, and the result where there is one. */
  parameters?: string[];
}

/** As registerEventCallback takes it: `{paymentId}`, `{result}` and `{digest}` are filled in. */
export interface Registration {
  uriTemplate: string;
  digest: LegacyDigest | null;
}

export interface LegacyDelivery extends DeliveryAttempt {
  paymentId: string;
  kind: LegacyCallback;
  method: "GET" | "POST";
  url: string;
}

/** Here it is no assumption: callbacks/index.md of the documents, "Fallback - resending failed callbacks". */
const SCHEDULE_S = ASSUMED_SCHEDULE_S;

/** "The checksum is in UPPERCASE!" */
export const digestOf = ({ algorithm, salt }: LegacyDigest, values: string[]): string =>
  createHash(algorithm.toLowerCase())
    .update(values.join("") + salt, "utf8")
    .digest("hex")
    .toUpperCase();

/** Under one address, each kind by its name. */
export const registrationAt = (url: string, kind: LegacyCallback, digest: LegacyDigest | null): Registration => ({
  uriTemplate: [
    `${url.replace(/\/+$/, "")}/${kind}?paymentId={paymentId}`,
    ...(kind === "AUTOMATIC_FRAUD_CONTROL" ? ["result={result}"] : []),
    ...(digest ? ["digest={digest}"] : []),
  ].join("&"),
  digest,
});

export const addressOf = ({ uriTemplate, digest }: Registration, given: Record<string, string>): string => {
  const parameters = digest?.parameters ?? ["paymentId", ...("result" in given ? ["result"] : [])];
  const signature = digest
    ? digestOf(
        digest,
        parameters.map((name) => given[name] ?? ""),
      )
    : "";
  const values: Record<string, string> = { ...given, digest: signature };
  return uriTemplate.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(values[name] ?? ""));
};

export const legacyCallbacksOf = (clock: Clock, closed: AbortSignal) => {
  const list: LegacyDelivery[] = [];
  const registered = new Map<LegacyCallback, Registration>();
  const { send, underWay } = redelivery(clock, closed);
  return {
    list,
    underWay,
    register(kind: LegacyCallback, registration: Registration | null): void {
      if (registration) registered.set(kind, registration);
      else registered.delete(kind);
    },
    /** Resolves when the callback was taken, or given up; at once where nobody registered for it. */
    async send(kind: LegacyCallback, paymentId: string, more: { result?: string; body?: object } = {}): Promise<void> {
      const registration = registered.get(kind);
      if (!registration) return;
      const { result, body } = more;
      const url = addressOf(registration, { paymentId, ...(result === undefined ? {} : { result }) });
      await send({
        url,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        // booked.md: "if the POST request is successful, the GET won't fire up".
        elseGet: kind === "BOOKED",
        schedule: SCHEDULE_S,
        taken: (answer) => answer < 300,
        attempted: (attempt, method) => list.push({ paymentId, kind, method, url, ...attempt }),
      });
    },
  };
};
