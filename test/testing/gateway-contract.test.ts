/** The gateway contract can fail: each wrong gateway breaks the laws that were written against it, and no others. */
import { describe, expect, test } from "vitest";
import { giftwellFixture, type Make } from "../../docs/examples/giftwell/fixture.js";
import { giftwellGateway } from "../../docs/examples/giftwell/gateway.js";
import type { Reading } from "../../machines/facts.js";
import type { Gateway } from "../../src/index.js";
import { type GatewayFixture, gatewayContract } from "../../src/testing/index.js";
import { isWhole } from "../exhaustive/whole.js";
import { type Booking, twoSteps } from "./two-steps.js";

/** Runs every case by itself, as any test runner would, and keeps the titles of those that threw. */
const brokenBy = async (fixture: GatewayFixture): Promise<string[]> => {
  const broken: string[] = [];
  for (const { title, run } of gatewayContract(fixture)) await run().catch(() => broken.push(title));
  return broken;
};

const right = giftwellGateway;
const readsWith =
  (change: (reading: Reading) => Reading): Make =>
  (options) => {
    const gateway = right(options);
    return {
      ...gateway,
      async readPayment(id) {
        const answer = await gateway.readPayment(id);
        return answer.kind === "ok" ? { ...answer, reading: change(answer.reading) } : answer;
      },
    };
  };
const withFetch =
  (change: (real: typeof fetch) => typeof fetch): Make =>
  (options) =>
    giftwellGateway({ ...options, fetch: change(fetch) });

const READS = {
  waiting: "A payment that waits for the customer reads so, its amounts in minor units and its offers as they allow.",
  accepted: "A payment that is accepted reads so, its amounts in minor units and its offers as they allow.",
  frozen: "A payment that is frozen reads so, its amounts in minor units and its offers as they allow.",
  rejected: "A payment that is rejected reads so, its amounts in minor units and its offers as they allow.",
  partlyCaptured:
    "A payment that is partly captured reads so, its amounts in minor units and its offers as they allow.",
  captured: "A payment that is captured reads so, its amounts in minor units and its offers as they allow.",
  partlyRefunded:
    "A payment that is partly refunded reads so, its amounts in minor units and its offers as they allow.",
  refunded: "A payment that is refunded reads so, its amounts in minor units and its offers as they allow.",
  cancelled: "A payment that is cancelled reads so, its amounts in minor units and its offers as they allow.",
};
const MISSING = "A payment that the bank does not know reads as one that does not exist.";
const ANOTHERS = "A reading is told under the id that was asked for, and that of another payment is not taken for it.";
const FIFTY = "Fifty readings at once are each the right one.";
const ODD_ID = "An id that could lead to another address never reaches the bank.";
const CAPTURE = "A capture takes everything, and the reading afterwards shows it.";
const CAPTURE_REST = "A capture after a part was captured takes what is left.";
const CANCEL = "A cancellation lets everything go, and the reading afterwards shows it.";
const REFUND = "A refund of everything gives back everything.";
const REFUND_PART = "A refund of a part gives back that part; the rest can be refunded after it.";
const REFUND_LINES = "A refund of lines gives back their sum, and lines that do not add up give back the amount.";
const TOO_MUCH = "Never more is refunded than was captured.";
const KEY_SENT = "The key goes along with every call that is said to carry it.";
const KEY_ONCE = "The same key twice moves money once, where the bank is said to see to it.";
const ODD_KEY = "A key made of a long order number in any letters hinders no call.";
const OTHER_NO = "Every other form that the bank has for a no is a no, and nothing moves.";
const FRONT = "An error of what stands before the bank (400, 403, 404, 405, 410) is no word of the bank's: unknown.";
const BEHIND =
  "A call that took effect behind a front that answers 403, 404 or 405 is unknown, and the reading shows it.";
const NEVER_GOT = "A call that the bank never got is unknown or asked again, never done and never a no.";
const LOST = "A call that took effect and whose answer was lost is unknown, and the reading afterwards shows it.";
const SERVER_ERROR = "The bank's own trouble (5xx, 408) with a call leaves it unknown.";
const TOO_BUSY = "A bank that has too much to do (429) is asked again, not before the time it named.";
const UNREACHABLE = "A bank that cannot be reached was certainly not asked: again later.";
const IN_TIME = "No call takes longer than its time, by the clock it was given, and none gives up before.";
const NONSENSE =
  "An answer that is not the bank's (a page, nonsense) is unknown: nothing was done, and nothing is thrown.";
const ENDLESS = "An answer without end is not read to its end.";
const REDIRECT = "A redirect is not followed: what we send is for the bank alone.";
const SECRET = "No secret is told in any answer, not even when the bank repeats what it was sent.";
const ANY_ID = "An order under any id can be paid, and what a reading then says of its order is that id.";
const NEW = "A new payment has an id and an address to send the customer to.";
const ADDRESS = "Nothing but a web address is an address to send the customer to.";
const HANDS = "What a hand does in the bank's portal is called back about, and the reading then shows it.";
const LATER =
  "A refund that the bank has accepted and not carried out reads as pending, and one that came to nothing as not refunded.";
const BOOKED = "What the customer has signed is booked, and the reading afterwards shows it.";
const BOOKED_TWICE = "Booked twice, it is booked once; or the second time is refused.";
const UNSIGNED = "What the customer has not signed is not booked, with the reason.";

const wrong: [string, Make, string[]][] = [
  [
    "takes a lost answer for a yes",
    (options) => {
      const gateway = right(options);
      const capture: Gateway["capture"] = async (call) => {
        const answer = await gateway.capture(call);
        return answer.kind === "unknown" ? { kind: "ok", reading: null } : answer;
      };
      return { ...gateway, capture };
    },
    [NEVER_GOT, LOST, SERVER_ERROR, FRONT, BEHIND, IN_TIME, NONSENSE, ENDLESS, REDIRECT],
  ],
  [
    "takes a lost answer for one that may be sent again",
    (options) => {
      const gateway = right(options);
      const refund: Gateway["refund"] = async (call) => {
        const answer = await gateway.refund(call);
        return answer.kind === "unknown" ? { kind: "retry", afterMs: null, detail: answer.detail } : answer;
      };
      return { ...gateway, refund };
    },
    [LOST, SERVER_ERROR, BEHIND, NONSENSE, REDIRECT],
  ],
  [
    "takes the bank's trouble for a no",
    (options) => {
      const gateway = right(options);
      const cancel: Gateway["cancel"] = async (call) => {
        const answer = await gateway.cancel(call);
        if (answer.kind !== "unknown" || !answer.detail.startsWith("HTTP 5")) return answer;
        return { kind: "refused", reason: "gateway-refused", detail: answer.detail };
      };
      return { ...gateway, cancel };
    },
    [LOST, SERVER_ERROR],
  ],
  [
    "throws what it does not understand",
    (options) => {
      const gateway = right(options);
      const readPayment: Gateway["readPayment"] = async (id) => {
        const answer = await gateway.readPayment(id);
        if (answer.kind === "unknown" && answer.detail === "unexpected answer") throw new SyntaxError("no JSON");
        return answer;
      };
      return { ...gateway, readPayment };
    },
    [ANOTHERS, NONSENSE, SECRET],
  ],
  [
    "gives back everything, whatever was asked for",
    (options) => {
      const gateway = right(options);
      const refund: Gateway["refund"] = async (call) => {
        const now = await gateway.readPayment(call.paymentId);
        if (now.kind !== "ok") return gateway.refund(call);
        return gateway.refund({ ...call, amount: now.reading.captured - now.reading.refunded });
      };
      return { ...gateway, refund };
    },
    [REFUND_PART, REFUND_LINES, TOO_MUCH, KEY_ONCE, LATER],
  ],
  ["follows redirects", withFetch((real) => (input, init) => real(input, { ...init, redirect: "follow" })), [REDIRECT]],
  [
    "reads an answer to its end",
    withFetch((real) => async (input, init) => {
      const response = await real(input, init);
      return new Response(await response.text(), { status: response.status, headers: response.headers });
    }),
    [ENDLESS],
  ],
  [
    "tells its key",
    (options) => {
      const gateway = right(options);
      const capture: Gateway["capture"] = async (call) => {
        const answer = await gateway.capture(call);
        return answer.kind === "unknown" ? { ...answer, detail: `${answer.detail} for ${options.apiKey}` } : answer;
      };
      return { ...gateway, capture };
    },
    [SECRET],
  ],
  [
    "counts in crowns",
    (options) => {
      const gateway = right(options);
      const readPayment: Gateway["readPayment"] = async (id) => {
        const answer = await gateway.readPayment(id);
        if (answer.kind !== "ok") return answer;
        return { ...answer, reading: { ...answer.reading, captured: answer.reading.captured / 100 } };
      };
      return { ...gateway, readPayment };
    },
    [
      READS.partlyCaptured,
      READS.captured,
      READS.partlyRefunded,
      READS.refunded,
      FIFTY,
      CAPTURE,
      CAPTURE_REST,
      REFUND,
      REFUND_PART,
      REFUND_LINES,
      LOST,
      BEHIND,
      HANDS,
      LATER,
    ],
  ],
  [
    "makes up a new key for every try",
    (options) => {
      const gateway = right(options);
      return { ...gateway, refund: (call) => gateway.refund({ ...call, key: crypto.randomUUID() }) };
    },
    [KEY_SENT, KEY_ONCE],
  ],
  [
    "takes a refund that is pending for one that has reached the customer",
    readsWith((reading) => ({ ...reading, pendingRefund: 0 })),
    [LATER],
  ],
  [
    "counts a refund that came to nothing",
    readsWith((reading) => ({ ...reading, refunded: reading.refunded + (reading.failedRefund ?? 0), failedRefund: 0 })),
    [LATER],
  ],
  [
    "leaves a pending refund out, as if nobody had asked for it",
    readsWith((reading) => ({
      ...reading,
      refunded: reading.refunded - (reading.pendingRefund ?? 0),
      pendingRefund: 0,
    })),
    [LATER],
  ],
  [
    "does not say where to call back",
    (options) => {
      const gateway = right(options);
      const createPayment: Gateway["createPayment"] = (payment) =>
        gateway.createPayment({ ...payment, callbackUrl: "http://127.0.0.1:9/" });
      return { ...gateway, createPayment };
    },
    [HANDS],
  ],
  [
    "has one key for a payment, whatever is asked for",
    (options) => {
      const gateway = right(options);
      return {
        ...gateway,
        capture: (call) => gateway.capture({ ...call, key: call.paymentId }),
        cancel: (call) => gateway.cancel({ ...call, key: call.paymentId }),
        refund: (call) => gateway.refund({ ...call, key: call.paymentId }),
      };
    },
    [REFUND_PART, KEY_SENT, LATER],
  ],
  [
    "puts any id into the address",
    (options) => {
      const gateway = right(options);
      const readPayment: Gateway["readPayment"] = async (id) => {
        if (!/^[\w-]+$/.test(id)) await fetch(`${options.baseUrl}/holds/${id}`).catch(() => {});
        return gateway.readPayment(id);
      };
      return { ...gateway, readPayment };
    },
    [ODD_ID],
  ],
  ["gives up too early", (options) => right({ ...options, timeoutMs: options.timeoutMs / 2 }), [IN_TIME]],
  [
    "does not know a payment that is not there from one that it may not see",
    (options) => {
      const gateway = right(options);
      const readPayment: Gateway["readPayment"] = async (id) => {
        const answer = await gateway.readPayment(id);
        if (answer.kind !== "ok" || answer.reading.exists) return answer;
        return { kind: "refused", reason: "gateway-refused", detail: "not found" };
      };
      return { ...gateway, readPayment };
    },
    [MISSING],
  ],
  [
    "sends the customer anywhere",
    (options) => {
      const gateway = right(options);
      const createPayment: Gateway["createPayment"] = async (payment) => {
        const created = await gateway.createPayment(payment);
        if (created.kind === "ok" || created.detail !== "unexpected answer") return created;
        const headers = { authorization: `Bearer ${options.apiKey}` };
        const body = '{"amount":"1.00"}';
        const response = await fetch(`${options.baseUrl}/holds`, { method: "POST", headers, body });
        const { id, page } = Object((await response.json().catch(() => null)) as unknown) as Record<string, unknown>;
        if (typeof page !== "string") return created;
        return { kind: "ok", paymentId: String(id), status: "offered", redirectUrl: page };
      };
      return { ...gateway, createPayment };
    },
    [ADDRESS],
  ],
  [
    "asks a busy bank again at once",
    (options) => {
      const gateway = right(options);
      const capture: Gateway["capture"] = async (call) => {
        const answer = await gateway.capture(call);
        return answer.kind === "retry" ? { ...answer, afterMs: null } : answer;
      };
      return { ...gateway, capture };
    },
    [TOO_BUSY],
  ],
  [
    "cannot tell what was never sent",
    (options) => {
      const gateway = right(options);
      const cancel: Gateway["cancel"] = async (call) => {
        const answer = await gateway.cancel(call);
        const unsent = answer.kind === "retry" && answer.detail.startsWith("network");
        return unsent ? { kind: "unknown", detail: answer.detail } : answer;
      };
      return { ...gateway, cancel };
    },
    [UNREACHABLE],
  ],
  [
    "takes orders with a number alone",
    (options) => {
      const gateway = right(options);
      const createPayment: Gateway["createPayment"] = async (payment) =>
        /^\d+$/.test(payment.orderId) ? gateway.createPayment(payment) : { kind: "failed", detail: "no number" };
      return { ...gateway, createPayment };
    },
    [ANY_ID],
  ],
  [
    "names the order by the bank's own spelling of it",
    (options) => {
      const gateway = right(options);
      const readPayment: Gateway["readPayment"] = async (id) => {
        const answer = await gateway.readPayment(id);
        return answer.kind === "ok" ? { ...answer, reading: { ...answer.reading, orderReference: "1001" } } : answer;
      };
      return { ...gateway, readPayment };
    },
    [ANY_ID],
  ],
  [
    "offers what is not there",
    (options) => {
      const gateway = right(options);
      const readPayment: Gateway["readPayment"] = async (id) => {
        const answer = await gateway.readPayment(id);
        if (answer.kind !== "ok") return answer;
        return { ...answer, reading: { ...answer.reading, offers: ["CAPTURE", "CANCEL", "REFUND"] } };
      };
      return { ...gateway, readPayment };
    },
    [
      READS.waiting,
      READS.accepted,
      READS.frozen,
      READS.rejected,
      READS.captured,
      READS.partlyRefunded,
      READS.refunded,
      READS.cancelled,
      MISSING,
      FIFTY,
      CAPTURE,
      CAPTURE_REST,
      CANCEL,
      REFUND,
      REFUND_PART,
      REFUND_LINES,
      LOST,
      BEHIND,
      ANY_ID,
      NEW,
      HANDS,
      LATER,
    ],
  ],
];

describe("a gateway that", () => {
  test("is right breaks none", async () => expect(await brokenBy(giftwellFixture())).toEqual([]));
  // Most of a contract is waiting for what does not come.
  test.concurrent.each(wrong.filter((_, i) => isWhole || i % 2 === 0))("%s", async (_, make, broken) => {
    expect(await brokenBy(giftwellFixture(make))).toEqual(broken);
  });
});

test("a gateway that takes one form of the bank's no for nobody's word breaks the law about it alone", async () => {
  const { open, can } = giftwellFixture();
  const fixture: GatewayFixture = {
    can,
    open: async (opening) => ({
      ...(await open(opening)),
      alsoNo: [{ status: 500, body: JSON.stringify({ why: "no" }) }],
    }),
  };
  expect(await brokenBy(fixture)).toEqual([OTHER_NO]);
});

describe("a gateway that books in two steps, and", () => {
  test.each<[string, Partial<Booking>, string[]]>([
    ["is right", {}, []],
    ["books again what is booked", { once: false }, [BOOKED_TWICE]],
    ["books what nobody has signed", { asksForSignature: false }, [UNSIGNED]],
    ["says that it booked, and did not", { books: false }, [ODD_KEY, LOST, BEHIND, BOOKED, BOOKED_TWICE]],
  ])("%s", async (_, how, broken) => expect(await brokenBy(twoSteps(how))).toEqual(broken));
});

test("a fixture without the faulty server is told so", async () => {
  const { open, ...fixture } = giftwellFixture();
  const [law] = gatewayContract({
    ...fixture,
    open: (opening) => open({ ...opening, inFrontOf: async () => "http://127.0.0.1:1" }),
  });
  await expect(law?.run()).rejects.toThrow("inFrontOf");
});
