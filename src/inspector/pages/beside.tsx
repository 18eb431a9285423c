/** Beside an order's timeline: its money, its timers, what is on its way out, and what could be done. */
import type { FC } from "hono/jsx";
import type { EventType } from "../../../machines/events.js";
import { moneyHeld } from "../../../machines/facts.js";
import { timerText } from "../words/words.js";
import { HiddenError, orderPath, Section, Time, Told, type View } from "./layout.js";
import type { OrderSeen } from "./order.js";

type Seen = { view: View; seen: OrderSeen };

/** Leads to what it would do; one that would be refused is not there to be clicked. */
export const Try: FC<{
  view: View;
  orderId: string;
  type: EventType;
  verdicts: OrderSeen["verdicts"];
  short?: boolean;
  /** The payment has not been read, so a refusal may not last. */
  unread?: boolean;
}> = (props) => {
  const { view, orderId, type, verdicts, short, unread } = props;
  const { t } = view.words;
  const event = view.words.event(type);
  const verdict = verdicts.find((one) => one.type === type)?.verdict;
  const allowed = verdict?.allowed ?? type === "reconcile.asked";
  if (!view.acts || (!allowed && !unread && type !== "reconcile.asked")) return null;
  return (
    <a class="button" href={`${orderPath(view, orderId)}/actions/${type}`} aria-label={t("can try named", { event })}>
      {short ? t("can try") : event}
    </a>
  );
};

/** Where the order has more than one: each of them, and what the bank holds in all. */
const OtherPayments: FC<Seen> = ({ view, seen: { record } }) => {
  const { t, money, state } = view.words;
  const { order, payment, others } = record.facts;
  if (others.length === 0) return null;
  const all = [payment, ...others].reduce((sum, one) => sum + moneyHeld(one), 0);
  return (
    <>
      <h3>{t("money others")}</h3>
      <ul class="plain" id="payments">
        {others.map((one) => (
          <li data-payment={one.id}>
            <code>{one.id}</code>
            <br />
            {t(one.readAt === null ? "money other unread" : "money other", {
              gateway: one.gateway ?? "",
              state: state("attempt", one.state),
              amount: money(moneyHeld(one), order.currency),
            })}
          </li>
        ))}
      </ul>
      <p class="help">{t("money in all", { amount: money(all, order.currency) })}</p>
    </>
  );
};

export const Money: FC<Seen> = ({ view, seen }) => {
  const { record, moment } = seen;
  const { t, money } = view.words;
  const { order, payment } = record.facts;
  const read = moment.reading?.reading;
  const sums = ["authorized", "captured", "canceled", "refunded"] as const;
  return (
    <Section id="money" head={t("money head")}>
      <dl class="sums">
        <div class="total">
          <dt>{t("money total")}</dt>
          <dd>{money(order.total, order.currency)}</dd>
        </div>
        {read === undefined
          ? null
          : sums.map((name) => (
              <div>
                <dt>{t(`money ${name}`)}</dt>
                <dd>{money(read[name], order.currency)}</dd>
              </div>
            ))}
      </dl>
      <p class="help">
        {payment.id === null ? (
          t("money none")
        ) : (
          <>
            {t("money paid over", { gateway: payment.gateway ?? "" })} <code>{payment.id}</code>.{" "}
            {moment.reading === null ? t("money unread") : null}
          </>
        )}
      </p>
      {moment.reading === null ? null : (
        <p class="help">
          <Told text={(time) => t("money read at", { time })} at={moment.reading.at} />
        </p>
      )}
      <OtherPayments view={view} seen={seen} />
    </Section>
  );
};

export const Timers: FC<Seen> = ({ view, seen: { record } }) => {
  const { t } = view.words;
  const timers = Object.entries(record.timers).sort(([, a], [, b]) => a.at - b.at);
  return (
    <Section id="timers" head={t("timers head")}>
      {timers.length === 0 ? <p class="help">{t("timers none")}</p> : null}
      <ul class="plain">
        {timers.map(([timer, { at }]) => (
          <li>
            {t(timerText(timer))}
            <br />
            <Time at={at} until />
          </li>
        ))}
      </ul>
    </Section>
  );
};

export const Effects: FC<Seen> = ({ view, seen: { record, effects } }) => {
  const { t } = view.words;
  return (
    <Section id="effects" head={t("effects head")}>
      {effects.length === 0 ? <p class="help">{t("effects none")}</p> : null}
      <ul class="plain effects">
        {effects.map((row) => (
          <li data-effect={row.id}>
            <strong>
              {view.words.effect(row.effect)} {t(row.lane === "shop" ? "effect at shop" : "effect at bank")}
            </strong>{" "}
            <span class="mark-word" data-mark={row.dead ? "refused" : "under-way"}>
              {t(row.dead ? "effect dead" : "effect open")}
            </span>
            <br />
            {row.attempts === 0 ? t("effect untried") : t("effect attempts", { n: row.attempts })}
            {row.dead ? null : (
              <>
                , {t("effect next")} <Time at={row.notBefore} until />
              </>
            )}
            {row.error === null ? null : (
              <>
                <br />
                {t("effect error")}: <HiddenError view={view} text={row.error} />
              </>
            )}
            {row.dead && view.acts ? (
              <p class="links">
                <a
                  class="button"
                  href={`${view.base}/retry?${new URLSearchParams({ id: row.id, order: record.orderId })}`}
                  aria-label={t("dead retry named", { what: view.words.effect(row.effect), id: record.orderId })}
                >
                  {t("dead retry")}
                </a>
              </p>
            ) : null}
          </li>
        ))}
      </ul>
    </Section>
  );
};

export const Possible: FC<Seen> = ({ view, seen: { record, verdicts } }) => {
  const { words } = view;
  const { t } = words;
  const { id, readAt } = record.facts.payment;
  const unread = id !== null && readAt === null;
  return (
    <Section id="possible" head={t("next events head")} help={t("next events help")}>
      <ul class="plain verdicts">
        {verdicts.map(({ type, verdict }) => (
          <li data-event={type} data-allowed={String(verdict.allowed)}>
            <strong>{words.event(type)}</strong>{" "}
            {unread && verdict.outcome === "refused" ? (
              <span class="mark-word" data-mark="asked">
                {t("can unread")}
              </span>
            ) : (
              <span class="mark-word" data-mark={verdict.allowed ? "moved" : verdict.outcome}>
                {t(verdict.allowed ? "can yes" : verdict.outcome === "ignored" ? "can same" : "can no")}
              </span>
            )}
            {verdict.allowed ? (
              <span class="leads">
                <span class="soft">
                  {verdict.to === null || verdict.to === record.facts.order.status
                    ? t("can stays")
                    : t("can leads", { status: words.status(verdict.to) })}
                </span>
                <Try view={view} orderId={record.orderId} type={type} verdicts={verdicts} short />
              </span>
            ) : unread && verdict.outcome === "refused" ? (
              <span class="leads">
                <span class="soft">{t("money unread")}</span>
                <Try view={view} orderId={record.orderId} type={type} verdicts={verdicts} short unread />
              </span>
            ) : (
              <span class="soft">
                {words.reason(verdict.reason)} <code>{verdict.reason}</code>
              </span>
            )}
          </li>
        ))}
      </ul>
      {view.acts ? (
        <p class="links">
          <Try view={view} orderId={record.orderId} type="reconcile.asked" verdicts={[]} />
        </p>
      ) : (
        <p class="help">{t("actions off")}</p>
      )}
    </Section>
  );
};
