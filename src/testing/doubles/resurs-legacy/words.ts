/** A payment in the words of the Merchant API, said in those of the older services. */
import type { ResursAccount } from "../resurs/accounts.js";
import { type LogEntry, major, type ResursBooks, sumOf } from "../resurs/books.js";

type LegacyWire = NonNullable<ResursAccount["payment"]>;
type DiffType = "AUTHORIZE" | "DEBIT" | "CREDIT" | "ANNUL";

export interface Diff {
  type: DiffType;
  transactionId: string | null;
  created: string;
  createdBy: string | null;
  /** Minor units. */
  amount: number;
}

const offers = ({ actions }: ResursBooks, action: string): boolean =>
  actions.includes(action) || actions.includes(`PARTIAL_${action}`);

/** Rejected money is let go; the older services have no other word for it. */
const annulledOf = ({ status, books }: LegacyWire): number => {
  if (!books) return 0;
  return status === "REJECTED" ? Math.max(books.canceled, books.total - books.captured) : books.canceled;
};

/** The calls of this kind that the books remember, and one more part for what a scenario put there beside them. */
const parts = (log: LogEntry[], from: LogEntry["type"], type: DiffType, amount: number, created: string): Diff[] => {
  let left = amount;
  const remembered = log.flatMap((entry): Diff[] => {
    const own = sumOf(entry.orderLines);
    if (entry.type !== from || own <= 0 || own > left) return [];
    left -= own;
    const { transactionId = null, creator: createdBy = null } = entry;
    return [{ type, transactionId, created: entry.created, createdBy, amount: own }];
  });
  const rest = { type, transactionId: null, created, createdBy: null, amount: left };
  return left > 0 ? [...remembered, rest] : remembered;
};

export const diffsOf = (payment: LegacyWire): Diff[] => {
  const { books } = payment;
  if (!books) return [];
  const created = String(payment.fields.created);
  return [
    ...parts([], "CREATE", "AUTHORIZE", books.total, created),
    ...parts(books.log, "CAPTURE", "DEBIT", books.captured, created),
    ...parts(books.log, "REFUND", "CREDIT", books.refunded, created),
    ...parts(books.log, "CANCEL", "ANNUL", annulledOf(payment), created),
  ];
};

const statusWords = (payment: LegacyWire): string[] => {
  const { status, books } = payment;
  // A word of tomorrow is said as it is.
  if (!["ACCEPTED", "FROZEN", "INSPECTION", "REJECTED"].includes(status)) return [status];
  if (!books) return [];
  const debitable = status !== "REJECTED" && offers(books, "CAPTURE");
  return [
    ...(debitable ? ["DEBITABLE"] : []),
    ...(offers(books, "REFUND") ? ["CREDITABLE"] : []),
    ...(books.captured > 0 ? ["IS_DEBITED"] : []),
    ...(books.refunded > 0 ? ["IS_CREDITED"] : []),
    ...(annulledOf(payment) > 0 ? ["IS_ANNULLED"] : []),
  ];
};

/** Before the customer has signed there is no payment. */
export const stands = (payment: LegacyWire | null): payment is LegacyWire =>
  payment !== null && !["TASK_REDIRECTION_REQUIRED", "SUPPLEMENTING_REQUIRED"].includes(payment.status);

const limitOf = ({ fields, books }: LegacyWire): number => {
  const application = fields.application as { approvedCreditLimit?: number } | undefined;
  return application?.approvedCreditLimit || major(books?.total ?? 0);
};

/** The customer as he was booked. */
export type LegacyPerson = Record<string, unknown>;

const PERSON = ["governmentId", "address", "phone", "email", "type"];

/** As much of him as the answers have. */
export const personOf = (customer: LegacyPerson): LegacyPerson =>
  Object.fromEntries(PERSON.flatMap((name) => (customer[name] === undefined ? [] : [[name, customer[name]]])));

/** As a Java service writes a decimal. */
const decimal = (amount: number): string => amount.toFixed(5);

/** The `return` of getPayment. */
export const spoken = (id: string, payment: LegacyWire, customer: LegacyPerson) => {
  const { books, status } = payment;
  const current = books ? books.total - annulledOf(payment) - books.refunded : 0;
  return {
    id,
    totalAmount: decimal(major(current)),
    limit: decimal(limitOf(payment)),
    paymentDiffs: diffsOf(payment).map(({ type, transactionId, created, createdBy, amount }) => ({
      type,
      ...(transactionId === null ? {} : { transactionId }),
      created,
      ...(createdBy === null ? {} : { createdBy }),
      paymentSpec: { totalAmount: decimal(major(amount)), totalVatAmount: decimal(0) },
    })),
    customer: personOf(customer),
    booked: String(payment.fields.created),
    paymentMethodId: "INVOICE",
    paymentMethodName: "Invoice",
    fraud: status === "INSPECTION",
    frozen: status === "FROZEN",
    status: statusWords(payment),
    paymentMethodType: "INVOICE",
    totalBonusPoints: 0,
  };
};

/** The same as the checkout's JSON has it: amounts are numbers. */
export const inJson = ({ totalAmount, limit, paymentDiffs, ...payment }: ReturnType<typeof spoken>) => ({
  ...payment,
  totalAmount: Number(totalAmount),
  limit: Number(limit),
  paymentDiffs: paymentDiffs.map(({ paymentSpec, ...diff }) => ({
    ...diff,
    paymentSpec: {
      specLines: [],
      totalAmount: Number(paymentSpec.totalAmount),
      totalVatAmount: Number(paymentSpec.totalVatAmount),
    },
  })),
});

/** bookPaymentStatus of a payment that stands. */
export const bookedWord = ({ status, books }: LegacyWire): "BOOKED" | "FINALIZED" | "FROZEN" => {
  if (status === "FROZEN" || status === "INSPECTION") return "FROZEN";
  return books && books.captured > 0 ? "FINALIZED" : "BOOKED";
};

/** A payment method as getPaymentMethods answers it, by its id. */
export const methodCalled = (id: string): object => ({
  id,
  description: `${id} of the sandbox`,
  legalInfoLinks: [{ appendPriceLast: true, endUserDescription: "Terms", url: "https://bank.example/terms?amount=" }],
  minLimit: "1",
  maxLimit: "50000",
  type: id === "CARD" ? "CARD" : "INVOICE",
  customerType: ["NATURAL"],
  specificType: id === "CARD" ? "CARD" : "INVOICE",
});
