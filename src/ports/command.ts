/** Reads what comes from outside the engine, before anything is done with it. */
import {
  Command,
  type NewOrder,
  type OrderEvent,
  OrderPlaced,
  type ReadCommand,
  Reply,
} from "../../machines/events.js";
import { InvalidEvent } from "./runtime.js";

type Placed = Extract<OrderEvent, { type: "order.placed" }>;

const replies = new Set<unknown>(Reply.options.map(({ shape }) => shape.type.value));

/** Why this type is nobody's to submit; null = it is a command, or no event at all. */
const notToSubmit = (event: unknown): string | null => {
  const type = typeof event === "object" && event !== null && "type" in event ? event.type : null;
  if (type === "order.placed") return '"order.placed" cannot be submitted: place the order instead';
  if (!replies.has(type)) return null;
  return `only the engine itself may say "${type}": it is the answer to a call or timer of its own`;
};

const issuesIn = (error: { issues: { path: PropertyKey[]; message: string }[] }) =>
  error.issues.map(({ path, message }) => ({ path: path.join(".") || "event", message }));

/**
 * A command as its schema reads it, defaults filled in.
 * @throws InvalidEvent
 */
export const parseCommand = (event: unknown): ReadCommand => {
  const message = notToSubmit(event);
  if (message !== null) throw new InvalidEvent([{ path: "type", message }]);
  const parsed = Command.safeParse(event);
  if (parsed.success) return parsed.data;
  throw new InvalidEvent(issuesIn(parsed.error));
};

/**
 * The event with which an order becomes known.
 * @param tolerance how far the gateway's rounding may differ, in minor units
 * @throws InvalidEvent
 */
export const parsePlaced = (order: NewOrder, tolerance: number): Placed => {
  const parsed = OrderPlaced.safeParse({ type: "order.placed", order: { ...order, tolerance } });
  if (parsed.success) return parsed.data;
  throw new InvalidEvent(issuesIn(parsed.error));
};
