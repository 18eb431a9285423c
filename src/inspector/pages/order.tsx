/** One order: why it is here, what to do, how it came here, its money, and last the path through its machine. */
import type { FC } from "hono/jsx";
import type { EventType } from "../../../machines/events.js";
import type { OrderRecord } from "../../core/record.js";
import type { Why } from "../../core/why.js";
import type { Preview, WaitingEffect } from "../../ports/runtime.js";
import type { Lit, Stop } from "../chart.js";
import type { Moment, TimelineRow } from "../seen.js";
import { Header, TheAnswer } from "./answer.js";
import { Effects, Money, Possible } from "./beside.js";
import { Layout, orderPath, Section, type View } from "./layout.js";
import { Timeline } from "./timeline.js";
import { Way } from "./way.js";

export interface OrderSeen {
  record: OrderRecord;
  moment: Moment;
  /** Whether the moment is now. */
  now: boolean;
  rows: TimelineRow[];
  troubleOnly: boolean;
  earlier: { href: string | null } | null;
  effects: WaitingEffect[];
  /** Why it is where it is; null = it is shown as it was. */
  told: Why | null;
  /** The order's machine from further away, with the path that it took. */
  overview: Lit;
  way: Stop[];
  verdicts: { type: EventType; verdict: Preview }[];
  /** What has just been done from here. */
  done: string | null;
}

type Seen = { view: View; seen: OrderSeen };

/** A form, so that it works without a script; with one it shows each step as it is passed. */
const Slider: FC<Seen> = ({ view, seen: { record, moment, now } }) => {
  const { t } = view.words;
  const path = orderPath(view, record.orderId);
  const { seq } = moment;
  const all = record.version;
  return (
    <form class="slider" method="get" action={path} aria-label={t("slider head")} data-slider>
      {seq > 1 ? (
        <a rel="prev" href={`${path}?at=${seq - 1}`} aria-label={t("slider before")}>
          ←
        </a>
      ) : (
        <span class="soft">←</span>
      )}
      <input
        type="range"
        id="at"
        name="at"
        min="1"
        max={String(all)}
        value={String(seq)}
        aria-label={t("slider label")}
      />
      {seq < all ? (
        <a rel="next" href={`${path}?at=${seq + 1}`} aria-label={t("slider after")}>
          →
        </a>
      ) : (
        <span class="soft">→</span>
      )}
      <output for="at">{t("step of", { n: seq, all })}</output>
      <button type="submit">{t("slider show")}</button>
      {now ? null : <a href={path}>{t("slider now")}</a>}
    </form>
  );
};

export const OrderPage: FC<Seen> = ({ view, seen }) => {
  const { t } = view.words;
  const { record, now } = seen;
  const { orderId } = record;
  const path = orderPath(view, orderId);
  return (
    <Layout view={view} title={t("order", { id: orderId })} live={now}>
      <Header view={view} seen={seen} />
      {seen.done === null ? null : (
        <p class="banner good" role="status">
          {seen.done}
        </p>
      )}
      <TheAnswer view={view} seen={seen} />
      {now ? <Possible view={view} seen={seen} /> : null}
      <div class="columns">
        <div class="main-column">
          <Section id="history" head={t("history head")}>
            <Slider view={view} seen={seen} />
            <Timeline
              view={view}
              rows={seen.rows}
              currency={record.facts.order.currency}
              path={path}
              troubleOnly={seen.troubleOnly}
              earlier={seen.earlier}
            />
          </Section>
        </div>
        <div class="side-column">
          <Money view={view} seen={seen} />
          {now ? <Effects view={view} seen={seen} /> : null}
        </div>
      </div>
      <Way view={view} seen={seen} />
      <p class="links">
        <a href={`${path}/raw`}>{t("raw record")}</a>
        {view.reveals ? <a href={`${path}/reveal`}>{t("reveal link")}</a> : null}
      </p>
    </Layout>
  );
};
