/** What a shop says of an order at Nets Easy, of its checkout, and of who is to be told. */
import {
  anything,
  either,
  type Field,
  flag,
  group,
  type Kind,
  listOf,
  may,
  moment,
  must,
  number,
  text,
  webAddress,
  whole,
  words,
} from "./fields.js";

export const INT32 = { least: -2_147_483_648, most: 2_147_483_647 };
export const int = whole(INT32);
export const positive = whole({ least: 1, most: INT32.most });
export const id = text({ called: "32 hexadecimal digits", pattern: /^[0-9a-f]{32}$/i });
/** @param without characters that Nets does not take */
const named = (called: string, without: RegExp, least = 1): Kind =>
  text({ called, pattern: without, least, most: 128 });
const NAME = named('text without < > " & \\', /^[^<>"&\\]*$/);
const PLAIN = /^[^<>'"&\\]*$/;

export const currency = text({ least: 3, most: 3 });
export const orderReference = may("reference", named("text without < > ' \" & \\", PLAIN, 0));
export const myReference = may("myReference", text({ most: 36 }), "N2 Request/MyReference; its limit N7");

const count = number({ least: 0 });
const ITEM = "N2 Request/Item; limits N1, N3, N7";
const itemOf = (quantity: Field): Kind =>
  group(
    must("reference", NAME),
    must("name", NAME),
    quantity,
    must("unit", named("text without < > ' \" & \\", PLAIN)),
    must("unitPrice", int),
    may("taxRate", whole({ least: 0, most: 99_999 })),
    may("taxAmount", int),
    must("grossTotalAmount", int),
    must("netTotalAmount", int),
  );
/** The plugin sends the quantity of each fee and of the shipping as a text. */
const item = itemOf(
  must(
    "quantity",
    either(count, text({ called: "number as a text", pattern: /^\d+(?:\.\d+)?$/ })),
    `${ITEM}; as a text N3 Nets_Easy_Order_Items_Helper`,
  ),
);
export const items = (one: typeof must, name: string, least = 0): Field => listOf(one(name, item, ITEM), least);
/** As Nets answers them. */
export const keptItems: Field = listOf(must("orderItems", itemOf(must("quantity", count)), ITEM));

const ORDER = "N2 Request/Shared/Order; limits N1";
/** @param amount of all its items */
export const orderOf = (amount: Kind, ...more: Field[]): Field =>
  must(
    "order",
    group(items(must, "items", 1), must("amount", amount), must("currency", currency), orderReference, ...more),
    ORDER,
  );
export const shipping = may(
  "shipping",
  group(may("costSpecified", flag)),
  "N2 Request/UpdateOrder/Shipping; in an order N3 Nets_Easy_Order_Helper",
);
/** What a way to pay costs the customer. */
export const paymentMethods = listOf(
  may(
    "paymentMethods",
    group(must("name", text({ least: 1 })), must("fee", item, ITEM)),
    "N2 Request/UpdateOrder/PaymentMethod; with a new payment N3 Nets_Easy_Payment_Method_Helper",
  ),
);

const CHECKOUT = "N2 Request/Payment";
const texts = (...names: string[]): Field[] => names.map((name) => may(name, text()));
const address = group(...texts("addressLine1", "addressLine2", "postalCode", "city", "country"));
const person = group(...texts("firstName", "lastName"));
const consumer = group(
  ...texts("email", "reference"),
  may("shippingAddress", address, `${CHECKOUT}/Address`),
  may("billingAddress", address, `${CHECKOUT}/Address`),
  may("phoneNumber", group(...texts("prefix", "number")), `${CHECKOUT}/PhoneNumber`),
  may("privatePerson", person, `${CHECKOUT}/PrivatePerson`),
  may("company", group(may("name", text()), may("contact", person)), `${CHECKOUT}/Company`),
);
const consumers = words("B2C", "B2B");
const country = group(must("countryCode", text({ least: 1 })));
const COUNTRY = `${CHECKOUT}/CountryCode`;
export const checkout = group(
  may("integrationType", words("HostedPaymentPage", "EmbeddedCheckout"), `${CHECKOUT}/IntegrationTypeEnum`),
  may("url", webAddress(256), `${CHECKOUT}/EmbeddedCheckout; limits N1`),
  may("returnUrl", webAddress(), `${CHECKOUT}/HostedCheckout`),
  may("cancelUrl", webAddress(), `${CHECKOUT}/HostedCheckout`),
  must("termsUrl", webAddress()),
  may("merchantTermsUrl", webAddress()),
  may("charge", flag),
  may("expiresAt", moment, "N1"),
  may("merchantHandlesConsumerData", flag),
  may("publicDevice", flag),
  may("countryCode", text()),
  may("consumer", consumer, `${CHECKOUT}/Consumer`),
  may(
    "consumerType",
    group(may("default", consumers), listOf(may("supportedTypes", consumers))),
    `${CHECKOUT}/ConsumerType; its words N7 ConsumerTypeEnum`,
  ),
  may(
    "shipping",
    group(
      listOf(may("countries", country, "N4 PaymentCreate/Country")),
      may("merchantHandlesShippingCost", flag, "N3 Nets_Easy_Checkout_Helper"),
      may("enableBillingAddress", flag, "N7 Shipping"),
    ),
    "N4 PaymentCreate/Shipping",
  ),
  may(
    "appearance",
    group(
      may(
        "displayOptions",
        group(may("showMerchantName", flag), may("showOrderSummary", flag)),
        "N4 PaymentCreate/DisplayOptions",
      ),
      may("textOptions", group(may("completePaymentButtonText", text())), "N4 PaymentCreate/TextOptions"),
    ),
    "N4 PaymentCreate/Appearance",
  ),
  listOf(may("shippingCountries", country, COUNTRY)),
);

/** Over TLS alone; a test's own server on this computer has none. */
const hookUrl = text({
  called: "web address over TLS",
  pattern: /^https:\/\/|^http:\/\/(?:127\.|localhost)/,
  most: 256,
});
const webhook = group(
  must("eventName", text({ called: "name of an event", pattern: /^payment\.[a-z.0-9]+$/ })),
  must("url", hookUrl),
  may("authorization", text({ called: "letters and digits", pattern: /^[A-Za-z0-9]*$/, least: 8, most: 64 })),
  // The clients do not agree on what one of them looks like.
  listOf(may("headers", anything)),
);
export const notifications = may(
  "notifications",
  group(listOf(may("webHooks", webhook, "N2 Request/Shared/Notification/Webhook; limits N1, N7"), 0, 32)),
  "N2 Request/Shared/Notification",
);
