/** All orders in doubt, compared with the bank: a dry run first. */
import type { FC } from "hono/jsx";
import type { Reconciled } from "../../ports/runtime.js";
import { Flag, Layout, orderPath, Status, type View } from "./layout.js";

export const hours = [1, 24, 168] as const;

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
                  {t("reconcile hours", { n })}
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

export interface ReconcileRun {
  hours: number;
  apply: boolean;
  results: Reconciled[];
  /** There were more orders than a page takes. */
  cut: boolean;
}

export const ReconciledPage: FC<{ view: View; run: ReconcileRun }> = ({ view, run }) => {
  const { words } = view;
  const { t } = words;
  const moved = run.results.filter((one) => one.outcome === "moved").length;
  const n = run.results.length;
  return (
    <Layout view={view} title={t("reconcile title")}>
      <h1>{t("reconcile title")}</h1>
      <section class="card" aria-labelledby="sum">
        <h2 id="sum">{t("reconcile sum", { n })}</h2>
        {run.cut ? <p>{t("reconcile cut", { n })}</p> : null}
        <section class="scroll" aria-labelledby="sum" tabindex={0}>
          <table>
            <thead>
              <tr>
                <th scope="col">{t("list order")}</th>
                <th scope="col">{t("reconcile was")}</th>
                <th scope="col">{t(run.apply ? "reconcile is" : "reconcile would")}</th>
                <th scope="col">{t("row reason")}</th>
                <th scope="col">{t("list flags")}</th>
              </tr>
            </thead>
            <tbody>
              {run.results.map((one) => (
                <tr data-order={one.orderId} data-outcome={one.outcome}>
                  <td>
                    <a href={orderPath(view, one.orderId)}>{one.orderId}</a>
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
                      <Flag name={name} />
                    ))}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
        {!run.apply && moved > 0 ? (
          <form class="stack" method="post" action={`${view.base}/reconcile`}>
            <p>{t("reconcile apply help")}</p>
            <input type="hidden" name="hours" value={String(run.hours)} />
            <button type="submit" class="strong" name="apply" value="true">
              {t("reconcile apply")} ({moved})
            </button>
          </form>
        ) : null}
      </section>
    </Layout>
  );
};
