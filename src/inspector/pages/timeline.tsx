/** Everything that happened to an order, a row each: also what was held, repeated, skipped or refused. */
import type { FC } from "hono/jsx";
import { changesOf, type FoldedDeliveries, type Happening, markOf, type TimelineRow, wordOf } from "../seen.js";
import { Asks, Because, Mark, Then } from "./details.js";
import { Time, Told, type View } from "./layout.js";
import { Headline, Step, StepLinks, When } from "./step.js";

interface TimelineProps {
  view: View;
  rows: TimelineRow[];
  currency: string;
  /** Where the order's pages are. */
  path: string;
  /** Only rows in which something stood in the way. */
  troubleOnly: boolean;
  /** There are steps before the first row; null = there are none. */
  earlier: { href: string | null } | null;
}

/** One of many: what it shares with the others is said above them. */
const Delivery: FC<{ view: View; row: TimelineRow; path: string; alike: boolean }> = ({ view, row, path, alike }) => {
  const { t } = view.words;
  const { entry, later } = row;
  return (
    <li id={`step-${entry.seq}`}>
      <span>
        {t("step", { n: entry.seq })} <Time at={entry.at} />
      </span>
      <span class="soft">
        {alike ? null : view.words.event(entry.event.type, entry.event)}
        {later === null ? null : <Then view={view} later={later} />}
      </span>
      <StepLinks view={view} seq={entry.seq} path={path} />
    </li>
  );
};

/** What came over and over, with one word for all; each delivery waits behind a click. */
const Folded: FC<{ view: View; fold: FoldedDeliveries; path: string }> = ({
  view,
  fold: { deliveries, rows },
  path,
}) => {
  const { t } = view.words;
  const [first, last] = [deliveries[0] as TimelineRow, deliveries.at(-1) as TimelineRow];
  const word = wordOf(last);
  const ends = { first: first.entry.seq, last: (rows.at(-1) as TimelineRow).entry.seq };
  return (
    <li
      class="step"
      data-source={first.entry.source}
      data-fold={deliveries.length}
      data-mark={word === null ? "" : markOf(word)}
    >
      <When view={view} entry={first.entry} />
      <div class="what">
        <Headline view={view} event={first.entry.event} />
        <p class="outcome">
          {word === null ? null : <Mark view={view} answer={word} />}
          <span>
            <Told text={(time) => t("fold times", { n: deliveries.length, time })} at={last.entry.at} />
          </span>
        </p>
        {word?.reason == null ? null : <p class="reason">{view.words.reason(word.reason)}</p>}
        <details id={`fold-${first.entry.seq}`} class="fold">
          <summary>{t("fold each", ends)}</summary>
          <dl>
            {word === null ? null : <Because view={view} answer={word} />}
            <Asks view={view} effects={rows.flatMap(({ entry }) => entry.effects)} />
          </dl>
          <ol class="plain">
            {rows.map((row) => (
              <Delivery view={view} row={row} path={path} alike={deliveries.includes(row)} />
            ))}
          </ol>
        </details>
      </div>
    </li>
  );
};

/** The beginning and the end are what people look for; the middle of a long life waits behind a click. */
const FIRST = 3;
const LAST = 12;

const troubleIn = (one: Happening | FoldedDeliveries): (Happening | FoldedDeliveries)[] => {
  if (!("rows" in one)) return [one.row, ...one.steps].some((row) => row.trouble) ? [one] : [];
  const rows = one.rows.filter((row) => row.trouble);
  return rows.length === 0 ? [] : [{ ...one, rows }];
};

export const Timeline: FC<TimelineProps> = (props) => {
  const { view, rows: all, path, currency, troubleOnly, earlier } = props;
  const { t } = view.words;
  const shown = changesOf(all).flatMap((one) => (troubleOnly ? troubleIn(one) : [one]));
  const long = shown.length > FIRST + LAST + 2;
  const between = shown
    .slice(FIRST, -LAST)
    .reduce((n, one) => n + ("rows" in one ? one.rows.length : 1 + one.steps.length), 0);
  const list = (some: (Happening | FoldedDeliveries)[]) => (
    <ol class="timeline">
      {some.map((one) =>
        "rows" in one ? (
          <Folded view={view} fold={one} path={path} />
        ) : (
          <Step view={view} change={one} currency={currency} path={path} />
        ),
      )}
    </ol>
  );
  return (
    <>
      <nav class="tabs" aria-label={t("history head")}>
        <a href={`${path}#history`} aria-current={troubleOnly ? undefined : "true"}>
          {t("history all")}
        </a>
        <a href={`${path}?rows=trouble#history`} aria-current={troubleOnly ? "true" : undefined}>
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
      {shown.length === 0 ? <p class="calm">{t("history none")}</p> : null}
      {long ? (
        <>
          {list(shown.slice(0, FIRST))}
          <details id="between" class="between">
            <summary>{t("history more", { n: between })}</summary>
            {list(shown.slice(FIRST, -LAST))}
          </details>
          {list(shown.slice(-LAST))}
        </>
      ) : (
        list(shown)
      )}
    </>
  );
};
