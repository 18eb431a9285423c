/** `npm run campaign conformance -- <folder>`: other people's clients against our doubles, where their folder is given. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { z } from "zod";
import { legacyDouble, netsDouble, resursDouble } from "../../src/testing/index.js";
import { campaign, tell } from "../campaign.js";
import { asLines, pathOfRecording } from "../wire/exchange.js";
import { recorderBefore } from "../wire/recorder.js";
import { handServer } from "./hand.js";
import { recordLegacy } from "./legacy.js";

const options = campaign(
  "conformance",
  "Other people's clients against our doubles. None of them is in this package.",
  ["../foreign", `../foreign --php "php -d extension=soap"`],
)
  .argument(
    "<folder>",
    "holds what there is of: ecom (Resurs's PHP client), nexi (Nexi's PHP SDK), plugin (Nets's plugin), xsd (shop and after)",
  )
  .option("--php <command>", "how PHP is run", "php")
  .option("--record", "keep what was said in test/wire/recorded")
  .parse();
const [folder = ""] = options.args;
const { php, record, ...how } = options.opts<{ php: string; record?: true; json?: true }>();

interface Driven {
  name: string;
  /** Below the folder. */
  needs: string;
  script: string;
  /** Under which name what it says is kept. */
  kept?: keyof typeof between;
  run(at: string): Promise<Record<string, string>>;
}

const bank = await resursDouble({});
const nets = await netsDouble();
const legacy = await legacyDouble({});
const between = {
  ecom: await recorderBefore(bank.url),
  nexi: await recorderBefore(nets.url),
  plugin: await recorderBefore(nets.url),
  soap: await recorderBefore(legacy.url),
};
let talking: keyof typeof between = "ecom";
const does: Record<string, (id: string) => unknown> = {
  "/sign": bank.customerSigns,
  "/pay": (id) => nets.customerPays(id),
  "/refuse": nets.cardRefused,
  "/uncancel": nets.cancelFails,
  "/pay-invoice": (id) => nets.customerPays(id, "INVOICE"),
  "/import": (ticket) => nets.importSubscription(ticket, "subscription"),
  "/import-unscheduled": (ticket) => nets.importSubscription(ticket, "unscheduledSubscription"),
  "/signing": () => legacy.nextBooking({ status: "SIGNING" }),
  "/older-sign": legacy.customerSigns,
};
const noted = Object.entries(does).map(([path, act]): [string, (id: string) => unknown] => [
  path,
  (id) => {
    between[talking].noted(`HAND ${path} ${id}`);
    return act(id) ?? null;
  },
]);
const hand = await handServer(
  { ...Object.fromEntries(noted), "/about": (name) => between[talking].about(name) },
  (path, body) => {
    const told = JSON.parse(body || "null") as { event?: string } | null;
    if (path !== "/test") between[talking].noted(`POST ${told?.event ?? `${path.slice(1)}.url`}`, told);
  },
);
const recorded = await mkdtemp(join(tmpdir(), "recorded-"));

const clients: Driven[] = [
  {
    name: "Resurs's PHP client, at the Merchant API",
    needs: "ecom/src",
    script: "merchant-api.php",
    kept: "ecom",
    run: async (ECOM) => ({ ECOM, BANK: between.ecom.url }),
  },
  {
    name: "Nexi's PHP SDK, at Nets Easy",
    needs: "nexi/lib",
    script: "nets.php",
    kept: "nexi",
    run: async (NEXI) => ({ NEXI, BANK: between.nexi.url }),
  },
  {
    name: "Nets's plugin for WooCommerce, at Nets Easy",
    needs: "plugin/classes",
    script: "nets-plugin.php",
    kept: "plugin",
    run: async (PLUGIN) => ({ PLUGIN, BANK: between.plugin.url }),
  },
  {
    name: "PHP's SoapClient with the bank's WSDL, at the older flows",
    needs: "xsd",
    script: "soap.php",
    kept: "soap",
    run: async (XSD) => ({ XSD, BANK: between.soap.url }),
  },
  {
    name: "the bank's XSD, over what our client and the double of the older flows say",
    needs: "xsd",
    script: "schema.php",
    run: async (XSD) => {
      await recordLegacy(legacy, recorded);
      return { XSD, RECORDED: recorded };
    },
  },
];

const Case = z.object({ name: z.string(), against: z.string().nullable() });
const scripts = new URL("../../../test/conformance/", import.meta.url);
const [command = "php", ...args] = php.split(" ");

/** What a driver told, or why it told nothing. */
const driven = async ({ needs, script, run }: Driven): Promise<z.infer<typeof Case>[] | string> => {
  const at = resolve(folder, needs);
  if (!existsSync(at)) return `there is no ${needs} in ${folder}`;
  const env = { ...process.env, HAND: hand.url, ...(await run(at)) };
  try {
    const file = fileURLToPath(new URL(script, scripts));
    const { stdout } = await promisify(execFile)(command, [...args, file], { env, maxBuffer: 1e8 });
    const told = stdout.split("\n").filter((line) => line.startsWith("{"));
    return told.length === 0
      ? `${script} told nothing: ${stdout.slice(0, 500)}`
      : told.map((line) => Case.parse(JSON.parse(line)));
  } catch (error) {
    const { stdout = "" } = error as { stdout?: string };
    return `${script} did not run: ${`${String(error).trim()} ${stdout.trim()}`.slice(0, 500)}`;
  }
};

const figures: { name: string; skipped: string | null; held: number; of: number; against: string[] }[] = [];
for (const client of clients) {
  if (client.kept !== undefined) talking = client.kept;
  const told = await driven(client);
  if (record && client.kept !== undefined && typeof told !== "string") {
    await writeFile(pathOfRecording(client.kept), asLines(between[client.kept].steps));
  }
  const cases = typeof told === "string" ? [] : told;
  const against = cases.flatMap(({ name, against }) => (against === null ? [] : [`${name}: ${against}`]));
  const skipped = typeof told === "string" ? told : null;
  figures.push({ name: client.name, skipped, held: cases.length - against.length, of: cases.length, against });
}
const recorders = Object.values(between).map((one) => one.close());
await Promise.all([bank.close(), nets.close(), legacy.close(), hand.close(), rm(recorded, { recursive: true })]);
await Promise.all(recorders);

const lines = figures.flatMap(({ name, skipped, held, of, against }) => [
  skipped === null ? `${held} of ${of}   ${name}` : `skipped    ${name}: ${skipped}`,
  ...against.map((one) => `           against: ${one}`),
]);
tell(
  how,
  figures,
  lines,
  figures.reduce((sum, { against }) => sum + against.length, 0),
);
