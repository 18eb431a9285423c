/** `npm run campaign beside`: a host with rows of its own, a subscriber and a webhook, killed. */
import { Option } from "commander";
import { wholeIn } from "../../src/cli/lib/options.js";
import { campaign, progress, tell, untilStopped } from "../campaign.js";
import type { Verify } from "../webhooks/receiver.js";
import { killBeside } from "./kills.js";

const says = `Kills a host with SIGKILL at random moments. It writes a row of its own in one transaction with each decision, a subscriber
notes each change, and a webhook's receiver checks each with the package standardwebhooks. Then: never a row without its
decision or the other way around; nothing is missing, the order is kept, and what is repeated is the one that was under way.`;
const { kills, seed, on, json } = campaign("beside", says, ["--kills 500 --on postgres", "--kills 200 --on sqlite"])
  .option("--kills <n>", "how many", wholeIn(1, 1e6), 500)
  .option("--seed <s>", "when", wholeIn(0, 2 ** 31), 1)
  .addOption(new Option("--on <store>", "which store").choices(["sqlite", "postgres"]).default("postgres"))
  .parse()
  .opts<{ kills: number; seed: number; on: "sqlite" | "postgres"; json?: true }>();

/** Not one of ours: it comes with the folder's own packages. */
const foreign = async (): Promise<Verify> => {
  const name: string = "standardwebhooks";
  const { Webhook } = (await import(name)) as {
    Webhook: new (secret: string) => { verify(body: string, headers: Record<string, string>): unknown };
  };
  return (body, headers, secret) => new Webhook(secret).verify(body, headers);
};

const bar = progress("kills", kills);
const tally = await killBeside({ kills, seed, on, verify: await foreign(), progress: bar.to, stop: untilStopped() });
bar.end();
const lines = [
  `store     ${on}`,
  `seed      ${seed}`,
  `killed    ${tally.kills}`,
  `orders    ${tally.orders}`,
  `decisions ${tally.decisions}`,
  `repeated  ${tally.repeated.subscriber} to the subscriber, ${tally.repeated.receiver} to the receiver`,
  `seconds   ${tally.seconds.toFixed(1)}`,
  `breaches  ${tally.breaches.length}`,
  ...tally.breaches.slice(0, 20).map((one) => `          ${one}`),
];
tell(json ? { json } : {}, { on, seed, ...tally }, lines, tally.breaches.length);
