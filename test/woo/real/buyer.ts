/** A customer in a browser: fills a cart, goes through one of the shop's two checkouts, and pays or does not at the bank. */
import type { Browser, BrowserContext, Page } from "playwright-core";
import type { RealShop } from "./stand-up.js";

export type CheckoutPage = "classic" | "blocks";
/** The buttons of the test bank's page. */
export type AtBank = "sign" | "deny" | "freeze" | "leave";

/** A page takes a second; on a computer that is busy with other things, much longer. */
const WAIT_MS = 300_000;
const person = {
  first_name: "Testa",
  last_name: "Testsson",
  address_1: "Testgatan 1",
  city: "Teststad",
  postcode: "25220",
  phone: "0701234567",
};

export interface Buyer {
  context: BrowserContext;
  page: Page;
  email: string;
  /** Puts a product into the cart, if there is one, and goes to the checkout. */
  shops(product: number | null, at: CheckoutPage): Promise<void>;
  /** Names of the payment methods that are offered. */
  offered(): Promise<string[]>;
  /** Fills in the form, chooses the method, and presses the button; ends at the bank, its frame, or the thank-you page. */
  goesToBank(method: string): Promise<void>;
  /** The button on the bank's page; ends where the customer comes out. */
  atBank(outcome: AtBank): Promise<void>;
  /** What the shop tells him on the page that he is on. */
  reads(): Promise<string>;
  leaves(): Promise<void>;
}

/** The buttons in the banks' frames and in the page around them. */
const inFrame: Partial<Record<AtBank, string>> = { sign: "Sign", freeze: "Sign, and be frozen" };
let buyers = 0;

export const buyer = async (browser: Browser, shop: RealShop): Promise<Buyer> => {
  const context = await browser.newContext({ locale: "en-GB" });
  const page = await context.newPage();
  page.setDefaultTimeout(WAIT_MS);
  let at: CheckoutPage = "classic";
  // Some ways of paying are done without a page of the bank.
  const bank = /\/(?:sign|frames)\/|order-received/;
  const isAtBank = () => bank.test(page.url());
  buyers += 1;
  const email = `buyer-${Date.now().toString(36)}-${buyers}@shop.example`;

  const fillClassic = async () => {
    for (const [name, value] of Object.entries(person)) await page.fill(`#billing_${name}`, value);
    await page.fill("#billing_email", email);
    // The form is sent to the shop after each field and comes back with the methods.
    await page.waitForFunction(() => document.querySelector(".blockUI") === null);
  };
  const fillBlocks = async () => {
    await page.fill("#email", email);
    for (const [name, value] of Object.entries(person)) {
      const field = page.locator(`#shipping-${name}`);
      // A customer who has been here before sees his address, and not the form.
      if (await field.isVisible()) await field.fill(value);
    }
  };

  return {
    context,
    page,
    email,
    async shops(product, checkout) {
      at = checkout;
      if (product !== null) await page.goto(`${shop.url}/?add-to-cart=${product}`);
      await page.goto(`${shop.url}/${checkout === "classic" ? "classic-checkout" : "block-checkout"}/`);
      await page.waitForSelector(
        at === "classic" ? "#place_order" : ".wc-block-components-checkout-place-order-button",
      );
    },
    offered: () =>
      page.evaluate(() =>
        [
          ...document.querySelectorAll<HTMLInputElement>(
            'input[name="payment_method"], input[name^="radio-control-wc-payment-method"]',
          ),
        ].map(({ value }) => value),
      ),
    async goesToBank(method) {
      if (at === "classic") {
        await fillClassic();
        await page.locator(`label[for="payment_method_${method}"]`).click();
        await page.click("#place_order");
      } else {
        await fillBlocks();
        await page.locator(`label[for$="-${method}"]`).first().click();
        // While WooCommerce still counts with what was chosen, it does not hear the button: one presses it again.
        for (let presses = 1; presses <= 6 && !isAtBank(); presses += 1) {
          await page.click(".wc-block-components-checkout-place-order-button:not([disabled])").catch(() => {});
          await page.waitForURL(bank, { timeout: 15_000 }).catch(() => {});
        }
      }
      await page.waitForURL(bank).catch(async () => {
        const says = (await page.innerText("body")).replace(/\s+/g, " ").slice(0, 500);
        throw new Error(`the checkout does not lead to the bank; it says: ${says}`);
      });
    },
    async atBank(outcome) {
      if (page.url().includes("order-received")) return;
      if (!page.url().includes("/frames/")) await page.click(`button[value="${outcome}"]`);
      else if (outcome === "leave") await page.getByRole("link", { name: "Back to the shop without paying" }).click();
      else {
        const [frame, name] = [page.frameLocator("iframe"), inFrame[outcome] ?? ""];
        await frame
          .getByRole("button", { name, exact: true })
          .or(frame.getByRole("button", { name: "Pay" }))
          .click();
      }
      await page.waitForURL((url) => url.origin === shop.url && !url.search.includes("wc-api"));
      await page.waitForLoadState("load");
    },
    reads: () => page.innerText("body"),
    leaves: () => context.close(),
  };
};
