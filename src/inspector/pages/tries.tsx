/** Links to what an action would do, and to a call that is to be tried again. */
import type { FC } from "hono/jsx";
import type { EventType } from "../../../machines/events.js";
import type { WaitingEffect } from "../../ports/runtime.js";
import { orderPath, type View } from "./layout.js";
import type { OrderSeen } from "./order.js";

/** Leads to what it would do; one that would be refused is not there to be clicked. */
export const Try: FC<{
  view: View;
  orderId: string;
  type: EventType;
  verdicts: OrderSeen["verdicts"];
  /** The payment has not been read, so a refusal may not last. */
  unread?: boolean;
}> = (props) => {
  const { view, orderId, type, verdicts, unread } = props;
  const { t } = view.words;
  const event = view.words.event(type);
  const verdict = verdicts.find((one) => one.type === type)?.verdict;
  const allowed = verdict?.allowed ?? type === "reconcile.asked";
  if (!view.acts || (!allowed && !unread && type !== "reconcile.asked")) return null;
  return (
    <a class="button" href={`${orderPath(view, orderId)}/actions/${type}`} aria-label={t("can try named", { event })}>
      {event}
    </a>
  );
};

/** The call that was given up is tried again from where it is said that it was. */
export const Retry: FC<{ view: View; orderId: string; effect: WaitingEffect }> = ({ view, orderId, effect }) => (
  <a
    class="button"
    href={`${view.base}/retry?${new URLSearchParams({ id: effect.id, order: orderId })}`}
    aria-label={view.words.t("dead retry named", { what: view.words.effect(effect.effect), id: orderId })}
  >
    {view.words.t("dead retry")}
  </a>
);
