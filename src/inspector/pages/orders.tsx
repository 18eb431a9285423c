/** The list of orders; its filter is its address. */
import { hoursToMilliseconds } from "date-fns/hoursToMilliseconds";
import { milliseconds } from "date-fns/milliseconds";
import type { FC } from "hono/jsx";
import { OrderStatus } from "../../../machines/facts.js";
import { registry } from "../../../machines/index.js";
import type { OrderRow } from "../../ports/store.js";
import { type Found, MOST_FOUND } from "../find.js";
import { Flag, Layout, OrderLink, Status, Table, Time, type View } from "./layout.js";

export const spans = {
  "1h": hoursToMilliseconds(1),
  "24h": hoursToMilliseconds(24),
  "7d": milliseconds({ days: 7 }),
} as const;
export type Span = keyof typeof spans;

/** A row of the list, with what the record says beside. */
export interface ListedOrder extends OrderRow {
  gateway: string | null;
  total: number;
  currency: string;
  /** A call of it was given up. */
  dead: boolean;
}

export interface OrdersQuery {
  status?: OrderStatus;
  flagged?: boolean;
  /** Orders of which a call was given up; `before` is then the place of the last one. */
  dead?: boolean;
  parked?: boolean;
  since?: Span;
  gateway?: string;
  /** Where the page before ended: `updatedAt.orderId`. */
  before?: string;
}

const queryOf = ({ status, flagged, dead, parked, since, gateway }: OrdersQuery, before?: string): string => {
  const query = new URLSearchParams();
  if (status !== undefined) query.set("status", status);
  if (flagged) query.set("flagged", "true");
  if (dead) query.set("dead", "true");
  if (parked) query.set("parked", "true");
  if (since !== undefined) query.set("since", since);
  if (gateway !== undefined) query.set("gateway", gateway);
  if (before !== undefined) query.set("before", before);
  return query.size === 0 ? "" : `?${query}`;
};

/** One that was set up under a name of its own is offered while it is asked for. */
const gatewaysTo = ({ gateway }: OrdersQuery): string[] => {
  const known = Object.keys(registry.flows);
  return gateway === undefined || known.includes(gateway) ? known : [...known, gateway];
};

const Filter: FC<{ view: View; asked: OrdersQuery }> = ({ view, asked }) => {
  const { t, bank } = view.words;
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
      <label>
        <span>{t("list gateway")}</span>
        <select name="gateway">
          <option value="">{t("filter gateway any")}</option>
          {gatewaysTo(asked).map((gateway) => (
            <option value={gateway} selected={gateway === asked.gateway}>
              {bank(gateway) === gateway ? gateway : `${bank(gateway)} (${gateway})`}
            </option>
          ))}
        </select>
      </label>
      <label class="tick">
        <input type="checkbox" name="flagged" value="true" checked={asked.flagged === true} />
        <span>{t("filter flagged")}</span>
      </label>
      <label class="tick">
        <input type="checkbox" name="dead" value="true" checked={asked.dead === true} />
        <span>{t("filter dead")}</span>
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

export interface OrdersSeen {
  rows: ListedOrder[];
  /** Where the next page begins; null = there is none. */
  next: string | null;
}

export const OrdersPage: FC<{ view: View; asked: OrdersQuery; seen: OrdersSeen }> = (props) => {
  const { view, asked, seen } = props;
  const { rows, next } = seen;
  const { t, money } = view.words;
  return (
    <Layout view={view} title={t("list title")} live>
      <h1>{t("list title")}</h1>
      <Filter view={view} asked={asked} />
      {rows.length === 0 ? (
        <p class="calm">{t(queryOf(asked) === "" && asked.before === undefined ? "list empty" : "list none")}</p>
      ) : (
        <Table
          label={t("list title")}
          amount={t("list amount")}
          head={[
            t("list order"),
            t("list status"),
            t("list flags"),
            t("list amount"),
            t("list gateway"),
            t("list written"),
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
              <td>
                {row.parked === null ? null : <span class="flag">{t("parked head")}</span>}
                {row.dead ? <span class="flag dead">{t("list dead")}</span> : null}
                {row.flags.map((name) => (
                  <Flag view={view} name={name} />
                ))}
              </td>
              <td class="number">{money(row.total, row.currency)}</td>
              <td class="soft">{view.words.bank(row.gateway)}</td>
              <td>
                <Time at={row.updatedAt} />
              </td>
            </tr>
          ))}
        </Table>
      )}
      <nav class="pages" aria-label={t("list title")}>
        {asked.before === undefined ? null : <a href={`${view.base}/orders${queryOf(asked)}`}>{t("list first")}</a>}
        {next === null ? null : (
          <a rel="next" href={`${view.base}/orders${queryOf(asked, next)}`}>
            {t("list next")}
          </a>
        )}
      </nav>
    </Layout>
  );
};

/** What was looked for, where it is not one order. */
export const FoundPage: FC<{ view: View; found: Found }> = ({ view, found: { q, begin } }) => {
  const { t } = view.words;
  const key = begin.length < MOST_FOUND ? "find several" : "find more";
  return (
    <Layout view={view} title={t("find title")}>
      <h1>{t("find title")}</h1>
      <p class="banner">{begin.length === 0 ? t("find none", { q }) : t(key, { q, n: begin.length })}</p>
      <ul class="found">
        {begin.map((id) => (
          <li>
            <OrderLink view={view} id={id} />
          </li>
        ))}
      </ul>
      <p class="help">{t("find where")}</p>
    </Layout>
  );
};
