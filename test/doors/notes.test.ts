/** A note in the shop is HTML, and what a bank or a browser said stands in it as text. */
import { afterEach, describe, expect, it } from "vitest";
import { shortened } from "../../machines/text.js";
import { wooShop } from "../../src/shops/woocommerce/index.js";
import { VirtualClock, type WooServer, wooServer } from "../../src/testing/index.js";
import { T0 } from "../engine/place.js";

let server: WooServer | null = null;
afterEach(async () => {
  await server?.close();
  server = null;
});

const shopWith = async () => {
  const clock = new VirtualClock(T0);
  server = await wooServer({ clock });
  const { woo, keys, url } = server;
  const times = { createdAt: T0, updatedAt: T0, datePaid: null };
  woo.addOrder({
    id: "7",
    status: "pending",
    total: 1000,
    currency: "EUR",
    lines: [],
    needsProcessing: true,
    ...times,
  });
  const { key: consumerKey, secret: consumerSecret } = keys.engine;
  const shop = wooShop({ url, consumerKey, consumerSecret, clock });
  return { shop, notes: () => woo.order("7").notes.map(({ text }) => text) };
};

const HTML = {
  "an image that runs a script": "<img src=x onerror=alert(1)>",
  "a link": '<a href="https://evil.example">Pay here</a>',
  "an end of our own tags": "</p></li><script>alert('x')</script>",
  "a comment that is not closed": "<!-- hidden",
  "an entity": "&lt;b&gt; &amp;amp; &#60;i&#62;",
};

describe("doors low: the bank's HTML in a note of the shop", () => {
  it.each(Object.entries(HTML))("%s is shown, and once", async (_, text) => {
    const { shop, notes } = await shopWith();
    const effect = { type: "addOrderNote", note: `Capturing failed (${text}).` } as const;
    expect(await shop.execute("7", "e1", effect)).toEqual({ kind: "done" });
    expect(await shop.execute("7", "e1", effect)).toEqual({ kind: "done" });
    expect(notes()).toHaveLength(1);
    const [note = ""] = notes();
    expect(note).not.toMatch(/[<>"']/);
    // As a browser shows it.
    const named: Record<string, string> = { lt: "<", gt: ">", quot: '"', "#39": "'", amp: "&" };
    const shown = note.replace(/&(lt|gt|quot|#39|amp);/g, (_, name) => named[name] ?? "?");
    expect(shown).toMatch(/ \[#[0-9a-f]{8}\]$/);
    expect(shown.replace(/ \[#[0-9a-f]{8}\]$/, "")).toBe(effect.note);
  });

  it("is found again by its reference after another with the same words", async () => {
    const { shop, notes } = await shopWith();
    const note = "Refunding failed (<b>&'\").";
    for (const id of ["e1", "e2", "e1", "e2"]) await shop.execute("7", id, { type: "addOrderNote", note });
    expect(notes()).toHaveLength(2);
  });

  it("stands in the note of a change of status too", async () => {
    const { shop, notes } = await shopWith();
    const change = { type: "setOrderStatus", from: "pending", to: "failed", note: "Rejected (<script>)." } as const;
    expect(await shop.execute("7", "e1", change)).toEqual({ kind: "done" });
    expect(await shop.execute("7", "e1", change)).toEqual({ kind: "done" });
    expect(notes().filter((note) => note.startsWith("Rejected (&lt;script&gt;)."))).toHaveLength(1);
    expect(notes().join("")).not.toContain("<");
  });
});

describe("doors low: a text that is cut", () => {
  it.each(["👩👩👩", "a👩👩", "ab👩c👩"])("%s ends in a whole character", (text) => {
    for (let length = 0; length <= text.length; length++) {
      expect(shortened(text, length)).not.toMatch(/\p{Cs}/u);
      expect(text.startsWith(shortened(text, length))).toBe(true);
      expect(shortened(text, length).length).toBeGreaterThanOrEqual(length - 1);
    }
  });
});
