<?php
// The shop that Nets's plugin is run in: what it sells, and to whom.

/** What the shop sells: 2 teas of 100, a fee of 20, shipping of 50, each with a quarter of VAT. */
const TOTAL = 33750;

function Nets_Easy(): object
{
    static $plugin = null;
    $none = new Thing(['compatibility' => new Thing(['giftcards' => []])]);
    return $plugin ??= new class(new Nets_Easy_API(), $none) {
        public function __construct(public Nets_Easy_API $api, private Thing $woocommerce)
        {
        }

        public function WC(): Thing
        {
            return $this->woocommerce;
        }
    };
}

/** WooCommerce's list of prefixes is a file. */
function folder_of_prefixes(): string
{
    static $folder = null;
    if ($folder === null) {
        $folder = sys_get_temp_dir() . '/woocommerce-' . getmypid();
        mkdir("$folder/i18n", 0777, true);
        file_put_contents("$folder/i18n/phone.php", "<?php return ['SE' => '+46'];");
        register_shutdown_function(function () use ($folder): void {
            unlink("$folder/i18n/phone.php");
            rmdir("$folder/i18n");
            rmdir($folder);
        });
    }
    return $folder;
}

function person(array $more = []): array
{
    return [
        'billing_email' => 'testa@example.com',
        'billing_first_name' => 'Testa',
        'billing_last_name' => 'Testsson',
        'billing_address_1' => 'Testgatan 1',
        'billing_address_2' => '',
        'billing_postcode' => '123 45',
        'billing_city' => 'Teststad',
        'billing_country' => 'SE',
        'billing_phone' => '070-123 45 67',
        'billing_company' => '',
        ...$more,
    ];
}

function line(string $name, float $total, array $more): Thing
{
    return new Thing(['name' => $name, 'total' => $total, 'total_tax' => $total / 4, ...$more]);
}

/** The lines of an order, or of a refund with its amounts below nothing. */
function lines_of(array $which, int $sign = 1): Closure
{
    $goods = ['product' => wc_get_product(7), 'product_id' => 7, 'variation_id' => 0, 'qty' => 2, 'quantity' => 2 * $sign, 'taxes' => ['total' => [1 => 50]]];
    $post = ['method_id' => 'flat_rate', 'instance_id' => 3, 'method_title' => 'Post & <b>box</b>', 'order_id' => 17];
    $lines = [
        'line_item' => [line('Tea "green"', 200 * $sign, $goods)],
        'fee' => [line('Wrapping paper', 20 * $sign, [])],
        'shipping' => [line('Post & <b>box</b>', 50 * $sign, $post)],
    ];
    return fn (string $type = 'line_item') => in_array($type, $which, true) ? $lines[$type] : [];
}

/** A shop with a full cart, and the order 17 of the same. */
function shop(array $settings = [], array $person = [], array $options = []): void
{
    Shop::$url = from('HAND');
    Shop::$filters = array_intersect_key(Shop::$filters, ['dibs_easy_process_payment' => true]);
    foreach (['dibs_easy_create_order_args' => 9] as $name => $priority) {
        add_filter($name, [subscriptions(), 'maybe_add_subscription'], $priority);
    }
    WC_Subscriptions_Cart::$has_subscription = false;
    Nets_Easy_Refund_Helper::$refund_data = [];
    Shop::$options = [
        'woocommerce_dibs_easy_settings' => ['test_mode' => 'yes', 'dibs_test_key' => 'secret', 'debug_mode' => 'no', ...$settings],
        'woocommerce_shipping_cost_requires_address' => 'no',
        'woocommerce_allowed_countries' => 'all',
        ...$options,
    ];
    $taxed = ['is_taxable' => true, 'tax_class' => '', 'tax_status' => 'taxable'];
    Shop::$products = [
        7 => new Thing(['id' => 7, 'sku' => 'TEA-7', 'name' => 'Tea "green"', 'price' => 100, ...$taxed]),
        8 => new Thing(['id' => 8, 'sku' => '', 'name' => 'Invoice fee', 'price' => 10, ...$taxed]),
    ];
    $rate = new Thing(['id' => 'flat_rate:3', 'label' => 'Post & <b>box</b>', 'cost' => 50, 'taxes' => [12.5]]);
    $in_cart = ['product_id' => 7, 'variation_id' => 0, 'quantity' => 2, 'line_total' => 200, 'line_tax' => 50, 'line_subtotal_tax' => 50];
    Shop::$woocommerce = new Thing([
        'cart' => new Thing([
            'cart_contents' => [$in_cart],
            'fees' => [new Thing(['id' => 'wrapping', 'name' => 'Wrapping paper', 'amount' => 20, 'tax' => 5])],
            'needs_shipping' => true,
        ]),
        'shipping' => new Thing(['packages' => [['rates' => [$rate]]]]),
        'session' => new Thing(['get' => fn (string $key) => $key === 'chosen_shipping_methods' ? ['flat_rate:3'] : null]),
        'customer' => new Thing(person($person)),
        'checkout' => new Thing(['value' => 'SE']),
        'plugin_path' => folder_of_prefixes(),
    ]);
    Shop::$orders = [17 => order(17, $person)];
}

function order(int $id, array $person = []): Thing
{
    $lines = lines_of(['line_item', 'fee', 'shipping']);
    return new Thing([
        'id' => $id,
        'order_number' => "10$id",
        'currency' => 'SEK',
        'total' => TOTAL / 100,
        'items' => $lines,
        'fees' => $lines('fee'),
        'shipping_methods' => $lines('shipping'),
        'shipping_method' => '',
        'created_via' => 'checkout',
        'checkout_order_received_url' => "https://shop.example/received/$id/?key=a",
        'payment_method' => 'dibs_easy',
        'payment_method_title' => 'Nexi Checkout',
        'parent_order_id' => 16,
        ...person($person),
    ]);
}

/** The plugin's own class for subscriptions, which adds what a new payment says of one. */
function subscriptions(): Nets_Easy_Subscriptions
{
    static $subscriptions = null;
    return $subscriptions ??= new Nets_Easy_Subscriptions();
}
