/** What is said of an order about which shop and bank disagree; what to do is the flag's own remedy. */
import type { FlagName } from "../../../machines/flags.js";
import type { Pair } from "./words.js";

/** Of several flags the first of these is told first. */
export const flagged: Record<FlagName, readonly [state: Pair, answer: Pair]> = {
  "discrepancy:order-gone": [
    ["Deleted in the shop, paid", "Raderad i butiken, betald"],
    [
      "The order was deleted in the shop, but the bank still has {all} from the customer.",
      "Ordern raderades i butiken, men banken har fortfarande {all} från kunden.",
    ],
  ],
  "discrepancy:frozen-at-gateway": [
    ["{Status}, frozen by the bank", "{Status}, fryst av banken"],
    [
      "{Status} since {since}, but the bank has since frozen the payment on suspicion of fraud, so do not ship before it decides.",
      "{Status} sedan {since}, men banken har därefter fryst betalningen på grund av misstänkt bedrägeri, så skicka inte varorna innan den har beslutat.",
    ],
  ],
  "discrepancy:rejected-at-gateway": [
    ["{Status}, rejected by the bank", "{Status}, avslagen av banken"],
    [
      "{Status} since {since}, but not paid: the bank has rejected the payment, and the order cannot follow automatically.",
      "{Status} sedan {since}, men är inte betald: banken har avslagit betalningen, och ordern kan inte ändras automatiskt.",
    ],
  ],
  "discrepancy:paid-but-pending": [
    ["{Status}, but paid", "{Status}, men betald"],
    [
      "{Status} since {since}, but the customer paid: the bank {holds}, and something in the shop sets the order to pending again and again.",
      "{Status} sedan {since}, men kunden har betalat: banken {holds}, och något i butiken sätter gång på gång ordern till väntar på betalning.",
    ],
  ],
  "discrepancy:processing-but-unpaid": [
    ["{Status}, not paid", "{Status}, inte betald"],
    ["{Status} since {since}, but not paid: {noMoney}.", "{Status} sedan {since}, men är inte betald: {noMoney}."],
  ],
  "discrepancy:payment-cancelled-order-active": [
    ["{Status}, payment cancelled or refunded", "{Status}, betalningen avbokad eller återbetald"],
    [
      "{Status} since {since}, but no longer paid: the payment was cancelled or refunded in full at the bank.",
      "{Status} sedan {since}, men är inte längre betald: betalningen har avbokats eller återbetalats helt hos banken.",
    ],
  ],
  "discrepancy:payment-of-another-order": [
    ["{Status}, payment of another order", "{Status}, en annan orders betalning"],
    [
      "{Status} since {since}, but a payment given for the order belongs to another order at the bank, so nothing is done with it.",
      "{Status} sedan {since}, men en betalning som angetts för ordern hör till en annan order hos banken, så inget görs med den.",
    ],
  ],
  "discrepancy:currency-mismatch": [
    ["{Status}, wrong currency", "{Status}, fel valuta"],
    [
      "{Status} since {since}, but a payment was made in another currency than {currency}, so it does not pay the order.",
      "{Status} sedan {since}, men en betalning gjordes i en annan valuta än {currency}, så den betalar inte ordern.",
    ],
  ],
  "capture-failed": [
    ["{Status}, capture failed", "{Status}, debiteringen misslyckades"],
    [
      "{Status} since {since}, but not captured: the bank refused the capture, or never confirmed it.",
      "{Status} sedan {since}, men inte debiterad: banken nekade debiteringen eller bekräftade den aldrig.",
    ],
  ],
  "discrepancy:completed-not-captured": [
    ["Completed, not captured", "Färdigbehandlad, inte debiterad"],
    [
      "Completed since {since}, but never captured: the bank only has {reserved} reserved, and the reservation runs out.",
      "Färdigbehandlad sedan {since}, men aldrig debiterad: banken har bara {reserved} reserverat, och reservationen går ut.",
    ],
  ],
  "discrepancy:completed-set-back": [
    ["{Status}, was completed before", "{Status}, var färdigbehandlad"],
    [
      "{Status} since {since}, but the order was completed and captured before: it was set back in the shop.",
      "{Status} sedan {since}, men ordern var färdigbehandlad och debiterad: den har ändrats tillbaka i butiken.",
    ],
  ],
  "discrepancy:paid-but-cancelled": [
    ["{Status}, but paid", "{Status}, men betald"],
    [
      "{Status} since {since}, but the customer paid: the bank {holds}.",
      "{Status} sedan {since}, men kunden har betalat: banken {holds}.",
    ],
  ],
  "discrepancy:paid-draft": [
    ["Draft, but paid", "Utkast, men betald"],
    [
      "Draft since {since}, but paid: the bank has {all} from the customer, and WooCommerce deletes drafts after a day.",
      "Utkast sedan {since}, men betald: banken har {all} från kunden, och WooCommerce raderar utkast efter ett dygn.",
    ],
  ],
  "discrepancy:paid-another-way": [
    ["{Status}, abandoned payment has money", "{Status}, pengar på den övergivna betalningen"],
    [
      "{Status} since {since} with another payment method, but the bank still has {all} on {abandoned}.",
      "{Status} sedan {since} med ett annat betalsätt, men banken har fortfarande {all} på {abandoned}.",
    ],
  ],
  "discrepancy:refunded-not-credited": [
    ["Refunded, but the bank still has money", "Återbetald, men banken har pengar kvar"],
    [
      "Refunded since {since}, but not paid back: the bank still has {all} from the customer.",
      "Återbetald sedan {since}, men pengarna är inte tillbakabetalda: banken har fortfarande {all} från kunden.",
    ],
  ],
  "discrepancy:paid-twice": [
    ["{Status}, paid twice", "{Status}, betald två gånger"],
    [
      "{Status} since {since}, but paid twice: the bank has {surplus} more from the customer than the order needs.",
      "{Status} sedan {since}, men betald två gånger: banken har {surplus} mer från kunden än ordern behöver.",
    ],
  ],
  "refund-by-hand": [
    ["{Status}, a refund is left to make", "{Status}, en återbetalning återstår"],
    [
      "{Status} since {since}, but the shop recorded {flagAmount} as refunded that the bank has not refunded: automatic refunds are switched off.",
      "{Status} sedan {since}, men butiken har registrerat {flagAmount} som återbetalt utan att banken har gjort det: automatiska återbetalningar är avstängda.",
    ],
  ],
  "refund-failed": [
    ["{Status}, refund failed", "{Status}, återbetalningen misslyckades"],
    [
      "{Status} since {since}, but a refund of {flagAmount} failed at the bank, so the customer did not get the money.",
      "{Status} sedan {since}, men en återbetalning på {flagAmount} misslyckades hos banken, så kunden fick inte pengarna.",
    ],
  ],
  "discrepancy:refunded-twice": [
    ["{Status}, refunded too much", "{Status}, för mycket återbetalat"],
    [
      "{Status} since {since}, but refunded too much: the bank has paid back {flagAmount} more than was asked for here.",
      "{Status} sedan {since}, men för mycket har återbetalats: banken har betalat tillbaka {flagAmount} mer än vad som begärdes härifrån.",
    ],
  ],
  "discrepancy:captured-twice": [
    ["{Status}, captured too much", "{Status}, för mycket debiterat"],
    [
      "{Status} since {since}, but captured too much: the bank has captured {flagAmount} more than was asked for here.",
      "{Status} sedan {since}, men för mycket har debiterats: banken har debiterat {flagAmount} mer än vad som begärdes härifrån.",
    ],
  ],
  "discrepancy:reserved-twice": [
    ["{Status}, reserved too much", "{Status}, för mycket reserverat"],
    [
      "{Status} since {since}, but reserved too much: the bank has {flagAmount} more than was asked for here.",
      "{Status} sedan {since}, men för mycket är reserverat: banken har {flagAmount} mer än vad som begärdes härifrån.",
    ],
  ],
  "discrepancy:amount-mismatch": [
    ["{Status}, amounts differ", "{Status}, beloppen skiljer sig"],
    [
      "{Status} since {since}, but the amounts differ: the order is {total}, and the bank has {bank}.",
      "{Status} sedan {since}, men beloppen skiljer sig: ordern är på {total}, och banken har {bank}.",
    ],
  ],
};
