/** The banks of one scenario, each payment as it is given. */
import type { Clock } from "../../ports/clock.js";
import { type Banks, openBanks } from "../doubles/banks.js";
import type { SeriesEntry } from "../doubles/resurs/accounts.js";
import type { Scenario } from "./format.js";
import { isOfNets, netsSeries } from "./nets.js";

const resursSeries = (scenario: Scenario): Map<string, SeriesEntry[]> => {
  const { gateway, orders } = scenario.given;
  const series = new Map<string, SeriesEntry[]>();
  for (const entry of gateway.filter((one) => !isOfNets(scenario, one))) {
    const id = entry.payment?.id ?? orders[0]?.paymentId;
    if (id != null) series.set(id, [...(series.get(id) ?? []), entry as unknown as SeriesEntry]);
  }
  return series;
};

/** The one that the scenario is about. */
export const mainBank = ({ resurs, nets, legacy }: Banks, { gateway }: Scenario) =>
  ({ "resurs-mapi": resurs, "nets-easy": nets })[gateway] ?? legacy;

export const banksOf = async (scenario: Scenario, clock: Clock): Promise<Banks> => {
  const banks = await openBanks(clock, { strict: false });
  const { resurs, nets, legacy } = banks;
  for (const [id, entries] of netsSeries(scenario)) nets.setSeries(id, entries);
  const main = mainBank(banks, scenario);
  for (const [id, entries] of resursSeries(scenario)) (main === legacy ? legacy : resurs).setSeries(id, entries);
  for (const { paymentId, total } of scenario.given.orders) {
    if (paymentId !== null) legacy.expectPayment(paymentId, total);
  }
  return banks;
};
