/** What each step of a script does to the world. Whoever sends something sends it again until it is taken. */
import type { Command } from "../../../machines/commands.js";
import type { SubmitOptions } from "../../runtime/embedded/receipt.js";
import { count } from "./evidence.js";
import { illFormed } from "./ill-formed.js";
import type { Process } from "./process.js";
import { HOUR, inWords, MINUTE, type ScriptStep, SECOND, totalOf } from "./script.js";
import type { SimulatedWorld } from "./world.js";

/** How long somebody waits for an answer before he gives up on it. */
const PATIENCE = 30 * SECOND;
/** When the bank sends a callback again that nobody took. */
const AGAIN = [MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 4 * HOUR, 12 * HOUR];
const DAY = 24 * HOUR;
const CLICKS_AGAIN = [10 * SECOND, MINUTE];

interface Delivery {
  orderId: string;
  event: Command;
  options: SubmitOptions & { id: string };
  node: number | undefined;
}

/** Whether it was taken: "no" is an answer as well, and one of this kind will not change. */
type DeliveryOutcome = "yes" | "no" | "unheard";

const sent = async (world: SimulatedWorld, process: Process, delivery: Delivery): Promise<DeliveryOutcome> => {
  const { orderId, event, options } = delivery;
  const { clock, evidence } = world;
  const stop = new AbortController();
  const answer = process.submit(orderId, event, options).then(
    ({ outcome, reason }): DeliveryOutcome => {
      const { type } = event;
      const paymentId = "paymentId" in event ? (event.paymentId ?? null) : null;
      const { id: eventId } = options;
      evidence.acknowledged.push({ tick: world.tick(), at: clock.now(), orderId, eventId, type, paymentId });
      world.note(`${type} ${eventId} acknowledged: ${outcome} ${reason ?? ""}`);
      return "yes";
    },
    (error: Error): DeliveryOutcome => {
      if (error.name === "InvalidEvent") throw error;
      world.note(`${event.type} ${options.id} not taken: ${error.message}`);
      return error.name === "UnknownOrder" ? "no" : "unheard";
    },
  );
  const late = clock.sleep(PATIENCE, stop.signal).then(
    (): DeliveryOutcome => "unheard",
    (): DeliveryOutcome => "unheard",
  );
  const gone = process.death.then((): DeliveryOutcome => "unheard");
  const taken = await Promise.race([answer, late, gone]);
  stop.abort();
  return taken;
};

const deliver = async (world: SimulatedWorld, delivery: Delivery, again: number[]): Promise<void> => {
  const { id } = delivery.options;
  for (const [n, wait] of [...again, null].entries()) {
    const process = world.running(delivery.node);
    // A callback that is sent again is another delivery; a click that is repeated keeps its key.
    const options = delivery.event.type === "callback.received" && n > 0 ? { id: `${id}.${n}` } : delivery.options;
    const taken = process === null ? "unheard" : await sent(world, process, { ...delivery, options });
    if (taken !== "unheard") return;
    if (wait === null) break;
    await world.clock.sleep(wait);
  }
  count(world.evidence.faults, "delivery lost");
};

const orderOf = (world: SimulatedWorld, index: number): string => world.script.orders[index]?.id ?? "";

const post = (world: SimulatedWorld, delivery: Delivery, again: number[] = CLICKS_AGAIN): void =>
  void world.errand(deliver(world, delivery, again));

const callback = (world: SimulatedWorld, step: Extract<ScriptStep, { do: "callback" }>, id: string): void => {
  const { kind, claims, attempt } = step;
  const paymentId = world.bank.paymentOf(orderOf(world, step.order), attempt);
  if (paymentId === null) return;
  if (step.forged) count(world.evidence.faults, "callback forged");
  const look = async (): Promise<void> => {
    // The door looks the order up by the payment, as HTTP does.
    const found = await world.kept.findByPayment(paymentId);
    if (found === null) return world.note(`callback ${id} about ${paymentId}, which is nobody's`);
    const event = { type: "callback.received", kind, paymentId, claims, content: `${kind} ${claims}` } as const;
    await deliver(world, { orderId: found.orderId, event, options: { id }, node: step.node }, AGAIN);
  };
  void world.errand(look());
};

const checkout = async (world: SimulatedWorld, step: Extract<ScriptStep, { do: "checkout" }>): Promise<void> => {
  const gateway = world.script.orders[step.order]?.gateway ?? null;
  const process = world.running(step.node);
  if (gateway === null || process === null) return;
  const url = "https://shop.example";
  const urls = { successUrl: `${url}/success`, failUrl: `${url}/fail`, callbackUrl: `${url}/callback` };
  const orderId = orderOf(world, step.order);
  const created = await process
    .pass("checkout", () => process.engine.checkout(orderId, gateway, urls))
    .catch(() => null);
  world.note(`checkout of ${orderId}: ${created?.kind ?? "no answer"}`);
};

/** What knows of the payment is the shop, so it is copied once the engine knows it, too. */
const copy = async (world: SimulatedWorld, step: Extract<ScriptStep, { do: "copy" }>): Promise<void> => {
  const orderId = orderOf(world, step.order);
  const { evidence, kept } = world;
  const [loaded] = await kept.load([{ orderId, eventIds: [] }]);
  const process = world.running(step.node);
  const { order, payment } = loaded?.record?.facts ?? {};
  if (process === null || order === undefined || payment?.id == null) return;
  const { total, currency, lines, needsProcessing } = order;
  const { gateway, id: paymentId } = payment;
  const copied = `${orderId}-copy-${step.n}`;
  const placed = { total, currency, lines, needsProcessing, gateway, paymentId };
  const receipt = await process.engine.place(copied, placed).catch(() => null);
  if (receipt === null) return world.note(`copy of ${orderId}: not taken`);
  const { outcome, reason } = receipt;
  world.note(`copy of ${orderId}: ${outcome} ${reason ?? ""}`);
  evidence.copied.push({ orderId, copy: copied, paymentId, outcome, reason });
  if (reason === "payment-of-another-order") evidence.points.add("reason payment-of-another-order");
};

const attach = (world: SimulatedWorld, step: Extract<ScriptStep, { do: "attach" }>, id: string): void => {
  const plan = world.script.orders[step.order];
  if (plan?.gateway == null) return;
  const account = world.bank.open(plan.id, plan.gateway, totalOf(plan.lines));
  if (step.paid) account.change({ status: "ACCEPTED", task: true }, world.clock.now());
  world.evidence.points.add("a payment was authorised anew");
  const event = { type: "payment.attached", paymentId: account.id } as const;
  post(world, { orderId: plan.id, event, options: { id }, node: step.node });
};

const holdStock = (world: SimulatedWorld, step: ScriptStep, id: string): void => {
  // The job asks about each order that it is about to cancel, and leaves it to the engine.
  world.woo.cancelUnpaidOrders((orderId) => {
    const options = { id: `${id}-${orderId}` };
    post(world, { orderId, event: { type: "shop.holdStockDue" }, options, node: step.node });
    return true;
  });
};

export const reconciled = async (process: Process): Promise<void> => {
  // Asked by a person: how fresh the last reading is does not matter, whatever the clock said then.
  for await (const _one of process.engine.reconcile({ freshMs: -LONG_AGO, perSecond: 1000 })) {
    // The machines have the last word; nothing to do here.
  }
};
const LONG_AGO = 100 * 24 * HOUR;

/** Whoever sends it hears that it was refused, and nothing else happens. */
const sendIllFormed = async (
  world: SimulatedWorld,
  process: Process,
  step: Extract<ScriptStep, { do: "illFormed" }>,
): Promise<void> => {
  const { evidence } = world;
  const [what, send] = illFormed[step.what % illFormed.length] ?? ["nothing", async () => {}];
  const orderId = orderOf(world, step.order);
  const said = await send(process.entry, orderId).then(
    () => "taken in",
    (error: Error) => error.name,
  );
  world.note(`${what}: ${said}`);
  if (said === "InvalidEvent") evidence.points.add("what is ill-formed was refused");
  else evidence.broken.push({ law: "ill-formed-is-refused", orderId, detail: `${what}: ${said}` });
};

export const play = (world: SimulatedWorld, step: ScriptStep): void => {
  const { bank, clock, evidence } = world;
  world.note(`--- ${inWords(step)}`);
  const id = `s${step.n}`;
  const node = step.node;
  switch (step.do) {
    case "checkout": {
      const process = world.running(node) ?? undefined;
      return void world.errand(checkout(world, step), process);
    }
    case "bank":
      if (bank.change(orderOf(world, step.order), step.change, step.attempt))
        evidence.points.add("the bank changed its mind");
      return;
    case "callback":
      return callback(world, step, id);
    case "return": {
      const proof = step.stranger ? { attempt: null } : {};
      const event = { type: "customer.returned", page: step.page, ...proof } as const;
      const options = { id, wait: "settled" as const, timeoutMs: 10 * SECOND };
      return post(world, { orderId: orderOf(world, step.order), event, options, node }, [20 * SECOND]);
    }
    case "tell": {
      const options = { id: `s${step.again ?? step.n}` };
      const { event } = step;
      const orderId = orderOf(world, step.order);
      // The shop has it, whether its message arrives or not.
      if (event.type === "order.updated" && event.order?.total !== undefined) {
        const { total, lines = [] } = event.order;
        world.woo.edit(orderId, { total, lines });
      }
      return post(world, { orderId, event, options, node });
    }
    case "write": {
      const orderId = orderOf(world, step.order);
      world.woo.directWrite(orderId, step.status);
      evidence.written.push({ orderId, at: clock.now(), status: step.status });
      return count(evidence.faults, "written past the hooks");
    }
    case "copy": {
      const process = world.running(node) ?? undefined;
      return void world.errand(copy(world, step), process);
    }
    case "attach":
      return attach(world, step, id);
    case "holdStock":
      return holdStock(world, step, id);
    case "reconcile": {
      const process = world.running(node);
      if (process !== null)
        void world.errand(
          reconciled(process).catch(() => {}),
          process,
        );
      return;
    }
    case "bankFault":
      return bank.arm(step.op, step.fault, step.times);
    case "stale":
      return bank.age(step.lag, step.for);
    case "away":
      evidence.points.add(`the bank was away for ${step.for >= 2 * DAY ? "days" : "hours"}`);
      return bank.leave(step.how, step.for);
    case "illFormed": {
      const process = world.running(node);
      if (process !== null) void world.errand(sendIllFormed(world, process, step), process);
      return;
    }
    case "shopFault":
      return world.woo.failNext(step.times, step.when);
    case "storeFault":
      return world.troubleStore(step.code, step.for);
    case "slowStore":
      count(evidence.faults, "store slow");
      return world.slowStore(step.up, step.for);
    case "kill":
      world.comeback[node ?? 0] = { down: step.down, jump: step.jump };
      return world.trap(node ?? 0, { place: step.place, points: step.points, side: step.side, pause: null });
    case "pause":
      return world.trap(node ?? 0, { place: step.place, points: step.points, side: step.side, pause: step.for });
  }
};
