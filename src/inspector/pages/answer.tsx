/** The top of an order's page: which order it is, why it is where it is, and what to do about it. */
import type { FC } from "hono/jsx";
import { paymentsOf } from "../../core/record.js";
import { notesOf, type Why } from "../../core/why.js";
import { Flag, Spoken, Status, Time, Told, type View } from "./layout.js";
import type { OrderSeen } from "./order.js";
import { Retry, Try } from "./tries.js";

type Seen = { view: View; seen: OrderSeen };

/** An id that is copied with a click, where there is a script. */
const Copied: FC<{ view: View; id: string }> = ({ view, id }) => (
  <span class="copied">
    <code>{id}</code>
    <button type="button" class="copy" data-copy={id} aria-label={view.words.t("copy named", { id })}>
      {view.words.t("copy")}
    </button>
  </span>
);

export const Header: FC<Seen> = ({ view, seen: { record, moment } }) => {
  const { t, money } = view.words;
  const { order, payment } = record.facts;
  return (
    <header class="order-head">
      <div class="title">
        <h1>{t("order", { id: record.orderId })}</h1>
        <Status view={view} status={moment.status} child={moment.child} big />
      </div>
      <p class="essentials">
        <strong>{money(order.total, order.currency)}</strong>
        <span>{view.words.bank(payment.gateway)}</span>
        {paymentsOf(record.facts).map(({ id }) => (
          <Copied view={view} id={id} />
        ))}
      </p>
    </header>
  );
};

const ways = ["flagged/", "dead/", "parked"];
const isWrong = ({ situation }: Why): boolean => ways.some((way) => situation.startsWith(way));

/** Of several flags the first is the answer; the others are told below it, each with its remedy. */
const OtherFlags: FC<{ view: View; told: Why }> = ({ view, told }) => {
  const { language, t } = view.words;
  const others = told.flags.filter(({ flag }) => told.situation !== `flagged/${flag}`);
  if (others.length === 0) return null;
  return (
    <ul class="plain others" aria-label={t("flags more")}>
      {others.map(({ flag, says, remedy }) => (
        <li data-flag={flag}>
          <Flag view={view} name={flag} /> {says[language]} {remedy[language]}
        </li>
      ))}
    </ul>
  );
};

const Events: FC<Seen & { told: Why }> = ({ view, seen: { record, verdicts, effects }, told }) => {
  const dead = effects.find((effect) => effect.dead);
  return (
    <p class="links" id="first-actions">
      {told.situation.startsWith("dead/") && dead !== undefined && view.acts ? (
        <Retry view={view} orderId={record.orderId} effect={dead} />
      ) : null}
      {told.action.events.map((type) => (
        <Try view={view} orderId={record.orderId} type={type} verdicts={verdicts} />
      ))}
    </p>
  );
};

/** As it was then: the status, and what the bank had said by that time. */
const Then: FC<Seen> = ({ view, seen: { record, moment } }) => {
  const { t, status } = view.words;
  const past = (time: string) => t("slider past", { n: moment.seq, all: record.version, time });
  return (
    <section class="answer" aria-label={t("answer head")}>
      <p class="help">
        <Told text={past} at={moment.at} />
      </p>
      <p class="sentence">
        {moment.since === null ? (
          t("why then undated", { status: status(moment.status, moment.child) })
        ) : (
          <Told
            text={(since) => t("why then", { status: status(moment.status, moment.child), since })}
            at={moment.since}
          />
        )}
      </p>
      {moment.reading === null ? null : (
        <p class="soft">
          {t("event read", { status: moment.reading.reading.status })}. <Time at={moment.reading.at} />
        </p>
      )}
    </section>
  );
};

const Notes: FC<{ view: View; notes: Why["notes"] }> = ({ view, notes }) => (
  <>
    {notes.map(({ kind, says }) => (
      <p class={kind === "held" ? "soft" : "note"} data-note={kind}>
        <Spoken text={says[view.words.language]} />
      </p>
    ))}
  </>
);

/** The answer first, then what to do, what stands in the way, what comes next, and what the bank said. */
export const TheAnswer: FC<Seen> = ({ view, seen }) => {
  const { t, language } = view.words;
  const { told } = seen;
  if (told === null) return <Then view={view} seen={seen} />;
  const { first, aside } = notesOf(told);
  return (
    <section
      class={isWrong(told) ? "answer banner bad" : "answer"}
      aria-label={t("answer head")}
      data-situation={told.situation}
    >
      <p class="sentence">
        <Spoken text={told.answer[language]} />
      </p>
      <p id="todo">
        <strong>{t("flag do")}:</strong> {told.action.says[language]}
      </p>
      <Events view={view} seen={seen} told={told} />
      <Notes view={view} notes={first} />
      <OtherFlags view={view} told={told} />
      <p class="soft">
        {t("next head")}: <Spoken text={told.next.says[language]} until={told.next.at !== null} />
      </p>
      <Notes view={view} notes={aside} />
      <p class="soft">
        <Spoken text={told.evidence.says[language]} />
      </p>
    </section>
  );
};
