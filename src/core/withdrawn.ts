/** Calls that are not to go out any more. */
import type { Effect } from "../../machines/effects.js";
import type { Operation, OtherPayment } from "../../machines/facts.js";
import type { OrderRecord } from "./record.js";
import { isLookForCall } from "./timer-names.js";

const asksFor = ({ key }: Pick<Operation, "key">, call: string): boolean => call === key || call.startsWith(`${key}:`);

/**
 * Whether nobody waits for this call any more. A person ended the wait while it was put off, so that the payment is read
 * for it; or what it was asked for has ended. Sent after that, it would move money that nobody asks for now.
 */
export const isWithdrawn = (record: OrderRecord | null, effect: Effect): boolean => {
  if (record === null || !("key" in effect)) return false;
  const { operation, others } = record.facts;
  if (operation !== null && asksFor(operation, effect.key)) {
    return Object.keys(record.timers).some(isLookForCall);
  }
  const isLookedFor = (state: OtherPayment["state"]) => typeof state === "object" && state.releasing === "unknown";
  return !others.some(({ release, state }) => release !== null && asksFor(release, effect.key) && !isLookedFor(state));
};
