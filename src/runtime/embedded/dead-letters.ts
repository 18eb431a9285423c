/** What was given up, as one list that is read a page at a time: effects first, then events, each oldest first. */

import { isStorable } from "../../core/storable.js";
import { type DeadLetter, InvalidEvent } from "../../ports/runtime.js";
import type { ClaimedEffect, DeadEvent, EffectPlace, InboxRow, Store } from "../../ports/store.js";

type Bare = Omit<DeadLetter, "place">;

export const deadEffect = ({ id, orderId, effect, attempts, createdAt }: ClaimedEffect, error: string): Bare => {
  return { id, orderId, kind: "effect", type: effect.type, attempts, error, since: createdAt };
};

export const deadEvent = ({ envelope, attempts, error }: InboxRow): Bare => {
  const { id, orderId, event, at } = envelope;
  return { id, orderId, kind: "event", type: event.type, attempts, error, since: at };
};

/** A place is a list of numbers, with an order's id as the rest. */
const effectPlace = ({ createdAt, seq, index, orderId }: EffectPlace): string =>
  `effect.${createdAt}.${seq}.${index}.${orderId}`;
const eventPlace = ({ n }: DeadEvent): string => `event.${n}`;

type DeadLetterPlace = { effect: EffectPlace } | { event: number };

/** @throws InvalidEvent */
const placeIn = (text: string): DeadLetterPlace => {
  const [, createdAt, seq, index, orderId = ""] = /^effect\.(\d{1,15})\.(\d{1,9})\.(\d{1,9})\.(.+)$/s.exec(text) ?? [];
  if (createdAt !== undefined && isStorable(orderId))
    return { effect: { createdAt: Number(createdAt), seq: Number(seq), index: Number(index), orderId } };
  const [, n] = /^event\.(\d{1,15})$/.exec(text) ?? [];
  if (n !== undefined) return { event: Number(n) };
  throw new InvalidEvent([{ path: "after", message: "must be the place of a dead letter" }]);
};

/** @throws InvalidEvent */
export const deadLettersIn = async (
  store: Pick<Store, "deadEffects" | "deadEvents">,
  limit: number,
  after?: string,
): Promise<DeadLetter[]> => {
  const place = after === undefined ? null : placeIn(after);
  const letters: DeadLetter[] = [];
  if (place === null || "effect" in place) {
    for (const { row, error } of await store.deadEffects(limit, place?.effect))
      letters.push({ ...deadEffect(row, error), place: effectPlace(row) });
  }
  if (letters.length < limit) {
    const from = place !== null && "event" in place ? place.event : undefined;
    for (const row of await store.deadEvents(limit - letters.length, from))
      letters.push({ ...deadEvent(row), place: eventPlace(row) });
  }
  return letters;
};
