/** The names of timers. XState calls those of `after` by their delay, their machine and their state. */

const OF_A_MACHINE = "xstate.after.";
const named = <D extends string>(delay: D) => `${OF_A_MACHINE}${delay}.` as const;

/** How the timers of one delay begin. */
export const LINK = named("linkLifetime");
export const COOLDOWN = named("cooldownRemaining");
export const NEXT_LOOK = named("nextLook");
/** How long after an event the payment is read once more: an own timer, which no machine sets. */
export const LATER_LOOK = "look.again.";
/** The same, of a payment that the bank has not decided: callback and return may be lost, and no link of ours runs out. */
export const UNHEARD = `${LATER_LOOK}unheard.`;

/** As long as the bank may take to open a payment; whoever died meanwhile keeps nobody out for longer. */
export const CHECKOUT_MS = 35_000;
/** A payment is being opened under an id that the shop chose, and nobody has said what came of it: an own timer. */
export const UNANSWERED = "checkout.unanswered";

export const COOLDOWN_TIMER = `${COOLDOWN}cooldown.holding` as const;
export const LINK_TIMER = `${LINK}order.pending` as const;

export const isOfAMachine = (timer: string): boolean => timer.startsWith(OF_A_MACHINE);
/** The payment that pays the order is read again for a call whose answer is not known. */
export const isLookForCall = (timer: string): boolean => timer.startsWith(`${NEXT_LOOK}order.`);
export const isLaterLook = (timer: string): boolean => timer.startsWith(LATER_LOOK);
