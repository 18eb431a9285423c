/** A chapter per way of paying: its story by hand, its traits and its payment asked of the machines. */
import type { OrderEvent } from "../../machines/events.js";
import { type Flow, registry } from "../../machines/index.js";
import { defaultRules } from "../../src/core/decide.js";
import { metaOf } from "../../src/core/explain.js";
import { preview } from "../../src/core/preview.js";
import { NOW, payments, placedAs, table } from "./tables.js";

interface Chapter {
  title: string;
  gateways: string[];
  source: string;
  story: string[];
}

export const chapters: Chapter[] = [
  {
    title: "Merchant API",
    gateways: ["resurs-mapi"],
    source: "Checkout Flow and Merchant API 2",
    story: [
      "The shop creates the order, pending, and then the payment; the customer is sent to the bank.",
      "The customer comes back and the bank calls back, in any order and any number of times. Each leads to a reading.",
      "A link that runs out is looked up at the bank before the order is cancelled.",
      "If the answer to creating a payment is lost (a time-out, a proxy error), the payment is looked for at once by its order's reference and a mark of that very call, so that the customer is sent to it and no second one is opened.",
      "Captures, refunds and cancellations are called back about too (MANAGEMENT), whoever made them: changes made in the bank's portal are read when their callback has waited out its minute. A callback about an application for credit (CREDIT_APPLICATION) is taken at `/callbacks/resurs/credit-application`.",
      "The bank takes references of at most 32 letters, digits, `_` and `-`. An order's id that fits goes as it is, a UUID without its dashes, any other as what is readable of it and a fingerprint (`order#1` as `order-1--` and 20 characters). The id itself goes along as the metadata `orderId`, by which a reading names the order again; a merchant finds the payment in the portal by either.",
    ],
  },
  {
    title: "Simplified",
    gateways: ["resurs-simplified"],
    source: "Workflows, Purchasing with simplified and hosted flow",
    story: [
      "process_payment prepares, creates and answers: `success` and the success address, which leads to the thank-you page, for BOOKED, FINALIZED and FROZEN; `success` and the bank's page for SIGNING; `failure` for DENIED. The status never changes here.",
      "A booking whose answer was lost is read under the id that it was booked with, at once and later, and after 35 seconds where the process that asked is dead; it pays the order if the amount is the order's. An id that the bank calls taken is read only where this order may have taken it.",
      "The landing page of the signing reads the payment. Where there is none yet, it is booked with bookSignedPayment, once however often the page is opened; a lost answer is read back before anything is sent again.",
      "Signing that was cancelled leads back to the cart with an error; the order is cancelled.",
      "A customer who signed and never came back: the next callback books what he signed. A refusal then changes nothing.",
      "A person who puts the order on hold, or sets it to processing, while its customer signs keeps nothing from being booked: the order then has what a reading of the payment makes of it. If the bank refuses, the customer finds it failed; with `choices.processingThenRejected`: `stay` it stays in processing. Of a closed order nothing is booked.",
      "A customer who signed in an older tab, or after the order had failed with another payment: that is booked, too, and pays the order, where no payment holds the money and the bank looks at none; but in an older tab, not for an order in processing. Where the bank refuses, the newer attempt stays the current one, and the order waits for it.",
      "Callbacks carry a digest, as the bank's API has it; a wrong or missing one is answered 406, as its plugin does, before anything is looked up.",
    ],
  },
  {
    title: "Hosted",
    gateways: ["resurs-hosted"],
    source: "Workflows, Purchasing with simplified and hosted flow",
    story: [
      "process_payment opens the bank's own page and answers `success` with its address. The bank books what the customer signs there; the shop never calls bookSignedPayment.",
      "A return page and a callback only have the payment read. An order whose payment the bank does not show yet stays pending, and the next callback or reconcile settles it.",
      "A customer who comes back by the fail page or from signing that was cancelled has the order cancelled, unless the bank shows the payment as accepted or under review.",
    ],
  },
  {
    title: "Resurs Checkout, v1 and v2",
    gateways: ["resurs-rco"],
    source: "Workflows, Purchasing with Resurs Checkout",
    story: [
      "The purchase begins in the bank's frame. The page asks for the shop's order (`POST /resurs-checkout/create-order`): on the booking message in v1, from `onSubmit` in v2. One order per payment, however often it asks. The door is there for a program that gives `onCheckoutSubmitted`.",
      "With `order-status serve` the shop makes the order first, and a page of the engine shows the bank's frame and its script (as RCO v1 has them) under the order's own reference. Nothing is left to be asked for when the customer presses Purchase.",
      "process_payment only fills in what is missing: `success` and the return address. No payment is created, and the bank sends the customer on by itself.",
      "A rejection in the frame (`POST /resurs-checkout/rejected`) is kept as `rco_rejected_once`, `rco_rejected` and `rco_reject_message`. It comes from a browser, so the order stays what it is.",
      "An order without a payment at the bank (the codes 8, 3 and 404) is explained, not shown as an error: in `why`, on the order's page, in the panel of WooCommerce and by `GET /orders/<id>/payment`.",
      "After success the payment is read, so that the order follows what the bank has and not what the browser had.",
    ],
  },
  {
    title: "Nets Easy, embedded and redirect",
    gateways: ["nets-easy"],
    source: "Nets Easy",
    story: [
      "Embedded: the page opens the payment (`openCheckout`) and tells Nets what the cart comes to when the customer is known and it was calculated anew (`updateCheckout`). It asks before Nets takes the money whether the shop has its order (`POST /nets/pay-initialized`); the answer is true or false. With `order-status serve` and a checkout key, the shop makes the order first, and a page of the engine shows the checkout and gives that answer. Redirect: the payment is created and the customer sent to it.",
      "An order whose customer stays away is pending, and that is no error, until the shop's job for unpaid orders ends it or its session at Nets is over: the engine looks at the payment 20 minutes, 2 hours and 24 hours after it was opened, and cancels the order when it finds the session over.",
      "A webhook proves itself with its authorization header (Nets's API), waits two minutes for a customer who may be paying (its own plugin; of an order past its checkout only the cooldown holds it), and leads to a reading. Seven are subscribed: reservation created, checkout completed, charge created and failed, refund completed and failed, cancel created; so changes made in Nets's portal are read, too.",
      "A part of a charge, a refund or a cancellation goes with items that add up to it. What is left of a card's or a wallet's reservation after a part was charged can be let go; of an invoice it cannot.",
      "Reserved money makes the order processing; it is charged on Completed. Up to 30 minor units are rounding, as in Nets's own plugin; more puts the order on hold.",
    ],
  },
];

const traits: Record<Exclude<keyof Flow, "bank" | "payment">, string> = {
  callbackDelaySeconds: "a callback waits for a customer who may be paying, beside the cooldown (seconds)",
  unpaidStaysPending: "a callback or a return leaves an unpaid order pending",
  comparesAmounts: "the amount is compared with the order before it counts as paid",
  recreatesLines: "lines can be reserved again after a cancellation",
  linkExpires: "the customer's link runs out",
  endsUnpaid: "an open payment can be ended before it is paid",
  booksWhenSigned: "what was signed is booked by the shop",
  settleSeconds: "how long the bank may still act on a call whose answer was lost (seconds)",
  repeatableByKey: "calls that the bank carries out once for each key",
};

const callback: OrderEvent = {
  type: "callback.received",
  kind: "ANY",
  paymentId: "p",
  claims: null,
  content: null,
};

const pendingTable = (gateway: string, flow: Flow): string => {
  const pending = placedAs("pending", true, gateway);
  const rows = Object.entries(payments).map(([name, reading]) => {
    const envelope = { id: "e", orderId: "1", at: NOW, source: "callback", event: callback } as const;
    // Late enough for every cooldown: what is asked here is what becomes of it, not when.
    const { answer, record, effects } = preview(pending, envelope, NOW + 3_600_000, defaultRules, reading);
    const booked = effects.some((e) => e.effect.type === "bookSignedPayment") ? "booked first" : "–";
    const becomes = answer.to === "pending" ? booked : `**${answer.to}**`;
    return [name, metaOf(flow.payment, record.states.payment).says ?? "", becomes];
  });
  return table(["read as", "the payment", "a pending order becomes"], rows);
};

export const flowChapters = (): string =>
  chapters
    .map(({ title, gateways, source, story }) => {
      const flow = registry.flows[gateways[0] as string] as Flow;
      const held = Object.entries(traits).map(([name, says]) => {
        const value = flow[name as keyof typeof traits];
        return [`\`${name}\``, says, typeof value === "boolean" ? (value ? "yes" : "no") : String(value)];
      });
      return `### ${title}

Gateways: ${gateways.map((name) => `\`${name}\``).join(", ")}. Document: ${source}.
The payment: [\`${flow.payment.id}\`](statecharts/${flow.payment.id}.md).

${story.map((step) => `- ${step}`).join("\n")}

${table(["trait", "means", "here"], held)}

${pendingTable(gateways[0] as string, flow)}`;
    })
    .join("\n\n");
