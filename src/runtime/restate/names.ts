/** What our parts are called in Restate; several shops share one server under names of their own. */
export interface Names {
  order: string;
  effects: string;
  payments: string;
  ends: string;
  secrets: string;
}

export const namesFor = (name: string): Names => ({
  order: name,
  effects: `${name}-effects`,
  payments: `${name}-payments`,
  ends: `${name}-ends`,
  secrets: `${name}-secrets`,
});

export const DEFAULT_NAME = "orders";

/** Keys of an order's object. */
export const STATE = "order";
export const SUMMARY = "summary";
export const historyKey = (seq: number): string => `history:${seq}`;
export const eventKey = (eventId: string): string => `event:${eventId}`;
