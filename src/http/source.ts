/** Where a request comes from: which address counts, and what is counted as one source. */
import { BlockList, isIP, isIPv6 } from "node:net";
import { z } from "zod";
import { wrongIn } from "../../machines/text.js";
import { addressOf } from "../ports/access.js";

/** The sixteen bytes of an IPv6 address, two by two. */
const groupsOf = (address: string): number[] => {
  // The URL parser writes every spelling of an address in one way.
  const text = new URL(`http://[${address}]/`).hostname.slice(1, -1);
  const [head = "", tail] = text.split("::");
  const parse = (part: string) => (part === "" ? [] : part.split(":").map((group) => Number.parseInt(group, 16)));
  const left = parse(head);
  const right = parse(tail ?? "");
  return [...left, ...new Array<number>(8 - left.length - right.length).fill(0), ...right];
};

/**
 * The address without brackets, port and zone; an IPv4 address inside an IPv6 one (`::ffff:10.0.0.1`) is the IPv4 one.
 * null = it is no address.
 */
export const plainAddress = (given: string): string | null => {
  const bare = given
    .trim()
    .replace(/^\[(.+)\](?::\d+)?$/, "$1")
    .replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, "$1")
    .replace(/%.*$/, "");
  const family = isIP(bare);
  if (family !== 6) return family === 4 ? bare : null;
  const groups = groupsOf(bare);
  if (groups.slice(0, 5).some((group) => group !== 0) || groups[5] !== 0xffff) return bare.toLowerCase();
  const [high = 0, low = 0] = groups.slice(6);
  return [high >> 8, high & 255, low >> 8, low & 255].join(".");
};

/** What one source is: an IPv4 address, or the /64 that an IPv6 address is in, because whoever has one has all of it. */
export const sourceOfAddress = (given: string): string => {
  const address = plainAddress(given);
  if (address === null) return "no address";
  if (!isIPv6(address)) return address;
  const network = groupsOf(address).slice(0, 4);
  return `${network.map((group) => group.toString(16)).join(":")}::/64`;
};

/** An address or a network, as options and the configuration file take it. */
export const Network = z
  .union(
    [z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()],
    "this is not an address or a network; write 13.50.187.51 or 10.0.0.0/8",
  )
  .refine((entry) => plainAddress(entry.split("/")[0] ?? "") === entry.split("/")[0]?.toLowerCase(), {
    error: "this is an IPv4 address inside an IPv6 one; write the IPv4 address, such as 13.50.187.51",
  });
const AllNetworks = z.array(Network, "must be a list of addresses and networks");

export class Networks {
  private readonly list = new BlockList();

  /**
   * @param entries addresses and networks: `13.50.187.51`, `10.0.0.0/8`, `2001:db8::/32`
   * @param field where they were given
   * @throws TypeError that names the field and what it must be
   */
  constructor(entries: string[], field = "networks") {
    const { error } = AllNetworks.safeParse(entries);
    if (error !== undefined) {
      throw new TypeError(wrongIn({ issues: error.issues.map((one) => ({ ...one, path: [field, ...one.path] })) }));
    }
    for (const entry of entries) {
      const [address = "", prefix] = entry.split("/");
      const family = isIPv6(address) ? "ipv6" : "ipv4";
      if (prefix === undefined) this.list.addAddress(address, family);
      else this.list.addSubnet(address, Number(prefix), family);
    }
  }

  has(given: string | null): boolean {
    const address = given === null ? null : plainAddress(given);
    return address !== null && this.list.check(address, isIPv6(address) ? "ipv6" : "ipv4");
  }
}

const loopback = new Networks(["127.0.0.0/8", "::1"]);
export const isLoopback = (address: string): boolean => loopback.has(address);

/** This computer and private networks: where a proxy of one's own stands. */
const NEARBY = ["127.0.0.0/8", "::1", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "fe80::/10"];

export interface ClientAddressOptions {
  /** The header that the proxy writes, such as `x-real-ip` or `x-forwarded-for`; of several values the last counts. */
  header: string;
  /** Addresses and networks of proxies outside the private networks. */
  proxies?: string[] | undefined;
  /** The remote address of the socket (default: as `listen` knows it). */
  socketOf?: ((request: Request) => string | null) | undefined;
}

/**
 * For `sourceOf`, behind a proxy: the client's address as the proxy names it. The header is believed only when the
 * socket leads to this computer, a private network or one of `proxies`; from anywhere else anybody could have written it.
 */
export const clientAddress = ({
  header,
  proxies = [],
  socketOf = addressOf,
}: ClientAddressOptions): ((request: Request) => string | null) => {
  const nearby = new Networks(NEARBY);
  const listed = new Networks(proxies, "proxies");
  return (request) => {
    const socket = socketOf(request);
    if (!nearby.has(socket) && !listed.has(socket)) return socket;
    // A proxy adds the address it saw to the end; what stands before that is the word of whoever asks.
    return request.headers.get(header)?.split(",").at(-1)?.trim() || socket;
  };
};
