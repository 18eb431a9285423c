/** The long runs answer to the same options and end alike. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { isWhole } from "./exhaustive/whole.js";
import { type Program, program } from "./programs.js";

interface Ended {
  code: number;
  out: string;
  err: string;
}

type Room = Program extends infer P ? (P extends `test/${infer R}/campaign` ? R : never) : never;

const run = (room: Room, ...args: string[]): Promise<Ended> =>
  new Promise((resolve) => {
    const file = fileURLToPath(program(`test/${room}/campaign`));
    execFile(process.execPath, ["--expose-gc", file, ...args], { timeout: 240_000 }, (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code ?? -1), out, err }),
    );
  });

const rooms: Record<Room, string> = {
  beside: "beside",
  crash: "kills",
  siege: "door",
  fuzz: "fuzz",
  lanes: "lanes",
  money: "money",
  nodes: "nodes",
  woo: "woo",
};

test.each(Object.entries(rooms) as [Room, string][])(
  "%s says how it is used, with examples, and what its exit codes mean",
  async (room, name) => {
    const help = await run(room, "--help");
    expect(help.code).toBe(0);
    expect(help.out).toContain(`$ npm run campaign ${name} -- --`);
    expect(help.out).toContain("--json");
    expect(help.out).toContain("3  a law was broken");
  },
  240_000,
);

const short: [room: Room, ...args: string[]][] = [
  ["money", "--calls", "20"],
  ["fuzz", "--inputs", "50", "--workers", "1"],
  ["woo", "--rounds", "2"],
  ["siege", "--requests", "50", "--seconds", "0"],
  ["lanes", "--orders", "70", "--timers", "100", "--seconds", "1", "--within-ms", "60000"],
];
test.each(isWhole ? short : short.slice(0, 2))(
  "%s has its figures as JSON, alone on stdout, and on stderr nothing but how far it is",
  async (room, ...args) => {
    const ended = await run(room, ...args, "--json");
    // What is done before the first line is due has none.
    expect(ended).toMatchObject({ code: 0, err: expect.stringMatching(/^(.*\d of \d+ \w+, .* left\n)*$/) });
    expect(Object.keys(JSON.parse(ended.out)).length).toBeGreaterThan(1);
  },
  240_000,
);

test("a value that is none ends in 2, a law that is broken in 3", async () => {
  expect((await run("woo", "--rounds", "many")).code).toBe(2);
  expect(await run("nodes", "--nonsense")).toMatchObject({ code: 2, err: expect.stringContaining("--nonsense") });
  const planted = await run(
    "crash",
    "--kills",
    "2",
    "--point",
    "commit.decision",
    "--bug",
    "ack-before-commit",
    "--json",
  );
  expect(planted.code).toBe(3);
  expect(JSON.parse(planted.out).breaches.length).toBeGreaterThan(0);
}, 480_000);
