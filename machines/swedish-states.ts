/** What the states say of themselves, in Swedish; in English each says it in its machine. */
import type { StateValue } from "xstate";

const lost = "Svaret gick förlorat; betalningen läses av";
const notRead = "inte avläst hos banken än";
const letGo = "reservationen har släppts";
const unknownWord = "en status som dokumentationen inte nämner";

export const statesInSwedish: Record<string, Record<string, string>> = {
  order: {
    "checkout-draft": "Kunden är kvar i kassan",
    pending: "Väntar på kundens betalning",
    booking: "Betalningen som kunden signerade bokas",
    "booking.unknown": lost,
    "booking.refused": "Banken nekade bokningen; betalningen läses av för säkerhets skull",
    "on-hold": "Pausad, banken eller en person avgör",
    processing: "Butiken gör i ordning varorna",
    capturing: "Betalningen debiteras",
    "capturing.unknown": lost,
    completed: "Färdigbehandlad",
    releasing: "Det som är kvar av betalningen släpps",
    "releasing.unknown": lost,
    lettingGo: "Pengar som kom efter att ordern avbröts släpps",
    "lettingGo.unknown": lost,
    givingBack: "Pengar som kom efter att ordern avbröts återbetalas",
    "givingBack.unknown": lost,
    refunding: "Betalningen återbetalas",
    "refunding.unknown": lost,
    refunded: "Pengarna är återbetalda",
    cancelling: "Betalningen avbokas",
    "cancelling.unknown": lost,
    cancelled: "Avbruten",
    failed: "Betalningen misslyckades; kunden kan försöka igen",
    rebuilding: "Betalningen ändras till de nya raderna",
    "rebuilding.cancelUnknown": lost,
    "rebuilding.addUnknown": lost,
  },
  cooldown: {
    idle: "inget väntar",
    holding: "bankens meddelanden väntar på kundens återkomst",
    reading: "banken tillfrågas",
  },
  attempt: {
    open: "inte betald; kunden kan fortfarande betala den",
    surplus: "har pengar som ordern inte behöver",
    releasing: "släpps",
    "releasing.unknown": lost,
    closed: "avslutad, inga pengar",
  },
  payment: {
    UNREAD: notRead,
    TASK_REDIRECTION_REQUIRED: "kunden är hos banken",
    SUPPLEMENTING_REQUIRED: "banken vill ha kompletterande uppgifter från kunden",
    INSPECTION: "banken granskar den manuellt",
    FROZEN: "banken har fryst den på grund av misstänkt bedrägeri",
    ACCEPTED: "banken har godkänt den",
    "ACCEPTED.authorized": "reserverad, ännu inte debiterad",
    "ACCEPTED.partlyCaptured": "en del debiterad, resten reserverad",
    "ACCEPTED.captured": "debiterad",
    "ACCEPTED.partlyRefunded": "debiterad, en del återbetald",
    "ACCEPTED.refunded": "debiterad och återbetald",
    "ACCEPTED.cancelled": letGo,
    REJECTED: "banken avslog den",
    unrecognised: unknownWord,
    missing: "banken känner inte till någon sådan betalning",
  },
  legacy: {
    UNREAD: notRead,
    notBooked: "inget är bokat hos banken",
    FROZEN: "bokad, men fryst på grund av misstänkt bedrägeri",
    inspected: "bokad, men granskas manuellt",
    DEBITABLE: "bokad, ännu inte debiterad",
    partlyDebited: "en del debiterad, resten bokad",
    IS_DEBITED: "debiterad",
    partlyCredited: "debiterad, en del krediterad",
    IS_CREDITED: "debiterad och krediterad",
    IS_ANNULLED: "annullerad, inget är kvar att debitera",
    unrecognised: unknownWord,
  },
  nets: {
    UNREAD: "inte avläst hos Nets än",
    created: "kunden har inte betalat",
    reserved: "reserverad, ännu inte debiterad",
    partlyCharged: "en del debiterad, resten reserverad",
    charged: "debiterad",
    partlyRefunded: "debiterad, en del återbetald",
    refunded: "debiterad och återbetald",
    cancelled: letGo,
    terminated: "betalningen avslutades innan den betalades",
    missing: "Nets känner inte till någon sådan betalning",
  },
};

/** `{ capturing: "asked" }` as `capturing.asked`. */
export const pathOf = (value: StateValue): string => {
  if (typeof value === "string") return value;
  const [key = "", inner] = Object.entries(value)[0] ?? [];
  return inner === undefined ? key : `${key}.${pathOf(inner)}`;
};

/** The innermost state that says anything; undefined = none does in Swedish. */
export const stateInSwedish = (machine: string, value: StateValue): string | undefined => {
  for (let path = pathOf(value); path !== ""; path = path.slice(0, Math.max(0, path.lastIndexOf(".")))) {
    const says = statesInSwedish[machine]?.[path];
    if (says !== undefined) return says;
  }
  return undefined;
};
