/** Reasons and flags in Swedish; in English they stand in machines/reasons.ts and machines/flags.ts. */
import type { FlagName } from "../../../machines/flags.js";

export const reasonsInSwedish: Record<string, string> = {
  "unable-to-capture-frozen-order": "Banken har fryst betalningen, så den kan inte dras förrän banken släpper den.",
  "payment-frozen": "Banken har fryst betalningen; inget kan göras med den förrän banken bestämmer sig.",
  "payment-in-inspection": "Banken granskar betalningen för hand; vänta på beskedet.",
  "payment-rejected": "Banken avslog betalningen.",
  "capture-not-possible": "Banken erbjuder ingen dragning av betalningen.",
  "already-captured": "Betalningen är redan dragen.",
  "no-payment": "Ordern har ingen betalning hos banken, eller en utan orderrader.",
  "partial-capture-not-supported": "Härifrån kan bara hela ordern dras; använd Merchant Portal för en del.",
  "cannot-cancel-captured": "Betalningen är dragen, så ordern kan inte längre avbrytas; återbetala den i stället.",
  "cancel-not-possible": "Banken erbjuder ingen avbokning av betalningen.",
  "terminal-status": "Ordern har nått ett slut som inte kan göras ogjort.",
  "partial-refund-not-supported": "Återbetald ger tillbaka allt; återbetala en del med formuläret för återbetalning.",
  "refund-not-possible": "Det finns inget draget belopp att ge tillbaka.",
  "refund-too-large": "Beloppet är större än det som dragits och ännu inte getts tillbaka.",
  "adding-items-not-supported": "En betald order kan bara göras mindre; lägg en ny order för fler varor.",
  "exceeds-credit-limit": "Den nya summan överstiger kreditgränsen som banken beviljade; lägg en ny order i stället.",
  "not-editable": "Betalningen kan inte längre ändras, så orderraderna kan inte heller det.",
  "amount-mismatch": "Ordersumman stämmer inte med det godkända beloppet, så inget drogs.",
  "stale-payment": "Meddelandet gäller en annan av orderns betalningar, som inte håller några pengar.",
  "unknown-payment": "Meddelandet gäller en betalning som inte är denna orders.",
  "currency-mismatch": "Betalningen är i en annan valuta än ordern, så inget skickades.",
  "order-gone": "Ordern togs bort i butiken, så inget drogs.",
  "order-changed": "Ordern ändrades i butiken under tiden, så inget skickades; titta på den och begär det igen.",
  "gateway-refused": "Banken nekade anropet.",
  "operation-in-flight": "Pengar för ordern är på väg; vänta på bankens svar.",
  "not-possible-now": "Ordern kan inte ta det steget därifrån den står.",
  "not-awaiting-payment": "Ordern väntar inte på någon betalning.",
  "not-ours": "Ordern betalades med ett annat betalsätt.",
  "bad-digest": "Meddelandet bevisar inte att det kommer från banken, så inget lästes.",
  "payment-not-created": "Banken tog inte emot någon betalning; kunden får försöka igen.",
  "surplus-payment": "Betalningen håller pengar som ordern inte behöver; den släpps, eller flaggas.",
  "nothing-to-release": "Bara det som är kvar efter en deldragning kan släppas; avbryt ordern i stället.",
  "not-paid": "Den betalningen håller inga pengar hos banken, så den betalar ingenting.",
  "payment-of-another-order": "Betalningen hör till en annan order.",
  "no-change": "Ordern visar redan det som betalningen säger.",
  "same-status": "Ordern har redan den statusen.",
  "same-total": "Summan är densamma som hos banken, så inget anrop görs.",
  "already-asked": "Samma sak begärdes nyss och är på väg.",
  "already-placed": "Ordern är redan känd.",
  duplicate: "Samma meddelande kom tidigare och väntar fortfarande.",
  "stale-timer": "Klockan ersattes eller avbröts innan den ringde.",
  superseded: "Något nyare har tagit dess plats.",
  "payment-missing": "Banken känner inte till någon sådan betalning.",
  "still-at-the-bank": "Kunden är inte klar hos banken; ordern väntar.",
  "not-due": "Tiden för detta har inte kommit.",
  "test-callback": "Ett testmeddelande; inget att göra.",
  "checkout-rejected": "Bankens ruta avvisade kunden; ordern väntar på ett nytt försök.",
  recorded: "Det har antecknats; inget annat ändrades.",
  "switched-off": "Butiken har stängt av detta.",
  cooldown: "Bankens meddelande lämnar företräde åt kunden i en minut efter att ordern senast skrevs.",
  "reading-payment": "Banken tillfrågas först om betalningen.",
  "awaiting-gateway": "Anropet är på väg; statusen följer när banken har bekräftat.",
  "checkout-under-way": "En betalning för ordern håller på att öppnas hos banken; vänta på dess sida.",
  "checkout-superseded": "Ett nyare betalningsförsök har börjat, så detta är ett tidigare försök.",
  "no-lost-answer": "Inget svar från banken inväntas.",
  "outcome-unknown": "Bankens svar gick förlorat; betalningen läses av innan något skickas igen.",
};

export const flagsInSwedish: Record<FlagName, { says: string; remedy: string }> = {
  "discrepancy:paid-but-cancelled": {
    says: "Banken håller kundens pengar för en order som butiken har gett upp.",
    remedy: "Släpp pengarna i Merchant Portal, eller lägg en ny order åt kunden.",
  },
  "discrepancy:processing-but-unpaid": {
    says: "Butiken behandlar ordern som betald, men kunden har inte betalat klart.",
    remedy: "Skicka inget. Vänta på kunden, eller avbryt ordern.",
  },
  "discrepancy:completed-not-captured": {
    says: "Ordern är färdig, men pengarna drogs aldrig.",
    remedy: "Dra betalningen i Merchant Portal innan reservationen går ut.",
  },
  "discrepancy:payment-cancelled-order-active": {
    says: "Betalningen avbokades eller återbetalades helt hos banken medan ordern lever vidare.",
    remedy:
      "Sätt ordern till avbruten eller återbetald. Om den avbokades av misstag, tryck på Räkna om för att reservera pengarna igen.",
  },
  "discrepancy:payment-of-another-order": {
    says: "En av orderns betalningar hör till en annan order hos banken, så inget görs med den.",
    remedy: "Slå upp betalningen i Merchant Portal och låt kunden betala den här ordern.",
  },
  "discrepancy:currency-mismatch": {
    says: "Betalningen är i en annan valuta än ordern, så den betalar den inte.",
    remedy: "Avboka eller återbetala betalningen i Merchant Portal och låt kunden betala i orderns valuta.",
  },
  "discrepancy:paid-draft": {
    says: "Banken håller pengar för en order som fortfarande är ett utkast; WooCommerce raderar utkast efter ett dygn.",
    remedy: "Sätt ordern till behandlas, eller släpp pengarna i Merchant Portal.",
  },
  "discrepancy:paid-another-way": {
    says: "Kunden valde ett annat betalsätt, och banken håller pengar från den övergivna betalningen.",
    remedy: "Släpp eller återbetala den betalningen i Merchant Portal, eller låt den andra gå tillbaka.",
  },
  "discrepancy:order-gone": {
    says: "Ordern raderades i butiken, och banken håller kundens pengar.",
    remedy: "Skicka inget. Återställ ordern i butiken, eller släpp pengarna i Merchant Portal.",
  },
  "discrepancy:paid-twice": {
    says: "Banken håller mer än en betalning för ordern.",
    remedy: "Återbetala eller avboka betalningen som inte behövs i Merchant Portal; ordern nämner den.",
  },
  "discrepancy:rejected-at-gateway": {
    says: "Banken avslog betalningen, och ordern kan inte följa med av sig själv.",
    remedy: "Titta på betalningen i Merchant Portal; skicka inte varor som inte är betalda.",
  },
  "discrepancy:frozen-at-gateway": {
    says: "Banken frös betalningen på misstanke om bedrägeri efter att ordern hade gått vidare.",
    remedy: "Skicka inget. Banken bestämmer sig oftast inom några timmar.",
  },
  "discrepancy:amount-mismatch": {
    says: "Ordersumman stämmer inte med beloppet hos banken.",
    remedy: "Rätta orderraderna eller betalningen; inget dras förrän de stämmer.",
  },
  "discrepancy:refunded-not-credited": {
    says: "Ordern är återbetald, men banken har inte gett tillbaka pengarna.",
    remedy: "Återbetala betalningen i Merchant Portal.",
  },
  "discrepancy:refunded-twice": {
    says: "Banken har gett tillbaka mer än vad som begärdes härifrån.",
    remedy: "Jämför återbetalningarna i Merchant Portal med ordern och låt banken ta tillbaka det som är för mycket.",
  },
  "refund-failed": {
    says: "En återbetalning som banken hade tagit emot blev inte av, så kunden fick inte pengarna.",
    remedy: "Återbetala beloppet igen.",
  },
  "discrepancy:captured-twice": {
    says: "Banken har dragit mer än vad som begärdes härifrån.",
    remedy: "Jämför dragningarna i Merchant Portal med ordern och betala tillbaka det som är för mycket.",
  },
  "discrepancy:reserved-twice": {
    says: "Banken håller mer än vad som begärdes härifrån.",
    remedy: "Avbryt i Merchant Portal det som är reserverat för mycket innan något dras.",
  },
  "capture-failed": {
    says: "Banken nekade dragningen, eller bekräftade den aldrig.",
    remedy: "Titta på betalningen i Merchant Portal och sätt sedan ordern till färdigbehandlad igen.",
  },
};
