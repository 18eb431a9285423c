/** An order as the plugin tells it at the checkout, and as the adapter reads it over REST: the same order, and one that the engine takes. */
import { execFileSync } from "node:child_process";
import { dirname } from "node:path";
import { describe, expect, test } from "vitest";
import { sameLines } from "../../machines/lines.js";
import { Place } from "../../src/http/app.js";
import { placedOrder } from "../../src/shops/woocommerce/index.js";
import { unreadCosts, unreadNote } from "../../src/shops/woocommerce/order.js";
import { WooOrder } from "../../src/shops/woocommerce/schema.js";
import { php, plugin } from "./wordpress.js";

interface Item {
  id: number;
  name: string;
  sku?: string;
  quantity?: number;
  total: string;
  total_tax: string;
}
interface Shown {
  /** Default: SEK. */
  currency?: string;
  total: string;
  line_item: Item[];
  shipping: Item[];
  fee: Item[];
}

/** What the plugin asks of WooCommerce's objects, answered from the same order as REST shows. */
const TELLS = `
define( 'ABSPATH', '/' );
require $argv[1] . '/includes/class-order.php';
class Item {
	public $is;
	public function __construct( $is ) { $this->is = $is; }
	public function get_id() { return $this->is['id']; }
	public function get_name() { return $this->is['name']; }
	public function get_quantity() { return $this->is['quantity']; }
	public function get_total() { return $this->is['total']; }
	public function get_total_tax() { return $this->is['total_tax']; }
	public function get_meta( $key ) { return ''; }
	public function get_product() { return $this; }
	public function get_product_id() { return 5; }
	public function get_sku() { return $this->is['sku']; }
}
class Order {
	public $is;
	public function __construct( $is ) { $this->is = $is; }
	public function get_status() { return 'pending'; }
	public function get_total() { return $this->is['total']; }
	public function get_currency() { return isset( $this->is['currency'] ) ? $this->is['currency'] : 'SEK'; }
	public function needs_processing() { return true; }
	public function get_date_created() { return null; }
	public $notes = array();
	public $meta = array();
	public function get_meta( $key ) { return isset( $this->meta[ $key ] ) ? $this->meta[ $key ] : ''; }
	public function update_meta_data( $key, $value ) { $this->meta[ $key ] = $value; }
	public function save_meta_data() {}
	public function add_order_note( $text ) { $this->notes[] = $text; }
	public function get_items( $kind ) { return array_map( function ( $one ) { return new Item( $one ); }, $this->is[ $kind ] ); }
}
$order = new Order( json_decode( $argv[2], true ) );
Order_Status_Engine_Order::tell_of_unread( $order );
Order_Status_Engine_Order::tell_of_unread( $order );
echo json_encode( array( 'order' => Order_Status_Engine_Order::told( $order ), 'notes' => $order->notes ) );
`;

const toldByPlugin = (shown: Shown): { order: { lines: unknown[]; total: number }; notes: string[] } =>
  JSON.parse(execFileSync("php", ["-r", TELLS, dirname(plugin), JSON.stringify(shown)]).toString());

const rest = ({ currency = "SEK", total, line_item, shipping, fee }: Shown): WooOrder =>
  WooOrder.parse({
    id: 7,
    status: "pending",
    currency,
    total,
    payment_method: "ose_resurs-mapi",
    transaction_id: "",
    date_created_gmt: "2026-11-20T10:00:00",
    date_modified_gmt: "2026-11-20T10:00:00",
    date_paid_gmt: null,
    needs_processing: true,
    meta_data: [],
    line_items: line_item.map((one) => ({ ...one, product_id: 5, taxes: [] })),
    shipping_lines: shipping.map((one) => ({ ...one, method_title: one.name, taxes: [] })),
    fee_lines: fee.map((one) => ({ ...one, taxes: [] })),
    refunds: [],
  });

const tea: Item = { id: 1, name: "Green tea", sku: "TEA", quantity: 2, total: "160.00", total_tax: "40.00" };
const post: Item = { id: 2, name: "Post", total: "40.00", total_tax: "10.00" };
const fee = (total: string): Item => ({ id: 3, name: "Invoice", total, total_tax: "0.00" });
/** As the extensions of a shop leave it behind. */
const cost = (total: unknown): Item => ({ id: 2, name: "Post", total, total_tax: total === 12.5 ? 0 : total }) as Item;
const orders: [string, Shown][] = [
  ["goods and postage with VAT", { total: "250.00", line_item: [tea], shipping: [post], fee: [] }],
  ...[
    "",
    "  ",
    " TEA ",
    "T".repeat(101),
    "\u00a0",
    "🍵".repeat(60),
    `${"T".repeat(99)}🍵`,
    "T\u0007A",
    "\u0085TEA\u180e",
    "\u0007",
    `${"T".repeat(99)}\u0007A`,
    "T ".repeat(60),
  ].map((sku): [string, Shown] => [
    `goods whose SKU is ${JSON.stringify(sku)}`,
    { total: "250.00", line_item: [{ ...tea, sku }], shipping: [post], fee: [] },
  ]),
  ...[
    "🍵".repeat(101),
    `${"T".repeat(199)}🍵`,
    "Tea\u0085\u0007",
    "\u2003Tea\ufeff",
    "Té".repeat(120),
    "Tea\u0085",
    "\u180eTea",
    "\u0085",
  ].map((name): [string, Shown] => [
    `goods called ${JSON.stringify(name)}`,
    { total: "300.00", line_item: [{ ...tea, name }], shipping: [post, { ...cost("free"), id: 4, name }], fee: [] },
  ]),
  ["a rounding of taxes", { total: "250.01", line_item: [tea], shipping: [post], fee: [] }],
  ["a gift card that another plugin takes off", { total: "150.00", line_item: [tea], shipping: [post], fee: [] }],
  ["a fee below zero", { total: "190.00", line_item: [tea], shipping: [], fee: [fee("-10.00")] }],
  ["a fee", { total: "219.00", line_item: [tea], shipping: [], fee: [fee("19.00")] }],
  [
    "free postage that an extension writes as text",
    { total: "200.00", line_item: [tea], shipping: [cost("free")], fee: [] },
  ],
  ["postage that costs nothing at all", { total: "200.00", line_item: [tea], shipping: [cost(null)], fee: [] }],
  ["postage without a cost", { total: "200.00", line_item: [tea], shipping: [cost("")], fee: [] }],
  ["a decimal comma", { total: "200.00", line_item: [tea], shipping: [cost("0,00")], fee: [] }],
  ["digits and more", { total: "200.00", line_item: [tea], shipping: [cost("12abc")], fee: [] }],
  [
    "a space that does not break, behind the digits",
    { total: "200.00", line_item: [tea], shipping: [cost("12.50\u00a0")], fee: [] },
  ],
  ["one before them", { total: "200.00", line_item: [tea], shipping: [cost("\u00a012.50")], fee: [] }],
  ["a mark of byte order", { total: "200.00", line_item: [tea], shipping: [cost("\ufeff12.50")], fee: [] }],
  ["a number in a list", { total: "200.00", line_item: [tea], shipping: [cost([12.5])], fee: [] }],
  ["white space that PHP knows", { total: "225.00", line_item: [tea], shipping: [cost("\t12.50\n")], fee: [] }],
  ["a number for text", { total: "212.50", line_item: [tea], shipping: [cost(12.5)], fee: [] }],
  [
    "a tax that is no number",
    { total: "240.00", line_item: [tea], shipping: [{ ...post, total_tax: "NaN" }], fee: [] },
  ],
  [
    "yen, and postage",
    {
      currency: "JPY",
      total: "1650",
      line_item: [{ ...tea, total: "1364", total_tax: "136" }],
      shipping: [{ ...post, total: "136", total_tax: "14" }],
      fee: [],
    },
  ],
  [
    "dinars, and a rounding of taxes",
    {
      currency: "KWD",
      total: "12.346",
      line_item: [{ ...tea, total: "11.223", total_tax: "1.122" }],
      shipping: [],
      fee: [],
    },
  ],
  ["forints with hundredths", { currency: "HUF", total: "1500.50", line_item: [], shipping: [], fee: [] }],
  ["nothing but a total", { total: "99.00", line_item: [], shipping: [], fee: [] }],
];

test.each([
  ["SEK", "12.34", 1234],
  ["JPY", "1500", 1500],
  ["JPY", "1500.00", 1500],
  ["KWD", "12.345", 12_345],
  ["kwd", "12.345", 12_345],
])("%s %s are %d minor units", (currency, total, minor) => {
  const read = placedOrder(rest({ currency, total, line_item: [], shipping: [], fee: [] }), {}, {}, 0);
  expect(read.total).toBe(minor);
});

test.each([
  ["SEK", "90071992547409.92"],
  ["KWD", "9007199254740.992"],
])("%s %s are more than can be counted", (currency, total) => {
  expect(() => rest({ currency, total, line_item: [], shipping: [], fee: [] })).toThrow("minor units");
});

test.each([
  ["free", ["Post: free", "Post: free"]],
  ["0,00", ["Post: 0,00", "Post: 0,00"]],
  ["12abc", ["Post: 12abc", "Post: 12abc"]],
  [" 12.50 ", []],
  ["", []],
  ["  ", []],
  ["12.50\u00a0", ["Post: 12.50\u00a0", "Post: 12.50\u00a0"]],
  ["\u00a0", ["Post: \u00a0", "Post: \u00a0"]],
  [null, []],
  [12.5, []],
])("of the cost %j a note says %j", (told, says) => {
  expect(unreadCosts(rest({ total: "200.00", line_item: [tea], shipping: [cost(told)], fee: [] }))).toEqual(says);
});

describe.skipIf(php === null)("the plugin and the adapter make the same of an order with", () => {
  test.each(orders)("%s", (_of, shown) => {
    const { order: told, notes } = toldByPlugin(shown);
    const { order } = Place.parse({ orderId: "7", order: { ...told, gateway: "resurs-mapi" } });
    const read = placedOrder(rest(shown), {}, {}, 0);
    expect(order.total).toBe(read.total);
    expect(sameLines(order.lines, read.lines)).toBe(true);
    expect(order.lines).toEqual(read.lines);
    // Whoever looks at the order reads once what was not taken for a number.
    const unread = unreadCosts(rest(shown));
    expect(notes).toEqual(unread.length === 0 ? [] : [unreadNote(unread)]);
  });
});
