/** The panel on the order screen: why the order is where it is, what to do, and what its buttons say and send. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listen } from "../../src/http/serve.js";
import { systemClock } from "../../src/ports/clock.js";
import type { Row } from "../docs/lived.js";
import { explained, situations } from "../docs/situations.js";
import { bankHas, MINUTE, order, shopHas } from "../engine/place.js";
import { type Behind, engineBehind, TOKEN } from "./behind.js";
import { wordpressDoes as inWordpress, php, type Site, type Step } from "./wordpress.js";

if (php === null) test.skip("the panel: there is no php here (apt-get install php-cli)", () => {});

describe.skipIf(php === null)("the panel on the order screen", () => {
  const clock = systemClock();
  let behind: Behind;
  beforeAll(async () => {
    behind = await engineBehind();
    const made = clock.now() - 10 * MINUTE;
    const captured = { authorizedAmount: 0, capturedAmount: 1000, possibleActions: ["REFUND"] };
    // 1: paid. 2: frozen. 3: captured. 4: cancelled by another hand, and paid.
    for (const id of ["1", "2", "3", "4"]) {
      bankHas(behind.bank, `pay-${id}`, id === "2" ? "FROZEN" : "ACCEPTED", undefined, id === "3" ? captured : {});
      const status = id === "3" ? "completed" : "processing";
      shopHas(behind.woo, id, made, status);
      await behind.engine.place(id, order(`pay-${id}`, made, { status }));
      await behind.engine.submit(id, { type: "reconcile.asked" }, { wait: "settled" });
    }
    behind.woo.directWrite("4", "cancelled");
    await behind.engine.submit("4", { type: "order.seen", status: "cancelled" }, { wait: "settled" });
    await behind.engine.submit("4", { type: "reconcile.asked" }, { wait: "settled" });
  });
  afterAll(() => behind.end());

  const panel = (id: string, what: Step["what"], more: Partial<Step> = {}): Step => ({
    do: "panel",
    order: id,
    status: "processing",
    method: "ose_resurs-mapi",
    ...(what && { what }),
    ...more,
  });
  const answered = async (step: Step, site: Partial<Site> = {}): Promise<{ says?: string; html?: string }> => {
    const constants = { ORDER_STATUS_ENGINE_URL: behind.served.url, ORDER_STATUS_ENGINE_TOKEN: TOKEN };
    const [told] = await inWordpress([step], { constants, follows: [], ...site });
    const [, code, json = ""] = /^(\d+) (.*)$/.exec(told?.answer ?? "") ?? [];
    expect(code).toBe("200");
    return JSON.parse(json);
  };
  const looks = async (id: string, more: Partial<Step> = {}, site: Partial<Site> = {}): Promise<string> =>
    (await answered(panel(id, "look", more), site)).html?.replaceAll(/<br>|<\/p>/g, "\n").replaceAll(/<[^>]+>/g, "") ??
    "";
  const times = (text: string, word: RegExp): number => text.match(new RegExp(word, "g"))?.length ?? 0;

  test.each(["1", "2", "3", "4"])("of order %s tells the time as the shop's clock has it", async (id) => {
    const says = await looks(id);
    const since = (await behind.engine.queries.why(id))?.answer.en.match(
      /\d{4}-\d\d-\d\d \d\d:\d\d(?::\d\d)? UTC/,
    )?.[0];
    const here = { timeZone: "Europe/Stockholm", hour: "2-digit", minute: "2-digit" } as const;
    expect(says).not.toContain("UTC");
    if (since !== undefined)
      expect(says).toContain(new Date(since.replace(" UTC", "Z")).toLocaleTimeString("en-GB", here));
    expect(says).toContain("What comes next\n");
  });

  test("says once what is to be done about a flag", async () => {
    const says = await looks("4");
    expect(says).toContain("⚑ ");
    expect(times(says, /Release the money/)).toBe(1);
    const swedish = await looks("4", {}, { locale: "sv_SE" });
    expect(times(swedish, /⚑/)).toBe(1);
    expect(swedish).not.toContain("Release the money");
  });

  test("names the call under way where a flag is told first, with the button that ends the wait", async () => {
    const [, , live] = situations.find(([title]) => title.includes("of an order deleted since")) as Row;
    const served = await listen(async () => Response.json(explained(live())));
    try {
      const html = await answered(panel("1", "look"), {
        constants: { ORDER_STATUS_ENGINE_URL: served.url, ORDER_STATUS_ENGINE_TOKEN: TOKEN },
      });
      expect(html.html).toContain("It is unclear whether the bank captured");
      expect(html.html).toContain("end the wait.</p>");
      expect(html.html).toContain('data-event="merchant.endedWait"');
    } finally {
      await served.close();
    }
  });

  test.each([
    ["a part that the bank has not refunded: what to do, and not that there is nothing to do", 10, true],
    ["no refund: as the engine says", 0, false],
  ])("of a captured order with %s", async (_, refunded, isFlagged) => {
    const says = await looks("3", { refunded, status: "completed" });
    expect([says.includes("⚑"), says.includes("No action needed")]).toEqual([isFlagged, !isFlagged]);
    expect(says.includes("delete this refund here")).toBe(isFlagged);
  });

  test("a button first says in a sentence what would come of it", async () => {
    const can = async (id: string, event: string) => (await answered(panel(id, "can", { event }))).says;
    expect(await can("1", "merchant.completed")).toBe("The order would be: Completed. Go on?");
    expect(await can("2", "merchant.completed")).toBe(
      "As far as the engine knows, this is not possible: The bank has frozen this payment, and it cannot be captured until the bank releases it. Ask the bank all the same?",
    );
  });

  test.each(["1", "4"])(
    "a reading of order %s says that the bank was asked, and never that it is refused",
    async (id) => {
      const reads = behind.bank.reads.length;
      const { says, html } = await answered(panel(id, "do", { event: "reconcile.asked" }));
      expect([says, html?.includes("<strong>")]).toEqual(["The bank was asked.", true]);
      expect(behind.bank.reads.length).toBeGreaterThan(reads);
    },
  );

  test("an event that no button sends is not sent", async () => {
    const constants = { ORDER_STATUS_ENGINE_URL: behind.served.url, ORDER_STATUS_ENGINE_TOKEN: TOKEN };
    const [told] = await inWordpress([panel("1", "do", { event: "merchant.refunded" })], { constants });
    expect([told?.answer, told?.requests]).toEqual(["400 null", 0]);
  });

  test.each([
    ["ose_resurs-mapi", "woocommerce-order-actions order-status-engine woocommerce-order-source-data other"],
    ["cod", "woocommerce-order-actions woocommerce-order-source-data other"],
  ])("of an order of %s the boxes beside it are: %s", async (method, boxes) => {
    const step: Step = { do: "boxes", order: "1", status: "processing", method };
    const [told] = await inWordpress([step], { constants: {}, follows: [] });
    expect(told?.value).toBe(boxes);
  });
});
