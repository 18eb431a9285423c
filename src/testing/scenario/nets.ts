/** What a scenario says about Nets: what it answers, and what it and its page in the browser send. */
import { NETS_AUTHORIZATION } from "../doubles/banks.js";
import type { NetsSeriesEntry } from "../doubles/nets/double.js";
import type { Scenario, ScenarioEvent, ScenarioOrder } from "./format.js";
import { type Play, record } from "./played.js";
import type { ScenarioWorld } from "./world.js";

const json = { "content-type": "application/json" };

const saysOf = (entry: Scenario["given"]["gateway"][number]): NetsSeriesEntry["netsPayment"] =>
  (entry.netsPayment ?? null) as NetsSeriesEntry["netsPayment"];

/** An entry without a payment speaks of the gateway that the scenario is about. */
export const isOfNets = (scenario: Scenario, entry: Scenario["given"]["gateway"][number]): boolean =>
  entry.netsPayment != null || (scenario.gateway === "nets-easy" && entry.payment == null);

/** By payment id. */
export const netsSeries = (scenario: Scenario): Map<string, NetsSeriesEntry[]> => {
  const series = new Map<string, NetsSeriesEntry[]>();
  const { gateway, orders } = scenario.given;
  for (const entry of gateway.filter((one) => isOfNets(scenario, one))) {
    const netsPayment = saysOf(entry);
    const id = netsPayment?.paymentId ?? orders[0]?.paymentId;
    if (id == null) continue;
    const { from, faults } = entry;
    series.set(id, [...(series.get(id) ?? []), { from, netsPayment, ...(faults === undefined ? {} : { faults }) }]);
  }
  return series;
};

/** The payment that the customer has before him. */
export const netsPaymentId = (scenario: Scenario): string | null =>
  scenario.given.orders[0]?.paymentId ?? [...netsSeries(scenario).keys()][0] ?? null;

/** What is in the cart is what is going to be reserved; without a word about it, 1000. */
const cartTotal = (scenario: Scenario, paymentId: string): number => {
  const amounts = (netsSeries(scenario).get(paymentId) ?? []).flatMap(({ netsPayment }) => [
    netsPayment?.orderDetails?.amount ?? 0,
    netsPayment?.summary?.reservedAmount ?? 0,
    netsPayment?.summary?.chargedAmount ?? 0,
  ]);
  return (Math.max(0, ...amounts) || 100_000) / 100;
};

const fromTheCart = (world: ScenarioWorld, paymentId: string): ScenarioOrder => {
  const at = new Date(world.clock.now()).toISOString();
  const total = cartTotal(world.scenario, paymentId);
  return {
    id: 1001,
    status: "pending",
    total,
    currency: "SEK",
    lines: [{ sku: "GOODS", quantity: 1, total }],
    needsProcessing: true,
    paymentMethod: "nets",
    paymentId,
    previousPaymentIds: [],
    createdAt: at,
    updatedAt: at,
    datePaid: null,
    thankYouSeen: false,
    confirmationMailsSent: 0,
  };
};

const posted = (event: ScenarioEvent, body: unknown, headers: Record<string, string> = {}) =>
  [
    typeof event.node === "string" ? event.node : undefined,
    { method: "POST", headers: { ...json, ...headers }, body: JSON.stringify(body) },
  ] as const;

/** The page asks whether the shop has its order, and passes the answer on to Nets. */
export const payInitialized: Play = async (world, event, index, played) => {
  const paymentId = netsPaymentId(world.scenario);
  if (paymentId === null) throw new Error("no payment at Nets is given");
  const [existing] = world.scenario.given.orders;
  world.onPayInitialized = async () => {
    if (event.createOrder === "error") return null;
    if (existing === undefined && played.created === null) {
      const order = fromTheCart(world, paymentId);
      world.addToShop(order);
      await world.placeInEngine(order);
      played.created = String(order.id);
    }
    return { orderId: String(existing?.id ?? played.created) };
  };
  const [node, init] = posted(event, { paymentId });
  const sent = world.request(node, "/nets/pay-initialized", init).then(({ status, body }) => {
    record(played, index, status);
    played.reply = (body as { reply?: boolean } | null)?.reply ?? null;
    played.errorShown ||= played.reply === false;
  });
  played.open.push(sent);
};

/** A webhook: the payload is its message, without the name of the event, which is the kind. */
export const webhook = (world: ScenarioWorld, event: ScenarioEvent) => {
  const [node, init] = posted(
    event,
    { event: event.kind, ...(event.payload as object) },
    { authorization: NETS_AUTHORIZATION },
  );
  return world.request(node, "/callbacks/nets", init);
};
