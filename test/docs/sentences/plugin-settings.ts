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
        "The engine reckons in whole minor units, such as öre. The bank's amounts with two decimals become exactly those.",
        ["gateways/resurs.test.ts", "floats become exact minor units"],
        { also: [["core/events.test.ts", "is turned away for its %s", '["order.total", placed({ total: 1.5 })]']] },
      ),
    ],
  },
  {
    title: "Download/Install the Plugin",
    rows: [
      outside(
        "It is NOT recommended to install the plugin manually",
        "WordPress's repository does not have this project's plugin. The package has it as a folder, which you zip and upload yourself; it is not updated automatically.",
      ),
    ],
  },
  {
    title: "Basic configuration",
    rows: [
      differs(
        "Choose the correct Store ID for your store from the dropdown",
        "The store's id is written into the configuration; `order-status config --check` lists those that the key has, if the configuration names none or another one. Give it: Resurs's own client always sends it. Without it the bank lists no payment methods, and there is one, called by the bank's name.",
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
        "Order numbers are the shop's, and so are the addresses that a firewall lets through. The engine takes an order's number as it is.",
      ),
    ],
  },
  {
    title: "Stock Keeping Unit (SKU)",
    rows: [
      differs(
        "all products sold in your shop need to have a SKU configured",
        "None needs one: a line without it goes by its product's id, or by its own where it has no product, and several lines of one article are kept apart.",
        {
          pages: ["lines.md"],
          test: ["woo/woocommerce.test.ts", "of one article on several lines, %s", '["one of them becomes smaller"'],
          also: [
            ["woo/woocommerce.test.ts", "an order of the shop in the engine's words", '{ sku: "product-9"'],
            [
              "woo/plugin-order.test.ts",
              "the plugin and the adapter make the same of an order with",
              "goods whose SKU is",
            ],
          ],
        },
      ),
    ],
  },
  {
    title: "Decimals and rounding",
    rows: [
      done(
        "change this setting so to two decimals",
        "`order-status woo doctor` looks at the setting; if it is not what the shop's currency has, two for SEK, NOK, DKK and EUR, it says so and names the fix.",
        ["cli/woo.test.ts", "said to a person, with the fix below; and what cannot be asked at all"],
        { also: [["woo/currencies.test.ts", "doctor wants as many decimals as the currency has"]] },
      ),
    ],
  },
  {
    title: LINK,
    rows: [
      done(
        "expire by default after 120 minutes",
        "With the Merchant API, the link that the bank is asked for is valid for 120 minutes, and the engine's own timer for a pending order runs as long, from the order's last change.",
        ["core/step.test.ts", "a pending order carries the life of the customer's link, 120 minutes by default"],
        {
          rules: ["ttl/expired"],
          also: [["scenarios/ttl.json", "Hold stock counts for nothing while stock management is off: two hours"]],
        },
      ),
      done(
        "transaction will be rejected",
        "With the Merchant API, the payment is read when the time of a pending order is up. If the customer has not finished at the bank, or there is no payment, the order is cancelled. Otherwise it follows the payment, as from frozen to on hold.",
        ["core/decide.test.ts", "the link runs out, the payment %s: %s", '["at the bank", "cancelled"]'],
        { rules: ["ttl/expired"] },
      ),
      done(
        "WooCommerce reserves the product for the specified time",
        "If the shop manages stock, the minutes of Hold stock are the life of the link. Write both into the engine's settings.",
        ["scenarios/ttl.json", "The link is as long as stock is held: a quarter of an hour"],
        {
          options: ["settings.stockManagement", "settings.holdStockMinutes"],
          also: [
            [
              "scenarios/ttl.json",
              "Nobody pays within the five minutes that stock is held: cancelled, and the stock is free",
            ],
          ],
        },
      ),
      differs(
        "automatically cancels the unpaid order and releases the reserved stock back into inventory",
        'With the Merchant API, the engine cancels a pending order when the link\'s time is up. With the plugin, WooCommerce\'s own job asks the engine first, which reads the payment once the minutes of Hold stock in its settings are over, and keeps the order until then; if it was told none, it keeps the order. An order that a callback or a return put on hold while its customer was at the bank is not cancelled at that time: its payment is read 20 minutes, 2 hours and 24 hours after that, and the order ends once it is read as rejected. With `onHoldThenAborted: "stay"` it stays on hold where the customer had not finished. With `pendingWhileCustomerIsAway: "stay"` such an order stays pending, and is cancelled at that time. At Nets and in the older flows the link has no timer: an unpaid order waits for that job, and at Nets for the end of its session, too.',
        {
          rules: ["ttl/expired", "ttl/not-due"],
          options: [
            "settings.stockManagement",
            "settings.holdStockMinutes",
            "settings.choices.pendingWhileCustomerIsAway",
            "settings.choices.onHoldThenAborted",
          ],
          test: [
            "scenarios/ttl.json",
            "Nobody pays within the five minutes that stock is held: cancelled, and the stock is free",
          ],
          also: [
            [
              "core/watched.test.ts",
              "on hold, it outlives the link, is read three times within a day, and ends once it is read as rejected",
            ],
            ["core/watched.test.ts", "where it is to stay pending meanwhile, it is cancelled when the link is over"],
            ["core/decide.test.ts", "WooCommerce's job wants the order and %s: %s"],
          ],
        },
      ),
      done(
        "the system defaults to 120 minutes",
        "Without stock management Hold stock is ignored, and the link is valid for 120 minutes.",
        ["scenarios/ttl.json", "Hold stock counts for nothing while stock management is off: two hours"],
      ),
      done(
        "can be configured between 1 and 43200 minutes",
        "1 to 43200 are taken. With stock management on, the link's life is 120 minutes for another whole number in the configuration, and `order-status config` says so.",
        ["cli/config.test.ts", "%j is valid, and not what it seems", "99999 is not between 1 and 43200"],
        {
          options: ["settings.stockManagement", "settings.holdStockMinutes"],
          also: [["core/facts.test.ts", "the customer's link lives, with %j, for %i minutes"]],
        },
      ),
    ],
  },
  {
    title: "Changing the payment method configuration",
    rows: [
      outside(
        "strongly recommended that you clear the cache",
        "The engine keeps no list of payment methods: it asks the bank each time. The plugin asks the engine again after ten minutes, or at once when its settings are saved.",
      ),
    ],
  },
  {
    title: "Accessing the Credentials Section",
    rows: [
      differs(
        "These are essential for connecting the WooCommerce store",
        "Key and secret are essential. `serve` starts without the store's id, and then the bank lists no payment methods; Resurs's own client has it as required, so `config --check` ends with an error without it. One engine has one store at a bank.",
        {
          options: [
            "gateways.resurs-mapi.clientId",
            "gateways.resurs-mapi.clientSecret",
            "gateways.resurs-mapi.storeId",
          ],
          test: [
            "cli/config.test.ts",
            "without a store it lists those of the key, and is wrong: no payment is opened without one",
          ],
        },
      ),
    ],
  },
  {
    title: "INPUTTING CREDENTIALS",
    rows: [
      done(
        "retrieve the store list associated with the entered credentials",
        "`order-status config --check` lists the stores of the key when the configuration names none, or one that the key does not have. *Test the connection* on the plugin's settings page shows the same.",
        [
          "cli/config.test.ts",
          "without a store it lists those of the key, and is wrong: no payment is opened without one",
        ],
        {
          options: ["gateways.resurs-mapi.storeId"],
          also: [
            ["cli/config.test.ts", "a store that the key does not have, as after a change of environment"],
            ["woo/settings-page.test.ts", "tells %s", '"the stores to choose from"'],
          ],
        },
      ),
      done(
        "an error message will display, and no stores will be fetched",
        "`order-status config --check` shows the bank's answer, such as `HTTP 401: invalid_client`, and what to look at. *Test the connection* on the plugin's settings page shows the same.",
        ["cli/config.test.ts", "a key that the bank does not take, and a bank that cannot be reached"],
        {
          options: ["gateways.resurs-mapi.clientId", "gateways.resurs-mapi.clientSecret"],
          also: [["woo/settings-page.test.ts", "tells %s", '"a key that the bank does not take"']],
        },
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
        "`order-status config --check` names a store that the key does not have, as after a change of environment. If the bank does not know the scope, it shows the bank's answer (`invalid_scope`) and names `scope` as what to look at.",
        ["cli/config.test.ts", "a store that the key does not have, as after a change of environment"],
        {
          options: ["gateways.resurs-mapi.scope", "gateways.resurs-mapi.storeId"],
          also: [["cli/config-check.test.ts", "a scope that the bank does not know is named as what to look at"]],
        },
      ),
    ],
  },
  {
    title: "SWITCHING BETWEEN ENVIRONMENTS",
    rows: [
      differs(
        "You must fetch the store data again",
        "No store list is cached. To switch, change the address, key, secret and store ID in the configuration, and the scope and the payment method where they are given, and restart. `order-status config --check` asks the bank and says whether these belong to that address.",
        {
          options: [
            "gateways.resurs-mapi.baseUrl",
            "gateways.resurs-mapi.storeId",
            "gateways.resurs-mapi.scope",
            "gateways.resurs-mapi.paymentMethodId",
          ],
          pages: ["configuration.md"],
          test: ["cli/config.test.ts", "a store that the key does not have, as after a change of environment"],
          also: [
            ["cli/config-check.test.ts", "a scope that the bank does not know is named as what to look at"],
            ["cli/config-check.test.ts", "a payment method that the store does not have is named as what to look at"],
          ],
        },
      ),
    ],
  },
  {
    title: "Payment Methods",
    rows: [
      done(
        "allows you to see which payment methods have been configured for your account",
        "With a store's id, `GET /payment-methods` lists them with their titles, limits and countries, and `order-status config --check` shows their titles. If the configuration names one of them, it is the only one.",
        [
          "http/http-flows.test.ts",
          "its methods are those that the bank of each gateway lists; one that does not answer has none",
        ],
        {
          options: ["gateways.resurs-mapi.storeId", "gateways.resurs-mapi.paymentMethodId"],
          pages: ["woocommerce.md#at-the-checkout"],
          also: [
            ["gateways/resurs.test.ts", "of a gateway that was given one are that one"],
            ["gateways/resurs.test.ts", "are the store's, in minor units and for its country"],
            ["cli/config.test.ts", "lists the payment methods of the store, and says who takes the key"],
          ],
        },
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
