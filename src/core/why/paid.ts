/** What is said of an order that was paid, or that the shop treats as paid. */
import {
  askBank,
  askBankNow,
  closed,
  complete,
  elsewhere,
  lookUpFirst,
  mayRefund,
  mayRefundThere,
  mustPay,
  nothing,
  ship,
  shipOnly,
  unpaid,
} from "./actions.js";
import type { Standing } from "./words.js";

export const paid = {
  processing: {
    reserved: [
      ["Processing, paid", "Behandlas, betald"],
      [
        "Paid and ready to ship since {since}: the bank has reserved {reserved}, which is captured when you complete the order.",
        "Betald och klar att skicka sedan {since}: banken har reserverat {reserved}, som debiteras när du markerar ordern som färdigbehandlad.",
      ],
      ship,
      lookUpFirst,
    ],
    "partly-captured": [
      ["Processing, partly captured", "Behandlas, delvis debiterad"],
      [
        "Paid and ready to ship since {since}: the bank has captured {captured} and has {reserved} still reserved.",
        "Betald och klar att skicka sedan {since}: banken har debiterat {captured} och har {reserved} kvar reserverat.",
      ],
      ship,
      lookUpFirst,
    ],
    captured: [
      ["Processing, captured", "Behandlas, debiterad"],
      [
        "Paid and ready to ship since {since}: the bank has already captured {captured}.",
        "Betald och klar att skicka sedan {since}: banken har redan debiterat {captured}.",
      ],
      complete,
      shipOnly,
    ],
    "partly-refunded": [
      ["Processing, partly refunded", "Behandlas, delvis återbetald"],
      [
        "Paid and ready to ship since {since}: the bank has captured {captured} and refunded {refunded} of it.",
        "Betald och klar att skicka sedan {since}: banken har debiterat {captured}, varav {refunded} har återbetalats.",
      ],
      complete,
      shipOnly,
    ],
    unread: [
      ["Processing, payment not checked", "Behandlas, betalningen inte kontrollerad"],
      [
        "Processing since {since}, but the bank has not been asked about the payment yet; make sure that it is paid before you ship.",
        "Behandlas sedan {since}, men banken har inte tillfrågats om betalningen än; kontrollera att den är betald innan du skickar.",
      ],
      askBankNow,
    ],
    missing: [
      ["Processing, not paid", "Behandlas, inte betald"],
      [
        "Processing since {since}, but not paid: the bank has no payment for this order, so do not ship.",
        "Behandlas sedan {since}, men är inte betald: banken har ingen betalning för ordern, så skicka inte varorna.",
      ],
      unpaid,
      mustPay,
    ],
    "no-payment": [
      ["Processing, not paid", "Behandlas, inte betald"],
      [
        "Processing since {since}, but not paid: no payment has been started at the bank, so do not ship.",
        "Behandlas sedan {since}, men är inte betald: ingen betalning har påbörjats hos banken, så skicka inte varorna.",
      ],
      unpaid,
      mustPay,
    ],
    free: [
      ["Processing, nothing to pay", "Behandlas, inget att betala"],
      [
        "Ready to ship since {since}: the order costs nothing, so there is nothing to capture.",
        "Klar att skicka sedan {since}: ordern kostar inget, så det finns inget att debitera.",
      ],
      complete,
      shipOnly,
    ],
    elsewhere: [
      ["Processing, paid another way", "Behandlas, betalas på annat sätt"],
      [
        "Processing since {since}: the order is paid with another payment method, which is not followed here.",
        "Behandlas sedan {since}: ordern betalas med ett annat betalsätt, som inte följs här.",
      ],
      elsewhere,
    ],
    other: [
      ["Processing, payment unclear", "Behandlas, oklar betalning"],
      [
        "Processing since {since}, but the bank reports {word}; make sure that the order is paid before you ship.",
        "Behandlas sedan {since}, men banken rapporterar {word}; kontrollera att ordern är betald innan du skickar.",
      ],
      askBank,
    ],
  },
  completed: {
    captured: [
      ["Completed, captured", "Färdigbehandlad, debiterad"],
      [
        "Completed since {since}: the bank has captured {captured} from the customer.",
        "Färdigbehandlad sedan {since}: banken har debiterat kunden {captured}.",
      ],
      mayRefund,
      mayRefundThere,
    ],
    "partly-captured": [
      ["Completed, partly captured", "Färdigbehandlad, delvis debiterad"],
      [
        "Completed since {since}: the bank has captured {captured} and has {reserved} still reserved.",
        "Färdigbehandlad sedan {since}: banken har debiterat {captured} och har {reserved} kvar reserverat.",
      ],
      ["Release the rest if it will not be captured.", "Släpp resten om den inte ska debiteras.", "merchant.released"],
      [
        "Release the rest in the Merchant Portal if it will not be captured.",
        "Släpp resten i Merchant Portal om den inte ska debiteras.",
      ],
    ],
    "partly-refunded": [
      ["Completed, partly refunded", "Färdigbehandlad, delvis återbetald"],
      [
        "Completed since {since}: the bank has captured {captured} and refunded {refunded} of it.",
        "Färdigbehandlad sedan {since}: banken har debiterat {captured}, varav {refunded} har återbetalats.",
      ],
      mayRefund,
      mayRefundThere,
    ],
    "refund-pending": [
      ["Completed, refund under way", "Färdigbehandlad, återbetalning pågår"],
      [
        "Completed since {since}: the bank has accepted a refund of {pendingRefund} and has not paid it out yet.",
        "Färdigbehandlad sedan {since}: banken har tagit emot en återbetalning på {pendingRefund} men inte betalat ut den än.",
      ],
      nothing,
    ],
    free: [
      ["Completed, nothing to pay", "Färdigbehandlad, inget att betala"],
      [
        "Completed since {since}: the order cost nothing, so nothing was captured.",
        "Färdigbehandlad sedan {since}: ordern kostade inget, så inget debiterades.",
      ],
      nothing,
    ],
    unread: [
      ["Completed, payment not checked", "Färdigbehandlad, betalningen inte kontrollerad"],
      [
        "Completed since {since}, but the bank has not been asked about the payment yet.",
        "Färdigbehandlad sedan {since}, men banken har inte tillfrågats om betalningen än.",
      ],
      ["Read the payment now.", "Läs av betalningen nu.", "reconcile.asked"],
    ],
    elsewhere: [
      ["Completed, paid another way", "Färdigbehandlad, betald på annat sätt"],
      [
        "Completed since {since}: the order was paid with another payment method, which is not followed here.",
        "Färdigbehandlad sedan {since}: ordern betalades med ett annat betalsätt, som inte följs här.",
      ],
      elsewhere,
    ],
    other: [
      ["Completed, not paid", "Färdigbehandlad, inte betald"],
      [
        "Completed since {since}, but the bank has no money for the order: it reports {word}.",
        "Färdigbehandlad sedan {since}, men banken har inga pengar för ordern: den rapporterar {word}.",
      ],
      [
        "Look up the payment in the Merchant Portal, and have the customer pay.",
        "Slå upp betalningen i Merchant Portal, och låt kunden betala.",
      ],
    ],
  },
  refunded: {
    refunded: [
      ["Refunded", "Återbetald"],
      [
        "Refunded since {since}: the bank has paid back {refunded} to the customer.",
        "Återbetald sedan {since}: banken har betalat tillbaka {refunded} till kunden.",
      ],
      closed,
    ],
    released: [
      ["Refunded, reservation released", "Återbetald, reservationen släppt"],
      [
        "Refunded since {since}: the bank has released the reservation of {released}, so the customer never paid.",
        "Återbetald sedan {since}: banken har släppt reservationen på {released}, så kunden betalade aldrig.",
      ],
      closed,
    ],
    "refund-pending": [
      ["Refunded, pay-out under way", "Återbetald, utbetalning pågår"],
      [
        "Refunded since {since}: the bank has accepted the refund of {pendingRefund} and has not paid it out yet.",
        "Återbetald sedan {since}: banken har tagit emot återbetalningen på {pendingRefund} men inte betalat ut den än.",
      ],
      nothing,
    ],
    elsewhere: [
      ["Refunded, another payment method", "Återbetald, annat betalsätt"],
      [
        "Refunded since {since}: the order was paid with another payment method, which is not followed here.",
        "Återbetald sedan {since}: ordern betalades med ett annat betalsätt, som inte följs här.",
      ],
      closed,
    ],
    other: [
      ["Refunded, no money at the bank", "Återbetald, inga pengar hos banken"],
      [
        "Refunded since {since}: no money of the customer is known to be at the bank.",
        "Återbetald sedan {since}: banken har såvitt känt inga pengar från kunden.",
      ],
      closed,
    ],
  },
} satisfies Standing;
