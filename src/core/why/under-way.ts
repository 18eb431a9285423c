/** What is said while money moves, of a call that was given up, of what waits, and of an order that is parked. */
import type { Operation } from "../../../machines/facts.js";
import type { Action, Pair, Sentences } from "./words.js";

export const wait: Action = [
  "No action needed: wait for the bank's answer.",
  "Ingen åtgärd behövs: vänta på bankens svar.",
];
/** Of a call whose answer was lost. */
export const endLost: Pair = [
  "If the bank says that it did not carry it out, end the wait.",
  "Om banken svarar att det inte har genomförts, avsluta väntan.",
];
/** Of one that failed, and may not have gone out at all. */
export const endPutOff: Pair = [
  "If it is not to be made any more, end the wait: the payment is then read, and the call is not sent again.",
  "Om det inte ska göras längre, avsluta väntan: betalningen läses då av, och anropet skickas inte igen.",
];
export const waitOrEnd: Action = [
  `No action needed. ${endLost[0]}`,
  `Ingen åtgärd behövs. ${endLost[1]}`,
  "merchant.endedWait",
];
export const putOff: Action = [
  `No action needed: the call is made again automatically. ${endPutOff[0]}`,
  `Ingen åtgärd behövs: anropet görs om automatiskt. ${endPutOff[1]}`,
  "merchant.endedWait",
];

type Kind = Operation["kind"];

export const moving: Record<Kind, Sentences> = {
  book: [
    ["{Status}, being booked", "{Status}, bokas"],
    [
      "Booking the payment of {sum} that the customer signed was requested at {asked}, and the bank has not confirmed it yet.",
      "Bokning av {sum} som kunden har signerat begärdes {asked}, och banken har inte bekräftat än.",
    ],
    wait,
  ],
  capture: [
    ["{Status}, being captured", "{Status}, debiteras"],
    [
      "A capture of {sum} was requested at {asked}, and the order becomes {leadsTo} once the bank confirms it.",
      "Debitering av {sum} begärdes {asked}, och ordern får statusen {leadsTo} när banken bekräftar.",
    ],
    wait,
  ],
  cancel: [
    ["{Status}, reservation being released", "{Status}, reservationen släpps"],
    [
      "The release of {sum} was requested at {asked}, and the order becomes {leadsTo} once the bank confirms it.",
      "Avbokning av {sum} begärdes {asked}, och ordern får statusen {leadsTo} när banken bekräftar.",
    ],
    wait,
  ],
  refund: [
    ["{Status}, being refunded", "{Status}, återbetalas"],
    [
      "A refund of {sum} was requested at {asked}, and the order becomes {leadsTo} once the bank confirms it.",
      "Återbetalning av {sum} begärdes {asked}, och ordern får statusen {leadsTo} när banken bekräftar.",
    ],
    wait,
  ],
  rebuild: [
    ["{Status}, payment being changed", "{Status}, betalningen ändras"],
    [
      "A change of the payment to {sum} was requested at {asked}, and the bank has not confirmed it yet.",
      "Ändring av betalningen till {sum} begärdes {asked}, och banken har inte bekräftat än.",
    ],
    wait,
  ],
};

/** The same where the status stays as it is. */
export const movingOnly: Partial<Record<Kind, Pair>> = {
  capture: [
    "A capture of {sum} was requested at {asked}, and the bank has not confirmed it yet.",
    "Debitering av {sum} begärdes {asked}, och banken har inte bekräftat än.",
  ],
  cancel: [
    "The release of {sum} was requested at {asked}, and the bank has not confirmed it yet.",
    "Avbokning av {sum} begärdes {asked}, och banken har inte bekräftat än.",
  ],
  refund: [
    "A refund of {sum} was requested at {asked}, and the bank has not confirmed it yet.",
    "Återbetalning av {sum} begärdes {asked}, och banken har inte bekräftat än.",
  ],
};

export const lost: Record<Kind, Sentences> = {
  book: [
    ["{Status}, booking uncertain", "{Status}, osäker bokning"],
    [
      "It is unclear whether the bank booked {sum}: its answer was lost at {lost}, and the payment is read before anything is sent again.",
      "Det är oklart om banken har bokat {sum}: svaret gick förlorat {lost}, och betalningen läses av innan något skickas igen.",
    ],
    waitOrEnd,
    wait,
  ],
  capture: [
    ["{Status}, capture uncertain", "{Status}, osäker debitering"],
    [
      "It is unclear whether the bank captured {sum}: its answer was lost at {lost}, and the payment is read before anything is sent again.",
      "Det är oklart om banken har debiterat {sum}: svaret gick förlorat {lost}, och betalningen läses av innan något skickas igen.",
    ],
    waitOrEnd,
    wait,
  ],
  cancel: [
    ["{Status}, release uncertain", "{Status}, osäker avbokning"],
    [
      "It is unclear whether the bank released {sum}: its answer was lost at {lost}, and the payment is read before anything is sent again.",
      "Det är oklart om banken har släppt {sum}: svaret gick förlorat {lost}, och betalningen läses av innan något skickas igen.",
    ],
    waitOrEnd,
    wait,
  ],
  refund: [
    ["{Status}, refund uncertain", "{Status}, osäker återbetalning"],
    [
      "It is unclear whether the bank refunded {sum}: its answer was lost at {lost}, and the payment is read before anything is sent again.",
      "Det är oklart om banken har återbetalat {sum}: svaret gick förlorat {lost}, och betalningen läses av innan något skickas igen.",
    ],
    waitOrEnd,
    wait,
  ],
  rebuild: [
    ["{Status}, change uncertain", "{Status}, osäker ändring"],
    [
      "It is unclear whether the bank changed the payment to {sum}: its answer was lost at {lost}, and the payment is read before anything is sent again.",
      "Det är oklart om banken har ändrat betalningen till {sum}: svaret gick förlorat {lost}, och betalningen läses av innan något skickas igen.",
    ],
    waitOrEnd,
    wait,
  ],
};

/** A payment that does not pay the order gives its money back. */
export const surplusMoving: Sentences = [
  ["{Status}, a payment too many is being released", "{Status}, en betalning för mycket släpps"],
  [
    "{Status} since {since}, but paid twice: {surplus} that the order does not need is being released, and the bank has not confirmed it yet.",
    "{Status} sedan {since}, men betald två gånger: {surplus} som ordern inte behöver släpps, och banken har inte bekräftat än.",
  ],
  wait,
];
export const surplusLost: Sentences = [
  ["{Status}, release of a payment too many uncertain", "{Status}, osäkert om en betalning för mycket har släppts"],
  [
    "{Status} since {since}, but paid twice: it is unclear whether the bank released {surplus} that the order does not need, because its answer was lost at {surplusLost}; that payment is read before anything is sent again.",
    "{Status} sedan {since}, men betald två gånger: det är oklart om banken har släppt {surplus} som ordern inte behöver, eftersom svaret gick förlorat {surplusLost}; den betalningen läses av innan något skickas igen.",
  ],
  wait,
];

export const dead: Sentences = [
  ["{Status}, a call failed", "{Status}, ett anrop misslyckades"],
  [
    "{call} failed {times} and was given up; the order is {Status}, and someone has to try the call again.",
    "{call} misslyckades {times} och görs inte om automatiskt; orderns status är {Status}, och någon måste göra ett nytt försök.",
  ],
  [
    "Find out what is wrong at the bank or in the shop, then try the call again.",
    "Ta reda på vad som är fel hos banken eller i butiken, och försök sedan igen.",
  ],
];

export const parkedOrder: Sentences = [
  ["{Status}, parked", "{Status}, parkerad"],
  [
    "Parked as {Status}: this version cannot work with the order ({parked}), and its events wait.",
    "Parkerad som {Status}: den här versionen kan inte hantera ordern ({parked}), och dess händelser väntar.",
  ],
  [
    "Deploy a version that knows the order, or repair it with order-status repair; all other orders go on.",
    "Driftsätt en version som känner till ordern, eller reparera den med order-status repair; alla andra ordrar går vidare.",
  ],
];

/** What else stands in the way, each a sentence of its own. */
export const notes: Record<"child" | "failed" | "refused" | "held" | "heldForMoney", Pair> = {
  child: ['In the shop it is "{child}".', 'I butiken är den "{child}".'],
  failed: ["{call} failed: {error}", "{call} misslyckades: {error}"],
  refused: ["{asked} was refused at {at}: {reason}", "{asked} nekades {at}: {reason}"],
  held: [
    "{messages} until {due}; the bank is then asked again. This needs no action.",
    "{messages} till {due}; sedan tillfrågas banken igen. Det kräver ingen åtgärd.",
  ],
  heldForMoney: [
    "{messages} until the call under way has ended; the bank is then asked again. This needs no action.",
    "{messages} tills det pågående anropet är klart; sedan tillfrågas banken igen. Det kräver ingen åtgärd.",
  ],
};

export const next: Record<
  "parked" | "dead" | "retry" | "call" | "lookLost" | "look" | "lookOther" | "held" | "link" | "nothing" | "closed",
  Pair
> = {
  parked: [
    "Its events wait until a version that knows it is deployed.",
    "Dess händelser väntar tills en version som känner till den har driftsatts.",
  ],
  dead: ["Nothing happens by itself.", "Inget händer automatiskt."],
  retry: ["{call} failed {times} and is tried again at {due}.", "{call} har misslyckats {times}; nytt försök {due}."],
  call: ["{call} is under way.", "{call} pågår."],
  lookLost: ["The payment is read again at {due}.", "Betalningen läses av igen {due}."],
  look: [
    "The payment is read once more at {due}, in case the bank has booked something since.",
    "Betalningen läses av en gång till {due}, ifall banken har bokat något sedan dess.",
  ],
  lookOther: [
    "Another payment of the order is read again at {due}.",
    "En annan av orderns betalningar läses av igen {due}.",
  ],
  held: ["The bank is asked about the payment at {due}.", "Banken tillfrågas om betalningen {due}."],
  link: [
    "At {due} the time to pay runs out: the bank is asked, and an unpaid order is cancelled.",
    "{due} går betalningstiden ut: banken tillfrågas, och en obetald order avbryts.",
  ],
  nothing: [
    "Nothing is scheduled: the order changes when the bank reports something new, or someone acts.",
    "Inget är schemalagt: ordern ändras när banken rapporterar något nytt eller när någon gör något.",
  ],
  closed: ["Nothing: the order is closed.", "Inget: ordern är avslutad."],
};

export const evidence: Record<
  | "none"
  | "unread"
  | "read"
  | "pays"
  | "current"
  | "other"
  | "otherReviewed"
  | "otherReleased"
  | "otherUnread"
  | "payments",
  Pair
> = {
  none: ["No payment is known at the bank.", "Ingen betalning är känd hos banken."],
  unread: ["The payment has not been read at the bank yet.", "Betalningen har inte lästs av hos banken än."],
  read: ["Bank reports {word} ({says}), read at {readAt}.", "Banken rapporterar {word} ({says}), avläst {readAt}."],
  pays: ["{id} (pays the order), {amount}", "{id} (betalar ordern), {amount}"],
  current: ["{id} (current), {amount}", "{id} (aktuell), {amount}"],
  other: ["{id} ({says}), {amount}", "{id} ({says}), {amount}"],
  otherReviewed: ["{id} (the bank reviews it: {bank} reserved)", "{id} (banken granskar den: {bank} reserverat)"],
  otherReleased: ["{id} (not needed: {released} released)", "{id} (behövs inte: {released} har släppts)"],
  otherUnread: ["{id} (not read yet)", "{id} (inte avläst än)"],
  payments: [
    "The order has {n} payments: {list}. The bank has {all} in all.",
    "Ordern har {n} betalningar: {list}. Banken har totalt {all}.",
  ],
};

/** Of a payment that came to nothing, or has not come to anything: what its state alone does not say. */
export const unpaid = {
  open: ["not signed", "inte signerad"],
  late: ["the bank ended it: not paid in time", "banken avslutade den: inte betald i tid"],
  aborted: ["the customer cancelled it", "kunden avbröt den"],
  annulled: ["it was cancelled at the bank", "den avbokades hos banken"],
} as const satisfies Record<string, Pair>;

/** Why the bank has no money yet for an order that the shop treats as paid, by the bank's word. */
export const noMoney: Record<string, Pair> = {
  TASK_REDIRECTION_REQUIRED: [
    "the customer has not finished at the bank, so there is no money yet",
    "kunden är inte klar hos banken, så det finns inga pengar än",
  ],
  SUPPLEMENTING_REQUIRED: [
    "the bank has asked the customer for more information, so there is no money yet",
    "banken har begärt kompletterande uppgifter från kunden, så det finns inga pengar än",
  ],
  INSPECTION: [
    "the bank is still reviewing the payment by hand, so there is no money yet",
    "banken granskar fortfarande betalningen manuellt, så det finns inga pengar än",
  ],
};

/** What the bank did with the customer's money. */
export const holds: Record<"reserved" | "captured" | "both", Pair> = {
  reserved: ["has reserved {reserved}", "har reserverat {reserved}"],
  captured: ["has captured {captured}", "har debiterat {captured}"],
  both: ["has captured {captured} and reserved {reserved}", "har debiterat {captured} och reserverat {reserved}"],
};

/** Where the money is that a customer has left who pays another way. */
export const abandoned: Record<"one" | "several", Pair> = {
  one: ["the payment that the customer abandoned", "den betalning som kunden övergav"],
  several: ["the payments that the customer abandoned", "de betalningar som kunden övergav"],
};
