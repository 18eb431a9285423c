/** A customer pays without a browser, and what there is of a paid order: each of it once. */
import type { RealWorld, ShopSays } from "./world.js";

export type Broken = string[];
export const law = (broken: Broken, holds: boolean, says: string): void => {
  if (!holds) broken.push(says);
};

/** The button on the bank's page, and the page that the bank sends the customer to. @returns where he comes out */
export const pressesAtBank = async (redirect: string, outcome: "sign" | "freeze" = "sign"): Promise<string | null> => {
  const body = new URLSearchParams({ outcome });
  const back = await fetch(redirect, { method: "POST", body, redirect: "manual" });
  return (await fetch(back.headers.get("location") ?? "", { redirect: "manual" })).headers.get("location");
};

/** The nightly `order-status reconcile --apply`. */
export const night = async ({ engine }: RealWorld): Promise<void> => {
  for await (const _ of engine.reconcile({ dryRun: false, freshMs: 0 }));
};

/** Mails that tell a customer of a paid order: all since one was counted, or those to one customer. */
export const mailsOfPaid = async ({ shop }: RealWorld, which: { since: number } | { email: string }): Promise<number> =>
  (await shop.mails())
    .slice("since" in which ? which.since : 0)
    .filter(({ to }) => !("email" in which) || String(to).includes(which.email))
    .filter(({ subject }) => /order has been received/.test(subject)).length;

export const timesReduced = ({ notes }: Pick<ShopSays, "notes">): number =>
  notes.filter((note) => note.startsWith("Stock levels reduced")).length;

/** Paid once: one change, one mail to the customer, one reduction of the stock. */
export const paidOnce = async (
  world: RealWorld,
  broken: Broken,
  id: number,
  mailed: { since: number } | { email: string },
  who: string,
): Promise<void> => {
  await world.settled(id);
  const order = await world.order(id);
  const record = await world.engine.queries.read(String(id));
  const flags = (record?.flags ?? []).filter(({ clearedAt }) => clearedAt === null).map(({ flag }) => flag);
  law(broken, order.status === "processing", `${who}: order ${id} is ${order.status}, flags [${flags}]`);
  const changes = (await world.engine.queries.history(String(id))).filter(
    ({ from, to }) => to === "processing" && from !== to,
  ).length;
  law(broken, changes === 1, `${who}: order ${id} became processing ${changes} times`);
  const mails = await mailsOfPaid(world, mailed);
  law(broken, mails === 1, `${who}: ${mails} mails about order ${id} to the customer`);
  const reduced = timesReduced(order);
  law(broken, reduced === 1, `${who}: the stock of order ${id} was reduced ${reduced} times`);
};
