/** The hour that the demo lives through: what happens to each order, and when. Times are minutes into the hour. */
import type { DemoWorld } from "./demo-world.js";

export interface DemoStory {
  orderId: string;
  title: string;
  placedAt: number;
  /** Left out = Resurs's Merchant API. */
  gateway?: string;
  /** What the older flow answers when the payment is booked; left out = to be signed first. */
  books?: "BOOKED" | "FROZEN";
  /** One of the bank's public test persons; left out = somebody whose payment is accepted. */
  person?: string;
  /** Goods that need no shipping. */
  virtual?: true;
  /** Null = never. */
  signsAt: number | null;
  /** Seconds after signing; null = the browser was closed. */
  returnsAfter?: number | null;
  later?: { at: number; act: (world: DemoWorld, orderId: string) => Promise<unknown> }[];
}

const merchant =
  (type: string) =>
  (world: DemoWorld, orderId: string): Promise<unknown> =>
    world.merchant(orderId, type);

/** The bank answers nothing but 503 between these. */
export const bankIsDown = { from: 41, to: 51 };

export const HOUR = 60;
export const HOLD_STOCK_MINUTES = 30;

const told: Omit<DemoStory, "orderId">[] = [
  { title: "paid", placedAt: 0.2, signsAt: 1 },
  { title: "frozen, then thawed", placedAt: 1, person: "198001010001", signsAt: 1.5 },
  { title: "frozen, then rejected", placedAt: 1.2, person: "197801069241", signsAt: 2 },
  { title: "inspected, then accepted", placedAt: 2, person: "199010242395", signsAt: 2.5 },
  { title: "credit denied", placedAt: 3, person: "197211072793", signsAt: 3.7 },
  { title: "browser closed after signing", placedAt: 4, signsAt: 4.6, returnsAfter: null },
  { title: "return and callback at once", placedAt: 5, signsAt: 7, returnsAfter: 0 },
  {
    title: "twenty copies of one callback",
    placedAt: 6,
    signsAt: 8,
    later: [{ at: 8.5, act: (world, orderId) => world.repeatCallback(orderId, 20) }],
  },
  { title: "never paid, link expired", placedAt: 8, signsAt: null },
  { title: "set to processing, unpaid", placedAt: 52, signsAt: null, later: [{ at: 54, act: merchant("processed") }] },
  { title: "completed by the merchant", placedAt: 9, signsAt: 10, later: [{ at: 15, act: merchant("completed") }] },
  {
    title: "completed while frozen",
    placedAt: 10,
    person: "198209123705",
    signsAt: 11,
    later: [{ at: 20, act: merchant("completed") }],
  },
  {
    title: "answer to the capture lost",
    placedAt: 11,
    signsAt: 12,
    later: [
      {
        at: 22,
        act: async (world, orderId) => {
          world.loseNextCapture(orderId);
          await world.merchant(orderId, "completed");
        },
      },
    ],
  },
  { title: "signed while the bank was down", placedAt: 39, signsAt: 42 },
  { title: "cancelled by the merchant", placedAt: 12, signsAt: 13, later: [{ at: 25, act: merchant("cancelled") }] },
  {
    title: "completed, then refunded",
    placedAt: 13,
    signsAt: 14,
    later: [
      { at: 24, act: merchant("completed") },
      { at: 56, act: merchant("refunded") },
    ],
  },
  { title: "nothing to ship", placedAt: 16, virtual: true, signsAt: 17 },
  { title: "signed, then booked", gateway: "resurs-simplified", placedAt: 26, signsAt: 27 },
  { title: "booked without signing", gateway: "resurs-simplified", books: "BOOKED", placedAt: 27, signsAt: 27.1 },
  {
    title: "booked and frozen, completed in vain",
    gateway: "resurs-simplified",
    books: "FROZEN",
    placedAt: 28,
    signsAt: 28.1,
    later: [{ at: 33, act: merchant("completed") }],
  },
  { title: "browser closed at the bank", gateway: "resurs-hosted", placedAt: 29, signsAt: 30, returnsAfter: null },
  {
    title: "turned away in the frame, then paid",
    gateway: "resurs-rco",
    placedAt: 31,
    signsAt: 33,
    later: [{ at: 32, act: (world, orderId) => world.turnedAway(orderId) }],
  },
  {
    title: "turned away in the frame, and gone",
    gateway: "resurs-rco",
    placedAt: 53,
    signsAt: null,
    later: [{ at: 54, act: (world, orderId) => world.turnedAway(orderId) }],
  },
  {
    title: "paid, then charged",
    gateway: "nets-easy",
    placedAt: 34,
    signsAt: 35,
    later: [{ at: 38, act: merchant("completed") }],
  },
  { title: "customer never came back", gateway: "nets-easy", placedAt: 35, signsAt: 36, returnsAfter: null },
  { title: "never paid, and no error", gateway: "nets-easy", placedAt: 55, signsAt: null },
];

export const stories: DemoStory[] = told.map((story, i) => ({ orderId: String(1001 + i), ...story }));

export interface DemoStep {
  at: number;
  act: (world: DemoWorld) => Promise<unknown>;
}

/** Everything that somebody does, in order of time; what follows from it is the engine's and the bank's doing. */
export const steps: DemoStep[] = stories
  .flatMap((story): DemoStep[] => {
    const { orderId, placedAt, signsAt, returnsAfter = 3, later = [] } = story;
    const signs: DemoStep[] =
      signsAt === null ? [] : [{ at: signsAt, act: async (world) => world.signs(orderId, returnsAfter === 0) }];
    const returns: DemoStep[] =
      signsAt === null || !returnsAfter
        ? []
        : [{ at: signsAt + returnsAfter / 60, act: (world) => world.returns(orderId) }];
    return [
      { at: placedAt, act: (world) => world.buys(story) },
      ...signs,
      ...returns,
      ...later.map(({ at, act }) => ({ at, act: (world: DemoWorld) => act(world, orderId) })),
    ];
  })
  .sort((a, b) => a.at - b.at);
