/** What a scenario says about Resurs's older flows: the way to the bank, the frame, and the callbacks. */
import type { DigestOptions } from "../../http/digest.js";
import type { Scenario, ScenarioEvent } from "./format.js";
import { type Play, record } from "./played.js";
import type { ScenarioWorld } from "./world.js";

const words = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
const LEGACY_KINDS = new Set(["BOOKED", "UNFREEZE", "AUTOMATIC_FRAUD_CONTROL", "FINALIZATION", "ANNULMENT", "UPDATE"]);

export const isOlder = (scenario: Scenario): boolean => !["resurs-mapi", "nets-easy"].includes(scenario.gateway);

/** What the shop registered is the same for every callback of a life. */
export const digestIn = ({ events }: Scenario): DigestOptions | null => {
  const found = events.find((event) => event.digestConfiguration != null)?.digestConfiguration;
  if (found === undefined) return null;
  const { algorithm, parameters, salt } = found as {
    algorithm: "MD5" | "SHA1";
    parameters?: string[];
    salt: string;
  };
  return { algorithm, salts: [salt], ...(parameters === undefined ? {} : { parameters }) };
};

export const isLegacyKind = (kind: string): boolean => LEGACY_KINDS.has(kind);

/** The bank puts it all into the address, and posts what tells of lines and amounts. */
export const legacyCallback = (world: ScenarioWorld, event: ScenarioEvent) => {
  const kind = words(event.kind) ?? "";
  const payload = (event.payload ?? {}) as Record<string, unknown>;
  const given = (event.query ?? {}) as Record<string, unknown>;
  const query = new URLSearchParams();
  const paymentId = words(given.paymentId) ?? words(payload.paymentId) ?? world.scenario.given.orders[0]?.paymentId;
  if (paymentId != null) query.set("paymentId", paymentId);
  const result = words(given.result) ?? words(payload.result);
  if (result !== undefined) query.set("result", result);
  if (words(given.digest) !== undefined) query.set("digest", String(given.digest));
  const posts = kind === "BOOKED" || kind === "UPDATE";
  const { paymentId: _, result: __, ...body } = payload;
  return world.request(words(event.node), `/callbacks/resurs/legacy/${kind}?${query}`, {
    method: posts ? "POST" : "GET",
    ...(posts ? { headers: { "content-type": "application/json" }, body: JSON.stringify(body) } : {}),
  });
};

/** process_payment, in WooCommerce's words. */
export const processPayment: Play = async (world, event, index, played) => {
  const order = world.scenario.given.orders[0];
  if (order === undefined) throw new Error("no order is given that could be paid");
  const status = words(event.bookPaymentStatus);
  if (status !== undefined) {
    world.banks.legacy.nextBooking({ status: status as "BOOKED", signingUrl: words(event.signingUrl) ?? null });
  }
  const gateway = world.scenario.gateway;
  const sent = world
    .request(words(event.node), `/orders/${order.id}/checkout`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ gateway }),
    })
    .then(({ status: code, body }) => {
      record(played, index, code);
      const { result, redirect } = body as { result: string; redirect: string | null };
      played.result = result;
      played.errorShown ||= result === "failure";
      const atHome = gateway === "resurs-rco" ? "returnUrl" : "successUrl";
      const page = `${world.node().served.url}/returns/${order.id}/success/`;
      played.redirect = redirect?.startsWith(page) ? atHome : redirect;
    });
  played.open.push(sent);
};

/** The frame turned the customer away, and his browser says so. */
export const rejected: Play = async (world, event, index, played) => {
  const paymentId = world.scenario.given.orders[0]?.paymentId;
  const { rejection, message } = event;
  played.errorShown = true;
  const sent = world
    .request(words(event.node), "/resurs-checkout/rejected", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ paymentId, rejection, message }),
    })
    .then(({ status }) => {
      record(played, index, status);
    });
  played.open.push(sent);
};

/** Somebody opens the order. */
export const viewed: Play = async (world, event, index, played) => {
  const orderId = String(event.orderId ?? world.scenario.given.orders[0]?.id);
  const sent = world
    .request(words(event.node), `/orders/${orderId}/payment`, { method: "GET" })
    .then(({ status, body }) => {
      record(played, index, status);
      played.explanation = (body as { explanation?: string | null } | null)?.explanation ?? null;
    });
  played.open.push(sent);
};
