/** The first page: what needs a person, worst first. */
import type { FC } from "hono/jsx";
import type { Unfinished } from "../../ports/runtime.js";
import type { Counts, DeadEffect, InboxRow, OrderRow } from "../../ports/store.js";
import { isFlag } from "../seen.js";
import { Flag, HiddenError, Layout, OrderLink, Section, Status, Table, Time, type View } from "./layout.js";
import { Tiles } from "./tiles.js";

export interface Problems {
  ok: boolean;
  counts: Counts | null;
  /** Orders that rest because a row of theirs cannot be read, the first ones. */
  damaged: string[];
  /** What the runtime cannot tell, in its own words. */
  notOffered: string | null;
  unfinished: Unfinished | null;
  flagged: OrderRow[];
  parked: OrderRow[];
  limit: number;
}

const Retry: FC<{ view: View; id: string; orderId: string; what: string }> = ({ view, id, orderId, what }) => {
  if (!view.acts) return null;
  const query = new URLSearchParams({ id, order: orderId });
  return (
    <a
      class="button"
      href={`${view.base}/retry?${query}`}
      aria-label={view.words.t("dead retry named", { what, id: orderId })}
    >
      {view.words.t("dead retry")}
    </a>
  );
};

const DeadLetters: FC<{ view: View; effects: DeadEffect[]; events: InboxRow[]; limit: number; exact?: number }> = (
  props,
) => {
  const { view, effects, events } = props;
  const { t } = view.words;
  return (
    <Section
      id="dead"
      head={t("dead head")}
      count={countOf(view, effects.length + events.length, props.limit, props.exact)}
      help={t("dead help")}
    >
      <Table label={t("dead head")} head={[t("list order"), t("list what"), t("list since"), t("effect error"), ""]}>
        {effects.map(({ row, error }) => (
          <tr data-dead={row.id}>
            <td>
              <OrderLink view={view} id={row.orderId} />
            </td>
            <td>{t("dead effect", { effect: view.words.effect(row.effect) })}</td>
            <td>
              <Time at={row.createdAt} />
            </td>
            <td>
              <HiddenError view={view} text={error} />
            </td>
            <td>
              <Retry view={view} id={row.id} orderId={row.orderId} what={view.words.effect(row.effect)} />
            </td>
          </tr>
        ))}
        {events.map(({ envelope, error }) => (
          <tr data-dead={envelope.id}>
            <td>
              <OrderLink view={view} id={envelope.orderId} />
            </td>
            <td>{t("dead event", { event: view.words.event(envelope.event.type, envelope.event) })}</td>
            <td>
              <Time at={envelope.at} />
            </td>
            <td>
              <HiddenError view={view} text={error} />
            </td>
            <td>
              <Retry
                view={view}
                id={envelope.id}
                orderId={envelope.orderId}
                what={view.words.event(envelope.event.type)}
              />
            </td>
          </tr>
        ))}
      </Table>
    </Section>
  );
};

const Orders: FC<{
  view: View;
  id: string;
  head: string;
  help: string;
  rows: OrderRow[];
  limit: number;
  exact?: number;
  query: string;
}> = (props) => {
  const { view, rows } = props;
  const { t } = view.words;
  return (
    <Section
      id={props.id}
      head={props.head}
      count={countOf(view, rows.length, props.limit, props.exact)}
      help={props.help}
    >
      <Table label={props.head} head={[t("list order"), t("list status"), t("list flags"), t("list written")]}>
        {rows.slice(0, 10).map((row) => (
          <tr>
            <td>
              <OrderLink view={view} id={row.orderId} />
            </td>
            <td>
              <Status view={view} status={row.status} />
            </td>
            <td>
              {row.flags.map((name) => (
                <p class="flagged">
                  <Flag view={view} name={name} />{" "}
                  <span class="soft">{isFlag(name) ? view.words.flag(name).says : null}</span>
                </p>
              ))}
            </td>
            <td>
              <Time at={row.updatedAt} />
            </td>
          </tr>
        ))}
      </Table>
      {rows.length > 10 ? <a href={`${view.base}/orders?${props.query}`}>{t("all of them")}</a> : null}
    </Section>
  );
};

/** @param exact what the store counted, where it counts them: the list may hold the first ones alone */
const countOf = (view: View, n: number, limit: number, exact?: number): string =>
  n < limit ? String(n) : exact === undefined || exact < n ? view.words.t("at least", { n }) : String(exact);

/** All dead letters; left out: the store does not count. */
const deadIn = ({ counts }: Problems): number | undefined =>
  counts === null ? undefined : counts.deadEffects + counts.deadEvents;

const Waiting: FC<{ view: View; unfinished: Unfinished }> = ({ view, unfinished }) => {
  const { t } = view.words;
  const { openEffects, waitingEvents } = unfinished;
  const rows = [
    ...openEffects.map((row) => ({
      orderId: row.orderId,
      at: row.createdAt,
      what: `${view.words.effect(row.effect)} ${t(row.lane === "shop" ? "effect at shop" : "effect at bank")}`,
      tried: row.attempts,
      next: row.notBefore,
    })),
    ...waitingEvents.map(({ envelope, attempts, notBefore }) => ({
      orderId: envelope.orderId,
      at: envelope.at,
      what: view.words.event(envelope.event.type, envelope.event),
      tried: attempts,
      next: notBefore,
    })),
  ].sort((a, b) => a.at - b.at);
  return (
    <Section id="oldest" head={t("oldest head")} help={t("oldest help")}>
      <Table
        label={t("oldest head")}
        head={[t("list order"), t("list what"), t("list since"), t("effect next"), t("list steps")]}
      >
        {rows.slice(0, 10).map((row) => (
          <tr>
            <td>
              <OrderLink view={view} id={row.orderId} />
            </td>
            <td>{row.what}</td>
            <td>
              <Time at={row.at} />
            </td>
            <td>
              <Time at={row.next} until />
            </td>
            <td>{row.tried === 0 ? t("effect untried") : t("effect attempts", { n: row.tried })}</td>
          </tr>
        ))}
      </Table>
    </Section>
  );
};

/** As many as health names. */
const DAMAGED_NAMED = 20;

export const ProblemsPage: FC<{ view: View; problems: Problems }> = ({ view, problems }) => {
  const { t } = view.words;
  const { ok, damaged, unfinished, flagged, parked, notOffered, limit } = problems;
  const dead = (unfinished?.deadEffects.length ?? 0) + (unfinished?.deadEvents.length ?? 0);
  const overdue = unfinished?.overdueTimers ?? [];
  const waiting = (unfinished?.openEffects.length ?? 0) + (unfinished?.waitingEvents.length ?? 0);
  const found = dead + damaged.length + flagged.length + parked.length + overdue.length;
  const calm = ok && notOffered === null && found === 0;
  return (
    <Layout view={view} title={t("problems title")} live>
      <h1>{t("problems title")}</h1>
      {ok ? null : (
        <p class="banner bad" role="alert">
          {t("store trouble")}
        </p>
      )}
      {notOffered === null ? null : <p class="banner">{t("problems not offered", { why: notOffered })}</p>}
      <Tiles view={view} counts={problems.counts} />
      {calm ? (
        <div class="calm">
          <p>{t("problems none")}</p>
          <p class="help">{t("problems none more")}</p>
        </div>
      ) : null}
      {dead > 0 && unfinished !== null ? (
        <DeadLetters
          view={view}
          effects={unfinished.deadEffects}
          events={unfinished.deadEvents}
          limit={limit}
          exact={deadIn(problems)}
        />
      ) : null}
      {damaged.length > 0 ? (
        <Section
          id="damaged"
          head={t("damaged head")}
          count={countOf(view, damaged.length, DAMAGED_NAMED, problems.counts?.damaged)}
          help={t("damaged help")}
        >
          <ul class="plain">
            {damaged.map((id) => (
              <li>
                <OrderLink view={view} id={id} />
              </li>
            ))}
          </ul>
        </Section>
      ) : null}
      {parked.length > 0 ? (
        <Orders
          view={view}
          id="parked"
          head={t("parked head")}
          help={t("parked help")}
          rows={parked}
          limit={limit}
          query="parked=true"
        />
      ) : null}
      {flagged.length > 0 ? (
        <Orders
          view={view}
          id="flagged"
          head={t("flagged head")}
          help={t("flagged help")}
          rows={flagged}
          limit={limit}
          exact={problems.counts?.flagged}
          query="flagged=true"
        />
      ) : null}
      {overdue.length > 0 ? (
        <Section
          id="overdue"
          head={t("overdue head")}
          count={countOf(view, overdue.length, limit)}
          help={t("overdue help")}
        >
          <ul class="plain">
            {overdue.slice(0, 10).map((row) => (
              <li>
                <OrderLink view={view} id={row.orderId} /> <Time at={row.at} />
              </li>
            ))}
          </ul>
        </Section>
      ) : null}
      {waiting > 0 && unfinished !== null ? <Waiting view={view} unfinished={unfinished} /> : null}
    </Layout>
  );
};
