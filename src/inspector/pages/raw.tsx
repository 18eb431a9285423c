/** The record as it is stored: masked, or whole once somebody has asked for it by name. */
import type { FC } from "hono/jsx";
import { Layout, orderPath, utc, type View } from "./layout.js";

export const RevealPage: FC<{ view: View; orderId: string; by: string }> = ({ view, orderId, by }) => {
  const { t } = view.words;
  return (
    <Layout view={view} title={t("reveal title")}>
      <p class="crumb">
        <a href={orderPath(view, orderId)}>{t("order", { id: orderId })}</a>
      </p>
      <h1>{t("reveal title")}</h1>
      {view.reveals ? (
        <form class="card stack" method="post" action={`${orderPath(view, orderId)}/reveal`}>
          <p>{t("reveal help")}</p>
          <label>
            <span>{t("reveal by")}</span>
            <input type="text" name="by" required maxlength={100} value={by} autocomplete="name" />
          </label>
          <label>
            <span>{t("reveal why")}</span>
            <input type="text" name="why" required maxlength={200} />
          </label>
          <button type="submit" class="strong">
            {t("reveal do")}
          </button>
        </form>
      ) : (
        <p class="banner">{t("reveal off")}</p>
      )}
    </Layout>
  );
};

export const RawPage: FC<{ view: View; orderId: string; title: string; json: unknown; shownTo: string | null }> = (
  props,
) => {
  const { view, orderId, title, json, shownTo } = props;
  const { t } = view.words;
  return (
    <Layout view={view} title={title}>
      <p class="crumb">
        <a href={orderPath(view, orderId)}>{t("order", { id: orderId })}</a>
      </p>
      <h1>{title}</h1>
      {shownTo === null ? (
        <p class="help">
          {t("raw masked")}{" "}
          {view.reveals ? <a href={`${orderPath(view, orderId)}/reveal`}>{t("reveal link")}</a> : null}
        </p>
      ) : (
        <p class="banner good" role="status">
          {shownTo}
        </p>
      )}
      <pre class="card" tabindex={0}>
        {JSON.stringify(json, null, 2)}
      </pre>
    </Layout>
  );
};

export const MessagePage: FC<{ view: View; title: string; says: string }> = ({ view, title, says }) => (
  <Layout view={view} title={title}>
    <h1>{title}</h1>
    <p class="banner">{says}</p>
    <p>
      <a href={`${view.base}/`}>{view.words.t("nav problems")}</a>
    </p>
  </Layout>
);

export const revealedAt = (view: View, by: string, at: number): string =>
  view.words.t("revealed note", { by, time: utc(at) });
