/**
 * What to do about a flag as the order stands. The first that offers nothing which the order would refuse is told; the last
 * offers nothing, or what is always taken.
 */
import type { Facts } from "../../../machines/facts.js";
import { type FlagName, flags, remedies } from "../../../machines/flags.js";
import type { Settings } from "../../../machines/settings.js";
import { flagsInSwedish } from "../../../machines/swedish.js";
import type { Action } from "./words.js";

type Choice = (facts: Facts, settings: Settings) => readonly Action[];

const same = (flag: FlagName, ...events: (typeof remedies)[FlagName]): Action => [
  flags[flag].remedy,
  flagsInSwedish[flag].remedy,
  ...events,
];
const usual = (flag: FlagName): Action => same(flag, ...remedies[flag]);

const mismatch: Choice = ({ order, payment: { authorized, captured } }, { choices }) => {
  if (captured > 0 && authorized === 0)
    return [
      [
        "The money is captured already: set the order's total back to that amount, and refund or charge the difference from there.",
        "Pengarna är redan debiterade: ändra ordersumman tillbaka till det beloppet, och återbetala eller debitera skillnaden därifrån.",
      ],
    ];
  if (captured > 0)
    return [
      [
        "Correct the order lines or the payment; the rest is not captured until they match.",
        "Rätta orderraderna eller betalningen; resten debiteras inte förrän de stämmer.",
      ],
    ];
  if (order.total === 0)
    return [
      [
        "Correct the order, or press Recalculate to release what is reserved.",
        "Rätta ordern, eller tryck på Räkna om för att släppa det som är reserverat.",
        "merchant.recalculated",
      ],
      [
        "Correct the order, or release what is reserved in the Merchant Portal.",
        "Rätta ordern, eller släpp det som är reserverat i Merchant Portal.",
      ],
    ];
  if (choices.amountMismatch === "capture") {
    const text = [
      "Correct the order lines or the payment; completing the order captures what is reserved.",
      "Rätta orderraderna eller betalningen; när ordern färdigbehandlas debiteras det som är reserverat.",
    ] as const;
    return [[...text, "merchant.recalculated"], text];
  }
  return [usual("discrepancy:amount-mismatch"), same("discrepancy:amount-mismatch")];
};

const instead: Partial<Record<FlagName, readonly Action[] | Choice>> = {
  "discrepancy:amount-mismatch": mismatch,
  "discrepancy:processing-but-unpaid": [
    [
      "Do not ship, and wait for the bank: the order cannot be cancelled now.",
      "Skicka inte varorna, och vänta på banken: ordern kan inte avbrytas nu.",
    ],
  ],
  "discrepancy:completed-not-captured": ({ payment }) =>
    payment.authorized === 0
      ? [
          [
            "Nothing is reserved any more: have the customer pay the order another way.",
            "Inget är reserverat längre: låt kunden betala ordern på annat sätt.",
          ],
        ]
      : [
          usual("discrepancy:completed-not-captured"),
          [
            "Capture the payment in the Merchant Portal before the reservation runs out.",
            "Debitera betalningen i Merchant Portal innan reservationen går ut.",
          ],
        ],
  "discrepancy:completed-set-back": [
    [
      "Look up the payment in the Merchant Portal: the order cannot be completed from here now.",
      "Slå upp betalningen i Merchant Portal: ordern kan inte färdigbehandlas härifrån nu.",
    ],
  ],
  "discrepancy:payment-cancelled-order-active": [
    [
      "Set the order to cancelled. If the payment was cancelled by mistake, press Recalculate to reserve the money again.",
      "Sätt ordern till avbruten. Om betalningen avbokades av misstag, tryck på Räkna om för att reservera pengarna igen.",
      "merchant.cancelled",
      "merchant.recalculated",
    ],
    ["Set the order to cancelled.", "Sätt ordern till avbruten.", "merchant.cancelled"],
    ["Set the order to refunded.", "Sätt ordern till återbetald.", "merchant.refunded"],
    [
      "Nothing is left of the payment: have the customer pay the order another way.",
      "Inget finns kvar av betalningen: låt kunden betala ordern på annat sätt.",
    ],
  ],
  "discrepancy:rejected-at-gateway": [
    same("discrepancy:rejected-at-gateway", "merchant.failed"),
    same("discrepancy:rejected-at-gateway", "merchant.cancelled"),
    same("discrepancy:rejected-at-gateway"),
  ],
  "refund-failed": [
    same("refund-failed", "merchant.refundedAmount", "merchant.acknowledged"),
    same("refund-failed", "merchant.refunded", "merchant.acknowledged"),
    [
      "Refund the amount in the Merchant Portal, then mark the difference as settled.",
      "Återbetala beloppet i Merchant Portal, och markera sedan skillnaden som utredd.",
      "merchant.acknowledged",
    ],
  ],
  "capture-failed": [
    [
      "Look at the payment in the Merchant Portal, then capture it again.",
      "Kontrollera betalningen i Merchant Portal och debitera den sedan igen.",
      "merchant.captured",
    ],
    [
      "Look at the payment in the Merchant Portal: it cannot be captured from here now.",
      "Kontrollera betalningen i Merchant Portal: den kan inte debiteras härifrån nu.",
    ],
  ],
};

/** The usual remedy first; `reconcile.asked` is offered with each. */
export const remediesOf = (flag: FlagName, facts: Facts, settings: Settings): Action[] => {
  const others = instead[flag];
  const all = typeof others === "function" ? others(facts, settings) : [usual(flag), ...(others ?? [])];
  return all.map((action) => [...action, "reconcile.asked"] as Action);
};
