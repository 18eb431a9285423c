/** Before anything is done: what it would do. */
import type { FC } from "hono/jsx";
import type { Effect } from "../../../machines/effects.js";
import { movesMoney } from "../../../machines/effects.js";
import type { EventType } from "../../../machines/events.js";
import type { OrderRecord } from "../../core/record.js";
import type { Preview } from "../../ports/runtime.js";
import type { ClaimedEffect, InboxRow } from "../../ports/store.js";
import { Flag, HiddenError, Layout, orderPath, Status, type View } from "./layout.js";

const Sent: FC<{ view: View; effects: Effect[]; currency: string }> = ({ view, effects, currency }) => {
  const { t } = view.words;
  if (effects.length === 0) return <p>{t("act nothing")}</p>;
  return (
    <>
      <h2>{t("act sends")}</h2>
      <ol class="sends">
        {effects.map((effect) => (
          <li>
            {effectText(view, effect, currency)}{" "}
            <span class="soft">{t(isAtBank(effect) ? "effect at bank" : "effect at shop")}</span>
          </li>
        ))}
      </ol>
    </>
  );
};

const isAtBank = ({ type }: Effect): boolean => movesMoney(type) || type === "readPayment" || type === "readBack";

const effectText = (view: View, effect: Effect, currency: string): string => {
  const { t } = view.words;
  const name = view.words.effect(effect);
  if ("amount" in effect) return t("amount of", { effect: name, amount: view.words.money(effect.amount, currency) });
  if ("from" in effect) {
    return t("status change", {
      effect: name,
      from: view.words.status(effect.from),
      to: view.words.status(effect.to, "child" in effect ? effect.child : undefined),
    });
  }
  return name;
};

const Consequence: FC<{ view: View; record: OrderRecord; verdict: Preview }> = ({ view, record, verdict }) => {
  const { words } = view;
  const { t } = words;
  const from = record.facts.order.status;
  const to = verdict.to ?? from;
  const rule = words.rule(verdict.rule);
  // The reading itself has been made for the dry run.
  const effects = verdict.effects.filter((effect) => effect.type !== "readPayment");
  const afterwards = effects.some((effect) => movesMoney(effect.type));
  const goes =
    to === from
      ? t("act stays", { status: words.status(from) })
      : t(afterwards ? "act once" : "act goes", { from: words.status(from), to: words.status(to) });
  return (
    <div class="consequence" data-outcome={verdict.outcome}>
      {verdict.outcome === "refused" ? <p class="banner bad">{t("act refused")}</p> : null}
      {verdict.outcome === "ignored" && !verdict.allowed ? <p class="banner">{t("act ignored")}</p> : null}
      <p class="sentence">{goes}</p>
      {rule === null ? null : (
        <p>
          {t("act because", { rule })} <code>{verdict.rule}</code>
        </p>
      )}
      {verdict.reason === null || verdict.outcome === "deferred" ? null : (
        <p>
          {words.reason(verdict.reason)} <code>{verdict.reason}</code>
        </p>
      )}
      <Sent view={view} effects={effects} currency={record.facts.order.currency} />
      {verdict.flags.length === 0 ? null : (
        <p>
          {t("act flags")}:{" "}
          {verdict.flags.map((name) => (
            <>
              <Flag view={view} name={name} /> {words.flag(name).says}{" "}
            </>
          ))}
        </p>
      )}
    </div>
  );
};

export interface Tried {
  record: OrderRecord;
  type: EventType;
  verdict: Preview;
  /** The bank was asked just now. */
  fresh: boolean;
  /** The id under which it will be done; pressing twice does it once. */
  id: string;
}

export const ActionPage: FC<{ view: View; tried: Tried }> = ({ view, tried }) => {
  const { t } = view.words;
  const { record, type, verdict, fresh, id } = tried;
  const path = orderPath(view, record.orderId);
  const event = view.words.event(type);
  return (
    <Layout view={view} title={`${event}, ${t("order", { id: record.orderId })}`}>
      <p class="crumb">
        <a href={path}>{t("order", { id: record.orderId })}</a>{" "}
        <Status view={view} status={record.facts.order.status} child={record.facts.order.child} />
      </p>
      <h1>{event}</h1>
      <section class="card" aria-labelledby="would">
        <h2 id="would">{t("act title")}</h2>
        <p class="help">{t(fresh ? "act dry" : "act unread")}</p>
        <Consequence view={view} record={record} verdict={verdict} />
        <div class="links">
          {verdict.allowed || (type === "reconcile.asked" && verdict.outcome !== "refused") ? (
            <form method="post" action={`${path}/actions/${type}`}>
              <input type="hidden" name="id" value={id} />
              <button type="submit" class="strong">
                {t("act do")}: {event}
              </button>
            </form>
          ) : null}
          <a class="button" href={path}>
            {t("act back")}
          </a>
        </div>
      </section>
    </Layout>
  );
};

export interface DeadLetterView {
  orderId: string;
  effect: (ClaimedEffect & { error: string | null }) | null;
  event: InboxRow | null;
  /** What deciding the event again would do. */
  verdict: Preview | null;
  /** The bank was asked just now. */
  fresh: boolean;
  record: OrderRecord | null;
}

export const RetryPage: FC<{ view: View; id: string; dead: DeadLetterView | null }> = ({ view, id, dead }) => {
  const { t } = view.words;
  const effect = dead?.effect ?? null;
  return (
    <Layout view={view} title={t("retry title")}>
      <h1>{t("retry title")}</h1>
      {dead === null ? (
        <p class="banner">{t("retry gone")}</p>
      ) : (
        <section class="card" aria-labelledby="would">
          <h2 id="would">{t("act title")}</h2>
          <p>
            <a href={orderPath(view, dead.orderId)}>{t("order", { id: dead.orderId })}</a>
          </p>
          {effect !== null && dead.record !== null ? (
            <>
              <p class="sentence">{effectText(view, effect.effect, dead.record.facts.order.currency)}</p>
              <p>{t("retry effect", { id })}</p>
              {movesMoney(effect.effect.type) ? <p>{t("retry money")}</p> : null}
              <p>
                {t("effect error")}: <HiddenError view={view} text={effect.error ?? ""} />
              </p>
            </>
          ) : null}
          {dead.event === null ? null : (
            <>
              <p class="sentence">{view.words.event(dead.event.envelope.event.type, dead.event.envelope.event)}</p>
              <p>{t("retry event")}</p>
              {dead.verdict === null ? null : <p class="help">{t(dead.fresh ? "act dry" : "act unread")}</p>}
            </>
          )}
          {dead.verdict === null || dead.record === null ? null : (
            <Consequence view={view} record={dead.record} verdict={dead.verdict} />
          )}
          <form class="links" method="post" action={`${view.base}/retry`}>
            <input type="hidden" name="id" value={id} />
            <input type="hidden" name="order" value={dead.orderId} />
            <button type="submit" class="strong">
              {t("dead retry")}
            </button>
            <a class="button" href={orderPath(view, dead.orderId)}>
              {t("act back")}
            </a>
          </form>
        </section>
      )}
    </Layout>
  );
};
