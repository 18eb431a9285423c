/** Answers that are none: pages, nonsense, endless ones, redirects, and those that repeat our secrets. */
import { assert } from "../assert.js";
import type { Abilities, Bench, ContractLaw } from "./bench.js";
import type { BankOperation, Trouble } from "./front.js";
import { answered, everyCall, isOneOf, PART, shown, soon, TOTAL } from "./moves.js";

const NONSENSE = [
  "<!doctype html><title>Maintenance</title><h1>We are back soon</h1>",
  "OK",
  '{"id":',
  "[]",
  "null",
  "17",
  '"accepted"',
  '{"hello":"world"}',
  `{"id":7,"status":{},"order":[],"payment":"none"}`,
  `${"[".repeat(5000)}${"]".repeat(5000)}`,
  "\u0000\u0001\u0002",
];

const meets = async (
  bench: Bench,
  operation: BankOperation,
  trouble: Trouble,
  met: () => Promise<void>,
): Promise<void> => {
  bench.front.trouble(operation, trouble);
  await met();
  bench.front.trouble(operation, null);
};

/** Words of the authorization headers that the bank was sent, and what the fixture names. */
const secretsOf = ({ secrets, front }: Bench): string[] => [
  ...new Set([
    ...secrets,
    ...front.seen.flatMap(({ headers }) => (headers.authorization ?? "").split(" ").filter((word) => word.length >= 8)),
  ]),
];

export const oddities = (can: Abilities): ContractLaw[] => [
  {
    title: "An answer that is not the bank's (a page, nonsense) is unknown: nothing was done, and nothing is thrown.",
    async run(bench) {
      for (const { operation, state, ask } of everyCall(can)) {
        const paymentId = await bench.bring(state, TOTAL, PART);
        for (const body of NONSENSE) {
          const html = body.startsWith("<") ? { "content-type": "text/html" } : { "content-type": "application/json" };
          await meets(
            bench,
            operation,
            { kind: "answer", after: false, status: 200, headers: html, body },
            async () => {
              const told = await answered(() => ask(bench, paymentId));
              const due = operation === "createPayment" ? "failed" : "unknown";
              isOneOf(told, [due], `${operation}, answered with ${shown(body.slice(0, 40))}`);
            },
          );
        }
      }
    },
  },
  {
    title: "An answer without end is not read to its end.",
    async run(bench) {
      for (const { operation, state, ask } of everyCall(can)) {
        const paymentId = await bench.bring(state, TOTAL, PART);
        await meets(bench, operation, { kind: "endless" }, async () => {
          const told = await answered(() => ask(bench, paymentId));
          isOneOf(told, [operation === "createPayment" ? "failed" : "unknown", "retry"], operation);
          await soon();
        });
        assert.equal(bench.front.drained, 0, `${operation} read an endless answer`);
      }
    },
  },
  {
    title: "A redirect is not followed: what we send is for the bank alone.",
    async run(bench) {
      for (const { operation, state, ask } of everyCall(can)) {
        const paymentId = await bench.bring(state, TOTAL, PART);
        for (const status of [301, 302, 303, 307, 308]) {
          await meets(bench, operation, { kind: "redirect", status }, async () => {
            const told = await answered(() => ask(bench, paymentId));
            isOneOf(told, [operation === "createPayment" ? "failed" : "unknown"], `${operation} under ${status}`);
          });
          assert.equal(bench.front.strayed, 0, `${operation} followed a ${status}`);
        }
      }
    },
  },
  {
    title: "No secret is told in any answer, not even when the bank repeats what it was sent.",
    async run(bench) {
      const told: string[] = [];
      for (const { operation, state, ask } of everyCall(can)) {
        const paymentId = await bench.bring(state, TOTAL, PART);
        for (const asked of [operation, "signIn"] as const) {
          for (const status of [400, 401, 500, 200]) {
            await meets(bench, asked, { kind: "echo", status }, async () => {
              told.push(JSON.stringify(await answered(() => ask(bench, paymentId))));
            });
          }
        }
        told.push(JSON.stringify(await answered(() => ask(bench, paymentId))));
      }
      for (const secret of secretsOf(bench)) {
        const leak = told.find((text) => text.includes(secret));
        assert.equal(leak, undefined, `a secret is told: ${leak}`);
      }
    },
  },
];
