/** What "Test the connection" finds: the plugin in a real PHP, with an engine that answers as told. */
import { execFileSync } from "node:child_process";
import { createHmac } from "node:crypto";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { php, plugin } from "./wordpress.js";

const doctor = join(dirname(plugin), "includes/class-doctor.php");
const guard = join(dirname(plugin), "includes/class-guard.php");

/** @param answers what the engine answers to each path, or how it does not; a path that is left out is not found */
const found = (answers: Record<string, unknown>, signature?: string): [verdict: string, says: string][] => {
  const code = `
    define( 'ABSPATH', '/' );
    function __( $text ) { return $text; }
    function delete_transient( $name ) {}
    function wc_get_webhook( $id ) { return null; }
    class Order_Status_Engine_Panel { const PATIENCE = 5; }
    class Order_Status_Engine_Webhook { static function id() { return 0; } }
    class Order_Status_Engine_Settings { static function get( $name ) { return 'sixteen characters'; } }
    class Order_Status_Engine_Answer {}
    class Order_Status_Engine_Methods { static function forget() {} static function all() { return array( array( 'title' => 'Invoice' ) ); } }
    class Order_Status_Engine_Client {
      const ANSWER = 'answer'; const LATE = 'late'; const DOWN = 'down'; const RESTING = 'resting';
      static function send( $method, $path ) {
        $answers = json_decode( $GLOBALS['argv'][1], true );
        if ( isset( $answers[ $path ]['unanswered'] ) ) {
          return array( 'kind' => $answers[ $path ]['unanswered'], 'code' => 0, 'body' => null, 'why' => 'no answer within 20 seconds' );
        }
        return array_key_exists( $path, $answers )
          ? array( 'kind' => 'answer', 'code' => 200, 'body' => $answers[ $path ], 'why' => '' )
          : array( 'kind' => 'fault', 'code' => 404, 'body' => null, 'why' => 'not found' );
      }
    }
    require ${JSON.stringify(doctor)};
    require ${JSON.stringify(guard)};
    class Request {
      static $signature;
      function get_route() { return '/wc-order-status-engine/v1/doctor'; }
      function get_header( $name ) { return self::$signature; }
      function get_body() { return ''; }
    }
    Request::$signature = isset( $GLOBALS['argv'][2] ) ? $GLOBALS['argv'][2] : null;
    $asked = new Request();
    Order_Status_Engine_Guard::know_the_engine( null, null, $asked );
    $mine = Order_Status_Engine_Doctor::answer( $asked )['findings'];
    $all  = array_merge( $mine, Order_Status_Engine_Doctor::seen_from_engine( array_column( $mine, 'says' ) ) );
    echo json_encode( array_map( function ( $one ) { return array( $one['verdict'], $one['says'] ); }, $all ) );`;
  return JSON.parse(
    execFileSync("php", [
      "-r",
      code,
      "--",
      JSON.stringify(answers),
      ...(signature === undefined ? [] : [signature]),
    ]).toString(),
  );
};

const up = { "/healthz": { ok: true }, "/payment-methods": { methods: [] } };
const bank = (verdict: string, says: string, fix: string | null = null) => ({
  ...up,
  "/banks": { banks: [{ gateway: "resurs-mapi", verdict, says, fix }] },
});

describe.skipIf(php === null)("the settings page", () => {
  test.each([
    ["the store and its methods", bank("ok", "Shop (b7f8): Invoice"), "ok", "resurs-mapi: Shop (b7f8): Invoice"],
    [
      "the stores to choose from",
      bank("warning", "the bank knows the key; its stores: A (1), B (2)", "write one"),
      "warning",
      "resurs-mapi: the bank knows the key; its stores: A (1), B (2) (write one)",
    ],
    [
      "a key that the bank does not take",
      bank("wrong", "HTTP 401: invalid_client", "look at clientId"),
      "wrong",
      "resurs-mapi: HTTP 401: invalid_client (look at clientId)",
    ],
  ])("tells %s", (_what, answers, verdict, says) => {
    expect(found(answers)).toContainEqual([verdict, says]);
  });

  test.each([
    ["/doctor", "late"],
    ["/banks", "late"],
    ["/doctor", "down"],
  ])("says so where the engine is asked for %s and is %s", (path, unanswered) => {
    const wrong = ["wrong", "The engine has not said what it finds: no answer within 20 seconds"];
    expect(found({ ...bank("ok", "Shop"), [path]: { unanswered } }).filter(([verdict]) => verdict === "wrong")).toEqual(
      [
        // There is no webhook in this shop.
        ["wrong", expect.stringContaining("no active webhook")],
        wrong,
      ],
    );
  });

  test("finds out whether its secret is the engine's, from the engine's own question", () => {
    const amiss = (signature?: string) =>
      found(up, signature).filter(([, says]) => says.includes("another than the engine's"));
    const signedWith = (secret: string) => createHmac("sha256", secret).update("doctor\n").digest("hex");
    expect(amiss(signedWith("sixteen characters"))).toEqual([]);
    expect(amiss(signedWith("another sixteen characters"))).toEqual([
      ["wrong", expect.stringContaining("ORDER_STATUS_PLUGIN_SECRET")],
    ]);
    // An engine without a secret of the plugin signs nothing, and neither does a person with a key.
    expect(amiss()).toEqual([]);
  });

  test("says what to look at where the engine is not there, and not where it answers too late", () => {
    const first = (unanswered: string) => found({ ...up, "/healthz": { unanswered } })[0];
    const says = "The engine cannot be asked: no answer within 20 seconds";
    expect(first("down")).toEqual([
      "wrong",
      `${says} — Is it started (npx order-status serve), and is its address right?`,
    ]);
    expect(first("late")).toEqual(["wrong", says]);
  });

  test("does not repeat what the engine was told by this shop", () => {
    const says = 'There is no active webhook to the engine: press "Make key and webhook for the engine".';
    const again = { check: "plugin", verdict: "wrong", says, fix: "put it right" };
    const own = { check: "keys", verdict: "ok", says: "the key reads and writes orders", fix: null };
    const all = found({ ...up, "/doctor": { findings: [again, own] } });
    expect(all.filter(([, said]) => said.startsWith(says))).toEqual([["wrong", says]]);
    expect(all).toContainEqual(["ok", own.says]);
  });

  test("says nothing of the banks where an older engine does not tell of them", () => {
    expect(found(up).filter(([, says]) => says.includes("resurs"))).toEqual([]);
    expect(found(up)).toContainEqual(["ok", "It takes the token."]);
  });
});
