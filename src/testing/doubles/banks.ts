/** A double of each bank, and the gateways to them: what a sandbox or a test that knows every flow begins with. */
import { netsEasy } from "../../gateways/nets/easy.js";
import { resursMapi } from "../../gateways/resurs/mapi.js";
import {
  type CheckoutGateway,
  resursCheckout,
  resursHosted,
  resursSimplified,
} from "../../gateways/resurs-legacy/index.js";
import type { Clock } from "../../ports/clock.js";
import type { Gateway } from "../../ports/gateway.js";
import { type NetsDouble, netsDouble } from "./nets/double.js";
import { type ResursDouble, resursDouble } from "./resurs/double.js";
import { type LegacyCallback, registrationAt } from "./resurs-legacy/callbacks.js";
import { madeUpBooking } from "./resurs-legacy/customer.js";
import { type LegacyDouble, legacyDouble } from "./resurs-legacy/double.js";

const shop = { userName: "shop", password: "secret" };
const client = { clientId: "shop", clientSecret: "secret" };
const secretKey = "secret";
const store = {
  storeId: "b7f88ac4-baa7-493b-a0a7-d4e14f91f555",
  paymentMethodId: "7d63eb50-94b4-4238-8c0d-22d095bfe46b",
};

export interface Banks {
  resurs: ResursDouble;
  nets: NetsDouble;
  legacy: LegacyDouble;
  all: [ResursDouble, NetsDouble, LegacyDouble];
}

const legacyCallbacks: LegacyCallback[] = ["BOOKED", "AUTOMATIC_FRAUD_CONTROL", "UNFREEZE", "ANNULMENT", "UPDATE"];

/** What the shop told Nets to prove itself with. */
export const NETS_AUTHORIZATION = "sandboxWebhookSecret";

/** What the shop registered the older callbacks with. */
export const LEGACY_DIGEST = { algorithm: "SHA1", salts: ["sandbox-callback-salt"] } as const;

/** Every callback of the older flows goes to this shop from now on. */
export const registerCallbacks = ({ legacy }: Banks, shopUrl: string): void => {
  const digest = { algorithm: LEGACY_DIGEST.algorithm, salt: LEGACY_DIGEST.salts[0] };
  for (const kind of legacyCallbacks) {
    legacy.register(kind, registrationAt(`${shopUrl}/callbacks/resurs/legacy`, kind, digest));
  }
};

/**
 * @param strict false: the Resurs doubles do whatever they are asked, possible or not
 * @param anyKey false: each takes the key that `gatewaysTo` has, and no other
 */
export const openBanks = async (clock: Clock, { strict = true, anyKey = false } = {}): Promise<Banks> => {
  const resurs = await resursDouble({ clock, strict, ...(!anyKey && { account: client }) });
  const nets = await netsDouble({ clock, ...(!anyKey && { secretKey }) });
  const legacy = await legacyDouble({ clock, strict, ...(!anyKey && { account: shop }) });
  return { resurs, nets, legacy, all: [resurs, nets, legacy] };
};

export const closeBanks = async (banks: Banks | undefined): Promise<void> => {
  for (const bank of banks?.all ?? []) await bank.close();
};

/** The frame of Resurs Checkout, which is opened before there is an order. */
export const checkoutTo = ({ legacy }: Banks, clock: Clock): CheckoutGateway =>
  resursCheckout({ ...legacy.addresses, ...shop, clock });

/**
 * A gateway to each, under the names of the registry.
 *
 * @param embedded true: the checkouts of Nets and RCO are shown in a frame, for an order that is there
 */
export const gatewaysTo = (
  { resurs, nets, legacy }: Banks,
  clock: Clock,
  fetch: typeof globalThis.fetch = globalThis.fetch,
  embedded = false,
): Gateway[] => {
  const older = { ...legacy.addresses, ...shop, clock, fetch };
  return [
    resursMapi({ baseUrl: resurs.url, ...client, ...store, clock, fetch }),
    netsEasy({
      baseUrl: nets.url,
      secretKey,
      webhook: { authorization: NETS_AUTHORIZATION },
      clock,
      fetch,
      embedded,
    }),
    resursSimplified({ ...older, ...madeUpBooking }),
    resursHosted(older),
    resursCheckout({ ...older, embedded }),
  ];
};

/** Requests that some bank keeps waiting right now. */
export const heldBy = ({ all }: Banks): number => all.reduce((sum, bank) => sum + bank.held(), 0);
/** Messages of some bank that wait for the shop's answer right now. */
export const deliveringFrom = ({ all }: Banks): number => all.reduce((sum, bank) => sum + bank.delivering(), 0);
