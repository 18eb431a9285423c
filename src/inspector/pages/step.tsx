/** One change of an order's life in a line: what came, from whom, what became of it. The rest waits behind a click. */
import type { FC } from "hono/jsx";
import type { OrderEvent } from "../../../machines/events.js";
import type { Answer, HistoryEntry } from "../../core/record.js";
import { type Happening, markOf, type TimelineRow } from "../seen.js";
import { Details, Mark, Moves } from "./details.js";
import { Flag, Status, Time, type View } from "./layout.js";

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

/** A step that only answered another one, told with it. */
const Answering: FC<{ view: View; row: TimelineRow; currency: string; path: string }> = (props) => {
  const { view, row, currency, path } = props;
  const { entry } = row;
  return (
    <li id={`step-${entry.seq}`}>
      <p>
        <Time at={entry.at} /> <strong>{view.words.event(entry.event.type, entry.event)}</strong>
      </p>
      <Details view={view} row={row} currency={currency} />
      <StepLinks view={view} seq={entry.seq} path={path} />
    </li>
  );
};

/** Their mark says it all. */
const plain = new Set<string>(["moved", "asked", "noted"]);

/** Why nothing moved is the one thing that is looked for, so it stands in the open. */
const WhyNot: FC<{ view: View; answer: Answer }> = ({ view, answer }) => {
  const { outcome, reason, until } = answer;
  if (reason === null || plain.has(markOf(answer))) return null;
  return (
    <p class="reason">
      {view.words.reason(reason)}{" "}
      {outcome !== "deferred" || until === null ? null : (
        <span class="soft">
          {view.words.t("row until")} <Time at={until} until />
        </span>
      )}
    </p>
  );
};

const moves = ({ outcome, from, to }: Answer): boolean => outcome === "moved" && from !== to;

/** The answer of a reading that changed the status, where no event before it is told of the change. */
const untoldMove = (rows: TimelineRow[]): Answer | undefined => {
  const entry = rows.map((row) => row.entry).find(({ from, to }) => from !== null && from !== to);
  if (entry === undefined || entry.answers.some((one) => one.eventId !== entry.eventId && moves(one))) return undefined;
  return entry.answers.find(moves);
};

export const Step: FC<{ view: View; change: Happening; currency: string; path: string }> = (props) => {
  const { view, change, currency, path } = props;
  const { row, steps } = change;
  const { entry, first, told } = row;
  // A reading is no news by itself where it answers somebody who waited for it.
  const own = first !== null && told.length > 0 && first.outcome !== "moved" ? null : first;
  const said = row.later?.answer ?? own;
  const untold = untoldMove([row, ...steps].filter((one) => one.first !== said));
  const { words } = view;
  return (
    <li
      class="step"
      id={`step-${entry.seq}`}
      data-source={entry.source}
      data-mark={said === null ? "" : markOf(said)}
      data-was={own === null || own === said ? undefined : markOf(own)}
    >
      <When view={view} entry={entry} />
      <div class="what">
        <Headline view={view} event={entry.event} />
        <p class="outcome">
          {said === null ? null : <Mark view={view} answer={said} />}{" "}
          {entry.from === null ? (
            <Status view={view} status={entry.to} child={entry.child} />
          ) : said === null ? null : (
            <Moves view={view} answer={said} />
          )}
          {untold === undefined ? null : <Moves view={view} answer={untold} />}
          {[row, ...steps]
            .flatMap((one) => one.entry.raised)
            .map((name) => (
              <Flag view={view} name={name} />
            ))}
        </p>
        {said === null ? null : <WhyNot view={view} answer={said} />}
        <details id={`more-${entry.seq}`} class="more">
          <summary aria-label={`${words.t("step more")}, ${words.t("step", { n: entry.seq })}`}>
            {words.t("step more")}
          </summary>
          <Details view={view} row={row} currency={currency} />
          <StepLinks view={view} seq={entry.seq} path={path} />
          {steps.length === 0 ? null : (
            <ol class="plain answers">
              {steps.map((one) => (
                <Answering view={view} row={one} currency={currency} path={path} />
              ))}
            </ol>
          )}
        </details>
      </div>
    </li>
  );
};
