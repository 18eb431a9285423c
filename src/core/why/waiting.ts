/** What is said of an order that waits: for its customer, the bank or a person. */
import { askBank, askBankNow, bankDecides, elsewhere, mayPay, mustPay, nothing, unpaid } from "./actions.js";
import type { Standing } from "./words.js";

export const waiting = {
  "checkout-draft": {
    other: [
      ["Draft, not ordered yet", "Utkast, inte beställd än"],
      [
        "Draft since {since}: the customer is still at the checkout and has not placed the order.",
        "Utkast sedan {since}: kunden är kvar i kassan och har inte slutfört beställningen.",
      ],
      nothing,
    ],
  },
  pending: {
    unread: [
      ["Pending payment, no word from the bank yet", "Väntar på betalning, inget besked från banken än"],
      [
        "Waiting for payment since {since}: the bank has not reported anything yet, and the customer can still pay.",
        "Väntar på betalning sedan {since}: banken har inte lämnat något besked än, och kunden kan fortfarande betala.",
      ],
      mayPay,
    ],
    "at-bank": [
      ["Pending payment, customer at the bank", "Väntar på betalning, kunden är hos banken"],
      [
        "Waiting for payment since {since}: the customer has not finished at the bank, and can still pay.",
        "Väntar på betalning sedan {since}: kunden är inte klar hos banken, men kan fortfarande betala.",
      ],
      mayPay,
    ],
    supplementing: [
      ["Pending payment, bank wants more information", "Väntar på betalning, banken vill ha kompletterande uppgifter"],
      [
        "Waiting for payment since {since}: the bank has asked the customer for more information and decides when it has it.",
        "Väntar på betalning sedan {since}: banken har begärt kompletterande uppgifter från kunden och beslutar när den har fått dem.",
      ],
      mayPay,
    ],
    missing: [
      ["Pending payment, nothing paid", "Väntar på betalning, inget betalt"],
      [
        "Waiting for payment since {since}: the bank has no payment for this order yet, and the customer can still pay.",
        "Väntar på betalning sedan {since}: banken har ingen betalning för ordern än, och kunden kan fortfarande betala.",
      ],
      mayPay,
    ],
    "turned-away": [
      ["Pending payment, the payment failed at the checkout", "Väntar på betalning, betalningen misslyckades i kassan"],
      [
        "Waiting for payment since {since}: the payment failed at least once at the checkout, so the bank may have none for this order; the customer can still pay.",
        "Väntar på betalning sedan {since}: betalningen misslyckades minst en gång i kassan, så banken har kanske ingen för ordern; kunden kan fortfarande betala.",
      ],
      mayPay,
    ],
    held: [
      ["Pending payment, callback waiting", "Väntar på betalning, meddelande väntar"],
      [
        "Waiting for payment since {since}: the bank has sent a callback, which is held until {due} so that the customer's return is handled first.",
        "Väntar på betalning sedan {since}: banken har skickat ett meddelande, som väntar till {due} så att kundens återkomst hanteras först.",
      ],
      mayPay,
    ],
    "no-payment": [
      ["Pending payment, not started", "Väntar på betalning, inte påbörjad"],
      [
        "Waiting for payment since {since}: the customer has not started to pay, but still can.",
        "Väntar på betalning sedan {since}: kunden har inte påbörjat betalningen, men kan fortfarande göra det.",
      ],
      mayPay,
    ],
    elsewhere: [
      ["Pending payment, paid another way", "Väntar på betalning, betalas på annat sätt"],
      [
        "Waiting for payment since {since}: the customer has chosen another payment method, which is not followed here.",
        "Väntar på betalning sedan {since}: kunden har valt ett annat betalsätt, som inte följs här.",
      ],
      elsewhere,
    ],
    other: [
      ["Pending payment, not paid", "Väntar på betalning, inte betald"],
      [
        "Waiting for payment since {since}: the bank reports {word} for the last attempt, which does not pay the order.",
        "Väntar på betalning sedan {since}: banken rapporterar {word} för det senaste försöket, och ordern är inte betald.",
      ],
      mayPay,
    ],
  },
  "on-hold": {
    unread: [
      ["On hold, no word from the bank yet", "Pausad, inget besked från banken än"],
      [
        "On hold since {since}: the bank has not reported on the payment yet, so do not ship.",
        "Pausad sedan {since}: banken har inte lämnat besked om betalningen än, så skicka inte varorna.",
      ],
      askBankNow,
    ],
    "at-bank": [
      ["On hold, customer at the bank", "Pausad, kunden är hos banken"],
      [
        "On hold since {since}: the customer has not finished paying at the bank, so do not ship yet.",
        "Pausad sedan {since}: kunden har inte betalat klart hos banken, så skicka inte varorna än.",
      ],
      bankDecides,
    ],
    supplementing: [
      ["On hold, bank wants more information", "Pausad, banken vill ha kompletterande uppgifter"],
      [
        "On hold since {since}: the bank has asked the customer for more information and decides when it has it, so do not ship yet.",
        "Pausad sedan {since}: banken har begärt kompletterande uppgifter från kunden och beslutar när den har fått dem, så skicka inte varorna än.",
      ],
      bankDecides,
    ],
    inspection: [
      ["On hold, under review at the bank", "Pausad, granskas av banken"],
      [
        "On hold since {since}: the bank is reviewing the payment by hand, and the order goes on by itself once it decides; do not ship yet.",
        "Pausad sedan {since}: banken granskar betalningen manuellt, och ordern går vidare automatiskt när den har beslutat; skicka inte varorna än.",
      ],
      bankDecides,
    ],
    frozen: [
      ["On hold, frozen by the bank", "Pausad, fryst av banken"],
      [
        "On hold since {since}: the bank has frozen the payment on suspicion of fraud and usually decides within hours; do not ship until it does.",
        "Pausad sedan {since}: banken har fryst betalningen på grund av misstänkt bedrägeri och lämnar oftast besked inom några timmar; skicka inte varorna innan dess.",
      ],
      bankDecides,
    ],
    missing: [
      ["On hold, not paid", "Pausad, inte betald"],
      [
        "On hold since {since}: the bank has no payment for this order, so do not ship.",
        "Pausad sedan {since}: banken har ingen betalning för ordern, så skicka inte varorna.",
      ],
      unpaid,
      mustPay,
    ],
    "turned-away": [
      ["On hold, the payment failed at the checkout", "Pausad, betalningen misslyckades i kassan"],
      [
        "On hold since {since}: the payment failed at least once at the checkout and the bank has shown none for this order, so do not ship.",
        "Pausad sedan {since}: betalningen misslyckades minst en gång i kassan och banken har inte visat någon för ordern, så skicka inget.",
      ],
      unpaid,
      mustPay,
    ],
    "no-payment": [
      ["On hold, not paid", "Pausad, inte betald"],
      [
        "On hold since {since}: no payment has been started at the bank, so do not ship.",
        "Pausad sedan {since}: ingen betalning har påbörjats hos banken, så skicka inte varorna.",
      ],
      unpaid,
      mustPay,
    ],
    "by-hand": [
      ["On hold by hand, paid", "Pausad för hand, betald"],
      [
        "On hold since {since}: the bank has accepted the payment of {held}, but the order was put on hold by hand.",
        "Pausad sedan {since}: banken har godkänt betalningen på {held}, men ordern har pausats för hand.",
      ],
      [
        "Find out why it was put on hold, and set it to Processing when it can go on.",
        "Ta reda på varför den pausades, och sätt den till Behandlas när den kan gå vidare.",
        "merchant.processed",
      ],
    ],
    free: [
      ["On hold, nothing to pay", "Pausad, inget att betala"],
      [
        "On hold since {since}: the order costs nothing, so no payment is awaited.",
        "Pausad sedan {since}: ordern kostar inget, så ingen betalning inväntas.",
      ],
      [
        "Set it to Processing or Completed when it can go on.",
        "Sätt den till Behandlas eller Färdigbehandlad när den kan gå vidare.",
        "merchant.processed",
      ],
    ],
    elsewhere: [
      ["On hold, paid another way", "Pausad, betalas på annat sätt"],
      [
        "On hold since {since}: the order is paid with another payment method, which is not followed here.",
        "Pausad sedan {since}: ordern betalas med ett annat betalsätt, som inte följs här.",
      ],
      elsewhere,
    ],
    other: [
      ["On hold, payment unclear", "Pausad, oklar betalning"],
      [
        "On hold since {since}: the bank reports {word}, which does not pay the order, so do not ship.",
        "Pausad sedan {since}: banken rapporterar {word}, och ordern är inte betald, så skicka inte varorna.",
      ],
      askBank,
    ],
  },
} satisfies Standing;
