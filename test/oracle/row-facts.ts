/** What a row of Resurs's plugin says, as questions for the differences. */
import type { Replayed } from "./replay.js";
import type { Row } from "./rows.js";

export const fromOneOf =
  (...statuses: string[]) =>
  ({ question }: Replayed): boolean =>
    statuses.includes(question.line.order.status);
export const reads =
  (...statuses: string[]) =>
  ({ question }: Replayed): boolean =>
    statuses.includes(String((question.line.payment as Row | undefined)?.status));
export const wants =
  (...statuses: string[]) =>
  ({ row }: Replayed): boolean =>
    statuses.includes(String(row.to));
export const all =
  (...tests: ((one: Replayed) => boolean)[]) =>
  (one: Replayed): boolean =>
    tests.every((test) => test(one));
export const not =
  (test: (one: Replayed) => boolean) =>
  (one: Replayed): boolean =>
    !test(one);

interface OrderPart {
  totalOrderAmount: number;
  authorizedAmount: number;
  capturedAmount: number;
  canceledAmount: number;
  refundedAmount: number;
  possibleActions: string[];
}
export const partOf = ({ question }: Replayed): OrderPart | null =>
  ((question.line.payment as Row | undefined)?.order ?? null) as OrderPart | null;
export const offers =
  (...actions: string[]) =>
  (one: Replayed): boolean =>
    partOf(one)?.possibleActions.some((action) => actions.includes(action)) ?? false;
export const hasCaptured = (one: Replayed): boolean => (partOf(one)?.capturedAmount ?? 0) > 0;
/** The reservation was let go. */
export const isCancelled = (one: Replayed): boolean => {
  const part = partOf(one);
  return part !== null && part.authorizedAmount === 0 && part.canceledAmount === part.totalOrderAmount;
};
export const isEditable = (one: Replayed): boolean =>
  offers("CAPTURE", "PARTIAL_CAPTURE", "CANCEL", "PARTIAL_CANCEL")(one) || isCancelled(one);
export const taskIsCompleted = ({ row }: Replayed): boolean => row.task_completed === true;
export const isChange = ({ file }: Replayed): boolean => file === "resurs-before-status-change-rules";
export const named =
  (pattern: RegExp) =>
  ({ row }: Replayed): boolean =>
    pattern.test(String(row.case));
export const waits = reads("TASK_REDIRECTION_REQUIRED", "SUPPLEMENTING_REQUIRED", "INSPECTION");
