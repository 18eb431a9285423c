/** What a page gains from a script: it stays up to date, counts down, and speaks the reader's time. */

const POLL_MS = 2_000;
const main = document.querySelector("main");
const said = document.querySelector("#said");
const { dataset } = document.body;
let tag = "";
/** The page as the server sent it, before the times were made the reader's. */
let sent = main?.innerHTML ?? "";
let address = location.href;

const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
const two = (n: number): string => String(n).padStart(2, "0");

const local = (date: Date): string =>
  `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;

const spell = (ms: number): string => {
  const seconds = Math.ceil(ms / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)];
  if (hours >= 48) return `${Math.round(hours / 24)} d`;
  if (hours > 0) return `${hours} h ${two(minutes)} min`;
  return minutes > 0 ? `${minutes} min ${two(seconds % 60)} s` : `${seconds} s`;
};

const localise = (): void => {
  for (const time of document.querySelectorAll<HTMLTimeElement>("time")) {
    const date = new Date(time.dateTime);
    const text = local(date);
    time.textContent = time.closest(".answer") !== null && text.endsWith(":00") ? text.slice(0, 16) : text;
  }
  const zone = document.querySelector("#zone");
  if (zone !== null) zone.textContent = (dataset.zone ?? "").replace("{zone}", timeZone);
};

/** How far the server's clock is ahead of the reader's, as the answers tell; a second or two is only the way. */
let ahead = 0;
const compareClocks = (response: Response): void => {
  const apart = Date.parse(response.headers.get("date") ?? "") - Date.now();
  ahead = Math.abs(apart) > 3_000 ? apart : 0;
};

const tick = (): void => {
  for (const time of document.querySelectorAll<HTMLElement>("time[data-until]")) {
    const left = Number(time.dataset.until) - Date.now() - ahead;
    let shown = time.nextElementSibling;
    if (!(shown instanceof HTMLElement) || !shown.classList.contains("countdown")) {
      shown = document.createElement("span");
      shown.className = "countdown";
      time.after(" ", shown);
    }
    shown.textContent = left <= 0 ? (dataset.over ?? "") : (dataset.in ?? "").replace("{time}", spell(left));
  }
};

/** A drawing that is larger than its frame is scrolled to where the order stands. */
const showCurrent = (drawing: HTMLElement): void => {
  const state = [...drawing.querySelectorAll(".current")].at(-1)?.getBoundingClientRect();
  if (state === undefined) return;
  const frame = drawing.getBoundingClientRect();
  drawing.scrollLeft += state.x + state.width / 2 - (frame.x + frame.width / 2);
  drawing.scrollTop += state.y + state.height / 2 - (frame.y + frame.height / 2);
};

/** What the reader has opened, and where he is, outlive the swap. */
const swap = (html: string): boolean => {
  const next = new DOMParser().parseFromString(html, "text/html");
  const fresh = next.querySelector("main");
  if (main === null || fresh === null || fresh.innerHTML === sent) return false;
  sent = fresh.innerHTML;
  const open = new Map([...main.querySelectorAll("details")].map((one) => [one.id, one.open]));
  const scrolled = new Map(
    [...main.querySelectorAll(".drawing, .scroll")].map((one, i) => [i, [one.scrollLeft, one.scrollTop]]),
  );
  const focused = document.activeElement;
  const link = focused?.getAttribute("href") ?? "";
  const id = focused?.id ?? "";
  main.replaceChildren(...fresh.childNodes);
  document.title = next.title;
  for (const details of main.querySelectorAll("details")) details.open = open.get(details.id) ?? details.open;
  for (const [i, one] of [...main.querySelectorAll(".drawing, .scroll")].entries()) {
    const [left = 0, top = 0] = scrolled.get(i) ?? [];
    one.scrollTo(left, top);
  }
  const again =
    (id !== "" && document.getElementById(id)) ||
    (link !== "" && main.querySelector<HTMLElement>(`a[href="${CSS.escape(link)}"]`));
  if (again instanceof HTMLElement) again.focus({ preventScroll: true });
  localise();
  tick();
  return true;
};

const say = (text: string): void => {
  if (said !== null && said.textContent !== text) said.textContent = text;
};

const look = async (url: string, aloud: boolean): Promise<void> => {
  const asked = url;
  const headers: Record<string, string> = tag !== "" && url === address ? { "If-None-Match": tag } : {};
  const response = await fetch(url, { headers, cache: "no-store" });
  compareClocks(response);
  // A later question has overtaken this one.
  if (asked !== wanted) return;
  address = url;
  if (response.status === 304) return say("");
  if (!response.ok) throw new Error(String(response.status));
  tag = response.headers.get("etag") ?? "";
  const changed = swap(await response.text());
  say(changed && aloud ? (dataset.updated ?? "") : "");
};

let wanted = location.href;
const live = (): boolean => main?.dataset.live !== undefined && wanted === location.href;

/** When the engine answered last: the page is as old as that, and saying so once is enough. */
let answeredAt = new Date();
const poll = async (): Promise<void> => {
  try {
    if (live() && document.visibilityState === "visible") {
      await look(wanted, true);
      answeredAt = new Date();
    }
  } catch {
    say((dataset.notLive ?? "").replace("{time}", local(answeredAt)));
  }
  setTimeout(poll, POLL_MS);
};

/** Each step of the slider is a page of its own; the address follows. */
document.addEventListener("input", (event) => {
  const slider = event.target;
  if (!(slider instanceof HTMLInputElement) || slider.type !== "range" || slider.form === null) return;
  const last = slider.value === slider.max;
  const url = new URL(slider.form.action);
  if (!last) url.searchParams.set("at", slider.value);
  history.replaceState(null, "", url);
  wanted = url.href;
  if (last && main !== null) main.dataset.live = "";
  look(wanted, false).catch(() => location.reload());
});

document.addEventListener("click", (event) => {
  const button = event.target instanceof HTMLElement ? event.target.closest<HTMLElement>("[data-copy]") : null;
  if (button === null) return;
  navigator.clipboard.writeText(button.dataset.copy ?? "").then(
    () => say(dataset.copied ?? ""),
    () => {},
  );
});

// With a script the slider needs no button.
document.documentElement.classList.add("scripted");
localise();
tick();
for (const drawing of document.querySelectorAll<HTMLElement>(".drawing")) showCurrent(drawing);
document.addEventListener(
  "toggle",
  (event) => {
    const drawing = event.target instanceof HTMLElement ? event.target.querySelector<HTMLElement>(".drawing") : null;
    if (drawing !== null) showCurrent(drawing);
  },
  true,
);
setInterval(tick, 1_000);
setTimeout(poll, POLL_MS);
