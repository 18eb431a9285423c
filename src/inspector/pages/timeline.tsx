/** Everything that happened to an order, a row each: also what was held, repeated, skipped or refused. */
import type { FC } from "hono/jsx";
import type { Answer } from "../../core/record.js";
import { markOf, type Row } from "../seen.js";
import { Flag, Status, Time, type View } from "./layout.js";

interface TimelineProps {
  view: View;
  rows: Row[];
  currency: string;
  /** Where the order's pages are. */
  path: string;
  /** Only rows in which something stood in the way. */
  troubleOnly: boolean;
  /** There are steps before the first row; null = there are none. */
  earlier: { href: string | null } | null;
}

const Mark: FC<{ view: View; answer: Pick<Answer, "outcome" | "reason"> }> = ({ view, answer }) => {
  const mark = markOf(answer);
  return (
    <span class="mark-word" data-mark={mark}>
      {view.words.t(`outcome ${mark}`)}
    </span>
  );
};

/** A status that changed, or that will once the bank has answered. */
const Change: FC<{ view: View; answer: Answer }> = ({ view, answer: { outcome, from, to } }) => {
  if (from === to || from === null || to === null) return null;
  if (outcome !== "moved")
    return <span class="soft">{view.words.t("can leads", { status: view.words.status(to) })}</span>;
  return (
    <span class="change">
      <Status view={view} status={from} /> → <Status view={view} status={to} />
    </span>
  );
};

const Because: FC<{ view: View; answer: Answer }> = ({ view, answer }) => {
  const { words } = view;
  const rule = words.rule(answer.rule);
  return (
    <>
      {answer.reason === null ? null : (
        <div>
          <dt>{words.t("row reason")}</dt>
          <dd>
            {words.reason(answer.reason)} <code>{answer.reason}</code>
          </dd>
        </div>
      )}
      {answer.rule === null ? null : (
        <div>
          <dt>{words.t("row rule")}</dt>
          <dd>
            {rule === null ? null : `${rule} `}
            <code>{answer.rule}</code>
          </dd>
        </div>
      )}
    </>
  );
};

const Again: FC<{ view: View; answer: Answer }> = ({ view, answer }) => {
  const { t } = view.words;
  if (answer.outcome !== "deferred") return null;
  return (
    <div>
      <dt>{t("row until")}</dt>
      <dd>
        {answer.until === null ? (
          t(answer.reason === "awaiting-gateway" ? "row until outcome" : "row until reading")
        ) : (
          <Time at={answer.until} until />
        )}
      </dd>
    </div>
  );
};

const BasedOn: FC<{ view: View; row: Row; currency: string }> = ({ view, row, currency }) => {
  const { t } = view.words;
  const word = row.later?.answer ?? row.first;
  const byIds = word?.rule?.startsWith("callback/") && word.outcome !== "deferred";
  if (row.basedOn === null && !byIds) return null;
  return (
    <div>
      <dt>{t("row based")}</dt>
      <dd>
        {row.basedOn === null ? (
          t("row based ids")
        ) : (
          <>
            <a href={`#step-${row.basedOn.seq}`}>
              {t("row based reading", { n: row.basedOn.seq, status: row.basedOn.reading.status })}
            </a>
            {", "}
            <Time at={row.basedOn.at} />
            {", "}
            {t("money authorized").toLowerCase()} {view.words.money(row.basedOn.reading.authorized, currency)}
            {", "}
            {t("money captured").toLowerCase()} {view.words.money(row.basedOn.reading.captured, currency)}
          </>
        )}
      </dd>
    </div>
  );
};

const Details: FC<{ view: View; row: Row; currency: string }> = ({ view, row, currency }) => {
  const { t } = view.words;
  const { entry, first, later, told } = row;
  return (
    <dl>
      {first === null ||
      (later !== null && markOf(first) === "asked") ||
      (told.length > 0 && first.rule === null) ? null : (
        <Because view={view} answer={first} />
      )}
      {first === null || later !== null ? null : <Again view={view} answer={first} />}
      {later === null ? null : (
        <>
          <div class="later">
            <dt>{t("row later")}</dt>
            <dd>
              <Time at={later.at} />{" "}
              <a href={`#step-${later.seq}`}>
                {t("row later text", { outcome: t(`outcome ${markOf(later.answer)}`), n: later.seq })}
              </a>{" "}
              <Change view={view} answer={later.answer} />
            </dd>
          </div>
          <Because view={view} answer={later.answer} />
        </>
      )}
      <BasedOn view={view} row={row} currency={currency} />
      {told.length === 0 ? null : (
        <div>
          <dt>{t("row answers")}</dt>
          <dd>
            <ul class="plain">
              {told.map(({ answer, about }) => (
                <li>
                  {about === null ? (
                    view.words.event(answer.type)
                  ) : (
                    <a href={`#step-${about.seq}`}>
                      {t("row answers text", {
                        n: about.seq,
                        event: view.words.event(answer.type, about.event),
                        outcome: t(`outcome ${markOf(answer)}`),
                      })}
                    </a>
                  )}{" "}
                  <Change view={view} answer={answer} />
                </li>
              ))}
            </ul>
          </dd>
        </div>
      )}
      {entry.effects.length === 0 ? null : (
        <div>
          <dt>{t("row asks")}</dt>
          <dd>{entry.effects.map((effect) => view.words.effect(effect)).join(", ")}</dd>
        </div>
      )}
      {(["raised", "cleared"] as const).map((which) =>
        entry[which].length === 0 ? null : (
          <div>
            <dt>{t(`row ${which}`)}</dt>
            <dd>
              {entry[which].map((name) => (
                <>
                  <Flag name={name} /> {which === "raised" ? view.words.flag(name).says : null}
                </>
              ))}
            </dd>
          </div>
        ),
      )}
    </dl>
  );
};

const Step: FC<{ view: View; row: Row; currency: string; path: string }> = ({ view, row, currency, path }) => {
  const { t } = view.words;
  const { entry, first, told } = row;
  // A reading is no news by itself where it answers somebody who waited for it.
  const own = first !== null && told.length > 0 && first.outcome !== "moved" ? null : first;
  // To wait for a reading is no news either, once it has come.
  const asked = own !== null && row.later !== null && markOf(own) === "asked";
  const headline = asked ? (row.later?.answer ?? null) : own;
  const via = "via" in entry.event && entry.event.via !== "api" ? t("via", { via: entry.event.via }) : null;
  return (
    <li
      class="step"
      id={`step-${entry.seq}`}
      data-source={entry.source}
      data-mark={headline === null ? "" : markOf(headline)}
    >
      <div class="when">
        <Time at={entry.at} />
        <span class="who">{view.words.who(entry.source)}</span>
      </div>
      <div class="what">
        <h3>
          {view.words.event(entry.event.type, entry.event)}
          {via === null ? null : <span class="soft"> {via}</span>}
        </h3>
        <p class="outcome">
          {headline === null ? null : <Mark view={view} answer={headline} />}{" "}
          {entry.from === null ? (
            <Status view={view} status={entry.to} />
          ) : headline === null ? null : (
            <Change view={view} answer={headline} />
          )}
        </p>
        <Details view={view} row={row} currency={currency} />
        <p class="links steps">
          <a href={`${path}?at=${entry.seq}`} aria-label={`${t("step see")}, ${t("step", { n: entry.seq })}`}>
            {t("step see")}
          </a>
          <a href={`${path}/history/${entry.seq}`} aria-label={`${t("step raw")}, ${t("step", { n: entry.seq })}`}>
            {t("step raw")}
          </a>
        </p>
      </div>
    </li>
  );
};

/** The beginning and the end are what people look for; the middle of a long life waits behind a click. */
const FIRST = 3;
const LAST = 12;

export const Timeline: FC<TimelineProps> = (props) => {
  const { view, rows: all, path, currency, troubleOnly, earlier } = props;
  const { t } = view.words;
  const rows = troubleOnly ? all.filter((row) => row.trouble) : all;
  const long = rows.length > FIRST + LAST + 2;
  const steps = (some: Row[]) => some.map((row) => <Step view={view} row={row} currency={currency} path={path} />);
  return (
    <>
      <nav class="tabs" aria-label={t("history head")}>
        <a href={path} aria-current={troubleOnly ? undefined : "true"}>
          {t("history all")}
        </a>
        <a href={`${path}?rows=trouble`} aria-current={troubleOnly ? "true" : undefined}>
          {t("history trouble")}
        </a>
      </nav>
      {earlier === null ? null : (
        <p class="help">
          {earlier.href === null ? (
            t("history pruned")
          ) : (
            <>
              {t("history cut")} <a href={earlier.href}>{t("history earlier")}</a>
            </>
          )}
        </p>
      )}
      {rows.length === 0 ? <p class="calm">{t("history none")}</p> : null}
      {long ? (
        <>
          <ol class="timeline">{steps(rows.slice(0, FIRST))}</ol>
          <details id="between" class="between">
            <summary>{t("history more", { n: rows.length - FIRST - LAST })}</summary>
            <ol class="timeline">{steps(rows.slice(FIRST, -LAST))}</ol>
          </details>
          <ol class="timeline">{steps(rows.slice(-LAST))}</ol>
        </>
      ) : (
        <ol class="timeline">{steps(rows)}</ol>
      )}
    </>
  );
};
