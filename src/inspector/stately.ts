/**
 * The three actors of every order and what they say to each other, in the wire format of the Stately inspector
 * (@statelyai/inspect 0.7): one JSON message per frame of a WebSocket, on this computer only, without personal data.
 */
import type { OrderEvent } from "../../machines/events.js";
import type { Actor, ActorMessage, HistoryEntry, OrderRecord } from "../core/record.js";
import { missing } from "../ports/missing.js";
import { RecentMap } from "../ports/recent.js";
import { actors, machineOf } from "./chart.js";
import { masked } from "./mask.js";

const VERSION = "0.7.2";
/** Whoever connects late is told of these orders from their beginning here. */
const KEPT_ORDERS = 50;
const KEPT_MESSAGES = 500;

interface Sent {
  type: "@xstate.actor" | "@xstate.event" | "@xstate.snapshot";
  sessionId: string;
  [key: string]: unknown;
}

export interface StatelyServer {
  url: string;
  /** To be called with every decision, in order: `onDecision` of the engine. */
  tell(entry: HistoryEntry, record: OrderRecord, messages: ActorMessage[]): void;
  /** Sends those who listen away. */
  close(): Promise<void>;
}

const sessionOf = (orderId: string, actor: Actor): string => (actor === "order" ? orderId : `${orderId}:${actor}`);

/** A machine as the data it is; `createMachine` takes it as it stands. */
const definitionOf = (actor: Actor, gateway: string | null): string => JSON.stringify(machineOf(actor, gateway).config);

const snapshotOf = (value: unknown, { facts }: OrderRecord) => ({
  status: "active",
  value,
  context: masked(facts),
  children: {},
  tags: [],
  historyValue: {},
});

/** The whole of the event for the one that came from outside; of an earlier one, its name. */
const eventOf = ({ type, eventId }: ActorMessage, entry: HistoryEntry): { type: string } => {
  const event: Partial<OrderEvent> = eventId === entry.eventId ? entry.event : {};
  return { ...(masked(event) as object), type };
};

const messagesOf = (entry: HistoryEntry, record: OrderRecord, told: ActorMessage[], isNew: boolean): Sent[] => {
  const { orderId } = record;
  const { gateway } = record.facts.payment;
  const common = { rootId: orderId, createdAt: String(entry.at), id: null, _version: VERSION };
  // An order that was known before its first decision here is shown as it stands after it.
  const introduced = actors.map(
    (actor): Sent => ({
      type: "@xstate.actor",
      name: machineOf(actor, gateway).id,
      sessionId: sessionOf(orderId, actor),
      ...(actor === "order" ? {} : { parentId: orderId }),
      definition: definitionOf(actor, gateway),
      snapshot: snapshotOf(record.states[actor], record),
      ...common,
    }),
  );
  const said = told.flatMap((message): Sent[] => {
    const sessionId = sessionOf(orderId, message.to);
    const event = eventOf(message, entry);
    const source = message.from === null ? {} : { sourceId: sessionOf(orderId, message.from) };
    return [
      { type: "@xstate.event", sessionId, ...source, event, ...common },
      { type: "@xstate.snapshot", sessionId, event, snapshot: snapshotOf(message.value, record), ...common },
    ];
  });
  return isNew ? [...introduced, ...said] : said;
};

/** A page of elsewhere may not listen; a program says no origin, and a page of this computer says its own. */
const mayListen = (origin: string | undefined): boolean =>
  origin === undefined || /^https?:\/\/(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/.test(origin);

/**
 * A WebSocket on this computer at which a Stately inspector listens to the machines.
 *
 * @param port 0 picks a free one
 */
export const statelyServer = async (port = 0): Promise<StatelyServer> => {
  const { WebSocketServer } = await import("ws").catch(missing("ws", "A WebSocket for the Stately inspector"));
  const server = new WebSocketServer({
    host: "127.0.0.1",
    port,
    maxPayload: 1024,
    verifyClient: ({ origin }: { origin?: string }) => mayListen(origin),
  });
  await new Promise<void>((resolve, reject) => server.once("listening", resolve).once("error", reject));
  const kept = new RecentMap<string, string[]>(KEPT_ORDERS);
  server.on("connection", (client) => {
    client.on("error", () => client.terminate());
    for (const frames of kept.values()) for (const frame of frames) client.send(frame);
  });
  const address = server.address();
  return {
    url: `ws://127.0.0.1:${typeof address === "object" ? address?.port : port}`,
    tell(entry, record, messages) {
      const before = kept.get(record.orderId) ?? [];
      const frames = messagesOf(entry, record, messages, before.length === 0).map((sent) => JSON.stringify(sent));
      // The three introductions stay, whatever falls away after them.
      const all = [...before, ...frames];
      kept.set(record.orderId, [...all.slice(0, actors.length), ...all.slice(actors.length).slice(-KEPT_MESSAGES)]);
      for (const client of server.clients) for (const frame of frames) client.send(frame);
    },
    close: () =>
      new Promise((resolve) => {
        for (const client of server.clients) client.terminate();
        server.close(() => resolve());
      }),
  };
};
