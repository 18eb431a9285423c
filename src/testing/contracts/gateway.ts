/**
 * What every gateway keeps to, tried against a double of its bank. Free of any test runner: hand each case to yours;
 * it throws where the gateway breaks the law in its title.
 *
 * ```ts
 * for (const { title, run } of gatewayContract(myBank)) test(title, run);
 * ```
 */

import { VirtualClock } from "../virtual-clock.js";
import { afterwards } from "./gateway/afterwards.js";
import { beginnings } from "./gateway/beginnings.js";
import type { Bench, ContractLaw, GatewayFixture } from "./gateway/bench.js";
import { frontOf } from "./gateway/front.js";
import { losses } from "./gateway/losses.js";
import { money } from "./gateway/money.js";
import { oddities } from "./gateway/oddities.js";
import { readings } from "./gateway/readings.js";

export type {
  Abilities,
  ContractBooks,
  GatewayFixture,
  GatewayUnderTest,
  MoneyOperation,
  Opening,
  PaymentState,
} from "./gateway/bench.js";
export { type BankOperation, type FrontedBank, forwardTo } from "./gateway/front.js";

export interface GatewayCase {
  title: string;
  run(): Promise<void>;
}

const START = Date.parse("2026-11-20T12:00:00.000Z");

/** No key is used twice, in this process or in a later one: the bank's double may be a server that stays. */
const firstOrder = Date.now() % 1e8;
let orders = 0;

const keyring = (): Bench["keyOf"] => {
  const keys = new Map<string, string>();
  return (paymentId, what) => {
    const call = `${what} ${paymentId}`;
    const key = keys.get(call) ?? `${firstOrder + orders++}:5:0`;
    keys.set(call, key);
    return key;
  };
};

const tried = async ({ run }: ContractLaw, { open, can }: GatewayFixture): Promise<void> => {
  const clock = new VirtualClock(START);
  const closing: (() => Promise<void>)[] = [];
  try {
    let front: Awaited<ReturnType<typeof frontOf>> | undefined;
    const opened = await open({
      clock,
      async inFrontOf(bank) {
        front = await frontOf(bank);
        closing.unshift(front.close);
        return front.url;
      },
    });
    if (opened.close !== undefined) closing.push(opened.close);
    if (front === undefined)
      throw new Error("open() has to put the faulty server in front of its bank: inFrontOf(bank)");
    await run({ ...opened, clock, front, can, keyOf: keyring() });
  } finally {
    for (const close of closing) await close();
  }
};

/** Every law that concerns a gateway of these abilities; what it cannot do has a law of its own that says so. */
export const gatewayContract = (fixture: GatewayFixture): GatewayCase[] => {
  const laws = [readings, money, losses, oddities, beginnings, afterwards].flatMap((of) => of(fixture.can));
  return laws.map((law) => ({ title: law.title, run: () => tried(law, fixture) }));
};
