/** What the pages say and do, over HTTP, without a browser: what works for it works with scripts off. */
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { defaultRules } from "../../src/core/decide.js";
import { inspector } from "../../src/inspector/inspector.js";
import { masked, maskedWhy } from "../../src/inspector/mask.js";
import { systemClock } from "../../src/ports/clock.js";
import { queriesOf } from "../../src/runtime/embedded/queries.js";
import { sqliteStore } from "../../src/stores/sqlite/store.js";
import { T0 } from "../engine/place.js";
import { BASE, CANARY, Stage, THROWN } from "./stage.js";

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.made();
  await stage.everything();
});
afterAll(() => stage.end());

const plain = (html: string): string =>
  html
    .replace(/<[^>]*>/g, " ")
    .replace(/&#39;/g, "'")
    .replace(/\s+/g, " ");

/** The text of the one step whose heading or whose word is this. */
const stepWith = (page: string, words: string): string => {
  const steps = page.split('<li class="step"').slice(1);
  const isIt = (step: string) =>
    step.includes(`<h3>${words}`) || new RegExp(`<p class="outcome"><span[^>]*>${words}<`).test(step);
  const found = steps.filter(isIt).map((step) => plain(step.split("</ol></section>")[0] ?? ""));
  expect(found, `one step with "${words}"`).toHaveLength(1);
  return found[0] as string;
};

/** It keeps to the bank's rate limit, in the time of the clock. */
const reconciled = async (of: Stage, form: Record<string, string>): Promise<string> => {
  const ticking = setInterval(() => of.place.clock.set(of.place.clock.now() + 20), 2);
  const answer = await of.submit("/reconcile", { hours: "24", ...form });
  clearInterval(ticking);
  return answer.text();
};

describe("orders of one gateway", () => {
  let other: Stage;
  beforeAll(async () => {
    other = await Stage.made({}, { more: ["nets-easy"] });
    for (let i = 0; i < 130; i += 1) {
      const gateway = i % 65 === 0 ? "nets-easy" : "resurs-mapi";
      await other.place.order(`g${String(i).padStart(3, "0")}`, { gateway, at: T0 + i });
    }
  });
  afterAll(() => other.end());
  const listed = (page: string) => [...page.matchAll(/data-order="(\w+)"/g)].map(([, id]) => id);

  test("are found wherever they are in the list", async () => {
    const page = await other.get("/orders?gateway=nets-easy");
    expect(listed(page)).toEqual(["g065", "g000"]);
    expect(page).toContain('<option value="nets-easy" selected');
    expect(page).not.toContain('rel="next"');
    expect(listed(await other.get("/orders?gateway=nets-easy&status=completed"))).toEqual([]);
  });

  test("are all there, a page after the other", async () => {
    const seen: unknown[] = [];
    for (let path: string | undefined = "/orders?gateway=resurs-mapi"; path !== undefined; ) {
      const page: string = await other.get(path);
      seen.push(...listed(page));
      path = /rel="next" href="[^"?]*([^"]*)"/.exec(page)?.[1]?.replaceAll("&amp;", "&");
      if (path !== undefined) path = `/orders${path}`;
    }
    expect(seen).toHaveLength(128);
    expect(new Set(seen).size).toBe(128);
  });
});

describe("why nothing happened, a row each", () => {
  test("a held callback: the rule, and when it is looked at again", async () => {
    const page = await stage.get("/orders/held?at=2");
    const step = stepWith(page, "Held");
    expect(step).toContain("Bank callback: AUTHORIZATION");
    expect(step).toContain("cooldown/held");
    expect(step).toContain("Callback held so that the customer's return is handled first");
    expect(step).toContain("2026-11-20 12:01:00");
    const page_ = await stage.get("/orders/held");
    const [, row = ""] = /data-was="held">(.*?)<li class="step"/s.exec(page_) ?? [];
    const later = plain(row);
    // One change, one row: what it waited for is in it.
    expect(later).toMatch(/Bank callback: AUTHORIZATION Applied Pending payment → Processing Details First Held/);
    expect(later).toMatch(/Then 2026-11-20 12:0\d:\d\d Applied in step \d/);
    expect(later).toMatch(/Based on step \d+, bank reports ACCEPTED/);
    expect(row).toMatch(/<ol class="plain answers"><li id="step-\d+">.*Bank reports: ACCEPTED/s);
  });

  test("a duplicate", async () => {
    const step = stepWith(await stage.get("/orders/held"), "Duplicate");
    expect(step).toContain("callback/duplicate");
    expect(step).toContain("The same message came before and is still waiting.");
    expect(step).toContain("no reading was needed");
  });

  test("a stale payment's callback", async () => {
    const step = stepWith(await stage.get("/orders/stale"), "Outdated");
    expect(step).toContain("callback/stale-payment");
    expect(step).not.toContain("leads to");
    expect(step).toContain("The message is about another payment of this order, which has no money.");
  });

  test("each change of a status is told once in the open, whoever brought it about", async () => {
    for (const { orderId } of await stage.engine.queries.list({ limit: 50 })) {
      const history = await stage.engine.queries.history(orderId);
      const changes = history.filter(({ from, to }) => from !== null && from !== to).length;
      const page = await stage.get(`/orders/${orderId}`);
      const open = page.split('<p class="outcome">').slice(1);
      const told = open.filter((step) => (step.split("</p>")[0] ?? "").includes("→"));
      expect([orderId, told.length]).toEqual([orderId, changes]);
    }
  });

  test("every payment of an order, and what the bank holds in all", async () => {
    const page = await stage.get("/orders/stale");
    const other = /<li data-payment="pay-earlier">(.*?)<\/li>/s.exec(page)?.[1] ?? "";
    expect(other).toContain("<code>pay-earlier</code>");
    expect(other).toContain("not paid; the customer may still pay it");
    expect(page).toMatch(/The bank has [^<]+ in all\./);
  });

  test("a refused capture, with the reading that it rests on", async () => {
    const step = stepWith(await stage.get("/orders/frozen"), "Complete");
    expect(step).toContain("Refused");
    expect(step).toContain("unable-to-capture-frozen-order");
    expect(step).toMatch(/Based on step \d+, bank reports FROZEN/);
    expect(step).toContain("Merchant");
  });

  test("twenty duplicates are one row, with each of them in it", async () => {
    const history = await stage.engine.queries.history("noisy");
    const duplicates = history.filter(({ answers }) => answers.some((answer) => answer.reason === "duplicate"));
    expect(duplicates).toHaveLength(20);
    const page = await stage.get("/orders/noisy");
    const fold = page.slice(page.indexOf('data-fold="20"'));
    const head = plain(fold.slice(0, fold.indexOf("<ol")));
    expect(head).toMatch(/Bank callback: AUTHORIZATION Duplicate 20 times, last at 2026-11-20 12:00:00/);
    expect(head).toContain("callback/duplicate");
    const inside = fold.slice(fold.indexOf("<details"), fold.indexOf("</details>"));
    const steps = [...inside.matchAll(/id="step-(\d+)"/g)].map(([, seq]) => Number(seq));
    expect(steps).toEqual(duplicates.map(({ seq }) => seq));
    // What moved the order, and what was held first, are not among them.
    expect(page.slice(0, page.indexOf('data-fold="20"'))).toContain('id="step-2"');
  });

  test("a delivery that asked for a reading of its own is folded together with it", async () => {
    const page = await stage.get("/orders/noisy");
    const fold = page.slice(page.indexOf('data-fold="4"'));
    const head = plain(fold.slice(0, fold.indexOf("<details")));
    expect(head).toMatch(/AUTHORIZATION No change 4 times/);
    expect(head).toContain("The order does not need to change.");
    const inside = fold.slice(fold.indexOf("<details"), fold.indexOf("</details>"));
    expect([...inside.matchAll(/id="step-\d+"/g)]).toHaveLength(8);
    const shown = [...page.matchAll(/id="step-(\d+)"/g)].map(([, seq]) => Number(seq));
    // Each step once; one that answers stands with whom it answers.
    const all = (await stage.engine.queries.history("noisy")).map(({ seq }) => seq);
    expect(shown.toSorted((x, y) => x - y)).toEqual(all);
  });

  test("only those, where only those are asked for", async () => {
    const page = await stage.get("/orders/held?rows=trouble");
    expect(page).toContain("cooldown/duplicate".replace("cooldown", "callback"));
    expect(page).not.toContain("Order placed in the shop");
  });
});

describe("the pages", () => {
  test("problems come first: dead letters, flags, what waits longest", async () => {
    const page = await stage.get("/");
    expect(page).toMatch(/data-dead="dead:\d+:\d+"/);
    expect(page).toContain('data-dead="poison"');
    expect(page).toContain('data-flag="discrepancy:processing-but-unpaid"');
    expect(page).toContain("409 •••");
  });

  test("the list is filtered by its address, the order written last first", async () => {
    const ids = async (query: string) =>
      [...(await stage.get(`/orders${query}`)).matchAll(/data-order="(\w+)"/g)].map(([, id]) => id);
    expect(await ids("?flagged=true")).toEqual(["flagged"]);
    expect(await ids("?status=on-hold")).toEqual(["frozen"]);
    expect((await ids(""))[0]).toBe("waiting");
    expect(await ids("?parked=true")).toEqual([]);
    const page = await stage.get("/orders?status=nonsense");
    expect(page).toContain("data-order=");
  });

  test("an order's machine says before the click why the others are refused", async () => {
    const page = await stage.get("/orders/frozen");
    expect(page).toMatch(/data-event="merchant.completed" data-allowed="false"[\s\S]*?unable-to-capture-frozen-order/);
    expect(page).toMatch(/data-event="merchant.failed" data-allowed="false"[\s\S]*?payment-frozen/);
    expect(page).toMatch(/class="current node state atomic state-on-hold"/);
  });

  test("what to do is true of an order that somebody put on hold after the bank had accepted it", async () => {
    await stage.place.order("by-hand", { status: "processing" });
    const unread = await stage.get("/orders/by-hand");
    // What the bank allows is not known before it was asked, so nothing is called refused.
    expect(unread).toMatch(
      /data-event="merchant.completed" data-allowed="true"[^>]*>.*?depends on what the bank says</,
    );
    await stage.place.tell("by-hand", { type: "reconcile.asked" });
    await stage.place.tell("by-hand", { type: "merchant.held" });
    await stage.place.rest();
    const page = plain(await stage.get("/orders/by-hand"));
    expect(page).toContain("set it to Processing when it can go on");
    expect(page).not.toContain("the bank decides");
    expect((await stage.engine.queries.why("by-hand"))?.action.says.en).toContain(
      "set it to Processing when it can go on",
    );
    expect(plain(await stage.get("/orders/frozen"))).toContain("the bank decides");
  });

  test("an order as it was", async () => {
    const then = await stage.get("/orders/paid?at=1");
    expect(then).toMatch(/class="status big" data-status="pending"/);
    expect(await stage.get("/orders/paid/machines?at=1")).toContain('data-actor="payment" data-state="UNREAD"');
    expect(await stage.get("/orders/paid/machines")).toContain('data-actor="payment" data-state="ACCEPTED.authorized"');
    expect(then).not.toContain('id="possible"');
    expect(await stage.get("/orders/paid")).toMatch(/class="status big" data-status="processing"/);
  });

  test.each([
    ["its payment", "pay-paid", "paid"],
    ["its payment in capitals", "PAY-PAID", "paid"],
    ["its number as a shop writes it", "#1012", "1012"],
    ["its number as a mail has it", " Order no. 1012 ", "1012"],
    ["its number in another case", "PAID", "paid"],
    ["how it alone begins", "froz", "frozen"],
    ["how its payment begins", "pay-froz", "frozen"],
    ["how its payment begins, in capitals", "PAY-FRO", "frozen"],
  ])("an order is found by %s", async (_how, q, id) => {
    if (id === "1012" && (await stage.engine.queries.read("1012")) === null) await stage.place.order("1012", {});
    const response = await fetch(`${stage.url}/find?${new URLSearchParams({ q })}`, { redirect: "manual" });
    expect(response.headers.get("location")).toBe(`${BASE}/orders/${id}`);
  });

  test("a search says what it looked for, lists what begins so, and keeps what was typed", async () => {
    const several = await stage.get("/find?q=P");
    expect(plain(several)).toContain("Orders whose number or payment id begins with P: 2");
    expect([...several.matchAll(/<li><a href="[^"]*">(\w+)</g)].map(([, id]) => id)).toEqual(["paid", "poisoned"]);
    expect(plain(await stage.get("/find?q=pay-p"))).toContain("Orders whose number or payment id begins with pay-p: 2");
    const none = await fetch(`${stage.url}/find?q=kim%40example.test`);
    expect(none.status).toBe(404);
    const page = await none.text();
    expect(plain(page)).toContain("No order or payment found for kim@example.test.");
    expect(plain(page)).toContain("Names and email addresses are not searched.");
    expect(page).toContain('value="kim@example.test"');
    expect((await fetch(`${stage.url}/find?q=%23`)).status).toBe(404);
  });

  test("the list shows amount, gateway, flags and failed calls, and is filtered by them", async () => {
    const row = async (id: string) => {
      const page = await stage.get("/orders");
      return plain(new RegExp(`<tr data-order="${id}">.*?</tr>`, "s").exec(page)?.[0] ?? "");
    };
    expect(await row("paid")).toContain("1,000.00 SEK Resurs Bank");
    expect(await row("paid")).not.toContain("failed call");
    expect(await row("dead")).toContain("failed call");
    expect(await row("flagged")).toContain("processing but unpaid");
    const ids = async (query: string) =>
      [...(await stage.get(`/orders${query}`)).matchAll(/data-order="(\w+)"/g)].map(([, id]) => id);
    expect((await ids("?dead=true")).sort()).toEqual(["dead", "poisoned"]);
    expect(await ids("?dead=true&status=processing")).toEqual(["dead"]);
    expect(await stage.get("/orders?status=refunded")).toContain("No orders match.");
  });

  test("an order with a failed call says so at the top, with the way out", async () => {
    const page = await stage.get("/orders/dead");
    const top = page.slice(page.indexOf("<main"), page.indexOf('id="history"'));
    expect(top).toMatch(/class="answer banner bad"[^>]* data-situation="dead\/\w+"/);
    expect(plain(top)).toContain("failed");
    expect(top).toMatch(/id="first-actions"><a class="button" href="[^"]*\/retry\?id=dead/);
  });

  test("the head names the order, what it is about and its payments", async () => {
    const page = await stage.get("/orders/stale");
    const head = plain(page.slice(page.indexOf('<header class="order-head"'), page.indexOf('<section class="answer')));
    expect(head).toMatch(/Order stale Processing 1,000.00 SEK Resurs Bank pay-stale Copy pay-earlier Copy/);
  });

  test("a payment is headed by its bank, paid or not, and says what came of it", async () => {
    const money = async (id: string, language = "en") => {
      const page = await stage.get(`/orders/${id}`, { "accept-language": language });
      return plain(page.slice(page.indexOf('id="payments"'), page.indexOf('id="effects"')));
    };
    expect(await money("paid")).toContain(" Payment (Resurs Bank) ");
    expect(await money("stale")).toContain(" Other payment (Resurs Bank) ");
    expect(await money("flagged", "sv")).toMatch(/ Betalning \(Resurs Bank\) .* inte signerad /);
  });

  test("a flag is named in the reader's language", async () => {
    expect(plain(await stage.get("/orders?flagged=true", { "accept-language": "sv" }))).toContain(
      "behandlas men obetald",
    );
  });

  test("messages that are held are told below what happens next, where the order is paid", async () => {
    const page = plain(await stage.get("/orders/held"));
    expect(page).not.toContain("messages from the bank wait until");
    await stage.place.order("aside", { at: stage.place.clock.now(), status: "processing" });
    await stage.callback("pay-aside");
    const aside = plain(await stage.get("/orders/aside"));
    expect(aside).toMatch(
      /What happens next: .* 1 message from the bank waits until .*; the bank is then asked again\./,
    );
  });

  test("what has been done is told with the status that came of it", async () => {
    expect(plain(await stage.get("/orders/held?done=moved&did=merchant.held"))).toContain("Order is now Processing.");
    expect(await stage.get("/orders/held?done=moved&did=<b>")).not.toContain("<b>");
  });

  test("what an action leads to is said where its button does not name it", async () => {
    const text = async (language: string) =>
      plain(await stage.get("/orders/noisy", { "accept-language": language })).replaceAll(/\s+/g, " ");
    expect(await text("en")).toMatch(/Set to Failed (?!leads)/);
    expect(await text("en")).toContain("Put on hold leads to On hold");
    expect(await text("sv")).toMatch(/Ändra till Misslyckad (?!ger)/);
    expect(await text("en")).not.toContain("Difference settled : Noted");
    expect(await text("en")).not.toContain("Difference settled: Noted");
  });

  test("a page is small on the wire, the longest too", async () => {
    for (const path of ["/orders/noisy", "/orders/held", "/orders/frozen", "/orders", "/"]) {
      const size = gzipSync(await stage.get(path)).length;
      expect(size, path).toBeLessThan(60 * 1024);
    }
  });

  test("in Swedish", async () => {
    const page = await stage.get("/orders/frozen", { "accept-language": "sv-SE,sv;q=0.9" });
    expect(page).toContain('<html lang="sv">');
    expect(page).toContain("Banken har fryst betalningen, och den kan inte debiteras förrän banken släpper den.");
    expect(page).toContain("Pausad");
    const overview = page.slice(page.indexOf('<svg class="statechart"'), page.indexOf("</svg>"));
    const drawn = [...overview.matchAll(/<text[^>]*>([^<]*)</g)].map(([, text = ""]) => text).join(" ");
    expect(drawn).toContain("handlaren");
    expect(drawn).toContain("Väntar på kundens betalning");
    expect(drawn).not.toMatch(/\bthe\b|\bmore\b|[a-z]\.[a-z]/);
    expect(overview).toMatch(/class="current node state atomic state-on-hold"/);
  });

  test("a page that has not changed is not sent again", async () => {
    const first = await fetch(`${stage.url}/orders/paid`);
    const again = await fetch(`${stage.url}/orders/paid`, {
      headers: { "if-none-match": first.headers.get("etag") ?? "" },
    });
    expect(again.status).toBe(304);
  });
});

describe("actions go through the public door", () => {
  test("first what it would do, then the same", async () => {
    const dry = await stage.get("/orders/paid/actions/merchant.completed");
    expect(dry).toContain("capture the payment, 1,000.00 SEK");
    expect(dry).toContain("The order becomes Completed once the bank confirms.");
    // Nothing is under way before the click.
    expect(dry).not.toContain("awaiting-gateway");
    expect(stage.place.bank.calls).toEqual([]);
    const id = /name="id" value="([^"]+)"/.exec(dry)?.[1] ?? "";
    const done = await stage.submit("/orders/paid/actions/merchant.completed", { id });
    expect(done.headers.get("location")).toBe(`${BASE}/orders/paid?done=moved&did=merchant.completed&id=${id}`);
    const shown = new URL(done.headers.get("location") ?? "", stage.url);
    const told = async (language: string) =>
      plain(await (await fetch(shown, { headers: { "accept-language": language } })).text());
    expect(await told("en")).toContain("Captured 1,000.00 SEK. Order is now Completed.");
    expect(await told("sv")).toMatch(/1\s000,00 SEK har debiterats\. Ordern har nu statusen Färdigbehandlad\./);
    const twice = await stage.submit("/orders/paid/actions/merchant.completed", { id });
    expect(twice.status).toBe(303);
    await stage.place.rest();
    expect(stage.place.bank.calls.map((call) => call.op)).toEqual(["capture"]);
    expect(stage.place.status("paid")).toBe("completed");
    const page = await stage.get("/orders/paid");
    const way = [...page.matchAll(/id="overview-order-arrow-\d+" class="taken [^"]*">\s*<title>([^<\n]*)/g)];
    expect(way.map(([, arrow]) => arrow?.replaceAll("&gt;", ">")).sort()).toEqual([
      "capturing → completed",
      "pending → processing",
      "processing → capturing",
    ]);
    const stops = [...page.matchAll(/class="stop"[^>]*>([^<]*)/g)].map(([, state]) => state);
    expect(stops.slice(0, 2)).toEqual(["pending", "processing"]);
    expect(stops.at(-1)).toBe("completed");
  });

  test("an event that was given up is foreseen on the payment as the bank has it now", async () => {
    const dry = plain(await stage.get("/retry?id=poison&order=poisoned"));
    expect(dry).toContain("The bank was asked about the payment just now");
    expect(dry).toContain("The order changes from Pending payment to Processing.");
  });

  test("what would be refused has no button", async () => {
    const dry = await stage.get("/orders/frozen/actions/merchant.completed");
    expect(dry).toContain("This would be refused");
    expect(dry).not.toContain('<form method="post"');
  });

  test("a reconciliation says first what would become of each order", async () => {
    await stage.place.order("forgotten", {});
    const run = (apply: string) => reconciled(stage, { apply });
    const dry = await run("false");
    expect(dry).toMatch(/data-order="forgotten" data-outcome="moved"/);
    expect(stage.place.status("forgotten")).toBe("pending");
    const done = await run("true");
    expect(done).toMatch(/data-order="forgotten" data-outcome="moved"/);
    await stage.place.rest();
    expect(stage.place.status("forgotten")).toBe("processing");
  });

  test("a reconciliation of more orders than a page holds goes on where the page ended", {
    timeout: 240_000,
  }, async () => {
    const many = await Stage.made();
    const ids = Array.from({ length: 203 }, (_, i) => `many-${String(i).padStart(3, "0")}`);
    for (const id of ids) await many.place.order(id, {});
    const shown = (page: string) => [...page.matchAll(/data-order="([^"]+)"/g)].map(([, id]) => id);
    const first = await reconciled(many, { apply: "false" });
    expect(shown(first)).toEqual(ids.slice(0, 200));
    const after = /name="after" value="([^"]+)"[\s\S]*?Dry run of the next/.exec(first)?.[1] ?? "";
    const second = await reconciled(many, { apply: "false", after });
    expect(shown(second)).toEqual(ids.slice(200));
    expect(second).not.toContain("Dry run of the next");
    // A page is put right by itself.
    expect(second).toMatch(new RegExp(`name="after" value="${after}"[\\s\\S]*?Correct 3`));
    const done = await reconciled(many, { apply: "true", after });
    expect(plain(done)).toContain("Orders checked: 3. Corrected: 3.");
    await many.place.rest();
    expect(ids.map((id) => many.place.status(id)).filter((status) => status === "processing")).toHaveLength(3);
    expect(many.place.status("many-202")).toBe("processing");
    await many.end();
  });

  test("a form of another origin is turned away, and so is one that does not say where it comes from", async () => {
    const form = { id: "x" };
    const path = "/orders/flagged/actions/merchant.cancelled";
    const from = (headers: Record<string, string>) => stage.submit(path, form, headers);
    expect((await from({ origin: "https://evil.example", "sec-fetch-site": "cross-site" })).status).toBe(403);
    expect((await from({ "sec-fetch-site": "same-site" })).status).toBe(403);
    const bare = await fetch(stage.url + path, { method: "POST", body: new URLSearchParams(form) });
    expect(bare.status).toBe(403);
    const evil = { headers: { origin: "https://evil.example" }, body: new URLSearchParams(form) };
    expect((await fetch(stage.url + path, { method: "POST", ...evil })).status).toBe(403);
    expect((await stage.engine.queries.read("flagged"))?.facts.order.status).toBe("processing");
  });

  test("where actions are off it only looks", async () => {
    const looks = inspector({ engine: stage.engine, base: BASE, access: { kind: "host" } });
    const page = await (await looks.fetch(new Request(`${stage.url}/orders/paid`))).text();
    expect(page).toContain("Read-only. Start with --actions to enable actions.");
    expect(page).not.toContain("/actions/");
    for (const path of ["/orders/paid/actions/reconcile.asked", "/retry", "/reconcile"]) {
      const { origin } = new URL(stage.url);
      const request = new Request(stage.url + path, { method: "POST", headers: { origin }, body: "id=1" });
      expect((await looks.fetch(request)).status, path).toBe(403);
    }
  });
});

describe("who may come in", () => {
  const request = (url: string, headers: Record<string, string> = {}) => new Request(url, { headers });

  test("without a token only what is addressed to this computer", async () => {
    const access = { kind: "loopback", socketOf: () => "127.0.0.1" } as const;
    const looks = inspector({ engine: stage.engine, access });
    expect((await looks.fetch(request("http://127.0.0.1:80/"))).status).toBe(200);
    expect((await looks.fetch(request("http://localhost:8080/"))).status).toBe(200);
    // A name that somebody lets point here: pages from elsewhere would come in by it.
    expect((await looks.fetch(request("http://rebound.example/"))).status).toBe(403);
  });

  test("with a token, as bearer or as password", async () => {
    const looks = inspector({ engine: stage.engine, access: { kind: "token", token: "s3cret-of-the-inspector" } });
    const status = async (authorization?: string) =>
      (await looks.fetch(request("http://shop.example/orders", authorization === undefined ? {} : { authorization })))
        .status;
    expect(await status()).toBe(401);
    expect(await status("Bearer wrong")).toBe(401);
    expect(await status("Bearer s3cret-of-the-inspector")).toBe(200);
    expect(await status(`Basic ${btoa("kim:s3cret-of-the-inspector")}`)).toBe(200);
    expect(await status(`Basic ${btoa("kim:")}`)).toBe(401);
  });

  test.each([
    [
      "no token",
      {},
      { kind: "token", token: "s3cret-of-the-inspector" },
      401,
      "Sign in with the API token as the password.",
    ],
    [
      "a wrong token",
      { authorization: "Bearer no" },
      { kind: "token", token: "s3cret-of-the-inspector" },
      401,
      "Sign in",
    ],
    ["another computer", {}, { kind: "loopback", socketOf: () => "10.0.0.7" }, 403, "Without a token, localhost only."],
  ] as const)(
    "whoever may not come in gets a page in a browser, a text elsewhere: %s",
    async (_, sent, access, code, says) => {
      const looks = inspector({ engine: stage.engine, access });
      const page = await looks.fetch(request("http://shop.example/orders", { ...sent, accept: "text/html,*/*;q=0.8" }));
      expect([page.status, page.headers.get("content-type")]).toEqual([code, expect.stringContaining("text/html")]);
      expect(await page.text()).toMatch(new RegExp(`<title>Order status</title>[^]*<p>${says}`));
      const text = await looks.fetch(request("http://shop.example/orders", sent));
      expect([text.status, text.headers.get("content-type")]).toEqual([code, expect.stringContaining("text/plain")]);
    },
  );

  test("a page may run nothing but our own script", async () => {
    const { headers } = await fetch(`${stage.url}/orders/paid`);
    const policy = headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain("unsafe");
    const page = await stage.get("/orders/paid");
    expect(page).not.toMatch(/<style|\sstyle=|\son\w+=|<script(?![^>]* src=)/);
    expect(page).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
  });
});

describe("what may be about a person", () => {
  const crawl = async (): Promise<Map<string, string>> => {
    const seen = new Map<string, string>();
    const todo = ["/", "/orders?lang=sv"];
    for (let path = todo.pop(); path !== undefined; path = todo.pop()) {
      if (seen.has(path)) continue;
      const page = await stage.get(path);
      seen.set(path, page);
      for (const [, href = ""] of page.matchAll(/href="([^"#]+)"/g)) {
        const to = href.replaceAll("&amp;", "&");
        if (to.startsWith(`${BASE}/`) && !to.includes("lang=")) todo.push(to.slice(BASE.length));
      }
    }
    return seen;
  };

  // Every page there is, some hundreds.
  test("is in no page and no log until it is asked for, and each asking is written down", {
    timeout: 480_000,
  }, async () => {
    await stage.person();
    const record = JSON.stringify(await stage.engine.queries.read("canary"));
    const history = JSON.stringify(await stage.engine.queries.history("canary"));
    expect(record + history).toContain(CANARY);
    const pages = await crawl();
    for (const path of ["/", "/orders/canary", "/orders/canary/raw", "/orders/canary/history/1", "/orders/dead"]) {
      expect([...pages.keys()]).toContain(path);
    }
    const leaks = [...pages].filter(([, page]) => page.includes("Canary")).map(([path]) => path);
    expect(leaks).toEqual([]);
    expect([...pages.values()].join()).toContain("•••");
    const said = () => stage.logged.filter((line) => line.includes(CANARY));
    expect(said()).toEqual([]);

    const before = (await stage.engine.queries.read("canary"))?.version ?? 0;
    const shown = await stage.submit("/orders/canary/reveal", { by: "Robin", why: "the customer called" });
    expect(await shown.text()).toContain(CANARY);
    expect(said()).toEqual([]);
    const [written] = await stage.engine.queries.history("canary", before);
    expect(written?.event).toEqual({ type: "data.revealed", by: "Robin", why: "the customer called" });
    expect(await stage.get("/orders/canary")).toContain("Personal data was shown to Robin");
  });

  test("a word that is nothing but a name is hidden where the shop chose the key, and a state is shown however deep", () => {
    const record = {
      meta: { nested: { status: "Kim", id: ["Kim"] } },
      states: { payment: { ACCEPTED: "authorized" } },
    };
    expect(JSON.stringify(masked(record))).not.toContain("Kim");
    expect(masked(record)).toMatchObject({ states: { payment: { ACCEPTED: "authorized" } } });
  });

  test.each([
    ["HTTP 500: Kim Canary has no credit: call her", "HTTP 500"],
    ["network: ECONNRESET", "network: ECONNRESET"],
    ["no answer within 30000 ms", "no answer within 30000 ms"],
    ["Kim Canary's row is locked", "•••"],
  ])("of what a call failed with, %j, only the engine's own words are shown", (error, shown) => {
    const failed = {
      kind: "failed",
      says: { en: `Capturing failed: ${error}`, sv: `Debiteringen misslyckades: ${error}` },
    };
    const other = { kind: "refused", says: { en: "Completing was refused: why", sv: "nekades: därför" } };
    expect(maskedWhy({ notes: [failed, other] } as never)?.notes).toEqual([
      { kind: "failed", says: { en: `Capturing failed: ${shown}`, sv: `Debiteringen misslyckades: ${shown}` } },
      other,
    ]);
  });

  test("is not offered for an order that does not exist", async () => {
    for (const id of ["nobody", "kim%40example.test", "1%2F2"])
      expect((await fetch(`${stage.url}/orders/${id}/reveal`)).status, id).toBe(404);
  });

  test("is not shown to somebody who does not say who he is", async () => {
    for (const form of [
      { by: "", why: "x" },
      { by: "Robin", why: " " },
    ]) {
      const answer = await stage.submit("/orders/canary/reveal", form);
      expect(answer.status).toBe(400);
      expect(await answer.text()).not.toContain(CANARY);
    }
  });

  test("an exception's text is in no page either", async () => {
    const page = await stage.get("/");
    expect(page).toContain('data-dead="poison"');
    expect(page).not.toContain(THROWN);
  });
});

test("refusals alike are one row; those of something else, or with a change between, are not in it", async () => {
  const { place } = stage;
  await place.order("insistent", { status: "on-hold", payment: "FROZEN" });
  const types = ["merchant.completed", "merchant.captured"] as const;
  const seen = (status: "pending" | "on-hold") => ({ type: "order.seen", status }) as const;
  const between = [seen("pending"), seen("on-hold")];
  const clicks = types.flatMap((type) => [{ type }, { type }, { type }]);
  for (const event of [...clicks, ...between, { type: types[0] }, { type: types[0] }]) {
    await place.tell("insistent", event);
    await place.rest();
  }
  const page = await stage.get("/orders/insistent?rows=trouble");
  const folds = [...page.matchAll(/data-fold="(\d+)" data-mark="(\w+)"/g)].map(([, n, mark]) => [n, mark]);
  expect(folds).toEqual([
    ["3", "refused"],
    ["3", "refused"],
  ]);
  const refused = [...page.matchAll(/class="step" id="step-\d+" data-source="merchant" data-mark="refused"/g)];
  expect(refused).toHaveLength(2);
});

test("a production file is opened read-only, beside its engine, and nothing in it changes", async () => {
  const store = sqliteStore({ file: stage.file, readOnly: true });
  await store.open();
  const before = readFileSync(stage.file);
  const queries = queriesOf({ store, rules: defaultRules, clock: systemClock(), gatewayOf: () => null });
  const looks = inspector({ engine: { queries }, actions: true, access: { kind: "host" } });
  for (const path of ["/", "/orders", "/orders/held", "/orders/dead/raw", "/orders/canary/reveal"]) {
    const response = await looks.fetch(new Request(`http://localhost${path}`));
    expect(response.status, path).toBe(200);
    expect(await response.text()).not.toContain("/actions/");
  }
  const revealed = await looks.fetch(
    new Request("http://localhost/orders/canary/reveal", {
      method: "POST",
      headers: { origin: "http://localhost", "content-type": "application/x-www-form-urlencoded" },
      body: "by=Robin&why=x",
    }),
  );
  expect(revealed.status).toBe(403);
  expect(await revealed.text()).not.toContain(CANARY);
  await store.close();
  expect(readFileSync(stage.file).equals(before)).toBe(true);
});
