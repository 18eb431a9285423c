/** What is lived through on a shop with the bank's double. Each act says what went against a rule; nothing = it held. */
import type { ShopStage } from "./stage.js";

export interface RehearsalAct {
  name: string;
  run(stage: ShopStage, rounds: number): Promise<string[]>;
}

type Broken = string[];
const law = (broken: Broken, holds: boolean, says: string): void => {
  if (!holds) broken.push(says);
};
const major = (minor: number): string => (minor / 100).toFixed(2);
const whole = (shown: number): number => Math.round(shown * 100);

interface Bought {
  id: number;
  /** Where the customer comes out. */
  at: string;
}

const bought = async (
  { shop, method, atBank, settled }: ShopStage,
  outcome: "sign" | "deny" | "freeze" | "leave" = "sign",
): Promise<Bought> => {
  const { id, redirect, says } = await shop.buys(method);
  if (redirect === null) throw new Error(`the checkout opened no payment: ${says}`);
  const at = await atBank(redirect, outcome);
  await settled(id);
  return { id, at };
};

const statusIs = async ({ shop }: ShopStage, broken: Broken, id: number, wanted: string): Promise<void> => {
  const { status } = await shop.order(id);
  law(broken, status === wanted, `order ${id} is ${status}, not ${wanted}`);
};

/** Another program of the shop sets the status. */
const sets = ({ shop }: ShopStage, id: number, status: string) => shop.rest("PUT", `orders/${id}`, { status });

const completed = async (stage: ShopStage): Promise<number> => {
  const { id } = await bought(stage);
  await sets(stage, id, "completed");
  await stage.settled(id);
  return id;
};

const refunds = ({ shop }: ShopStage, id: number, amount: number, atBank = true) =>
  shop.rest("POST", `orders/${id}/refunds`, { amount: major(amount), api_refund: atBank });

/** Bank and shop say the same. */
const agree = async (stage: ShopStage, broken: Broken, id: number, refunded: number): Promise<void> => {
  await stage.settled(id);
  const inShop = (await stage.shop.order(id)).refunds.reduce((sum, one) => sum + one, 0);
  const atBank = whole((await stage.books(id)).refunded);
  const says = `order ${id}: the bank gave back ${major(atBank)}, the shop says ${major(inShop)}`;
  law(broken, atBank === refunded && inShop === refunded, `${says}, and it should be ${major(refunded)}`);
};

const flagged = async (stage: ShopStage, broken: Broken, id: number, flag: string): Promise<void> => {
  const flags = await stage.flags(id);
  law(broken, flags.includes(flag), `order ${id} has the flags [${flags.join(", ")}], not ${flag}`);
};

export const rehearsalActs: RehearsalAct[] = [
  {
    name: "customers pay at the checkout, return and callback racing: one change and one stock reduction each",
    async run(stage, rounds) {
      const broken: Broken = [];
      const before = await stage.shop.stock();
      for (let round = 1; round <= rounds; round += 1) {
        const { id, at } = await bought(stage);
        law(broken, /[?&]key=wc_order_/.test(at), `order ${id}: the customer came out at ${at.split("?")[0]}`);
        await statusIs(stage, broken, id, "processing");
        const paid = (await stage.engine.queries.history(String(id))).filter(({ to }) => to === "processing");
        const changes = paid.filter(({ from, to }) => from !== to).length;
        law(broken, changes === 1, `order ${id} became processing ${changes} times`);
      }
      const reduced = before - (await stage.shop.stock());
      law(broken, reduced === rounds, `${rounds} were sold, and the stock went down by ${reduced}`);
      return broken;
    },
  },
  {
    name: "denied, and left at the bank: back in the shop, and nothing is paid",
    async run(stage) {
      const broken: Broken = [];
      for (const outcome of ["deny", "leave"] as const) {
        const { id, at } = await bought(stage, outcome);
        law(broken, !at.includes("order-received"), `order ${id} (${outcome}) came out at the thank-you page`);
        const { status } = await stage.shop.order(id);
        law(broken, !["processing", "completed"].includes(status), `order ${id} (${outcome}) is ${status}`);
      }
      return broken;
    },
  },
  {
    name: "frozen: on hold, and Completed is refused over REST v3, v2, in a batch and as set_paid",
    async run(stage) {
      const broken: Broken = [];
      const { id } = await bought(stage, "freeze");
      await statusIs(stage, broken, id, "on-hold");
      const body = { status: "completed" };
      const doors: [string, Promise<{ status: number; body: unknown }>][] = [
        ["v3", stage.shop.rest("PUT", `orders/${id}`, body)],
        ["v2", stage.shop.rest("PUT", `orders/${id}`, body, "wc/v2")],
        ["batch", stage.shop.rest("POST", "orders/batch", { update: [{ id, ...body }] })],
        ["set_paid", stage.shop.rest("PUT", `orders/${id}`, { set_paid: true })],
      ];
      for (const [door, answer] of doors) {
        const { status, body: told } = await answer;
        const isRefused = door === "batch" ? JSON.stringify(told).includes("order_status_refused") : status === 409;
        law(broken, isRefused, `${door} answered HTTP ${status}`);
      }
      await stage.settled(id);
      await statusIs(stage, broken, id, "on-hold");
      law(broken, (await stage.books(id)).captured === 0, `order ${id}: money was captured`);
      return broken;
    },
  },
  {
    name: "Completed over REST: captured once, then completed by the engine; so it is where two ask at once",
    async run(stage) {
      const broken: Broken = [];
      for (const times of [1, 2]) {
        const { id } = await bought(stage);
        await Promise.all(Array.from({ length: times }, () => sets(stage, id, "completed")));
        await stage.settled(id);
        await statusIs(stage, broken, id, "completed");
        const { captured, total } = await stage.books(id);
        law(broken, captured === total, `order ${id}: ${captured} of ${total} was captured`);
      }
      return broken;
    },
  },
  {
    name: "Cancelled over REST: the reservation is released, and the stock is back",
    async run(stage) {
      const broken: Broken = [];
      const before = await stage.shop.stock();
      const { id } = await bought(stage);
      await sets(stage, id, "cancelled");
      await stage.settled(id);
      await statusIs(stage, broken, id, "cancelled");
      law(broken, (await stage.books(id)).authorized === 0, `order ${id}: money is still reserved`);
      law(broken, (await stage.shop.stock()) === before, `order ${id}: the stock is not back`);
      return broken;
    },
  },
  {
    name: "a paid order that is put on hold stays there until it is set to processing",
    async run(stage) {
      const broken: Broken = [];
      const { id } = await bought(stage);
      await sets(stage, id, "on-hold");
      await stage.settled(id);
      for await (const _ of stage.engine.reconcile({ dryRun: false, freshMs: 0 }));
      await stage.settled(id);
      await statusIs(stage, broken, id, "on-hold");
      await sets(stage, id, "processing");
      await stage.settled(id);
      await statusIs(stage, broken, id, "processing");
      return broken;
    },
  },
  {
    name: "refunds of a part, twice at the same moment, and of the rest: bank and shop agree",
    async run(stage) {
      const broken: Broken = [];
      const id = await completed(stage);
      const { total } = await stage.shop.order(id);
      law(broken, (await refunds(stage, id, 1000)).status < 300, "a refund of a part was refused");
      await agree(stage, broken, id, 1000);
      const twice = await Promise.all([refunds(stage, id, 2000), refunds(stage, id, 2000)]);
      const went = twice.filter(({ status }) => status < 300).length;
      await agree(stage, broken, id, 1000 + went * 2000);
      law(broken, (await refunds(stage, id, total)).status >= 400, "more than was paid went through");
      await refunds(stage, id, total - 1000 - went * 2000);
      await agree(stage, broken, id, total);
      await statusIs(stage, broken, id, "refunded");
      return broken;
    },
  },
  {
    name: "a refund of everything by hand moves no money, and is flagged until the bank agrees",
    async run(stage) {
      const broken: Broken = [];
      const id = await completed(stage);
      await refunds(stage, id, (await stage.shop.order(id)).total, false);
      await stage.settled(id);
      law(broken, (await stage.books(id)).refunded === 0, `order ${id}: the bank gave money back`);
      await flagged(stage, broken, id, "discrepancy:refunded-not-credited");
      stage.bank.portal((await stage.record(id)).facts.payment.id ?? "", "refund");
      await stage.engine.submit(String(id), { type: "reconcile.asked" }, { wait: "settled" });
      await stage.settled(id);
      law(broken, (await stage.flags(id)).length === 0, `order ${id} is flagged though the bank agrees`);
      return broken;
    },
  },
  {
    name: "a total that is lowered, and another payment method, after the payment: flagged at once, and not captured",
    async run(stage) {
      const broken: Broken = [];
      const edits: [object, string][] = [
        [{ fee_lines: [{ name: "Rebate", total: "-50" }] }, "discrepancy:amount-mismatch"],
        [{ payment_method: "cod" }, "discrepancy:paid-another-way"],
      ];
      for (const [edit, flag] of edits) {
        const { id } = await bought(stage);
        await stage.shop.rest("PUT", `orders/${id}`, edit);
        await stage.settled(id);
        await flagged(stage, broken, id, flag);
        await sets(stage, id, "completed");
        await stage.settled(id);
        law(broken, (await stage.books(id)).captured === 0, `order ${id}: money was captured`);
      }
      return broken;
    },
  },
  {
    name: "a paid order that goes into the bin, or is deleted: flagged at once, and not captured",
    async run(stage) {
      const broken: Broken = [];
      for (const force of ["false", "true"]) {
        const { id } = await bought(stage);
        await stage.shop.rest("DELETE", `orders/${id}?force=${force}`);
        await flagged(stage, broken, id, "discrepancy:order-gone");
        await stage.engine.submit(String(id), { type: "merchant.completed" }, { wait: "settled", timeoutMs: 5000 });
        law(broken, (await stage.books(id)).captured === 0, `order ${id}: money was captured`);
      }
      return broken;
    },
  },
  {
    name: "the engine is down: no payment is opened; a customer who paid meanwhile is found when it is back",
    async run(stage) {
      const broken: Broken = [];
      const { id, redirect } = await stage.shop.buys(stage.method);
      await stage.down();
      try {
        const none = await stage.shop.buys(stage.method).catch((refused: Error) => ({ redirect: null, says: refused }));
        law(broken, none.redirect === null, "a payment was opened without the engine");
        stage.bank.customerSigns(redirect?.split("/").at(-1) ?? "");
      } finally {
        await stage.up();
      }
      for await (const _ of stage.engine.reconcile({ dryRun: false, freshMs: 0 }));
      await stage.settled(id);
      await statusIs(stage, broken, id, "processing");
      return broken;
    },
  },
];
