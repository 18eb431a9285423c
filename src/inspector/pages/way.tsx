/** The way an order took: its stops in words, the states of its actors, and the drawings that light them up. */
import { raw } from "hono/html";
import type { FC } from "hono/jsx";
import { actors, machineOf } from "../chart.js";
import { orderPath, Table, type View } from "./layout.js";
import type { OrderSeen } from "./order.js";

type Seen = { view: View; seen: OrderSeen };

/** Beyond that the timeline is the better reading. */
const MOST_STOPS = 8;

const Drawing: FC<{ label: string; svg: string }> = ({ label, svg }) => (
  <section class="drawing" aria-label={label} tabindex={0}>
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
  const { charts, record, moment } = seen;
  const { t } = view.words;
  const says = (actor: (typeof actors)[number]): string =>
    view.words.state(machineOf(actor, record.facts.payment.gateway).id, moment.states[actor]);
  return (
    <section class="card chart" aria-labelledby="chart">
      <h2 id="chart">{t("chart head")}</h2>
      <Stops view={view} seen={seen} />
      <dl class="actors">
        {actors.map((actor) => (
          <div data-actor={actor} data-state={charts[actor].state}>
            <dt>{t(`actor ${actor}`)}</dt>
            <dd>
              <code>{charts[actor].state}</code> {says(actor) === charts[actor].state ? null : says(actor)}
            </dd>
          </div>
        ))}
      </dl>
      <p class="help">{t("chart help")}</p>
      <Drawing label={t("chart head")} svg={charts.overview.svg} />
      {actors.map((actor) => (
        <details id={`chart-${actor}`}>
          <summary>{t(`chart of ${actor}`)}</summary>
          <Drawing label={t(`chart of ${actor}`)} svg={charts[actor].svg} />
        </details>
      ))}
      <details id="branches">
        <summary>{t("chart branches")}</summary>
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
      </details>
    </section>
  );
};
