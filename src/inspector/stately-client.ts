/** The script of the page of `--stately`: each order's actors, where they stand in their charts, and what they say. */

type StateValue = string | { [key: string]: StateValue };

/** Of a message in the inspector's wire format, what the page shows. */
interface Frame {
  type: "@xstate.actor" | "@xstate.event" | "@xstate.snapshot";
  name?: string;
  sessionId: string;
  rootId: string;
  sourceId?: string;
  createdAt: string;
  event?: { type: string };
  snapshot?: { value: StateValue };
}

interface Row {
  at: string;
  from: string;
  to: string;
  event: string;
  state: string;
}

interface Order {
  /** By the actor's name in the order: `order`, `payment`, `cooldown`. */
  actors: Map<string, { machine: string; state: string }>;
  rows: Row[];
}

const orders = new Map<string, Order>();
const drawings = new Map<string, Promise<string>>();
/** null = whichever order spoke last. */
let chosen: string | null = null;
let last = "";
let isWaiting = false;

const element = (id: string): HTMLElement => document.getElementById(id) as HTMLElement;
const pathOf = (value: StateValue): string => {
  if (typeof value === "string") return value;
  const [key = "", inner] = Object.entries(value)[0] ?? [];
  return inner === undefined ? key : `${key}.${pathOf(inner)}`;
};
const actorOf = (sessionId: string, orderId: string): string =>
  sessionId === orderId ? "order" : sessionId.slice(orderId.length + 1);
const within = <K extends keyof HTMLElementTagNameMap>(
  parent: Element,
  tag: K,
  text = "",
): HTMLElementTagNameMap[K] => {
  const made = document.createElement(tag);
  made.textContent = text;
  parent.append(made);
  return made;
};

const take = (frame: Frame): void => {
  const order: Order = orders.get(frame.rootId) ?? { actors: new Map(), rows: [] };
  orders.delete(frame.rootId);
  orders.set(frame.rootId, order);
  last = frame.rootId;
  const to = actorOf(frame.sessionId, frame.rootId);
  const state = frame.snapshot === undefined ? "" : pathOf(frame.snapshot.value);
  if (frame.type === "@xstate.actor") order.actors.set(to, { machine: frame.name ?? to, state });
  else if (frame.type === "@xstate.event") {
    const from = frame.sourceId === undefined ? "" : actorOf(frame.sourceId, frame.rootId);
    const at = new Date(Number(frame.createdAt)).toISOString().slice(11, 23);
    order.rows.push({ at, from, to, event: frame.event?.type ?? "", state: "" });
  } else {
    const actor = order.actors.get(to);
    if (actor !== undefined) actor.state = state;
    const row = order.rows.findLast((one) => one.to === to);
    if (row !== undefined) row.state = state;
  }
};

const drawingOf = (machine: string): Promise<string> => {
  const drawing = drawings.get(machine) ?? fetch(`charts/${machine}.svg`).then((answer) => answer.text());
  drawings.set(machine, drawing);
  return drawing;
};

/** Lit where the actor stands, the boxes around its state too, and scrolled there. */
const light = (box: HTMLElement): void => {
  const { state = "" } = box.dataset;
  for (const lit of box.querySelectorAll(".current")) lit.classList.remove("current");
  const name = `state-${state.replaceAll(".", "--").replace(/[^\w-]/g, "_")}`;
  const node = box.querySelector(`.${CSS.escape(name)}`);
  node?.classList.add("current");
  const at = node?.getBoundingClientRect();
  const frame = box.getBoundingClientRect();
  if (at === undefined) return;
  box.scrollBy(at.x + at.width / 2 - frame.x - frame.width / 2, at.y + at.height / 2 - frame.y - frame.height / 2);
};

const showCharts = (order: Order): void => {
  const charts = element("charts");
  for (const [actor, { machine, state }] of order.actors) {
    let section = charts.querySelector<HTMLElement>(`[data-actor="${actor}"]`);
    if (section === null) {
      section = within(charts, "section");
      section.dataset.actor = actor;
      within(section, "h2");
      within(section, "div").className = "drawing";
    }
    const [head, box] = [section.children[0] as HTMLElement, section.children[1] as HTMLElement];
    head.textContent = `${actor}: ${state}`;
    box.dataset.state = state;
    if (section.dataset.machine === machine) light(box);
    else {
      section.dataset.machine = machine;
      void drawingOf(machine).then((svg) => {
        // Another order may have been chosen meanwhile.
        if (section.dataset.machine !== machine) return;
        box.innerHTML = svg;
        light(box);
      });
    }
  }
};

const show = (): void => {
  isWaiting = false;
  const id = chosen ?? last;
  const list = element("orders");
  list.replaceChildren();
  for (const [orderId, { actors }] of [...orders].reverse()) {
    const button = within(within(list, "li"), "button", orderId);
    within(button, "span", actors.get("order")?.state ?? "");
    if (orderId === id) button.setAttribute("aria-current", "true");
    button.onclick = () => {
      chosen = orderId;
      show();
    };
  }
  const order = orders.get(id);
  element("empty").hidden = order !== undefined;
  if (order === undefined) return;
  element("title").textContent = `Order ${id}`;
  showCharts(order);
  const body = element("messages");
  body.replaceChildren();
  for (const { at, from, to, event, state } of [...order.rows].reverse()) {
    const row = within(body, "tr");
    for (const text of [at, from, to, event, state]) within(row, "td", text);
  }
};

const soon = (): void => {
  if (isWaiting) return;
  isWaiting = true;
  requestAnimationFrame(show);
};

const connect = (): void => {
  const socket = new WebSocket(`ws://${location.host}/`);
  socket.onopen = () => {
    orders.clear();
    element("said").textContent = "connected";
  };
  socket.onmessage = ({ data }) => {
    take(JSON.parse(String(data)) as Frame);
    soon();
  };
  socket.onclose = () => {
    element("said").textContent = "no connection; trying again";
    setTimeout(connect, 2000);
  };
};
connect();

export {};
