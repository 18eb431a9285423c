/** Reasons and flags in Swedish; in English they stand in machines/reasons.ts and machines/flags.ts. */
import type { FlagName } from "./flags.js";

export const reasonsInSwedish: Record<string, string> = {
  "unable-to-capture-frozen-order":
    "Banken har fryst betalningen, och den kan inte debiteras förrän banken släpper den.",
  "payment-frozen": "Banken har fryst betalningen; inget kan göras med den förrän banken har beslutat.",
  "payment-in-inspection": "Banken granskar betalningen manuellt; vänta på beskedet.",
  "payment-rejected": "Banken avslog betalningen.",
  "is-paid": "Banken har kundens pengar för den här ordern; avbryt eller återbetala ordern i stället.",
  "capture-not-possible": "Banken tillåter inte att betalningen debiteras; slå upp den i Merchant Portal.",
  "already-captured": "Betalningen är redan debiterad.",
  "no-payment": "Ordern har ingen betalning hos banken, eller en betalning utan orderrader.",
  "partial-capture-not-supported": "Härifrån kan bara hela ordern debiteras; använd Merchant Portal för en del.",
  "cannot-cancel-captured": "Betalningen är debiterad, så ordern kan inte längre avbrytas; återbetala den i stället.",
  "cancel-not-possible": "Banken tillåter inte att betalningen avbokas; slå upp den i Merchant Portal.",
  "terminal-status": "Ordern är avslutad, och det går inte att ångra.",
  "partial-refund-not-supported":
    "Statusen Återbetald betalar tillbaka allt; använd återbetalningsformuläret för en del.",
  "refund-not-possible": "Inga debiterade pengar finns kvar att återbetala.",
  "refund-not-offered": "Banken tillåter ingen återbetalning av betalningen; slå upp den i Merchant Portal.",
  "refund-too-large": "Beloppet är större än det som har debiterats och ännu inte återbetalats.",
  "adding-items-not-supported": "En betald order kan bara minskas; lägg en ny order för fler varor.",
  "exceeds-credit-limit": "Den nya summan överstiger kreditgränsen som banken beviljade; lägg en ny order i stället.",
  "not-editable": "Betalningen kan inte längre ändras, så orderraderna kan inte heller det.",
  "amount-mismatch": "Ordersumman stämmer inte med det godkända beloppet, så inget debiterades.",
  "stale-payment": "Meddelandet gäller en annan av orderns betalningar, där det inte finns några pengar.",
  "unknown-payment": "Meddelandet gäller en betalning som inte hör till ordern.",
  "currency-mismatch": "Betalningen är i en annan valuta än ordern, så inget skickades.",
  "order-gone": "Ordern togs bort i butiken, så inget debiterades.",
  "order-changed": "Ordern ändrades i butiken under tiden, så inget skickades; kontrollera den och försök igen.",
  "gateway-refused": "Banken nekade anropet.",
  "not-confirmed":
    "Banken bekräftade aldrig anropet, så det räknas som inte utfört; kontrollera betalningen innan du försöker igen.",
  "operation-in-flight": "Ett anrop om orderns pengar pågår; vänta på bankens svar.",
  "not-possible-now": "Det går inte med orderns nuvarande status.",
  "not-awaiting-payment": "Ordern väntar inte på någon betalning.",
  "not-ours": "Ordern betalades med ett annat betalsätt.",
  "bad-digest": "Meddelandet kunde inte verifieras som bankens och användes inte.",
  "payment-not-created": "Banken skapade ingen betalning; kunden kan försöka igen.",
  "surplus-payment": "Betalningen har pengar som ordern inte behöver; den släpps eller flaggas.",
  "nothing-to-release": "Bara det som är kvar efter en deldebitering kan släppas; avbryt ordern i stället.",
  "not-paid": "Det finns inga pengar på den betalningen hos banken, så den kan inte betala ordern.",
  "payment-of-another-order": "Betalningen hör till en annan order.",
  "no-change": "Ordern behöver inte ändras.",
  "same-status": "Ordern har redan den statusen.",
  "same-total": "Summan är densamma som hos banken, så inget anrop görs.",
  "already-asked": "Samma sak begärdes nyss och pågår.",
  "already-placed": "Ordern är redan känd.",
  duplicate: "Samma meddelande kom tidigare och väntar fortfarande.",
  "stale-timer": "Den schemalagda händelsen ersattes eller avbröts innan den inträffade.",
  superseded: "Något nyare har tagit dess plats.",
  "payment-missing": "Banken känner inte till någon sådan betalning.",
  "still-at-the-bank": "Kunden är inte klar hos banken; ordern väntar.",
  "not-due": "Det är för tidigt för detta.",
  "test-callback": "Ett testmeddelande; ingen åtgärd behövs.",
  "checkout-rejected": "Bankens kassa avvisade kunden; ordern väntar på ett nytt försök.",
  recorded: "Noterat; inget annat ändrades.",
  "held-by-hand": "En person har pausat ordern, så en person ändrar den till behandlas.",
  "switched-off": "Butiken har stängt av detta.",
  cooldown: "Meddelandet väntar så att kundens återkomst hanteras först.",
  "reading-payment": "Banken tillfrågas först om betalningen.",
  "awaiting-gateway": "Anropet pågår; statusen ändras när banken har bekräftat.",
  "checkout-under-way": "En betalning för ordern håller på att öppnas hos banken; vänta tills bankens sida visas.",
  "payment-id-in-use":
    "En annan bank har en betalning för ordern med samma id, och den kan ännu betalas eller har pengar.",
  "checkout-superseded": "Ett nyare betalningsförsök har börjat, så detta är ett tidigare försök.",
  "no-lost-answer": "Ordern väntar inte på något svar från banken.",
  "outcome-unknown": "Bankens svar gick förlorat; betalningen läses av innan något skickas igen.",
};

export const flagsInSwedish: Record<FlagName, { says: string; remedy: string }> = {
  "discrepancy:paid-but-cancelled": {
    says: "Banken har kundens pengar för en order som butiken har avbrutit.",
    remedy: "Släpp pengarna i Merchant Portal, eller lägg en ny order åt kunden.",
  },
  "discrepancy:paid-but-pending": {
    says: "Ordern sätts gång på gång till väntar på betalning i butiken, men banken har kundens pengar.",
    remedy: "Ta reda på vilket tillägg som gör det och stäng av det; sätt sedan ordern till behandlas.",
  },
  "discrepancy:processing-but-unpaid": {
    says: "Butiken behandlar ordern som betald, men banken har inte godkänt betalningen.",
    remedy: "Skicka inte varorna. Vänta på banken, eller avbryt ordern.",
  },
  "discrepancy:completed-not-captured": {
    says: "Ordern är färdigbehandlad, men kunden debiterades aldrig.",
    remedy: "Debitera betalningen innan reservationen går ut.",
  },
  "discrepancy:completed-set-back": {
    says: "Ordern var färdigbehandlad och kunden debiterad, men ordern har ändrats tillbaka i butiken.",
    remedy: "Sätt den till färdigbehandlad igen.",
  },
  "discrepancy:payment-cancelled-order-active": {
    says: "Betalningen har avbokats eller återbetalats helt hos banken, men ordern är fortfarande öppen.",
    remedy:
      "Sätt ordern till avbruten eller återbetald. Om den avbokades av misstag, tryck på Räkna om för att reservera pengarna igen.",
  },
  "discrepancy:payment-of-another-order": {
    says: "En av orderns betalningar hör till en annan order hos banken, så inget görs med den.",
    remedy: "Slå upp betalningen i Merchant Portal och låt kunden betala den här ordern.",
  },
  "discrepancy:currency-mismatch": {
    says: "Betalningen är i en annan valuta än ordern, så den kan inte betala ordern.",
    remedy: "Avboka eller återbetala betalningen i Merchant Portal och låt kunden betala i orderns valuta.",
  },
  "discrepancy:paid-draft": {
    says: "Banken har pengar för en order som fortfarande är ett utkast; WooCommerce raderar utkast efter ett dygn.",
    remedy: "Sätt ordern till behandlas, eller släpp pengarna i Merchant Portal.",
  },
  "discrepancy:paid-another-way": {
    says: "Kunden valde ett annat betalsätt, och banken har pengar på den övergivna betalningen.",
    remedy: "Släpp eller återbetala den betalningen i Merchant Portal, eller återbetala den andra.",
  },
  "discrepancy:order-gone": {
    says: "Ordern raderades i butiken, och banken har kundens pengar.",
    remedy: "Skicka inte varorna. Återställ ordern i butiken, eller släpp pengarna i Merchant Portal.",
  },
  "discrepancy:paid-twice": {
    says: "Banken har pengar på mer än en betalning för ordern.",
    remedy: "Återbetala eller avboka betalningen som inte behövs i Merchant Portal; den står på ordern.",
  },
  "discrepancy:rejected-at-gateway": {
    says: "Banken avslog betalningen, och orderns status kan inte ändras automatiskt.",
    remedy: "Kontrollera betalningen i Merchant Portal; skicka inte varor som inte är betalda.",
  },
  "discrepancy:frozen-at-gateway": {
    says: "Banken frös betalningen på grund av misstänkt bedrägeri efter att ordern hade godkänts.",
    remedy: "Skicka inte varorna. Banken lämnar oftast besked inom några timmar.",
  },
  "discrepancy:amount-mismatch": {
    says: "Ordersumman stämmer inte med beloppet hos banken.",
    remedy: "Rätta orderraderna eller betalningen; inget debiteras förrän de stämmer.",
  },
  "discrepancy:refunded-not-credited": {
    says: "Ordern är återbetald, men banken har kvar kundens pengar.",
    remedy: "Återbetala det som är debiterat och släpp det som är reserverat i Merchant Portal.",
  },
  "discrepancy:refunded-twice": {
    says: "Banken har återbetalat mer än vad som begärdes härifrån.",
    remedy: "Jämför återbetalningarna i Merchant Portal med ordern och låt banken ta tillbaka det som är för mycket.",
  },
  "refund-by-hand": {
    says: "Butiken har registrerat en återbetalning som banken inte har gjort, eftersom automatiska återbetalningar är avstängda.",
    remedy: "Återbetala beloppet i Merchant Portal.",
  },
  "refund-failed": {
    says: "En återbetalning som banken hade godkänt misslyckades, så kunden fick inte pengarna.",
    remedy: "Återbetala beloppet igen.",
  },
  "discrepancy:captured-twice": {
    says: "Banken har debiterat mer än vad som begärdes härifrån.",
    remedy: "Jämför debiteringarna i Merchant Portal med ordern och betala tillbaka det som är för mycket.",
  },
  "discrepancy:reserved-twice": {
    says: "Banken har reserverat mer än vad som begärdes härifrån.",
    remedy: "Avboka i Merchant Portal det som är reserverat för mycket innan något debiteras.",
  },
  "capture-failed": {
    says: "Banken nekade debiteringen eller bekräftade den aldrig.",
    remedy: "Kontrollera betalningen i Merchant Portal och sätt sedan ordern till färdigbehandlad igen.",
  },
};
