/** Reads what comes from outside the engine, before anything is done with it. */
import {
  Command,
  merchantEventFor,
  type NewOrder,
  OrderEvent,
  OrderPlaced,
  type ReadCommand,
  Reply,
  statusWantedBy,
} from "../../machines/events.js";
import { OrderStatus } from "../../machines/facts.js";
import { type Statuses, statusNamed, withChild } from "../../machines/statuses.js";
import { quoted } from "../../machines/text.js";
import type { Gateway } from "./gateway.js";
import { withoutMinusZero } from "./json.js";
import { inCapitals, notSold } from "./money.js";
import { InvalidEvent } from "./runtime.js";

type PaidWith = Pick<Gateway, "name" | "tolerance" | "currencies">;
type PlacedEvent = Extract<OrderEvent, { type: "order.placed" }>;

const replies = new Set<unknown>(Reply.options.map(({ shape }) => shape.type.value));

/** The id of the event with which an order becomes known: placing it again is a no-op. */
export const PLACED_ID = "order.placed";

/** Why this type is nobody's to submit; null = it is a command, or no event at all. */
const notToSubmit = (event: unknown): string | null => {
  const type = typeof event === "object" && event !== null && "type" in event ? event.type : null;
  if (type === "order.placed") return '"order.placed" cannot be submitted: place the order instead';
  if (!replies.has(type)) return null;
  return `only the engine itself may say "${type}": it is the answer to a call or timer of its own`;
};

const issuesIn = (error: { issues: { path: PropertyKey[]; message: string }[] }) =>
  error.issues.map(({ path, message }) => ({ path: path.join(".") || "event", message }));

const notAStatus = (word: unknown, statuses: Statuses, known: readonly string[], path = "status"): InvalidEvent => {
  const named = typeof word === "string" ? `"${quoted(word, 60)}"` : "it";
  const own = Object.entries(statuses).flatMap(([child, parent]) => (known.includes(parent) ? [child] : []));
  // A draft is a status, and nobody's to ask for.
  const which = statusNamed(word, statuses) === null ? "that there are" : "that can be asked for";
  const message = `${named} is none of the statuses ${which}: ${[...known, ...own].join(", ")}`;
  return new InvalidEvent([{ path, message }]);
};

/** What a merchant picks by its name, as the event that asks for the one of the eight. @throws InvalidEvent */
const asked = (event: object, statuses: Statuses): object => {
  const { status, ...how }: { status?: unknown } = event;
  const told = statusNamed(status, statuses);
  if (told === null || told.status === "checkout-draft")
    throw notAStatus(status, statuses, Object.keys(merchantEventFor));
  return { ...how, type: merchantEventFor[told.status], ...withChild(told.child) };
};

/** A status by its name is one of the eight, and which child of it. @throws InvalidEvent */
const inTheEight = (event: unknown, statuses: Statuses): unknown => {
  if (typeof event === "string") return asked({ status: event }, statuses);
  if (typeof event !== "object" || event === null || !("type" in event)) return event;
  if (event.type === "merchant.asked") return asked(event, statuses);
  if (event.type !== "order.seen" || !("status" in event)) return event;
  const told = statusNamed(event.status, statuses);
  if (told === null) throw notAStatus(event.status, statuses, OrderStatus.options);
  return { ...event, ...told };
};

/** @throws InvalidEvent for a child that was not declared, or not of this status */
const checkChild = (told: { status?: OrderStatus; child?: string | undefined }, statuses: Statuses, path: string) => {
  const { status, child } = told;
  if (child === undefined || (Object.hasOwn(statuses, child) && statuses[child] === status)) return;
  const message = `"${quoted(child, 60)}" is not declared in statuses as a child of ${status}`;
  throw new InvalidEvent([{ path, message }]);
};

/**
 * A command as its schema reads it, defaults filled in.
 * @param statuses the shop's own
 * @throws InvalidEvent
 */
export const parseCommand = (event: unknown, statuses: Statuses = {}): ReadCommand => {
  const message = notToSubmit(event);
  if (message !== null) throw new InvalidEvent([{ path: "type", message }]);
  const parsed = Command.safeParse(inTheEight(event, statuses));
  if (!parsed.success) throw new InvalidEvent(issuesIn(parsed.error));
  const { data } = parsed;
  if ("child" in data) checkChild({ status: statusWantedBy[data.type], ...data }, statuses, "child");
  if (data.type !== "order.updated" || data.order === undefined) return withoutMinusZero(data);
  return withoutMinusZero({ ...data, order: inCapitals(data.order) });
};

/**
 * The event with which an order becomes known.
 * @param gateway that it is paid with; undefined = it is none of those that are set up, and nothing is known of it
 * @param now epoch ms, for an order without its moments
 * @param statuses the shop's own
 * @throws InvalidEvent
 */
export const parsePlaced = (
  order: NewOrder<string>,
  gateway: PaidWith | undefined,
  now: number,
  statuses: Statuses = {},
): PlacedEvent => {
  // Only what is left out is filled in: null is no moment.
  const { createdAt = now, updatedAt = now } = order ?? {};
  const told = statusNamed(order?.status, statuses);
  if (typeof order?.status === "string" && told === null)
    throw notAStatus(order.status, statuses, OrderStatus.options, "order.status");
  const parsed = OrderPlaced.safeParse({
    type: "order.placed",
    order: { ...order, ...told, createdAt, updatedAt, tolerance: gateway?.tolerance ?? 0 },
  });
  if (!parsed.success) throw new InvalidEvent(issuesIn(parsed.error));
  checkChild(parsed.data.order, statuses, "order.child");
  const placed = { ...parsed.data, order: inCapitals(parsed.data.order) };
  const message = gateway === undefined ? null : notSold(gateway, placed.order.currency);
  if (message !== null) throw new InvalidEvent([{ path: "order.currency", message }]);
  return withoutMinusZero(placed);
};

/**
 * Ids of the engine's own events: an effect's answer (`order:version:index/how`) and a timer's ring
 * (`order/timer/generation`).
 */
const ownIds = [/^:\d+:\d+\//, /^\/[^/]+\/\d+$/];

/**
 * The id under which a command may be submitted. One of the engine's own would have the bank's answer, which comes
 * under that id later, counted as a repeated event.
 * @throws InvalidEvent
 */
export const parseEventId = (orderId: string, id: string): string => {
  const rest = id.startsWith(orderId) ? id.slice(orderId.length) : "";
  if (id !== PLACED_ID && !ownIds.some((own) => own.test(rest))) return id;
  throw new InvalidEvent([{ path: "id", message: "this id belongs to an event of the engine's own; take another" }]);
};

/** Why a stored event is none that can be decided, such as one that was damaged; null = it is one. */
export const whyNoEvent = (event: unknown): string | null => {
  const parsed = OrderEvent.safeParse(event);
  if (parsed.success) return null;
  const { path, message } = parsed.error.issues[0] ?? { path: [], message: "unknown" };
  return `it is not an event any more: ${path.join(".") || "all of it"}: ${message}`;
};
