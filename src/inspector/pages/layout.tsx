/** What every page stands in: landmarks, the way around, one stylesheet, one script. */
import type { Child, FC } from "hono/jsx";
import type { OrderStatus } from "../../../machines/facts.js";
import type { Words } from "../words/words.js";

/** What a page needs to know beside what it shows. */
export interface View {
  words: Words;
  /** Where the inspector is mounted, without a slash at the end. */
  base: string;
  /** The address of this page, to come back to in the other language. */
  path: string;
  /** Whether anything can be changed from here. */
  acts: boolean;
  /** What was typed into the search box. */
  q?: string;
  /** Whether personal data can be shown, and that it was, written down. */
  reveals: boolean;
}

export const orderPath = ({ base }: View, orderId: string): string => `${base}/orders/${encodeURIComponent(orderId)}`;

export const OrderLink: FC<{ view: View; id: string }> = ({ view, id }) => <a href={orderPath(view, id)}>{id}</a>;

const NavLink: FC<{ view: View; to: string; label: string }> = ({ view, to, label }) => {
  const at = view.path.split("?")[0];
  const here = to === "/" ? at === `${view.base}/` || at === view.base : at?.startsWith(view.base + to);
  return (
    <a href={view.base + to} aria-current={here ? "page" : undefined}>
      {label}
    </a>
  );
};

/** @param live the page is fetched again every few seconds, where there is a script */
export const Layout: FC<{ view: View; title: string; live?: boolean; children?: Child }> = (props) => {
  const { view, title, live, children } = props;
  const { words, base } = view;
  const { t } = words;
  const other = words.language === "en" ? "sv" : "en";
  const there = `${view.path}${view.path.includes("?") ? "&" : "?"}lang=${other}`;
  return (
    <html lang={words.language}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>
          {title} · {t("brand")}
        </title>
        <link rel="icon" href={`${base}/assets/icon.svg`} type="image/svg+xml" />
        <link rel="stylesheet" href={`${base}/assets/style.css`} />
        <script type="module" src={`${base}/assets/client.js`} />
      </head>
      <body
        data-updated={t("updated")}
        data-not-live={t("not live")}
        data-in={t("timer in")}
        data-over={t("timers over")}
        data-zone={t("times in")}
        data-copied={t("copied")}
      >
        <a class="skip" href="#content">
          {t("skip to content")}
        </a>
        <header class="top">
          <a class="brand" href={`${base}/`}>
            <span class="mark" aria-hidden="true" />
            {t("brand")}
          </a>
          <nav aria-label={t("nav main")}>
            <NavLink view={view} to="/" label={t("nav problems")} />
            <NavLink view={view} to="/orders" label={t("nav orders")} />
            <NavLink view={view} to="/reconcile" label={t("nav reconcile")} />
          </nav>
          <search>
            <form action={`${base}/find`} method="get">
              <input
                type="search"
                name="q"
                aria-label={t("search label")}
                placeholder={t("search label")}
                value={view.q}
                required
              />
              <button type="submit">{t("search")}</button>
            </form>
          </search>
          <a class="language" href={there} lang={other} hreflang={other}>
            {t("other language")}
          </a>
        </header>
        <main id="content" tabindex={-1} data-live={live ? "" : undefined}>
          {children}
        </main>
        <p class="said" id="said" role="status" />
        <footer>
          <span id="zone">{t("times utc")}</span>
          {view.acts ? null : <span class="chip">{t("read only")}</span>}
        </footer>
      </body>
    </html>
  );
};

/** As a person reads it, in UTC. */
export const utc = (ms: number): string => new Date(ms).toISOString().slice(0, 19).replace("T", " ");

/** UTC as the server says it; the script makes it the reader's own. */
export const Time: FC<{ at: number; until?: boolean }> = ({ at, until }) => {
  const full = new Date(at).toISOString();
  return (
    <time datetime={full} title={full} data-until={until ? String(at) : undefined}>
      {utc(at)}
    </time>
  );
};

/** A sentence with a moment in it. */
export const Told: FC<{ text: (time: string) => string; at: number; until?: boolean }> = ({ text, at, until }) => {
  const [before = "", after = ""] = text("\u0000").split("\u0000");
  return (
    <>
      {before}
      <Time at={at} until={until ?? false} />
      {after}
    </>
  );
};

/** A whole sentence with its moments in it, as `why` writes them. */
export const Spoken: FC<{ text: string; until?: boolean }> = ({ text, until }) => {
  const parts = text.split(/(\d{4}-\d\d-\d\d \d\d:\d\d(?::\d\d)? UTC)/);
  return (
    <>
      {parts.map((part, i) =>
        i % 2 === 0 ? (
          part
        ) : (
          <Time at={Date.parse(part.replace(" UTC", "Z").replace(" ", "T"))} until={until ?? false} />
        ),
      )}
    </>
  );
};

export const Status: FC<{ view: View; status: OrderStatus; child?: string | undefined; big?: boolean }> = ({
  view,
  status,
  child,
  big,
}) => (
  <span class={`status ${big ? "big" : ""}`} data-status={status}>
    {view.words.status(status, child)}
  </span>
);

export const Flag: FC<{ view: View; name: string }> = ({ view, name }) => (
  <span class="flag" data-flag={name}>
    {view.words.flagName(name)}
  </span>
);

/** A table that a narrow screen can scroll, or that becomes cards there. */
export const Table: FC<{ head: string[]; label: string; amount?: string; children?: Child }> = (props) => {
  const { head, label, amount, children } = props;
  return (
    <section class="scroll" aria-label={label} tabindex={0}>
      <table>
        <thead>
          <tr>
            {head.map((cell) => (
              <th scope="col" class={cell === amount ? "number" : undefined}>
                {cell}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </section>
  );
};

export const Section: FC<{ id: string; head: string; count?: string; help?: string; children?: Child }> = (props) => (
  <section aria-labelledby={props.id} class="card">
    <h2 id={props.id}>
      {props.head}
      {props.count === undefined ? null : <span class="count">{props.count}</span>}
    </h2>
    {props.help === undefined ? null : <p class="help">{props.help}</p>}
    {props.children}
  </section>
);

/** Of an error's text only what cannot be about a person: a status code, or the way a connection broke. */
const safeError = (text: string): string | null => {
  const found = text.match(/\b[45]\d\d\b|\b(?:ECONN[A-Z]+|ENOTFOUND|EPIPE|ETIMEDOUT|timed? ?out|timeout)\b/gi);
  return found === null ? null : [...new Set(found)].join(", ");
};

export const HiddenError: FC<{ view: View; text: string }> = ({ view, text }) => {
  const safe = safeError(text);
  return (
    <span class="error" title={view.words.t("hidden error")}>
      {safe === null ? "" : `${safe} `}•••
    </span>
  );
};
