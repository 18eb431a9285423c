/** One step of an order's life, in plain words: what came, from whom, what became of it, and why. */
import type { FC } from "hono/jsx";
import type { OrderEvent } from "../../../machines/events.js";
import type { Answer, HistoryEntry } from "../../core/record.js";
import { markOf, type TimelineRow } from "../seen.js";
import { Flag, Status, Time, type View } from "./layout.js";

export const Mark: FC<{ view: View; answer: Pick<Answer, "outcome" | "reason"> }> = ({ view, answer }) => {
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

export const Because: FC<{ view: View; answer: Answer }> = ({ view, answer }) => {
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

const BasedOn: FC<{ view: View; row: TimelineRow; currency: string }> = ({ view, row, currency }) => {
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

/** The effects of a step; what several steps ask for alike is said once. */
export const Asks: FC<{ view: View; effects: HistoryEntry["effects"] }> = ({ view: { words }, effects }) =>
  effects.length === 0 ? null : (
    <div>
      <dt>{words.t("row asks")}</dt>
      <dd>{[...new Set(effects.map((effect) => words.effect(effect)))].join(", ")}</dd>
    </div>
  );

/** Where the last word was said. */
export const Then: FC<{ view: View; later: NonNullable<TimelineRow["later"]> }> = ({ view: { words }, later }) => (
  <a href={`#step-${later.seq}`}>
    {words.t("row later text", { outcome: words.t(`outcome ${markOf(later.answer)}`), n: later.seq })}
  </a>
);

const Details: FC<{ view: View; row: TimelineRow; currency: string }> = ({ view, row, currency }) => {
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
              <Time at={later.at} /> <Then view={view} later={later} /> <Change view={view} answer={later.answer} />
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
      <Asks view={view} effects={entry.effects} />
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

export const Headline: FC<{ view: View; event: OrderEvent }> = ({ view: { words }, event }) => {
  const via = "via" in event && event.via !== "api" ? words.t("via", { via: event.via }) : null;
  return (
    <h3>
      {words.event(event.type, event)}
      {via === null ? null : <span class="soft"> {via}</span>}
    </h3>
  );
};

export const When: FC<{ view: View; entry: HistoryEntry }> = ({ view, entry }) => (
  <div class="when">
    <Time at={entry.at} />
    <span class="who">{view.words.who(entry.source)}</span>
  </div>
);

export const StepLinks: FC<{ view: View; seq: number; path: string }> = ({ view: { words }, seq, path }) => {
  const named = (key: "step see" | "step raw") => `${words.t(key)}, ${words.t("step", { n: seq })}`;
  return (
    <p class="links steps">
      <a href={`${path}?at=${seq}`} aria-label={named("step see")}>
        {words.t("step see")}
      </a>
      <a href={`${path}/history/${seq}`} aria-label={named("step raw")}>
        {words.t("step raw")}
      </a>
    </p>
  );
};

export const Step: FC<{ view: View; row: TimelineRow; currency: string; path: string }> = ({
  view,
  row,
  currency,
  path,
}) => {
  const { entry, first, told } = row;
  // A reading is no news by itself where it answers somebody who waited for it.
  const own = first !== null && told.length > 0 && first.outcome !== "moved" ? null : first;
  // To wait for a reading is no news either, once it has come.
  const asked = own !== null && row.later !== null && markOf(own) === "asked";
  const headline = asked ? (row.later?.answer ?? null) : own;
  return (
    <li
      class="step"
      id={`step-${entry.seq}`}
      data-source={entry.source}
      data-mark={headline === null ? "" : markOf(headline)}
    >
      <When view={view} entry={entry} />
      <div class="what">
        <Headline view={view} event={entry.event} />
        <p class="outcome">
          {headline === null ? null : <Mark view={view} answer={headline} />}{" "}
          {entry.from === null ? (
            <Status view={view} status={entry.to} />
          ) : headline === null ? null : (
            <Change view={view} answer={headline} />
          )}
        </p>
        <Details view={view} row={row} currency={currency} />
        <StepLinks view={view} seq={entry.seq} path={path} />
      </div>
    </li>
  );
};
