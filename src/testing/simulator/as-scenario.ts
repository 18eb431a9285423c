/** A script as a file in the scenario format, where it can be told in it: then the bug has its regression test. */

import { merchantEventFor } from "../../../machines/events.js";
import { flowOf, type Registry } from "../../../machines/index.js";
import { Scenario } from "../scenario/format.js";
import { BankAccount, mannerOf } from "./accounts.js";
import { expectedEnds } from "./reference.js";
import { type Script, type ScriptStep, T0, totalOf } from "./script.js";

export type AsScenario = { scenario: Scenario } | { because: string };

const iso = (ms: number): string => new Date(ms).toISOString();
const major = (minor: number): number => minor / 100;
const uuid = (order: number): string => `5c0de000-0000-4000-8000-${String(1001 + order).padStart(12, "0")}`;
const statusOf = Object.fromEntries(Object.entries(merchantEventFor).map(([status, type]) => [type, status]));

/** Why it cannot be told; null = it can. */
const cannot = (script: Script): string | null => {
  if (script.nodes === 2) return "it needs two nodes whose places of waiting are told apart";
  const elsewhere = script.orders.find((plan) => plan.gateway !== "resurs-mapi" || plan.payment === null);
  if (elsewhere !== undefined) {
    return elsewhere.gateway === "resurs-mapi"
      ? "the payment is created while the order lives, and what becomes of such a payment has no words in the format"
      : `the gateway "${elsewhere.gateway}" is played by the scenario runner in another way`;
  }
  for (const step of script.steps) {
    const told =
      ["bank", "callback", "return", "tell", "write", "holdStock", "reconcile", "bankFault"].includes(step.do) &&
      !(step.do === "tell" && !(step.event.type in statusOf) && !sayable(step.event.type)) &&
      !(
        step.do === "bankFault" &&
        (["slow", "502-after", "never"].includes(step.fault) || step.op === "create" || step.op === "book")
      );
    if (!told) return `the step "${step.do}" has no words in the format`;
  }
  return null;
};

const sayable = (type: string): boolean =>
  ["merchant.captured", "merchant.refundedAmount", "merchant.recalculated", "order.updated"].includes(type);

const faultNames: Record<string, string> = {
  "timeout-before": "timeout-before-apply",
  "timeout-after": "timeout-after-apply",
  "500": "http-500",
  "429": "http-429:retry-after=5",
  "401": "http-401",
};
const opNames: Record<string, string> = { read: "getPayment" };

type Event = { at: string; type: string; [more: string]: unknown };

const eventOf = (step: ScriptStep, script: Script): Event[] => {
  const at = iso(T0 + step.at);
  const orderId = "order" in step ? Number(script.orders[step.order]?.id) : 0;
  switch (step.do) {
    case "callback": {
      const paymentId = uuid(step.order);
      const payload = { paymentId, status: step.claims ?? "AUTHORIZED", created: at };
      return [{ at, type: "callback", kind: step.kind, payload, deliveryId: `d${step.n}` }];
    }
    case "return":
      if (step.stranger) {
        const path = `/returns/${orderId}/${step.page}`;
        return [{ at, type: "http.request", method: "GET", path, headers: {}, body: "" }];
      }
      return [{ at, type: "customer.return", orderId, page: step.page }];
    case "write":
      return [{ at, type: "external.directWrite", orderId, status: step.status }];
    case "holdStock":
      return [{ at, type: "woo.holdStockCron" }];
    case "reconcile":
      return [{ at, type: "reconcile.run" }];
    case "tell": {
      const { event } = step;
      if (event.type === "order.updated")
        return [{ at, type: "order.updated", orderId, by: event.by, change: event.change }];
      if (event.type === "merchant.refundedAmount")
        return [{ at, type: "admin.refund", orderId, amount: major(event.amount) }];
      if (event.type === "merchant.captured") return [{ at, type: "admin.capture", orderId }];
      if (event.type === "merchant.recalculated") return [{ at, type: "admin.recalculate", orderId }];
      const via = "via" in event && event.via !== "api" ? event.via : "bulk";
      return [{ at, type: "admin.setStatus", orderId, to: statusOf[event.type], via }];
    }
    default:
      return [];
  }
};

/** What the bank answers from when on, as its own arithmetic has it. */
const bankOf = (script: Script, registry: Registry) =>
  script.orders.flatMap((plan, order) => {
    const flow = flowOf(registry, plan.gateway);
    const account = new BankAccount(uuid(order), plan.id, totalOf(plan.lines), mannerOf(flow), T0);
    if (plan.payment !== null && plan.payment !== "at-the-bank") account.change(plan.payment, T0);
    const faults = Object.fromEntries(
      script.steps.flatMap((step) =>
        step.do === "bankFault" ? [[opNames[step.op] ?? step.op, `${faultNames[step.fault]}:${step.times}`]] : [],
      ),
    );
    const entry = (at: number) => {
      const { exists, status, taskCompleted, creditLimit, offers, ...amounts } = account.reading();
      const { total, authorized, captured, canceled, refunded } = amounts;
      const books = {
        totalOrderAmount: major(total),
        authorizedAmount: major(authorized),
        capturedAmount: major(captured),
        canceledAmount: major(canceled),
        refundedAmount: major(refunded),
        possibleActions: offers,
      };
      const application = { approvedCreditLimit: major(creditLimit ?? 0) };
      return {
        from: iso(at),
        payment: exists ? { id: uuid(order), status, order: books, application } : null,
        taskStatus: typeof taskCompleted === "boolean" ? { completed: taskCompleted } : null,
        ...(Object.keys(faults).length > 0 && at <= T0 ? { faults } : {}),
      };
    };
    const entries = [entry(T0 - 86_400_000)];
    for (const step of script.steps) {
      if (step.do !== "bank" || step.order !== order) continue;
      if (account.change(step.change, T0 + step.at)) entries.push(entry(T0 + step.at));
    }
    return entries;
  });

/** `law`: what it broke, which is kept as words for a reader. */
export const asScenario = (script: Script, law: string, registry: Registry): AsScenario => {
  const because = cannot(script);
  if (because !== null) return { because };
  const last = script.steps.at(-1)?.at ?? 0;
  const ends = script.steps.some((step) => step.do === "bankFault") ? null : expectedEnds(script, registry);
  const scenario = {
    id: `simulator/${script.seed}/${script.life}`,
    area: "simulator",
    title: `Life ${script.life} of seed ${script.seed} broke the law ${law}`,
    strictness: "derived",
    source: [`simulator: ${law}`],
    gateway: "resurs-mapi",
    given: {
      t0: iso(T0),
      settings: { ...script.settings },
      orders: script.orders.map((plan, order) => ({
        id: Number(plan.id),
        status: plan.status,
        total: major(totalOf(plan.lines)),
        currency: "SEK",
        lines: plan.lines.map((line) => ({ ...line, total: major(line.total) })),
        needsProcessing: plan.needsProcessing,
        paymentId: uuid(order),
        createdAt: iso(T0 - plan.createdBefore),
        updatedAt: iso(T0 - plan.createdBefore),
      })),
      gateway: bankOf(script, registry),
    },
    events: script.steps.flatMap((step) => eventOf(step, script)),
    expect: {
      asOf: iso(T0 + last + 3 * 3_600_000),
      // Where the naive reference knows the end, the file knows it too; else a person fills it in.
      ...(ends === null ? {} : { statuses: Object.fromEntries(ends) }),
      deadLetters: { max: 0 },
    },
  };
  return { scenario: Scenario.parse(scenario) };
};
