/** One order: why it is here, what comes next, how it came here, and what can be done. */
import type { FC } from "hono/jsx";
import type { EventType } from "../../../machines/events.js";
import { remedies } from "../../../machines/flags.js";
import type { OrderRecord } from "../../core/record.js";
import { isHeldByHand } from "../../core/why.js";
import type { Preview, WaitingEffect } from "../../ports/runtime.js";
import { type Charts, machineOf, type Stop } from "../chart.js";
import type { Moment, TimelineRow } from "../seen.js";
import { Effects, Money, Possible, Timers, Try } from "./beside.js";
import { Flag, Layout, orderPath, Section, Status, Time, Told, type View } from "./layout.js";
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
  parked: string | null;
  charts: Charts;
  way: Stop[];
  verdicts: { type: EventType; verdict: Preview }[];
  /** What has just been done from here. */
  done: string | null;
}

type Seen = { view: View; seen: OrderSeen };

const Why: FC<Seen> = ({ view, seen: { record, moment, now, effects, parked } }) => {
  const { words } = view;
  const { t } = words;
  const rule = words.rule(moment.cause?.rule ?? null);
  const sentence = (since: string) =>
    t(rule === null ? "why placed" : "why because", { status: words.status(moment.status), since, rule: rule ?? "" });
  return (
    <section class="why" aria-label={t("row reason")}>
      <p class="sentence">
        <Told text={sentence} at={moment.since} />
      </p>
      <p class="soft">
        {words.state("order", moment.states.order)}.{" "}
        {moment.cause === null ? null : `${t("set off by")}: ${words.who(moment.cause.by)}.`}{" "}
        {moment.reading === null
          ? null
          : `${t("actor payment")}: ${moment.reading.reading.status}, ${words.state(
              machineOf("payment", record.facts.payment.gateway).id,
              moment.states.payment,
            )}.`}
      </p>
      {parked === null ? null : <p class="banner bad">{t("why parked")}</p>}
      {now ? <Next view={view} record={record} effects={effects} /> : null}
    </section>
  );
};

const ends = new Set(["cancelled", "refunded"]);

const Next: FC<{ view: View; record: OrderRecord; effects: WaitingEffect[] }> = ({ view, record, effects }) => {
  const { t } = view.words;
  const dead = effects.find((effect) => effect.dead);
  const open = effects.find((effect) => !effect.dead);
  const timer = Object.entries(record.timers).sort(([, a], [, b]) => a.at - b.at)[0];
  const { status } = record.facts.order;
  const flagged = record.flags.some((flag) => flag.clearedAt === null);
  const todo =
    dead !== undefined
      ? t("do look")
      : record.facts.operation !== null
        ? t("do wait")
        : isHeldByHand(record)
          ? t("do held")
          : t(`do ${status}`);
  return (
    <dl class="next">
      <div>
        <dt>{t("next head")}</dt>
        <dd>
          {dead !== undefined
            ? t("next dead", { effect: view.words.effect(dead.effect), n: dead.attempts })
            : open !== undefined
              ? t("next effect", { effect: view.words.effect(open.effect) })
              : timer === undefined
                ? t(ends.has(status) ? "next end" : "next nothing")
                : timer[0].includes("cooldown")
                  ? t("next cooldown", { n: record.facts.waiting.length })
                  : t(/look/i.test(timer[0]) ? "next look" : "next link")}{" "}
          {open === undefined && dead === undefined && timer !== undefined ? <Time at={timer[1].at} until /> : null}
        </dd>
      </div>
      {flagged ? null : (
        <div>
          <dt>{t("flag do")}</dt>
          <dd>{todo}</dd>
        </div>
      )}
    </dl>
  );
};

const Flags: FC<Seen> = ({ view, seen: { record, moment, now, verdicts } }) => (
  <>
    {moment.flags.map((name) => {
      const { says, remedy } = view.words.flag(name);
      const raised = record.flags.find((flag) => flag.flag === name && flag.clearedAt === null);
      return (
        <section class="banner bad" aria-label={name}>
          <p>
            <Flag name={name} /> <strong>{says}</strong>{" "}
            {raised === undefined ? null : (
              <span class="soft">
                {view.words.t("flag since")} <Time at={raised.raisedAt} />
              </span>
            )}
          </p>
          <p>{remedy}</p>
          {now ? (
            <p class="links">
              {[...remedies[name], "reconcile.asked" as const].map((type) => (
                <Try view={view} orderId={record.orderId} type={type} verdicts={verdicts} />
              ))}
            </p>
          ) : null}
        </section>
      );
    })}
  </>
);

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
  const { record, moment, now } = seen;
  const { orderId } = record;
  const path = orderPath(view, orderId);
  return (
    <Layout view={view} title={t("order", { id: orderId })} live={now}>
      <div class="title">
        <h1>{t("order", { id: orderId })}</h1>
        <Status view={view} status={moment.status} big />
      </div>
      {seen.done === null ? null : (
        <p class="banner good" role="status">
          {seen.done}
        </p>
      )}
      {now ? null : (
        <p class="banner">
          <Told text={(time) => t("slider past", { n: moment.seq, all: record.version, time })} at={moment.at} />
        </p>
      )}
      <Flags view={view} seen={seen} />
      <Why view={view} seen={seen} />
      <Slider view={view} seen={seen} />
      <Way view={view} seen={seen} />
      <div class="columns">
        <div class="main-column">
          <Section id="history" head={t("history head")}>
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
          {now ? (
            <>
              <Timers view={view} seen={seen} />
              <Effects view={view} seen={seen} />
              <Possible view={view} seen={seen} />
            </>
          ) : null}
          <p class="links">
            <a href={`${path}/raw`}>{t("raw record")}</a>
            {view.reveals ? <a href={`${path}/reveal`}>{t("reveal link")}</a> : null}
          </p>
        </div>
      </div>
    </Layout>
  );
};
