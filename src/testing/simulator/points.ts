/** Rare branches. A campaign that never went there has not tried them, and fails for it. */
import { reasons } from "../../../machines/reasons.js";
import { rules } from "../../../machines/rules.js";
import type { Lived } from "./life.js";

/** What no life can reach, and why. */
export const unreachable: Record<string, string> = {
  "reason bad-digest": "refused at the HTTP door, which the simulator does not have",
  "rule callback/unknown-payment":
    "the door looks the order up by the payment, so the payment is always one of its own",
  "reason unknown-payment": "the door looks the order up by the payment, so the payment is always one of its own",
  "reason switched-off": "no decision gives it: what is switched off says so by its rule",
  "rule checkout/superseded": "the simulator's bank answers a checkout within 35 seconds",
  "reason checkout-superseded": "the simulator's bank answers a checkout within 35 seconds",
  "reason currency-mismatch": "the simulator's shop and bank have one currency",
  "reason order-gone": "the simulator's shop deletes no order",
  "reason already-placed": "an order is placed once, before anything happens to it",
};

/** Things that have to meet: a fault, and the moment at which it hurts. */
const coincidences = [
  ...["read", "capture", "cancel", "refund", "addOrderLines", "book"].flatMap((op) =>
    ["timeout-before", "timeout-after", "500", "502-after", "429", "401", "slow", "front-404"].map(
      (fault) => `bank ${op} ${fault}`,
    ),
  ),
  ...["capture", "cancel", "refund", "addOrderLines", "book"].map((op) => `bank ${op} booked late`),
  ...["capture", "cancel", "refund", "addOrderLines"].map((op) => `bank ${op} booked too-late`),
  ...["capture", "cancel", "book"].map((op) => `bank ${op} refused while the first is under way`),
  ...["before", "after"].flatMap((side) =>
    [
      "store.commit of news",
      "store.commit",
      "store.claim",
      "store.release",
      "store.load",
      "store.dueTimers",
      "shop.execute",
      "bank.readPayment",
      "bank.capture",
      "bank.cancel",
      "bank.refund",
      "ack",
    ].map((place) => `killed ${side} ${place}`),
  ),
  "killed after bank.addOrderLines",
  "killed after bank.bookSignedPayment",
  "stood still at store.commit of news",
  "stood still at store.claim",
  "stood still at bank.capture",
  "stood still at shop.execute",
  "another node was faster",
  "an effect was taken over from a worker that was gone",
  "stale reading",
  "the bank changed its mind",
  "the shop has another status than was meant to change",
  "a new payment while the old one was being read",
  "a late callback on an order that has ended",
  "a callback held again because the order was written meanwhile",
  "a callback waited for the end of a call",
  "the customer and a callback answered by one reading",
  "a forged callback that led nowhere",
  "money asked back after a lost answer",
  "two orders in one life, both at the bank",
  "a call whose answer never came in its lease",
  "the bank was away for hours",
  "the bank was away for days",
  "what is ill-formed was refused",
  "a payment was authorised anew",
];

/** The rules of a payment beside the current one answer nobody: its state shows that they were followed. */
const ofOthers: Record<string, string> = {
  open: "rule attempt/open",
  closed: "rule attempt/closed",
  surplus: "rule attempt/holds-money",
};

export const points: readonly string[] = [
  ...Object.keys(rules).map((rule) => `rule ${rule}`),
  ...Object.keys(reasons).map((reason) => `reason ${reason}`),
  ...coincidences,
].filter((point) => !(point in unreachable));

const ended = ["completed", "cancelled", "refunded"];

/** What this life has reached. */
export const reachedIn = ({ evidence, after, script }: Lived): Set<string> => {
  const reached = new Set(evidence.points);
  for (const { history } of after) {
    for (const [i, { event, answers, effects, from, states }] of history.entries()) {
      for (const { rule, reason, type } of answers) {
        if (rule !== null) reached.add(`rule ${rule}`);
        if (reason !== null) reached.add(`reason ${reason}`);
        if (type === "callback.received" && reason === "terminal-status" && ended.includes(from ?? ""))
          reached.add("a late callback on an order that has ended");
      }
      const cooldown = history[i - 1]?.states.cooldown;
      if (event.type === "payment.created" && cooldown === "reading" && effects.some((e) => e.type === "readPayment"))
        reached.add("a new payment while the old one was being read");
      const held = cooldown === "holding" && states.cooldown === "holding";
      if (held && typeof history[i - 1]?.states.order === "object" && typeof states.order === "string") {
        reached.add("rule cooldown/settled");
        reached.add("a callback waited for the end of a call");
      }
      if (event.type === "timer.fired" && answers.some((a) => a.rule === "cooldown/updated"))
        reached.add("a callback held again because the order was written meanwhile");
      const asked = new Set(answers.map(({ type }) => type));
      if (event.type === "payment.read" && asked.has("callback.received") && asked.has("customer.returned"))
        reached.add("the customer and a callback answered by one reading");
      if (answers.some((a) => a.rule === "refund/again") && effects.some((e) => e.type === "refundPayment"))
        reached.add("money asked back after a lost answer");
    }
  }
  for (const { record } of evidence.commits) {
    for (const { state, readAt } of record.facts.others) {
      if (typeof state !== "string") reached.add("rule attempt/let-go");
      else if (readAt !== null) reached.add(ofOthers[state] ?? "");
    }
  }
  if (after.length === 2 && after.every(({ truth }) => truth?.exists))
    reached.add("two orders in one life, both at the bank");
  if (
    script.steps.some((s) => s.do === "callback" && s.forged) &&
    after.every((end) => end.record?.facts.order.status !== "processing")
  )
    reached.add("a forged callback that led nowhere");
  return reached;
};

/** The points that a campaign did not reach. */
export const unreachedIn = (reached: Record<string, number>): string[] =>
  points.filter((point) => (reached[point] ?? 0) === 0);
