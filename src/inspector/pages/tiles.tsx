/** The counts at the top of the first page. */
import type { FC } from "hono/jsx";
import type { Counts } from "../../ports/store.js";
import type { View } from "./layout.js";

const Tile: FC<{ n: number | string; label: string; tone?: string; href?: string }> = ({ n, label, tone, href }) => {
  const inside = (
    <>
      <b>{n}</b> <span>{label}</span>
    </>
  );
  return <li class={`tile ${tone ?? ""}`}>{href === undefined ? inside : <a href={href}>{inside}</a>}</li>;
};

export const Tiles: FC<{ view: View; counts: Counts | null }> = ({ view, counts }) => {
  const { t } = view.words;
  if (counts === null) return null;
  const dead = counts.deadEffects + counts.deadEvents;
  const oldest = (n: number) => (n > 0 ? "#oldest" : undefined);
  const bad = (n: number) => (n > 0 ? "bad" : "");
  return (
    <ul class="tiles">
      <Tile n={dead} label={t("count dead")} tone={bad(dead)} href={dead > 0 ? "#dead" : undefined} />
      <Tile
        n={counts.flagged}
        label={t("count flagged")}
        tone={counts.flagged > 0 ? "warn" : ""}
        href={`${view.base}/orders?flagged=true`}
      />
      <Tile
        n={counts.parked}
        label={t("count parked")}
        tone={bad(counts.parked)}
        href={`${view.base}/orders?parked=true`}
      />
      <Tile n={counts.waitingEffects} label={t("count effects")} href={oldest(counts.waitingEffects)} />
      <Tile n={counts.waitingEvents} label={t("count events")} href={oldest(counts.waitingEvents)} />
      <Tile n={counts.timers} label={t("count timers")} />
      <Tile
        n={counts.orders.toLocaleString(view.words.language)}
        label={t("count orders")}
        href={`${view.base}/orders`}
      />
    </ul>
  );
};
