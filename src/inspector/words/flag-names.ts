/** The flags in two or three words, for the chips of the pages. */
import type { FlagName } from "../../../machines/flags.js";

export const flagNames: Record<FlagName, readonly [english: string, swedish: string]> = {
  "discrepancy:paid-but-cancelled": ["paid but cancelled", "betald men avbruten"],
  "discrepancy:paid-but-pending": ["paid but pending", "betald men väntar"],
  "discrepancy:processing-but-unpaid": ["processing but unpaid", "behandlas men obetald"],
  "discrepancy:completed-not-captured": ["completed, not captured", "färdigbehandlad, inte debiterad"],
  "discrepancy:completed-set-back": ["completed, then set back", "färdigbehandlad, sedan ändrad"],
  "discrepancy:payment-cancelled-order-active": ["payment gone, order open", "betalningen borta, ordern öppen"],
  "discrepancy:payment-of-another-order": ["payment of another order", "en annan orders betalning"],
  "discrepancy:currency-mismatch": ["wrong currency", "fel valuta"],
  "discrepancy:paid-draft": ["paid draft", "betalt utkast"],
  "discrepancy:paid-another-way": ["paid another way", "betald på annat sätt"],
  "discrepancy:order-gone": ["order deleted", "ordern raderad"],
  "discrepancy:paid-twice": ["paid twice", "betald två gånger"],
  "discrepancy:rejected-at-gateway": ["rejected by the bank", "avslagen av banken"],
  "discrepancy:frozen-at-gateway": ["frozen by the bank", "fryst av banken"],
  "discrepancy:amount-mismatch": ["amounts differ", "beloppen skiljer sig"],
  "discrepancy:refunded-not-credited": ["refunded, money not paid back", "återbetald, pengarna kvar"],
  "discrepancy:refunded-twice": ["refunded too much", "för mycket återbetalat"],
  "refund-by-hand": ["refund to make at the bank", "återbetalning att göra hos banken"],
  "refund-failed": ["refund failed", "återbetalningen misslyckades"],
  "discrepancy:captured-twice": ["captured too much", "för mycket debiterat"],
  "discrepancy:reserved-twice": ["reserved too much", "för mycket reserverat"],
  "capture-failed": ["capture failed", "debiteringen misslyckades"],
};
