/** Answers that are lost, late or a no: what each may say of the money. */

import { type FrontPage, frontAnswer, frontBodies } from "../../doubles/front-page.js";
import { assert } from "../assert.js";
import type { Abilities, Bench, ContractLaw } from "./bench.js";
import type { Trouble } from "./front.js";
import {
  answered,
  everyCall,
  isOneOf,
  movesOf,
  NEW_PAYMENT,
  outwaited,
  PART,
  readOf,
  soon,
  TOTAL,
  troubled,
} from "./moves.js";

const answer = (status: number, headers: Record<string, string> = {}, after = false): Trouble => ({
  kind: "answer",
  after,
  status,
  headers: { "content-type": "application/json", ...headers },
  body: '{"message":"trouble"}',
});

type No = ReturnType<Bench["no"]>;

const saying = ({ status, headers, body }: No): Trouble => ({
  kind: "answer",
  after: false,
  status,
  body,
  headers: headers ?? { "content-type": "application/json" },
});

/** The bank's own no. */
const own = ({ no }: Bench, asked: number): Trouble => saying(no(asked));

const fromFront = (page: FrontPage, after: boolean): Trouble => {
  const { status, body, headers = {} } = frontAnswer(page);
  const trouble = { kind: "answer", after, status } as const;
  return typeof body === "object"
    ? { ...trouble, body: JSON.stringify(body), headers: { "content-type": "application/json" } }
    : { ...trouble, body: String(body ?? ""), headers };
};

const SERVER_ERRORS = [500, 502, 503, 504];

export const losses = (can: Abilities): ContractLaw[] => [
  {
    title: "A call that the bank never got is unknown or asked again, never done and never a no.",
    async run(bench) {
      for (const move of movesOf(can)) {
        const { answer, before, after } = await troubled(bench, move, { kind: "silence", after: false }, "waits");
        isOneOf(answer, ["unknown", "retry"], `${move.operation}, without an answer`);
        assert.deepEqual(after, before);
        const broken = await troubled(bench, move, { kind: "broken", after: false });
        isOneOf(broken.answer, ["unknown", "retry"], `${move.operation}, its connection broken`);
      }
    },
  },
  {
    title: "A call that took effect and whose answer was lost is unknown, and the reading afterwards shows it.",
    async run(bench) {
      for (const move of movesOf(can)) {
        const lost: [Trouble, "waits" | "answers"][] = [
          [{ kind: "silence", after: true }, "waits"],
          [{ kind: "broken", after: true }, "answers"],
          [answer(502, {}, true), "answers"],
        ];
        for (const [trouble, how] of lost) {
          const { paymentId, answer, after } = await troubled(bench, move, trouble, how);
          isOneOf(answer, ["unknown"], `${move.operation} under ${trouble.kind} after it took effect`);
          assert(move.tookEffect(after), `${move.operation} did not come to the bank`);
          assert(move.tookEffect(await readOf(bench, paymentId)), `the reading does not show the ${move.operation}`);
        }
      }
    },
  },
  {
    title: "The bank's own trouble (5xx, 408) with a call leaves it unknown.",
    async run(bench) {
      for (const move of movesOf(can)) {
        for (const status of [...SERVER_ERRORS, 408]) {
          const { answer: told, before, after } = await troubled(bench, move, answer(status));
          isOneOf(told, ["unknown"], `${move.operation} under ${status}`);
          assert.deepEqual(after, before);
        }
      }
    },
  },
  {
    title: "A bank that has too much to do (429) is asked again, not before the time it named.",
    async run(bench) {
      const { front } = bench;
      for (const { operation, state, ask } of everyCall(can)) {
        const paymentId = await bench.bring(state, TOTAL, PART);
        for (const [header, afterMs] of [
          ["7", 7000],
          [null, undefined],
          ["soon", undefined],
          ["-1", undefined],
        ] as const) {
          front.trouble(operation, answer(429, header === null ? {} : { "retry-after": header }));
          const told = await answered(() => ask(bench, paymentId));
          isOneOf(told, [operation === "createPayment" ? "failed" : "retry"], `${operation} under 429`);
          if (told.kind === "retry" && afterMs !== undefined)
            assert.equal(told.afterMs, afterMs, "the bank's own wait");
        }
        front.trouble(operation, null);
      }
    },
  },
  {
    title: "A bank that cannot be reached was certainly not asked: again later.",
    async run(bench) {
      const calls = [];
      for (const { operation, state, ask } of everyCall(can)) {
        calls.push({ operation, ask, paymentId: await bench.bring(state, TOTAL, PART) });
      }
      await bench.front.shut();
      for (const { operation, ask, paymentId } of calls) {
        const told = await answered(() => ask(bench, paymentId));
        isOneOf(told, [operation === "createPayment" ? "failed" : "retry"], operation);
      }
    },
  },
  {
    title: "A no of the bank (400, 401, 403, 422), in its own words, is a no, and nothing moves.",
    async run(bench) {
      for (const move of movesOf(can)) {
        for (const status of [400, 401, 403, 422]) {
          const { answer: told, before, after } = await troubled(bench, move, own(bench, status));
          isOneOf(told, ["refused"], `${move.operation} under ${status}`);
          assert.deepEqual(after, before);
        }
      }
    },
  },
  {
    title: "Every other form that the bank has for a no is a no, and nothing moves.",
    async run(bench) {
      for (const move of movesOf(can)) {
        for (const no of bench.alsoNo ?? []) {
          const { answer: told, before, after } = await troubled(bench, move, saying(no));
          isOneOf(told, ["refused"], `${move.operation} under ${no.status} with ${no.body}`);
          assert.deepEqual(after, before);
        }
      }
    },
  },
  {
    title: "An error of what stands before the bank (400, 403, 404, 405, 410) is no word of the bank's: unknown.",
    async run(bench) {
      const { front } = bench;
      for (const { operation, state, ask } of everyCall(can)) {
        const paymentId = await bench.bring(state, TOTAL, PART);
        for (const status of [400, 403, 404, 405, 410]) {
          for (const body of frontBodies) {
            front.trouble(operation, fromFront({ status, body }, false));
            const due = operation === "createPayment" ? (["failed"] as const) : (["unknown", "retry"] as const);
            isOneOf(
              await answered(() => ask(bench, paymentId)),
              [...due],
              `${operation} under a front's ${status} ${body}`,
            );
          }
        }
        front.trouble(operation, null);
      }
    },
  },
  {
    title: "A call that took effect behind a front that answers 403, 404 or 405 is unknown, and the reading shows it.",
    async run(bench) {
      for (const move of movesOf(can)) {
        for (const status of [403, 404, 405]) {
          const { paymentId, answer, after } = await troubled(bench, move, fromFront({ status }, true));
          isOneOf(answer, ["unknown"], `${move.operation} under a front's ${status}`);
          assert(move.tookEffect(after), `${move.operation} did not come to the bank`);
          assert(move.tookEffect(await readOf(bench, paymentId)), `the reading does not show the ${move.operation}`);
        }
      }
    },
  },
  {
    title: "Trouble with a reading is no reading, and says nothing of the payment.",
    async run(bench) {
      const { front, gateway, bring } = bench;
      const paymentId = await bring("accepted", TOTAL, PART);
      const read = () => gateway.readPayment(paymentId);
      for (const status of [...SERVER_ERRORS, 408]) {
        front.trouble("readPayment", answer(status));
        isOneOf(await answered(read), ["unknown", "retry"], `a reading under ${status}`);
      }
      for (const status of [401, 403]) {
        front.trouble("readPayment", own(bench, status));
        isOneOf(await answered(read), ["refused"], `a reading under ${status}`);
      }
      front.trouble("readPayment", { kind: "broken", after: true });
      isOneOf(await answered(read), ["unknown", "retry"], "a reading, its connection broken");
    },
  },
  {
    title: "No call takes longer than its time, by the clock it was given, and none gives up before.",
    async run(bench) {
      const { front, clock, timeoutMs } = bench;
      for (const { operation, state, ask } of everyCall(can)) {
        const paymentId = await bench.bring(state, TOTAL, PART);
        for (const trouble of [{ kind: "silence", after: false }, { kind: "unfinished" }] as const) {
          front.trouble(operation, trouble);
          const told = await outwaited(bench, () => ask(bench, paymentId));
          const due = operation === "createPayment" ? (["failed"] as const) : (["unknown", "retry"] as const);
          isOneOf(told, [...due], `${operation} under ${trouble.kind}`);
        }
        while (front.held() > 0) await soon();
        front.trouble(operation, { kind: "silence", after: false });
        let over = false;
        const waiting = answered(() => ask(bench, paymentId)).finally(() => {
          over = true;
        });
        while (front.held() === 0 && !over) await soon();
        clock.set(clock.now() + timeoutMs - 1);
        for (let turn = 0; turn < 5; turn += 1) await soon();
        assert.equal(over, false, `${operation} gave up before its time`);
        clock.set(clock.now() + 1);
        await waiting;
        front.trouble(operation, null);
      }
    },
  },
  {
    title: "A payment that could not be created failed, with a sentence.",
    async run(bench) {
      const { front, gateway } = bench;
      for (const status of [400, 401, 403, 408, 429, ...SERVER_ERRORS]) {
        front.trouble("createPayment", answer(status));
        isOneOf(await answered(() => gateway.createPayment(NEW_PAYMENT)), ["failed"], `under ${status}`);
      }
      front.trouble("createPayment", { kind: "broken", after: true });
      const due = can.findsCreated ? "ok" : "failed";
      isOneOf(await answered(() => gateway.createPayment(NEW_PAYMENT)), [due], "its connection broken");
    },
  },
];
