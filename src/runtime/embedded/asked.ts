/** What a caller hands in beside an event is looked at before anything is asked of the store. */
import { Id } from "../../../machines/text.js";
import { Count, Filter, KnownId, Submitting } from "../../core/entering.js";
import { parseEventId } from "../../ports/command.js";
import { InvalidEvent, type SubmitOptions } from "../../ports/runtime.js";
import type { OrderFilter } from "../../ports/store.js";

interface Schema {
  safeParse(value: unknown): {
    data?: unknown;
    error?: { issues: { path: PropertyKey[]; message: string }[] };
  };
}

/** @throws InvalidEvent that names the field */
const taken = <T>(schema: Schema, value: T, name: string): T => {
  const issues = schema.safeParse(value).error?.issues;
  if (issues === undefined) return value;
  throw new InvalidEvent(issues.map(({ path, message }) => ({ path: [name, ...path].join("."), message })));
};

/** An order that is placed now gets an `Id`. @throws InvalidEvent */
export const newId = (orderId: string): string => taken(Id, orderId, "orderId");

/** An id by which something is looked up. @throws InvalidEvent */
export const knownId = (id: string, name: string): string => taken(KnownId, id, name);

/** How many are asked for, or after which one. @throws InvalidEvent */
export const countOf = (count: number, name: string): number => taken(Count, count, name);

/** The order that a command is for, and what goes with it. @throws InvalidEvent */
export const checkSubmitted = (orderId: string, options: SubmitOptions): void => {
  knownId(orderId, "orderId");
  taken(Submitting, options, "options");
  if (options.id !== undefined) parseEventId(orderId, options.id);
};

/** @throws InvalidEvent */
export const filterOf = (filter: OrderFilter): OrderFilter => taken(Filter, filter, "filter");
