/** What a step rests on, behind a click: rule, reading, whom it answers, what it asks for, flags. */
import type { FC } from "hono/jsx";
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
export const Moves: FC<{ view: View; answer: Answer }> = ({ view, answer: { outcome, from, to } }) => {
  if (from === to || from === null || to === null) return null;
  if (outcome !== "moved" && outcome !== "deferred") return null;
  if (outcome === "deferred")
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

export const Details: FC<{ view: View; row: TimelineRow; currency: string }> = ({ view, row, currency }) => {
  const { t } = view.words;
  const { entry, first, later, told } = row;
  return (
    <dl>
      {first === null ||
      (later !== null && markOf(first) === "asked") ||
      (told.length > 0 && first.rule === null) ? null : (
        <>
          {later === null ? null : (
            <div>
              <dt>{t("row first")}</dt>
              <dd>
                <Mark view={view} answer={first} />
              </dd>
            </div>
          )}
          <Because view={view} answer={first} />
        </>
      )}
      {first === null || later !== null ? null : <Again view={view} answer={first} />}
      {later === null ? null : (
        <>
          <div class="later">
            <dt>{t("row later")}</dt>
            <dd>
              <Time at={later.at} /> <Then view={view} later={later} /> <Moves view={view} answer={later.answer} />
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
                  <Moves view={view} answer={answer} />
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
                  <Flag view={view} name={name} /> {which === "raised" ? view.words.flag(name).says : null}
                </>
              ))}
            </dd>
          </div>
        ),
      )}
    </dl>
  );
};
