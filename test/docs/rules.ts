/** docs/rules.md as text: what is written by hand stands here, what the machines know is asked of them. */
import { flags } from "../../machines/flags.js";
import { flowChapters } from "./flows.js";
import { recordedChapter } from "./recorded.js";
import { coverageCount } from "./sentences/page.js";
import { actionTables, readingTable, reasonTable, ruleTable } from "./tables.js";

const disagreements: [question: string, sources: string, chosen: string, option: string][] = [
  [
    "pending, and the customer is still at the bank when a callback comes",
    "Merchant API 2's table says on-hold; the sentence beside it says no action; the mail section avoids on-hold while waiting",
    "on-hold",
    "`choices.pendingWhileCustomerIsAway`: `on-hold` \\| `stay`",
  ],
  [
    "cancelled, and the payment turns out ACCEPTED",
    "Merchant API 2: cancelled cannot be reverted; WooCommerce and the plugin revive it",
    "stays cancelled, flagged paid-but-cancelled",
    "`choices.cancelledThenAccepted`: `stay` \\| `revive` \\| `give-back` (ours, where the bank has a call to end the payment: what came after the cancelled order's payment was read unpaid goes back, once; what may have come before stays, flagged; where a part was captured, that part is refunded, and the rest stays reserved and flagged)",
  ],
  [
    "on-hold, and REJECTED with the task not completed",
    "Merchant API 2: cancelled, if validated; the plugin's validation fails and it stays",
    "cancelled",
    "`choices.onHoldThenAborted`: `cancel` \\| `stay`",
  ],
  [
    "processing, and REJECTED",
    "Merchant API 2: updated, if validated; the plugin: failed",
    "failed or cancelled by the task",
    "`choices.processingThenRejected`: `follow` \\| `stay`",
  ],
  [
    "completed or refunded, and REJECTED",
    "Merchant API 2: cannot be reverted; the plugin overwrites it with failed",
    "stays, flagged rejected-at-gateway",
    "none: the documents are clear",
  ],
  [
    "REJECTED",
    "Merchant API 2: failed where the task's completed flag is true, else cancelled; and every REJECTED is, at a very basic level, a pure cancelled status",
    "by the task's flag",
    "`choices.rejected`: `by-task` \\| `cancelled`",
  ],
  [
    "tasks/status cannot be read",
    "Merchant API 2: a default status, unnamed; the plugin: failed",
    "failed",
    "`choices.taskStatusUnavailable`: `failed` \\| `cancelled`",
  ],
  [
    "editing an order whose payment is cancelled in full",
    "Merchant API 2: works; the plugin sends nothing",
    "the lines are reserved again, with what was added, up to the credit limit",
    "`choices.modifyWhenFullyCancelled`: `rebuild` \\| `refuse`",
  ],
  [
    "a higher total for an order that is paid and not captured",
    "Merchant API 2, Order Line Handling: orders can only be reduced; Enable Modify: the credit limit cannot be exceeded; the plugin raises up to that limit",
    "refused, as adding items is; the credit limit counts where the payment was cancelled in full",
    "`choices.raisedTotal`: `refuse` \\| `up-to-credit-limit`",
  ],
  [
    "what the 60 seconds are counted from",
    "Merchant API 2: created or updated; the plugin: created, or the start of the payment",
    "the later of created and updated, our own writes included",
    "`choices.cooldownFrom`: `created-or-updated` \\| `created`",
  ],
  [
    "an order total that is not the authorised amount, on Completed; the total is read from the shop right before",
    "Merchant API 2 is silent; the plugin warns and captures",
    "refused, noted and flagged",
    "`choices.amountMismatch`: `refuse` \\| `capture`",
  ],
  [
    "a payment that the bank accepted beside the one that pays the order",
    "no document speaks of it; the plugins never read it",
    "its reservation is cancelled, with a note; what was captured is flagged paid-twice",
    "`choices.surplusPayment`: `release` \\| `flag`",
  ],
  [
    "a payment that the bank has for another order",
    "no document speaks of it; the plugins capture and cancel it",
    "nothing is done with it, flagged payment-of-another-order",
    "`place` with `reference`, where the bank knows the order by another name than its id",
  ],
  [
    "a callback inside the cooldown",
    "Merchant API 2: not answered until after it; the plugin: 503",
    "stored, 202, held inside",
    "`ack`: `202` \\| `after-apply` (HTTP)",
  ],
  [
    "an order that needs no processing, on ACCEPTED",
    "Nets Easy: WooCommerce makes it completed; Merchant API 2: completed captures",
    "captured first, then completed",
    "`enableCapture`: off makes it completed at once",
  ],
  [
    "completed → refunded",
    "Merchant API 2 says both that completed cannot be reverted and that Refunded performs a full credit",
    "allowed: it is the way on, not back",
    "none",
  ],
  [
    "a callback word that nobody knows",
    "Merchant API 2: on-hold for an unknown payment status; the plugin's library refuses it",
    "a hint like any other; the reading decides",
    "none",
  ],
  [
    "a failed order whose customer opens another payment",
    "Workflows: the creation of a payment never updates a status; Merchant API 2: the first status is pending",
    "pending again, so that it has a time to pay",
    "none",
  ],
  [
    "hold-stock against a paid, held callback",
    "WooCommerce cancels at the deadline; the plugin revives it later",
    "the bank is asked first",
    "none",
  ],
];

const differences: [what: string, why: string][] = [
  [
    "An accepted payment moves on-hold to processing even when it was captured automatically",
    "the plugin validates with `canEdit`, which is false once captured, and the order is stuck",
  ],
  ["An order of zero never reads as cancelled at the bank", "`authorized = 0 and canceled = total` is true for it"],
  [
    "Whoever asks the engine meets the same rules: form, list, bulk, API, jobs. What is written past it (by SQL, or while the plugin is off) is followed and flagged",
    "the plugin's hooks exist only in the admin",
  ],
  ["A reading that fails is made again, for as long as it takes", "the plugin answers 202 and drops the update"],
  [
    "An order on hold never times out: it waits for the bank's next word, which three looks within a day may find, a person or a reconciliation",
    "someone is expected to look at it; where an unpaid order is to end by itself, `choices.pendingWhileCustomerIsAway`: `stay` keeps it pending",
  ],
  [
    "Where cancelling is switched off, a person may cancel a captured order, too; it is flagged",
    "switched off means that the engine asks nobody, so it does not look at the payment either",
  ],
  [
    "Only a payment that may be cancelled, with nothing captured, is changed",
    "a change begins with a cancellation of the whole; where only a capture is offered, that would leave the order without a reservation",
  ],
];

const row = (cells: string[]): string => `| ${cells.join(" | ")} |`;

export const rulesDocument = (): string => `# Rules

Generated from the machines by \`npm run docs\`; a test holds it against them. The engine implements four documents of Resurs
Bank and Nets, called Checkout Flow, Workflows, Merchant API 2 and Nets Easy here.
[The documents, sentence by sentence](coverage.md) goes through all of them: ${coverageCount()}.

## What a reading of the payment makes of an order

Every callback, return, timer and reconciliation comes down to this: the payment is read, and the status follows.
– = nothing changes, ⚑ = a flag is raised. Tested cell by cell in \`test/core/decide.test.ts\`.

${readingTable()}

The table is that of a callback, of payments at which the bank offers nothing unless they are accepted. Where it still offers
a capture or a cancellation, a processing or failed order goes on hold at TASK_REDIRECTION_REQUIRED, SUPPLEMENTING_REQUIRED,
INSPECTION and a word nobody knows, and so it does where such a payment was cancelled in full and has a credit limit; a failed order whose rejected payment offers a cancellation, or was cancelled, is
cancelled. Where the customer is still at the bank, or the bank knows no payment, the fail page cancels a pending, on-hold or
failed order, and the end of the link a pending one; at a rejection, the fail page cancels a pending, on-hold,
processing or failed one. Otherwise, too, a failed order becomes at the fail page what a pending one would.
A reconciliation leaves a pending order whose customer is at the bank alone, and a return under an address that proves nothing
leaves any such order alone.

## The payments of one order

An order has as many payments as its customer has made attempts. One is the current one, which the order follows; the
others are read, too: when a message names them, before the order is given up or another payment is opened, when a
merchant cancels or refunds the order, at a reconciliation, and 20 minutes, 2 hours and 24 hours after one took another's
place. A payment that the bank may still accept is itself looked at 20 minutes, 2 hours and 24 hours after it was opened, if
its link does not run out (Nets, the older flows), and otherwise after the order left pending for another status. The others are
read after the current one. If the current payment holds no money, the answer waits until all have
been read; otherwise it is given at once.

| the current payment | another one | what becomes of the order | what becomes of the other |
|---|---|---|---|
| holds no money | holds the money | it follows the other, which is the current one from now on, and is paid; an order that is cancelled stays so, flagged \`paid-but-cancelled\` | the one before is watched |
| holds no money | is frozen or in inspection | a pending order, or one on hold, follows the other, and waits on hold for the bank | the one before is watched |
| holds another amount than the order's total | holds the total | it follows the other | it is cancelled at the bank |
| holds the money | holds a reservation | unchanged | it is cancelled at the bank (\`choices.surplusPayment\`), with a note that names it; \`paid-twice\` stands meanwhile, and stays where the bank refuses |
| holds the money | was captured | unchanged | flagged \`paid-twice\` with the amount: refund it in the portal |
| holds the money | waits for its customer | unchanged | it is watched |
| any | is rejected, released or refunded in full | unchanged | it is closed; a message about it still has it read |
| was refunded or released by the merchant, and the order is cancelled or refunded | holds a reservation | unchanged | it is cancelled at the bank |
| a call that moves its money is under way | holds money | unchanged | it is flagged \`paid-twice\` at once, and waits until the call has ended |

A question about a payment at another bank than the current one's does not wait for that bank: both are read at once. Where
the other one holds the money, it pays the order, unless the current one was last seen to hold it; then nothing is let go
before the bank of the current one has spoken. Where it holds none, whoever asked about it is answered.
Nor does anybody else wait for the bank of another payment while the current one holds the money: clicks, returns and the
current payment's own callbacks are answered by its own bank.

When the customer chooses another way to pay in the shop, an open session is ended at the bank that has a call for it
(Nets); the payment is watched in any case. From then on nothing is captured or reserved anew: captures, Recalculate and
changed lines are refused as \`not-ours\`, and so is a change of the status that still waited for its reading.

Nothing is captured from another payment than the current one. Pressing Pay again reads them all first: where one holds the
money, no payment is opened and the answer is \`already-paid\`; after one that was rejected, cancelled or refunded, another is opened.
In the older flows a payment has the order's number, and the bank takes a number once: the next one has a number that is
no order's, such as \`1001-2--MZ56a_1pPbVlIgkYf3dK\`. Where the
bank of an open payment does not answer, the same bank opens no other; another bank does, and what is too much is let go when
the first one answers. A payment that another order has is refused at \`place\`, \`payment.created\`, \`payment.notCreated\` and
\`payment.attached\`, as \`payment-of-another-order\`; of two orders that name one in the same instant it pays one, and the other
is flagged when it is read. A payment that was authorised anew under another id is told with \`payment.attached\`: the bank is
asked before it counts. If the bank knows no such payment, the message is refused as \`payment-missing\`; if the bank has it for
another order, as \`payment-of-another-order\`. Either way the order is as it was before.

A payment that the bank has under another reference than the order's is another order's (\`payment-of-another-order\`): unless
that reference is the id of an order here which has other payments, or which the bank calls otherwise. Then the match is a
coincidence, as when order numbers and ids overlap, and the payment is taken for this order's.

A payment in another currency than the order's does not pay it (\`currency-mismatch\`). Where the currency is edited in the
shop under a call that is under way, the call comes to its end, and the difference is flagged then, with whatever the bank
has captured, refunded or reserved beyond what was asked for. If a bank reports no currency, the order's is assumed.

A refund that the bank calls pending is not done, and may still fail. An order that was to be refunded in full keeps its
status until it is, from completed, processing and on-hold alike, and is refunded then; meanwhile the payment pays for nothing
new. One that fails is flagged \`refund-failed\`. A bank that names what became of each refund (Nets) tells it at once; of
another one the amounts tell it 15 minutes after the refund at the earliest. Refunded again, the amount that failed is not
recorded in the shop a second time. The flag stands until as much was refunded again, here or in the bank's portal: the next
refund counts towards it, whatever it was meant for; one that was under way when the other failed does not. A refund that is
made again in WooCommerce is recorded by WooCommerce: delete the failed one there. A full refund in the portal moves no order: it is flagged. A part that is refunded there
is taken as the merchant's wish, unless refunds were asked for here: then it is compared with those and flagged.

## What a person sets by hand

The payment is read for a click before it is decided. A click that is refused moves nothing: an order that turns out to be paid
follows at the next callback, return or reconciliation.

An order with nothing to send is captured when it is paid, and completed when the bank has confirmed that. If the bank refuses,
or never confirms, the order is paid all the same: it is set to processing and flagged \`capture-failed\`. It is captured again only
when somebody sets it to completed.

| the person asks for | while | then |
|---|---|---|
| on-hold | the order is processing, or has another status while the bank is known to have its money: set to failed, cancelled or pending in the shop | it stays on hold until a person sets it to processing, or the bank rejects the payment; no callback, return or reconciliation lifts it. The same holds for a hold that is found in the shop |
| on-hold | the order is not paid yet | it waits for the payment, and is processing once that is accepted |
| in the shop, past the engine: any open status | the order is completed and captured | the order follows it, and is flagged \`discrepancy:completed-set-back\`; Completed is offered, and captures nothing a second time |
| in the shop, past the engine: pending | the bank has the money | the payment is read, and the order is processing again, once; after that it is flagged \`discrepancy:paid-but-pending\`. A pending order asks its customer to pay, and WooCommerce's stock job gives it up |
| failed, pending | the bank has the money | refused as \`is-paid\`: cancel or refund the order instead |
| failed, pending | the payment is frozen or inspected | refused as \`payment-frozen\`, \`payment-in-inspection\` |
| processing | the payment is frozen | refused as \`payment-frozen\` |
| any status, in an order that is paid another way | a call to the bank is under way | refused as \`operation-in-flight\` |

A status that somebody writes to the shop while a call to the bank is under way is followed when that call has ended and left
the order's status as it was.

Tested in \`test/core/payments.test.ts\`, \`test/core/late.test.ts\` and \`test/scenarios/payments.json\`.

## What the order is, is read from the shop before money moves

A webhook may have been lost. So the shop is read (\`Shop.readOrder\`) each time right before one of these calls is sent,
also when it is sent again:

| call | where the shop has another total or currency, another way of paying, or no such order |
|---|---|
| capture | it is not sent; the order is updated as by \`order.updated\`, and the capture is decided anew: refused as \`amount-mismatch\`, \`currency-mismatch\`, \`order-gone\` or \`not-ours\`, or sent where the difference does not matter |
| refund of everything | it is not sent; the order is updated, and the refund is refused as \`order-changed\`: asked for again, it is made |
| change of lines, Recalculate | the same. The total before the change and the one after it are both right |

- An answer to the call was lost before: nothing is decided anew until the payment shows whether that one took effect.
- Lines of ours that are still on their way to the shop are waited for, so that they are not taken for a change by someone else.
- A shop that does not answer keeps the call waiting, and it is tried again as with a bank that is away: no money moves for
  an order that nobody has looked at. \`why\` names the error.
- "No such order" is believed when it was said twice, half a minute apart.
- A part that is refunded, a cancellation and a booking are not asked about: their amounts do not come from the order.
- A shop without \`readOrder\` is not asked; what it told last counts.
- A call whose answer was lost goes out again only for the order that it was asked for. Where the shop has told of another
  one meanwhile, it is not sent again: the payment is read until it shows the call, or the bank can no longer act on it.
- Where the shop changes the total, the currency or the way of paying of an order that is pending, on hold or failed, a
  payment that was read before is read at once: it may pay the order now. A customer who is at the bank is left alone.
- A change of lines that waits for its reading while the shop tells of another total, currency or lines is refused as
  \`order-changed\`. Where it is the very change that the shop tells of, it is made, and a recalculation is made for the
  newest lines.

Tested in \`test/core/shop-differs.test.ts\` and \`test/engine/shop-read.test.ts\`.

## The ways of paying, one by one

Every way of paying is read in the Merchant API's words, so the tables of this page hold for all of them. What differs
is one row of traits and one statechart of the payment each.

${flowChapters()}

## What a merchant may do

The payment is read first. What is sent comes before the arrow; the status follows only when the bank has confirmed.
✗ = refused with that reason, = = nothing to do. The order is 1000.00, in two lines of 600.00 and 400.00.

${actionTables()}

Completed, cancelled and refunded are ends; completed → refunded is the one way on.
A refund of a pending, failed, cancelled or refunded order is refused without a reading. If the payment was last seen with money
to refund, or nobody has read it, the reason is the status: \`not-possible-now\`, or \`terminal-status\` of a closed order.

## Every rule

Each transition of a machine names the rule that it carries out; history, \`why\` and the answers of \`decide\` show it.

${ruleTable()}

## Where the sources disagree, and what we chose

${row(["question", "what they say", "what we do", "option (default first)"])}
${row(["---", "---", "---", "---"])}
${disagreements.map((d) => row(d)).join("\n")}

And where we differ from Resurs's own plugin on purpose:

${differences.map(([what, why]) => `- ${what}: ${why}.`).join("\n")}

## Where the engine differs from the recorded plugins

${recordedChapter()}

## Reasons

${reasonTable()}

## Flags

A flag is a disagreement that no rule can settle. It is raised and cleared by the facts alone.

| flag | what it says | what to do |
|---|---|---|
${Object.entries(flags)
  .map(([name, { says, remedy }]) => row([`\`${name}\``, says, remedy]))
  .join("\n")}
`;
