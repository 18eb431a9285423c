/** What is said of an order that came to nothing. */
import { closed, elsewhere, mayBeAccepted, mayTryAgain } from "./actions.js";
import type { Standing } from "./words.js";

export const over = {
  failed: {
    denied: [
      ["Failed, credit denied", "Misslyckad, kredit nekad"],
      [
        "Failed since {since}: the bank turned down the customer's application for credit, and the customer can try again.",
        "Misslyckad sedan {since}: banken avslog kundens kreditansökan, och kunden kan försöka igen.",
      ],
      mayTryAgain,
    ],
    funds: [
      ["Failed, not enough funds", "Misslyckad, otillräckliga medel"],
      [
        "Failed since {since}: the customer did not have enough funds for the purchase, and can try again.",
        "Misslyckad sedan {since}: kunden hade inte tillräckliga medel för köpet, men kan försöka igen.",
      ],
      mayTryAgain,
    ],
    technical: [
      ["Failed, technical error at the bank", "Misslyckad, tekniskt fel hos banken"],
      [
        "Failed since {since}: the bank could not take the payment owing to a technical error, and the customer can try again.",
        "Misslyckad sedan {since}: banken kunde inte ta emot betalningen på grund av ett tekniskt fel, och kunden kan försöka igen.",
      ],
      mayTryAgain,
    ],
    fraud: [
      ["Failed, stopped for suspected fraud", "Misslyckad, stoppad för misstänkt bedrägeri"],
      [
        "Failed since {since}: the bank stopped the payment on suspicion of fraud.",
        "Misslyckad sedan {since}: banken stoppade betalningen på grund av misstänkt bedrägeri.",
      ],
      ["No action needed. Do not ship.", "Ingen åtgärd behövs. Skicka inte varorna."],
    ],
    rejected: [
      ["Failed, rejected by the bank", "Misslyckad, avslagen av banken"],
      [
        "Failed since {since}: the bank rejected the payment without giving a reason, and the customer can try again.",
        "Misslyckad sedan {since}: banken avslog betalningen utan att ange skäl, och kunden kan försöka igen.",
      ],
      mayTryAgain,
    ],
    frozen: [
      ["Failed, payment frozen", "Misslyckad, betalningen fryst"],
      [
        "Failed since {since}, but the bank has frozen the payment on suspicion of fraud and may still accept it.",
        "Misslyckad sedan {since}, men banken har fryst betalningen på grund av misstänkt bedrägeri och kan fortfarande godkänna den.",
      ],
      mayBeAccepted,
    ],
    inspection: [
      ["Failed, payment under review", "Misslyckad, betalningen granskas"],
      [
        "Failed since {since}, but the bank is reviewing the payment and may still accept it.",
        "Misslyckad sedan {since}, men banken granskar betalningen och kan fortfarande godkänna den.",
      ],
      mayBeAccepted,
    ],
    "by-hand": [
      ["Failed by hand, not paid", "Misslyckad för hand, inte betald"],
      [
        "Failed since {since}: the status was set by hand, and the bank has no money for the order.",
        "Misslyckad sedan {since}: statusen har satts för hand, och banken har inga pengar för ordern.",
      ],
      mayTryAgain,
    ],
    elsewhere: [
      ["Failed, another payment method", "Misslyckad, annat betalsätt"],
      [
        "Failed since {since}: the order is paid with another payment method, which is not followed here.",
        "Misslyckad sedan {since}: ordern betalas med ett annat betalsätt, som inte följs här.",
      ],
      elsewhere,
    ],
    other: [
      ["Failed, not paid", "Misslyckad, inte betald"],
      [
        "Failed since {since}: the payment did not go through, and the customer can try again.",
        "Misslyckad sedan {since}: betalningen gick inte igenom, och kunden kan försöka igen.",
      ],
      mayTryAgain,
    ],
  },
  cancelled: {
    denied: [
      ["Cancelled, credit denied", "Avbruten, kredit nekad"],
      [
        "Cancelled since {since}: the bank turned down the customer's application for credit.",
        "Avbruten sedan {since}: banken avslog kundens kreditansökan.",
      ],
      closed,
    ],
    funds: [
      ["Cancelled, not enough funds", "Avbruten, otillräckliga medel"],
      [
        "Cancelled since {since}: the customer did not have enough funds for the purchase.",
        "Avbruten sedan {since}: kunden hade inte tillräckliga medel för köpet.",
      ],
      closed,
    ],
    technical: [
      ["Cancelled, technical error at the bank", "Avbruten, tekniskt fel hos banken"],
      [
        "Cancelled since {since}: the bank could not take the payment owing to a technical error.",
        "Avbruten sedan {since}: banken kunde inte ta emot betalningen på grund av ett tekniskt fel.",
      ],
      closed,
    ],
    fraud: [
      ["Cancelled, stopped for suspected fraud", "Avbruten, stoppad för misstänkt bedrägeri"],
      [
        "Cancelled since {since}: the bank stopped the payment on suspicion of fraud.",
        "Avbruten sedan {since}: banken stoppade betalningen på grund av misstänkt bedrägeri.",
      ],
      closed,
    ],
    rejected: [
      ["Cancelled, rejected by the bank", "Avbruten, avslagen av banken"],
      [
        "Cancelled since {since}: the bank rejected the payment without giving a reason.",
        "Avbruten sedan {since}: banken avslog betalningen utan att ange skäl.",
      ],
      closed,
    ],
    aborted: [
      ["Cancelled by the customer at the bank", "Avbruten av kunden hos banken"],
      [
        "Cancelled since {since}: the customer cancelled the payment at the bank.",
        "Avbruten sedan {since}: kunden avbröt betalningen hos banken.",
      ],
      closed,
    ],
    annulled: [
      ["Cancelled, payment cancelled at the bank", "Avbruten, betalningen avbokad hos banken"],
      [
        "Cancelled since {since}: the payment was cancelled at the bank.",
        "Avbruten sedan {since}: betalningen avbokades hos banken.",
      ],
      closed,
    ],
    unfinished: [
      ["Cancelled, never paid", "Avbruten, aldrig betald"],
      [
        "Cancelled since {since}: the bank ended the payment, which the customer never finished.",
        "Avbruten sedan {since}: banken avslutade betalningen, som kunden aldrig gjorde klar.",
      ],
      closed,
    ],
    expired: [
      ["Cancelled, not paid in time", "Avbruten, inte betald i tid"],
      [
        "Cancelled since {since}: the customer did not pay before the time to pay ran out.",
        "Avbruten sedan {since}: kunden betalade inte innan betalningstiden gick ut.",
      ],
      closed,
    ],
    left: [
      ["Cancelled, customer left without paying", "Avbruten, kunden gick utan att betala"],
      [
        "Cancelled since {since}: the customer came back from the bank without having paid.",
        "Avbruten sedan {since}: kunden kom tillbaka från banken utan att ha betalat.",
      ],
      closed,
    ],
    "by-hand": [
      ["Cancelled by hand, never paid", "Avbruten för hand, aldrig betald"],
      [
        "Cancelled since {since}: the order was cancelled by hand, and there was no money at the bank to release.",
        "Avbruten sedan {since}: ordern avbröts för hand, och det fanns inga pengar hos banken att släppa.",
      ],
      closed,
    ],
    released: [
      ["Cancelled, reservation released", "Avbruten, reservationen släppt"],
      [
        "Cancelled since {since}: the bank has released the reservation of {released}, and the customer pays nothing.",
        "Avbruten sedan {since}: banken har släppt reservationen på {released}, och kunden betalar inget.",
      ],
      closed,
    ],
    refunded: [
      ["Cancelled, money refunded", "Avbruten, pengarna återbetalda"],
      [
        "Cancelled since {since}: the bank has refunded all of {captured} to the customer.",
        "Avbruten sedan {since}: banken har återbetalat hela beloppet på {captured} till kunden.",
      ],
      closed,
    ],
    frozen: [
      ["Cancelled, payment frozen", "Avbruten, betalningen fryst"],
      [
        "Cancelled since {since}, but the bank has frozen the payment on suspicion of fraud and may still accept it.",
        "Avbruten sedan {since}, men banken har fryst betalningen på grund av misstänkt bedrägeri och kan fortfarande godkänna den.",
      ],
      mayBeAccepted,
    ],
    inspection: [
      ["Cancelled, payment under review", "Avbruten, betalningen granskas"],
      [
        "Cancelled since {since}, but the bank is reviewing the payment and may still accept it.",
        "Avbruten sedan {since}, men banken granskar betalningen och kan fortfarande godkänna den.",
      ],
      mayBeAccepted,
    ],
    elsewhere: [
      ["Cancelled, another payment method", "Avbruten, annat betalsätt"],
      [
        "Cancelled since {since}: the order had another payment method, which is not followed here.",
        "Avbruten sedan {since}: ordern hade ett annat betalsätt, som inte följs här.",
      ],
      closed,
    ],
    other: [
      ["Cancelled, no payment known", "Avbruten, ingen känd betalning"],
      [
        "Cancelled since {since}: no money of the customer is known to be at the bank.",
        "Avbruten sedan {since}: banken har såvitt känt inga pengar från kunden.",
      ],
      closed,
    ],
  },
} satisfies Standing;
