/** "Resurs Merchant API 2.0 for WooCommerce", from its requirements to its tabs of settings. */
import { differs, done, outside, type Section } from "./row.js";

const LINK = "Understanding Customer Link Expiration (TTL)";

export const pluginSettings: Section[] = [
  {
    title: "Requirements",
    rows: [
      differs(
        "**At least** PHP 8.1",
        "The WordPress plugin of this project needs PHP 7.4 and WooCommerce 7.6; the engine is a program beside the shop and needs Node 20.19.",
        { pages: ["woocommerce.md"] },
      ),
      done(
        "ensure correct two-decimal rounding",
        "Amounts are whole numbers of the smallest unit everywhere; the bank's decimals become exactly those.",
        ["gateways/resurs.test.ts", "floats become exact minor units"],
      ),
    ],
  },
  {
    title: "Download/Install the Plugin",
    rows: [
      outside(
        "It is NOT recommended to install the plugin manually",
        "This project's plugin is a zip that the package makes; WordPress's repository has none of it.",
      ),
    ],
  },
  {
    title: "Basic configuration",
    rows: [
      differs(
        "Choose the correct Store ID for your store from the dropdown",
        "The store's id is written into the configuration; `order-status config --check` lists those that the key has. Give it: Resurs's own client always sends it. Without it the bank lists no payment methods, and there is one, called by the bank's name.",
        {
          options: ["gateways.resurs-mapi.storeId"],
          test: [
            "gateways/resurs.test.ts",
            "are not asked for without a store: the gateway is one method then, by the bank's name",
          ],
        },
      ),
    ],
  },
  {
    title: "FAQ & General questions",
    rows: [
      outside(
        "modify the database auto-increment number",
        "Order numbers are the shop's, and so are the addresses that a firewall lets through. Any id of up to 100 printable characters is accepted.",
      ),
    ],
  },
  {
    title: "Stock Keeping Unit (SKU)",
    rows: [
      differs(
        "all products sold in your shop need to have a SKU configured",
        "None needs one: a line without it goes by its product's id, and several lines of one article are kept apart.",
        {
          pages: ["lines.md"],
          test: ["woo/woocommerce.test.ts", "of one article on several lines, %s", '["one of them becomes smaller"'],
        },
      ),
    ],
  },
  {
    title: "Decimals and rounding",
    rows: [
      done(
        "change this setting so to two decimals",
        "`order-status woo doctor` looks at the setting and names the fix.",
        ["cli/woo.test.ts", "said to a person, with the fix below; and what cannot be asked at all"],
      ),
    ],
  },
  {
    title: LINK,
    rows: [
      done(
        "expire by default after 120 minutes",
        "The link that the bank is asked for and the order's own timer have 120 minutes.",
        ["core/step.test.ts", "a pending order carries the life of the customer's link, 120 minutes by default"],
        { rules: ["ttl/expired"] },
      ),
      done(
        "transaction will be rejected",
        "When the time is up the payment is read first. Where the customer has not finished, or the bank knows no payment, the order is cancelled; whatever else the bank says is followed as at any time, such as frozen to on-hold.",
        ["core/decide.test.ts", "the link runs out, the payment %s: %s", '["at the bank", "cancelled"]'],
        { rules: ["ttl/expired"] },
      ),
      done(
        "WooCommerce reserves the product for the specified time",
        "The minutes of Hold stock are the life of the link, where the shop manages its stock. They are copied into the engine's settings by hand.",
        ["scenarios/ttl.json", "The link is as long as stock is held: a quarter of an hour"],
        { options: ["settings.stockManagement", "settings.holdStockMinutes"] },
      ),
      differs(
        "automatically cancels the unpaid order and releases the reserved stock back into inventory",
        "A pending order is cancelled, and WooCommerce's own job for it is asked to wait until the minutes here are over, too. An order that a callback put on hold while its customer was at the bank has no such end: it waits for the bank's next word or `reconcile`; where it is to end by itself, let it stay pending. An unpaid order at Nets or in the older flows stays pending, as their documents have it.",
        {
          rules: ["ttl/expired", "ttl/not-due"],
          options: ["settings.choices.pendingWhileCustomerIsAway"],
          test: [
            "scenarios/ttl.json",
            "Nobody pays within the five minutes that stock is held: cancelled, and the stock is free",
          ],
        },
      ),
      done("the system defaults to 120 minutes", "Without stock management, Hold stock is ignored.", [
        "scenarios/ttl.json",
        "Hold stock counts for nothing while stock management is off: two hours",
      ]),
      done(
        "can be configured between 1 and 43200 minutes",
        "Another whole number in the configuration counts as 120, and `order-status config` says so; one that is not whole is refused, and so is any other number of `serve --hold-stock`.",
        ["cli/config.test.ts", "%j is valid, and not what it seems", "99999 is not between 1 and 43200"],
        { options: ["settings.holdStockMinutes"] },
      ),
    ],
  },
  {
    title: "Changing the payment method configuration",
    rows: [
      outside("strongly recommended that you clear the cache", "The engine keeps no cache of what the bank answers."),
    ],
  },
  {
    title: "Accessing the Credentials Section",
    rows: [
      differs(
        "These are essential for connecting the WooCommerce store",
        "Key and secret are essential. `serve` starts without the store's id, and then the bank lists no payment methods; Resurs's own client has it as required, so `config --check` is wrong without it. One engine has one store at a bank.",
        {
          options: [
            "gateways.resurs-mapi.clientId",
            "gateways.resurs-mapi.clientSecret",
            "gateways.resurs-mapi.storeId",
          ],
          test: ["cli/config.test.ts", "%s: the key and the fix are named"],
        },
      ),
    ],
  },
  {
    title: "INPUTTING CREDENTIALS",
    rows: [
      done(
        "retrieve the store list associated with the entered credentials",
        "`order-status config --check` lists the stores of the key, and so does *Test the connection* on the settings page of the plugin.",
        [
          "cli/config.test.ts",
          "without a store it lists those of the key, and is wrong: no payment is opened without one",
        ],
        { options: ["gateways.resurs-mapi.storeId"] },
      ),
      done(
        "an error message will display, and no stores will be fetched",
        "`order-status config --check` says it in the bank's words, and so does *Test the connection* on the settings page of the plugin. In service, no payment methods are at the checkout then, and a line of the log says why.",
        ["cli/config.test.ts", "a key that the bank does not take, and a bank that cannot be reached"],
        { options: ["gateways.resurs-mapi.clientId", "gateways.resurs-mapi.clientSecret"] },
      ),
    ],
  },
  {
    title: "HANDLING ERRORS WITH CREDENTIALS",
    rows: [
      outside(
        "no further actions can be taken until the correct credentials are entered",
        "It speaks of the settings page of Resurs's own plugin.",
      ),
      done(
        "there may be warnings about scope",
        "A store of another environment is named by `order-status config --check`; a scope that the bank does not know is told in its words (`invalid_scope`), with `scope` named as what to look at.",
        ["cli/config.test.ts", "a store that the key does not have, as after a change of environment"],
        { options: ["gateways.resurs-mapi.scope", "gateways.resurs-mapi.storeId"] },
      ),
    ],
  },
  {
    title: "SWITCHING BETWEEN ENVIRONMENTS",
    rows: [
      differs(
        "You must fetch the store data again",
        "No store list is cached. To switch, change the address, key, secret and store ID in the configuration and restart. `order-status config --check` says whether they belong together.",
        { options: ["gateways.resurs-mapi.baseUrl"], pages: ["configuration.md"] },
      ),
    ],
  },
  {
    title: "Payment Methods",
    rows: [
      done(
        "allows you to see which payment methods have been configured for your account",
        "`GET /payment-methods` lists them; each is a payment method of WooCommerce with the bank's title, limits and country.",
        [
          "http/http-flows.test.ts",
          "its methods are those that the bank of each gateway lists; one that does not answer has none",
        ],
        { pages: ["woocommerce.md#at-the-checkout"] },
      ),
    ],
  },
  {
    title: "Part Payment",
    rows: [
      outside(
        "display a small widget on individual product pages",
        "A widget of the product page: it decides nothing about an order.",
      ),
    ],
  },
];
