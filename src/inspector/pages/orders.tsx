/** The list of orders; its filter is its address. */
import { hoursToMilliseconds } from "date-fns/hoursToMilliseconds";
import { milliseconds } from "date-fns/milliseconds";
import type { FC } from "hono/jsx";
import { OrderStatus } from "../../../machines/facts.js";
import type { OrderRow } from "../../ports/store.js";
import { Flag, Layout, OrderLink, Status, Table, Time, type View } from "./layout.js";

export const spans = {
  "1h": hoursToMilliseconds(1),
  "24h": hoursToMilliseconds(24),
  "7d": milliseconds({ days: 7 }),
} as const;
export type Span = keyof typeof spans;

export interface OrdersQuery {
  status?: OrderStatus;
  flagged?: boolean;
  parked?: boolean;
  since?: Span;
  /** Where the page before ended: `updatedAt.orderId`. */
  before?: string;
}

const queryOf = ({ status, flagged, parked, since }: OrdersQuery, before?: string): string => {
  const query = new URLSearchParams();
  if (status !== undefined) query.set("status", status);
  if (flagged) query.set("flagged", "true");
  if (parked) query.set("parked", "true");
  if (since !== undefined) query.set("since", since);
  if (before !== undefined) query.set("before", before);
  return query.size === 0 ? "" : `?${query}`;
};

const Filter: FC<{ view: View; asked: OrdersQuery }> = ({ view, asked }) => {
  const { t } = view.words;
  return (
    <form class="filter" action={`${view.base}/orders`} method="get" aria-label={t("filter head")}>
      <label>
        <span>{t("filter status")}</span>
        <select name="status">
          <option value="">{t("filter any")}</option>
          {OrderStatus.options.map((status) => (
            <option value={status} selected={status === asked.status}>
              {view.words.status(status)}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span>{t("filter since")}</span>
        <select name="since">
          <option value="">{t("filter since any")}</option>
          {(Object.keys(spans) as Span[]).map((span) => (
            <option value={span} selected={span === asked.since}>
              {t(`filter since ${span}`)}
            </option>
          ))}
        </select>
      </label>
      <label class="tick">
        <input type="checkbox" name="flagged" value="true" checked={asked.flagged === true} />
        <span>{t("filter flagged")}</span>
      </label>
      <label class="tick">
        <input type="checkbox" name="parked" value="true" checked={asked.parked === true} />
        <span>{t("filter parked")}</span>
      </label>
      <button type="submit">{t("filter show")}</button>
      {queryOf(asked) === "" ? null : <a href={`${view.base}/orders`}>{t("filter clear")}</a>}
    </form>
  );
};

export const OrdersPage: FC<{ view: View; asked: OrdersQuery; rows: OrderRow[]; more: boolean }> = (props) => {
  const { view, asked, rows, more } = props;
  const { t } = view.words;
  const last = rows.at(-1);
  return (
    <Layout view={view} title={t("list title")} live>
      <h1>{t("list title")}</h1>
      <Filter view={view} asked={asked} />
      {rows.length === 0 ? (
        <p class="calm">{t("list none")}</p>
      ) : (
        <Table
          label={t("list title")}
          head={[
            t("list order"),
            t("list status"),
            t("list state"),
            t("list flags"),
            t("list written"),
            t("list steps"),
          ]}
        >
          {rows.map((row) => (
            <tr data-order={row.orderId}>
              <td>
                <OrderLink view={view} id={row.orderId} />
              </td>
              <td>
                <Status view={view} status={row.status} />
              </td>
              <td class="soft">{view.words.state("order", stateIn(row.state))}</td>
              <td>
                {row.parked === null ? null : <span class="flag">{t("parked head")}</span>}
                {row.flags.map((name) => (
                  <Flag name={name} />
                ))}
              </td>
              <td>
                <Time at={row.updatedAt} />
              </td>
              <td class="number" data-unit={t("list steps").toLowerCase()}>
                {row.version}
              </td>
            </tr>
          ))}
        </Table>
      )}
      <nav class="pages" aria-label={t("list title")}>
        {asked.before === undefined ? null : <a href={`${view.base}/orders${queryOf(asked)}`}>{t("list first")}</a>}
        {more && last !== undefined ? (
          <a rel="next" href={`${view.base}/orders${queryOf(asked, `${last.updatedAt}.${last.orderId}`)}`}>
            {t("list next")}
          </a>
        ) : null}
      </nav>
    </Layout>
  );
};

/** A list keeps the state of a nested one as JSON. */
const stateIn = (state: string): string | Record<string, string> =>
  state.startsWith("{") ? (JSON.parse(state) as Record<string, string>) : state;
