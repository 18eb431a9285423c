/** The places at which a process is killed: each write to the file, and each word with the world around it. */

export const points = {
  "store.made": "the tables of a new store are written beside its place",
  "store.moved": "the new store is moved to its place",
  "store.closed": "the store is closed, and its log goes into the file",
  "backup.moved": "a backup, taken while the engine works, is moved to its place when it is whole",
  "leases.returned": "at the start, what a dead process had claimed comes free",
  "row.order": "the record's row, inside the transaction",
  "row.history": "an entry of the history, inside the transaction",
  "row.payment": "the way from a payment to its order, inside the transaction",
  "row.effect": "an effect goes into the outbox, inside the transaction",
  "row.timer": "a timer is set, inside the transaction",
  "row.timer-gone": "a timer that rang or was replaced is taken out, inside the transaction",
  "row.settled": "an effect whose result came is taken out, inside the transaction",
  "row.event-gone": "an event that waited is taken out of the inbox, inside the transaction",
  "commit.decision": "the transaction of a decision",
  "commit.claim": "the transaction of a lease",
  "commit.results": "the transaction of what became of effects",
  "commit.inbox": "the transaction of an event that could not be decided",
  "commit.pruned": "the transaction that shortens histories",
  "timer.due": "a timer is found due, and becomes an event",
  "bank.read": "the payment is read",
  "bank.create": "a payment is created",
  "bank.capture": "the capture is called",
  "bank.capture-underway": "the bank has the capture and has not answered; before or after it is in its books",
  "bank.cancel": "the cancellation is called",
  "bank.refund": "the refund is called",
  "bank.lines": "changed lines are sent",
  "shop.told": "the shop is told",
  "http.answer": "the answer to whoever sent something",
} as const;

export type Point = keyof typeof points;
export const pointNames = Object.keys(points) as Point[];

export const sides = ["before", "after"] as const;
export type Side = (typeof sides)[number];

/** Dies at the `nth` time that it comes there. */
export interface Armed {
  point: Point;
  side: Side;
  nth: number;
}

/** How often one life comes to a place at most, so that each of the times is met. */
export const timesIn: Partial<Record<Point, number>> = {
  "row.order": 12,
  "row.history": 12,
  "row.payment": 3,
  "row.effect": 8,
  "row.timer": 3,
  "row.timer-gone": 2,
  "row.settled": 4,
  "commit.decision": 12,
  "commit.claim": 8,
  "commit.results": 6,
  "bank.read": 4,
  "shop.told": 6,
  "http.answer": 6,
};
