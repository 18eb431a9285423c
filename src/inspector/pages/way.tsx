/** The path that an order took: its stops in words and the drawing with them; every machine whole on a page of its own. */
import { raw } from "hono/html";
import type { FC } from "hono/jsx";
import { actors, type Charts, machineOf } from "../chart.js";
import { Layout, orderPath, Table, type View } from "./layout.js";
import type { OrderSeen } from "./order.js";

type Seen = { view: View; seen: OrderSeen };

/** Beyond that the timeline is the better reading. */
const MOST_STOPS = 8;

const Drawing: FC<{ label: string; svg: string; fitted?: boolean }> = ({ label, svg, fitted }) => (
  <section class={fitted ? "drawing fitted" : "drawing"} aria-label={label} tabindex={0}>
    {raw(svg)}
  </section>
);

/** The same as the drawing, for whoever does not see it. */
const Stops: FC<Seen> = ({ view, seen: { record, way, troubleOnly } }) => {
  const { t, state: says } = view.words;
  const page = troubleOnly ? orderPath(view, record.orderId) : "";
  return (
    <ol class={way.length > MOST_STOPS ? "way cut" : "way"} aria-label={t("chart head")}>
      {way.slice(-MOST_STOPS).map(({ state, seq }, i, shown) => (
        <li aria-current={i === shown.length - 1 ? "step" : undefined}>
          {seq === null ? null : (
            <a class="hop" href={`${page}#step-${seq}`}>
              {t("step", { n: seq })}
            </a>
          )}
          <span class="stop" title={says("order", state)}>
            {state}
          </span>
        </li>
      ))}
    </ol>
  );
};

export const Way: FC<Seen> = ({ view, seen }) => {
  const { overview, record, moment, now } = seen;
  const { t } = view.words;
  const machines = `${orderPath(view, record.orderId)}/machines${now ? "" : `?at=${moment.seq}`}`;
  return (
    <section class="card chart" aria-labelledby="chart">
      <details id="chart-open">
        <summary>
          <h2 id="chart">{t("chart head")}</h2>
        </summary>
        <Stops view={view} seen={seen} />
        <p class="help">{t("chart help")}</p>
        <Drawing label={t("chart head")} svg={overview.svg} fitted />
        <p class="links">
          <a href={machines}>{t("chart machines")}</a>
        </p>
      </details>
    </section>
  );
};

export interface MachinesSeen {
  orderId: string;
  gateway: string | null;
  charts: Charts;
}

/** Every machine of the order, whole: for whoever looks for a branch. */
export const MachinesPage: FC<{ view: View; seen: MachinesSeen }> = ({ view, seen: { orderId, gateway, charts } }) => {
  const { t } = view.words;
  const title = t("chart machines of", { id: orderId });
  return (
    <Layout view={view} title={title}>
      <p class="crumb">
        <a href={orderPath(view, orderId)}>{t("order", { id: orderId })}</a>
      </p>
      <h1>{title}</h1>
      {actors.map((actor) => (
        <section
          class="card chart"
          aria-labelledby={`chart-${actor}`}
          data-actor={actor}
          data-state={charts[actor].state}
        >
          <h2 id={`chart-${actor}`}>{t(`chart of ${actor}`)}</h2>
          <p class="help">
            <code>{charts[actor].state}</code> {view.words.state(machineOf(actor, gateway).id, charts[actor].value)}
          </p>
          <Drawing label={t(`chart of ${actor}`)} svg={charts[actor].svg} />
        </section>
      ))}
      <section class="card" aria-labelledby="branches">
        <h2 id="branches">{t("chart branches")}</h2>
        <Table label={t("chart branches")} head={[t("branch event"), t("branch if"), t("branch to"), t("branch rule")]}>
          {charts.order.branches.map((edge) => (
            <tr>
              <td>{view.words.event(edge.event)}</td>
              <td>{edge.guard === null ? "" : <code>{edge.guard}</code>}</td>
              <td>{edge.stays ? t("branch stays") : <code>{edge.to}</code>}</td>
              <td>{edge.rule === null ? "" : <code>{edge.rule}</code>}</td>
            </tr>
          ))}
        </Table>
      </section>
    </Layout>
  );
};
