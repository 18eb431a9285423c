/**
 * The actors of every order and what they say to each other, in the wire format of the Stately inspector
 * (@statelyai/inspect 0.7): one JSON message per frame of a WebSocket, on this computer only, without personal data.
 */
import { createServer } from "node:http";
import type { OrderEvent } from "../../machines/events.js";
import type { Actor, ActorMessage, HistoryEntry, OrderRecord } from "../core/record.js";
import { missing } from "../ports/missing.js";
import { RecentMap } from "../ports/recent.js";
import { actors, machineOf } from "./chart.js";
import { masked } from "./mask.js";
import { servePage } from "./stately-page.js";

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
  /** Of the WebSocket; the page is at the same address over http. */
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

export interface StatelyOptions {
  /** 0 picks a free one. */
  port?: number;
  /** Pages of elsewhere that may listen, such as `https://stately.ai`. Default: none. */
  origins?: readonly string[];
  /** A `createInspectorServer()` that is told everything too, such as `ws://localhost:8080`. */
  relay?: string;
}

const RELAY_AGAIN_MS = 2000;

/** Tells an inspector's own server, from the beginning whenever it is there again. */
const relayTo = (url: string, { WebSocket }: typeof import("ws"), before: () => string[]) => {
  let socket: InstanceType<typeof WebSocket> | null = null;
  let again: NodeJS.Timeout | undefined;
  const connect = (): void => {
    socket = new WebSocket(url);
    socket.on("open", () => {
      for (const frame of before()) socket?.send(frame);
    });
    socket.on("error", () => {});
    socket.on("close", () => {
      again = setTimeout(connect, RELAY_AGAIN_MS).unref();
    });
  };
  connect();
  return {
    send: (frame: string): void => void (socket?.readyState === WebSocket.OPEN && socket.send(frame)),
    close: (): void => {
      socket?.removeAllListeners("close").terminate();
      clearTimeout(again);
    },
  };
};

/**
 * On this computer: a page that shows the machines, and a WebSocket at which a Stately inspector listens to them.
 *
 * @throws TypeError where `relay` is no address of a WebSocket
 */
export const statelyServer = async (options: StatelyOptions = {}): Promise<StatelyServer> => {
  const { port = 0, origins = [], relay } = options;
  if (relay !== undefined && !(URL.canParse(relay) && /^wss?:$/.test(new URL(relay).protocol))) {
    throw new TypeError(`relay: ${relay} is not the address of a WebSocket; use one such as ws://localhost:8080`);
  }
  const ws = await import("ws").catch(missing("ws", "A WebSocket for the Stately inspector"));
  const http = createServer((request, response) => void servePage(request, response));
  await new Promise<void>((resolve, reject) => {
    http.once("error", reject).listen(port, "127.0.0.1", resolve);
  });
  const server = new ws.WebSocketServer({
    server: http,
    maxPayload: 1024,
    verifyClient: ({ origin }: { origin?: string }) => mayListen(origin) || origins.includes(origin ?? ""),
  });
  const kept = new RecentMap<string, string[]>(KEPT_ORDERS);
  server.on("connection", (client) => {
    client.on("error", () => client.terminate());
    for (const frames of kept.values()) for (const frame of frames) client.send(frame);
  });
  const relayed = relay === undefined ? null : relayTo(relay, ws, () => [...kept.values()].flat());
  const address = http.address();
  return {
    url: `ws://127.0.0.1:${typeof address === "object" ? address?.port : port}`,
    tell(entry, record, messages) {
      const before = kept.get(record.orderId) ?? [];
      const frames = messagesOf(entry, record, messages, before.length === 0).map((sent) => JSON.stringify(sent));
      // The three introductions stay, whatever falls away after them.
      const all = [...before, ...frames];
      kept.set(record.orderId, [...all.slice(0, actors.length), ...all.slice(actors.length).slice(-KEPT_MESSAGES)]);
      for (const frame of frames) {
        for (const client of server.clients) client.send(frame);
        relayed?.send(frame);
      }
    },
    close: () =>
      new Promise((resolve) => {
        relayed?.close();
        for (const client of server.clients) client.terminate();
        server.close();
        http.closeAllConnections();
        http.close(() => resolve());
      }),
  };
};
