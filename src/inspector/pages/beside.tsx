/** Beside an order's timeline: what could be done, its money payment by payment, and what is under way. */
import type { FC } from "hono/jsx";
import type { EventType } from "../../../machines/events.js";
import { moneyHeld, type Reading } from "../../../machines/facts.js";
import { paymentsOf } from "../../core/record.js";
import { paymentSaid } from "../../core/why/facts.js";
import { machineOf } from "../chart.js";
import { timerText } from "../words/words.js";
import { HiddenError, Section, Time, Told, type View } from "./layout.js";
import type { OrderSeen } from "./order.js";
import { Retry, Try } from "./tries.js";

type Seen = { view: View; seen: OrderSeen };

const sums = ["authorized", "captured", "canceled", "refunded"] as const;

const Sums: FC<{ view: View; of: Pick<Reading, (typeof sums)[number]>; currency: string }> = (props) => {
  const { view, of, currency } = props;
  const { t, money } = view.words;
  const shown = sums.filter((name) => of[name] !== 0);
  return (
    <dl class="sums">
      {(shown.length === 0 ? (["authorized"] as const) : shown).map((name) => (
        <div>
          <dt>{t(`money ${name}`)}</dt>
          <dd>{money(of[name], currency)}</dd>
        </div>
      ))}
    </dl>
  );
};

/** Each payment that the order has, the one that it follows first; and what the bank has in all. */
export const Money: FC<Seen> = ({ view, seen: { record, moment } }) => {
  const { t, money, state, language } = view.words;
  const { order, payment, others } = record.facts;
  const payments = paymentsOf(record.facts);
  const all = [payment, ...others].reduce((sum, one) => sum + moneyHeld(one), 0);
  return (
    <Section id="money" head={t("money head")}>
      <dl class="sums">
        <div class="total">
          <dt>{t("money total")}</dt>
          <dd>{money(order.total, order.currency)}</dd>
        </div>
      </dl>
      {payments.length === 0 ? <p class="help">{t("money none")}</p> : null}
      <ul class="plain" id="payments">
        {payments.map((one) => {
          const isCurrent = one.id === payment.id;
          const read = isCurrent ? moment.reading : one.readAt === null ? null : { reading: one, at: one.readAt };
          const says = isCurrent
            ? paymentSaid(machineOf("payment", one.gateway), moment.states.payment, read?.reading ?? payment)[language]
            : state("attempt", others.find(({ id }) => id === one.id)?.state ?? "open");
          return (
            <li data-payment={one.id}>
              <strong>{t(isCurrent ? "money current" : "money other", { bank: view.words.bank(one.gateway) })}</strong>{" "}
              <code>{one.id}</code>
              <br />
              <span class="soft">{read === null ? t("money unread") : says}</span>
              {read === null ? null : (
                <>
                  <Sums view={view} of={read.reading} currency={order.currency} />
                  <p class="help">
                    <Told text={(time) => t("money read at", { time })} at={read.at} />
                  </p>
                </>
              )}
            </li>
          );
        })}
      </ul>
      {others.length === 0 ? null : <p class="help">{t("money in all", { amount: money(all, order.currency) })}</p>}
    </Section>
  );
};

/** What is to happen by itself: calls to the bank and the shop, and timers. */
export const Effects: FC<Seen> = ({ view, seen: { record, effects } }) => {
  const { t } = view.words;
  const timers = Object.entries(record.timers).sort(([, a], [, b]) => a.at - b.at);
  return (
    <Section id="effects" head={t("effects head")}>
      {effects.length === 0 && timers.length === 0 ? <p class="help">{t("effects none")}</p> : null}
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
            {row.dead || row.error === null ? null : (
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
                <Retry view={view} orderId={record.orderId} effect={row} />
              </p>
            ) : null}
          </li>
        ))}
        {timers.map(([timer, { at }]) => (
          <li data-timer={timer}>
            {t(timerText(timer))}
            <br />
            <Time at={at} until />
          </li>
        ))}
      </ul>
    </Section>
  );
};

/** What can be done is there to be clicked; what cannot is a click away, each with its reason. */
export const Possible: FC<Seen> = ({ view, seen: { record, verdicts } }) => {
  const { words } = view;
  const { t } = words;
  const { id, readAt } = record.facts.payment;
  // What the bank allows is not known before it was asked, so nothing is called refused.
  const unread = id !== null && readAt === null;
  const isOpen = ({ verdict }: OrderSeen["verdicts"][number]) =>
    verdict.allowed || (unread && verdict.outcome === "refused");
  const open = verdicts.filter(isOpen);
  // What would only be noted is neither possible nor refused.
  const refused = verdicts.filter((one) => !isOpen(one) && one.verdict.reason !== "recorded");
  /** Nothing more is said where the button names the status. */
  const comesOf = (type: EventType, { allowed, outcome, to }: OrderSeen["verdicts"][number]["verdict"]): string => {
    if (!allowed || (unread && outcome === "deferred")) return t("can unread");
    if (to === null || to === record.facts.order.status) return t("can stays");
    const status = words.status(to);
    return words.event(type).endsWith(status) ? "" : t("can leads", { status });
  };
  return (
    <section class="card possible" aria-labelledby="possible">
      <h2 id="possible">{t("next events head")}</h2>
      <ul class="plain doable">
        {open.map(({ type, verdict }) => (
          <li data-event={type} data-allowed={String(verdict.allowed)}>
            {view.acts ? (
              <Try view={view} orderId={record.orderId} type={type} verdicts={verdicts} unread={unread} />
            ) : (
              <strong>{words.event(type)}</strong>
            )}
            <span class="soft">{comesOf(type, verdict)}</span>
          </li>
        ))}
        {view.acts ? (
          <li data-event="reconcile.asked">
            <Try view={view} orderId={record.orderId} type="reconcile.asked" verdicts={[]} />
          </li>
        ) : null}
      </ul>
      {view.acts ? null : <p class="help">{t("actions off")}</p>}
      {refused.length === 0 ? null : (
        <details id="not-possible">
          <summary>{t("can not", { n: refused.length })}</summary>
          <ul class="plain verdicts">
            {refused.map(({ type, verdict }) => (
              <li data-event={type} data-allowed="false">
                <strong>{words.event(type)}</strong>: {words.reason(verdict.reason)} <code>{verdict.reason}</code>
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
};
