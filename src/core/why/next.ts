/** What happens by itself, and when. */

import { BESIDES } from "../others.js";
import type { OrderRecord } from "../record.js";
import { isLaterLook, isLookForCall, isOfAMachine, UNANSWERED } from "../timer-names.js";
import type { PendingCall } from "../why.js";
import { callNamed } from "./calls.js";
import { next } from "./under-way.js";
import { moment, type Said, said, times } from "./words.js";

export interface Next {
  at: number | null;
  says: Said;
}

const closed = ["cancelled", "refunded"];

/** A timer of a payment that does not pay the order. */
const isOfOther = (name: string): boolean => isOfAMachine(name) && name.includes(BESIDES);

const timerNext = ({ facts, timers }: OrderRecord): Next => {
  const [first] = Object.entries(timers).sort(([, a], [, b]) => a.at - b.at);
  if (first === undefined)
    return { at: null, says: said(closed.includes(facts.order.status) ? next.closed : next.nothing) };
  const [name, { at }] = first;
  const text = name.includes("cooldown")
    ? next.held
    : isOfOther(name)
      ? next.lookOther
      : facts.operation?.lostAt != null
        ? next.lookLost
        : isLaterLook(name) || name === UNANSWERED
          ? next.look
          : next.link;
  return { at, says: said(text, { due: moment(at) }) };
};

export const nextOf = (record: OrderRecord, open: PendingCall[], parked: string | null): Next => {
  if (parked !== null) return { at: null, says: said(next.parked) };
  if (open.some((call) => call.dead)) return { at: null, says: said(next.dead) };
  const lookIsDue = record.facts.operation?.lostAt != null && Object.keys(record.timers).some(isLookForCall);
  const [call] = open;
  if (call === undefined || lookIsDue) return timerNext(record);
  const values = { call: said(callNamed(call, record)), times: times(call.attempts), due: moment(call.notBefore) };
  return call.attempts > 0 && call.error != null
    ? { at: call.notBefore, says: said(next.retry, values) }
    : { at: null, says: said(next.call, values) };
};
