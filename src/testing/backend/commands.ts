/** What may happen to an order, as commands of a model-based run: check, run, toString. */
import fc from "fast-check";
import { MINUTE } from "../simulator/script.js";
import { type BackendCommand, type BackendRun, click, goesOn, type Model } from "./run.js";

/** One thing that happens: in words, whether it can, what the reference makes of it, and how it is done. */
export interface Deed {
  says: string;
  can?(model: Readonly<Model>): boolean;
  told(model: Model): void;
  done(run: BackendRun): Promise<void> | void;
}

/** Any deed as a command; users write their own the same way. */
export const command = ({ says, can = () => true, told, done }: Deed): BackendCommand => ({
  check: can,
  async run(model, run) {
    await done(run);
    told(model);
    goesOn(model, 0);
    await run.stepDone(says, model);
  },
  toString: () => says,
});

const bankSays = ({ story }: Readonly<Model>): string => story.payment?.reading().status ?? "";
const waits = (model: Readonly<Model>): boolean => bankSays(model) === "TASK_REDIRECTION_REQUIRED";

const decides = (
  says: string,
  status: "ACCEPTED" | "FROZEN" | "INSPECTION" | "REJECTED",
  from: readonly string[],
  task = true,
): Deed => ({
  says,
  can: (model) => from.includes(bankSays(model)),
  told: ({ story, now }) => void story.payment?.change({ status, task }, now),
  done: (run) => run.bankDecides(status, task),
});

const atTheBank = ["TASK_REDIRECTION_REQUIRED"];
const undecided = ["FROZEN", "INSPECTION"];

const returns = (page: "success" | "fail"): Deed => ({
  says: `the customer comes back by the ${page} page`,
  told: ({ story, now }) => story.follows(now, page === "success" ? "anybody" : "fail page"),
  done: (run) => run.customerReturns(page),
});

const callback: Deed = {
  says: "the bank's callback arrives",
  can: (model) => ["ACCEPTED", "FROZEN", "REJECTED"].includes(bankSays(model)),
  told: ({ story, now }) => story.told(now, story.payment),
  done: (run) => run.callback(),
};

const forged: Deed = {
  says: "a forged callback says AUTHORIZED",
  can: (model) => bankSays(model) !== "ACCEPTED",
  told: ({ story, now }) => story.told(now, story.payment),
  done: (run) => run.callback("AUTHORIZED"),
};

const sets = (status: "completed" | "cancelled" | "refunded"): Deed => ({
  says: `the merchant sets the order to ${status}`,
  told: (model) => click(model, status),
  done: (run) => run.merchantSets(status),
});

const passes = (minutes: number): Deed => ({
  says: `${minutes} minutes go by`,
  can: ({ canWait }) => canWait,
  told: (model) => goesOn(model, minutes * MINUTE),
  done: (run) => run.timePasses(minutes * MINUTE),
});

/** Two that begin before the bank has answered either. Only such as lead to the same end in either order. */
const atOnce = (one: Deed, other: Deed): Deed => ({
  says: `at the same moment: ${one.says}, and ${one === other ? "the same again" : other.says}`,
  can: (model) => [one, other].every(({ can }) => can?.(model) ?? true),
  told: (model) => {
    one.told(model);
    other.told(model);
  },
  done: (run) =>
    run.atOnce(
      async () => one.done(run),
      async () => other.done(run),
    ),
});

const paidReturn: Deed = { ...returns("success"), can: (model) => !waits(model) };

const [completes, cancels, refunds] = [sets("completed"), sets("cancelled"), sets("refunded")];
const [success, fail] = [returns("success"), returns("fail")];
const [bothReturn, bothRefund] = [atOnce(paidReturn, paidReturn), atOnce(refunds, refunds)];
const [aMinute, longer] = [passes(1), passes(150)];
const accepts = decides("the customer signs and the bank accepts", "ACCEPTED", atTheBank);
const freezes = decides("the customer signs and the bank freezes the payment", "FROZEN", atTheBank);
const goesOnAtTheBank = decides("the bank lets the payment go", "ACCEPTED", undecided);

/**
 * What happens before the bank decides, what it decides, and what happens then: the plainer ones first, for what can be
 * shrunk becomes one of those. How often each stands here is how often it happens.
 */
const deeds: Record<"before" | "decided" | "after", Deed[]> = {
  before: [success, fail, forged, completes, cancels, aMinute, longer],
  decided: [
    ...[accepts, accepts, accepts, accepts, freezes, freezes],
    decides("the customer signs and the bank looks at it by hand", "INSPECTION", atTheBank),
    decides("the customer signs and the bank rejects", "REJECTED", atTheBank),
    decides("the customer gives up at the bank", "REJECTED", atTheBank, false),
    longer,
  ],
  after: [
    ...[goesOnAtTheBank, goesOnAtTheBank],
    decides("the bank rejects the payment after all", "REJECTED", undecided),
    ...[success, fail, callback, forged, completes, completes, completes, cancels, refunds, refunds, aMinute],
    ...[longer, longer, longer, atOnce(paidReturn, callback), atOnce(callback, callback)],
    ...[bothReturn, bothReturn, bothReturn, atOnce(completes, completes), atOnce(cancels, cancels)],
    ...[bothRefund, bothRefund],
  ],
};

/**
 * Lives of up to `maxSteps` steps. Shrinks to the steps that matter.
 * @param more deeds of the user's own, beside what happens to every shop
 */
export const backendCommands = ({
  maxSteps = 14,
  more = [] as readonly Deed[],
} = {}): fc.Arbitrary<BackendCommand[]> => {
  const some = (from: readonly Deed[], maxLength: number) =>
    fc.array(fc.constantFrom(...from.map(command)), { maxLength, size: "max" });
  const decided = Math.min(1, maxSteps);
  const early = Math.min(2, maxSteps - decided);
  return fc
    .tuple(
      some([...deeds.before, ...more], early),
      some(deeds.decided, decided),
      some([...deeds.after, ...more], maxSteps - early - decided),
    )
    .map((parts) => parts.flat());
};
