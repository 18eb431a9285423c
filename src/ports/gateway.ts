/** What the engine needs of a bank. Expected trouble is a value; only a bug throws. */
import type { Reading } from "../../machines/facts.js";
import type { Line } from "../../machines/lines.js";

export type GatewayAnswer =
  /** It is so; `reading` is the payment afterwards, where the gateway sent it. */
  | { kind: "ok"; reading: Reading | null }
  /** A definite no: asking again gives the same answer. */
  | { kind: "refused"; reason: string; detail: string }
  /**
   * It did not happen; ask again, not before `afterMs`. `certain`: nothing was sent, or the bank itself says so. Without
   * that it may be the word of what stands before the bank, and a later no to the call is believed once the payment was read.
   */
  | { kind: "retry"; afterMs: number | null; detail: string; certain?: boolean }
  /** Nobody knows whether it happened: a timeout, a broken connection, a 5xx. */
  | { kind: "unknown"; detail: string };

export type ReadAnswer = { kind: "ok"; reading: Reading } | Exclude<GatewayAnswer, { kind: "ok" }>;

/** The addresses that a payment is opened with. */
export interface PaymentUrls {
  /** Where the customer goes when all is done, or has gone wrong. */
  successUrl: string;
  failUrl: string;
  /** Where he comes from signing, or from having signed nothing, where booking is a step of its own. */
  signedUrl?: string | undefined;
  signingFailedUrl?: string | undefined;
  callbackUrl: string;
  /** The page that shows the bank's checkout in a frame, where a gateway is set up so (`embedded`). */
  frameUrl?: string | undefined;
  /** Where the bank reports what is done with the payment later, if it has an address of its own for that. */
  managementUrl?: string | undefined;
}

export interface NewPayment extends PaymentUrls {
  /** Names this try to pay, so that what it made is found by it. */
  attempt?: string | undefined;
  /** The reference under which the bank has the order: its id, unless it was placed with another. */
  orderId: string;
  /** The order's id in the shop; left out: it is the reference. */
  shopOrderId?: string | undefined;
  /** Minor units. */
  total: number;
  currency: string;
  lines: Line[];
  /** 1..43200. */
  linkLifetimeMinutes: number;
  /** Which of the gateway's payment methods the customer chose, by its id; left out: the gateway's own choice. */
  method?: string | undefined;
  /** The id that the shop would like the payment to have; the older flows take it, the others make up their own. */
  preferredId?: string | null | undefined;
  /** Ids of this order's payments that the bank has, and that are over: it takes none of them a second time. */
  endedIds?: readonly string[] | undefined;
  /** A try to pay this order before was never answered. */
  triedBefore?: boolean | undefined;
}

/** What is known of a try to pay that was not heard of. */
export type TriedPayment = Pick<NewPayment, "orderId" | "successUrl" | "failUrl"> & { attempt: string };
/** What a customer chooses at the checkout, as the bank describes it. */
export interface PaymentMethod {
  id: string;
  title: string;
  /** Smallest and largest order total, minor units; null = no limit. */
  min: number | null;
  max: number | null;
  /** Where the customer may live, ISO 3166-1 alpha-2; null = anywhere. */
  countries: string[] | null;
}

/** A store as the bank has it. */
export interface BankStore {
  id: string;
  name: string;
}

export type CreatedPayment =
  | {
      kind: "ok";
      paymentId: string;
      status: string;
      redirectUrl: string;
      /** What the shop keeps with its order, under the keys of the documents. */
      meta?: Record<string, string> | undefined;
    }
  | {
      kind: "failed";
      detail: string;
      /** The id that it has if the bank made it all the same; left out: there is none, or nobody knows its id. */
      paymentId?: string | undefined;
      meta?: Record<string, string> | undefined;
    };

/** Of all that is left. */
export interface WholeCall {
  paymentId: string;
  amount: number;
  /** The order's, where they add up to the amount. */
  lines?: Line[] | null | undefined;
  key: string;
}

export interface Gateway {
  /** The name in `facts.payment.gateway`. */
  readonly name: string;
  /** The API whose callbacks report its payments, such as `resurs-mapi`; left out: it is called as the gateway is. */
  readonly api?: string | undefined;
  /** How far the gateway's rounding may differ from the order total, in minor units. */
  readonly tolerance: number;
  /** The currencies that it sells in, by ISO 4217; an order in another one is refused. Left out: every one. */
  readonly currencies?: readonly string[] | undefined;
  /** What it can look up by itself: the payment, its amounts and, when rejected, its task status. */
  readPayment(paymentId: string): Promise<ReadAnswer>;
  /** Captures everything not yet captured. `key` is logged by the gateway as transaction id. */
  capture(call: WholeCall): Promise<GatewayAnswer>;
  /** Cancels everything not yet captured. */
  cancel(call: WholeCall): Promise<GatewayAnswer>;
  /** Refunds the lines, or the amount; `all` = whatever is left. Never sent without its amount. */
  refund(call: {
    paymentId: string;
    amount: number;
    lines: Line[] | null;
    all: boolean;
    /**
     * What had been refunded when the call was first made, in minor units: a gateway that has to choose where to send it
     * chooses the same again. Left out by whoever makes no call twice.
     */
    refundedBefore?: number | undefined;
    key: string;
  }): Promise<GatewayAnswer>;
  /**
   * Reserves more on a payment that stands, in minor units; the lines add up to `amount`. A gateway that cannot do it
   * without the customer refuses.
   */
  addOrderLines(call: { paymentId: string; amount: number; lines: Line[]; key: string }): Promise<GatewayAnswer>;
  /** The id that `createPayment` will make this payment under. Only where the shop chooses it. */
  idOf?(payment: Pick<NewPayment, "orderId" | "preferredId" | "endedIds">): string | Promise<string>;
  /** Opens a payment and says where the customer goes to; `failed` = there is none, and another may be tried. */
  createPayment(payment: NewPayment): Promise<CreatedPayment>;
  /** The methods that a customer chooses between. Only where the bank lists them; else the gateway is one method. */
  paymentMethods?(): Promise<{ kind: "ok"; methods: PaymentMethod[] } | Exclude<GatewayAnswer, { kind: "ok" }>>;
  /**
   * The payment methods that the bank has for this key, by their ids, for whoever checks a configuration. Only where a
   * method is configured, and the bank lists none for a customer to see.
   */
  paymentMethodIds?(): Promise<{ kind: "ok"; ids: string[] } | Exclude<GatewayAnswer, { kind: "ok" }>>;
  /** The shop's stores at the bank, for whoever checks a configuration. Only where a key has stores. */
  stores?(): Promise<{ kind: "ok"; stores: BankStore[] } | Exclude<GatewayAnswer, { kind: "ok" }>>;
  /**
   * The payment that this try made, asked by another process than the one that died before it heard the answer; null:
   * there is none, or nobody can say. Only where the API can be searched.
   */
  findCreated?(tried: TriedPayment): Promise<CreatedPayment | null>;
  /**
   * Ends a payment that nobody has paid, so that its customer no longer pays it; refused where it is paid by now. Only
   * where the API has such a call.
   */
  endPayment?(call: { paymentId: string }): Promise<GatewayAnswer>;
  /** Books what the customer has signed: the payment comes into being. Only where signing and booking are two steps. */
  bookSignedPayment?(call: { paymentId: string }): Promise<GatewayAnswer>;
}
