/** All orders in doubt, compared with the bank: a dry run first. */
import type { Child, FC } from "hono/jsx";
import type { Reconciled } from "../../ports/runtime.js";
import { Flag, Layout, OrderLink, Status, Table, type View } from "./layout.js";

export const hours = [1, 24, 168] as const;
const spanOf = { 1: "1h", 24: "24h", 168: "7d" } as const;

export const ReconcilePage: FC<{ view: View }> = ({ view }) => {
  const { t } = view.words;
  return (
    <Layout view={view} title={t("reconcile title")}>
      <h1>{t("reconcile title")}</h1>
      {view.acts ? (
        <form class="card stack" method="post" action={`${view.base}/reconcile`}>
          <p>{t("reconcile help")}</p>
          <label>
            <span>{t("reconcile since")}</span>
            <select name="hours">
              {hours.map((n) => (
                <option value={String(n)} selected={n === 24}>
                  {t(`filter since ${spanOf[n]}`)}
                </option>
              ))}
            </select>
          </label>
          <button type="submit" class="strong" name="apply" value="false">
            {t("reconcile dry")}
          </button>
        </form>
      ) : (
        <p class="banner">{t("reconcile off")}</p>
      )}
    </Layout>
  );
};

/** What a page holds, and a person reads before pressing a button. */
export const perPage = 200;

export interface ReconcileRun {
  hours: number;
  apply: boolean;
  /** The order with which the page before ended; null = this is the first. */
  after: string | null;
  results: Reconciled[];
}

/** One page's orders, dry or for good. */
const Again: FC<{ view: View; run: ReconcileRun; after: string | null; apply: boolean; children?: Child }> = (
  props,
) => (
  <form method="post" action={`${props.view.base}/reconcile`}>
    <input type="hidden" name="hours" value={String(props.run.hours)} />
    {props.after === null ? null : <input type="hidden" name="after" value={props.after} />}
    <button type="submit" class={props.apply ? "strong" : ""} name="apply" value={String(props.apply)}>
      {props.children}
    </button>
  </form>
);

export const ReconciledPage: FC<{ view: View; run: ReconcileRun }> = ({ view, run }) => {
  const { words } = view;
  const { t } = words;
  const { apply, after, results } = run;
  const moved = results.filter((one) => one.outcome === "moved").length;
  const n = results.length;
  const last = n < perPage ? undefined : results.at(-1)?.orderId;
  const would = !apply && moved > 0;
  return (
    <Layout view={view} title={t("reconcile title")}>
      <h1>{t("reconcile title")}</h1>
      <section class="card" aria-labelledby="sum">
        <h2 id="sum">{t(apply ? "reconcile done" : "reconcile dry sum", { n, moved })}</h2>
        {n === 0 ? <p>{t(after === null ? "reconcile none" : "reconcile no more")}</p> : null}
        {n === 0 ? null : (
          <Table
            label={t("reconcile title")}
            head={[
              t("list order"),
              t("reconcile was"),
              t(apply ? "reconcile is" : "reconcile would"),
              t("row reason"),
              t("list flags"),
            ]}
          >
            {results.map((one) => (
              <tr data-order={one.orderId} data-outcome={one.outcome}>
                <td>
                  <OrderLink view={view} id={one.orderId} />
                </td>
                <td>
                  <Status view={view} status={one.before} />
                </td>
                <td>
                  <Status view={view} status={one.after} />
                </td>
                <td>{t(`reconcile outcome ${one.outcome}`)}</td>
                <td>
                  {one.flags.map((name) => (
                    <Flag view={view} name={name} />
                  ))}
                </td>
              </tr>
            ))}
          </Table>
        )}
        {would ? <p class="help">{t("reconcile apply help")}</p> : null}
        {last === undefined ? null : <p class="help">{t("reconcile more", { id: last })}</p>}
        <div class="links">
          {would ? (
            <Again view={view} run={run} after={after} apply>
              {t("reconcile apply", { n: moved })}
            </Again>
          ) : null}
          {last === undefined ? null : (
            <Again view={view} run={run} after={last} apply={false}>
              {t("reconcile next", { n: perPage })}
            </Again>
          )}
          <a class="button" href={`${view.base}/reconcile`}>
            {t("reconcile anew")}
          </a>
        </div>
      </section>
    </Layout>
  );
};
