<?php
// Nets's own plugin for WooCommerce against the double of Nets Easy. PLUGIN is its `classes`. Its request classes write,
// send and judge; what its other classes read of the answers is read here by those classes, or as they do it.
require __DIR__ . '/cases.php';
require __DIR__ . '/woocommerce.php';

set_error_handler(fn (int $level, string $says) => throw new Exception($says), E_WARNING);
define('ABSPATH', '/');
define('WC_DIBS_EASY_VERSION', 'any');
define('DIBS_API_TEST_ENDPOINT', from('BANK') . '/v1/');
define('DIBS_API_LIVE_ENDPOINT', 'http://127.0.0.1:9/v1/');

$files = [];
foreach (new RecursiveIteratorIterator(new RecursiveDirectoryIterator(from('PLUGIN'))) as $file) {
    $files[$file->getFilename()] = $file->getPathname();
}
spl_autoload_register(function (string $class) use ($files): void {
    $name = 'class-' . str_replace('_', '-', strtolower($class)) . '.php';
    if (isset($files[$name])) {
        require $files[$name];
    }
});
foreach (['country-converter', 'functions'] as $name) {
    require from('PLUGIN') . "/../includes/nets-easy-$name.php";
}

require __DIR__ . '/nets-plugin-shop.php';

const FLOWS = ['inline', 'embedded', 'redirect', 'overlay'];

/** @param mixed $answer what a request class made of the answer */
function taken(mixed $answer): mixed
{
    must(!is_wp_error($answer), is_wp_error($answer) ? "{$answer->get_error_code()} {$answer->get_error_message()}" : '');
    return $answer;
}

function created(string $flow, array $more = []): string
{
    $answer = taken(Nets_Easy()->api->create_nets_easy_order(['checkout_flow' => $flow, 'order_id' => 17, ...$more]));
    if (!nexi_is_embedded($flow)) {
        must(str_starts_with($answer['hostedPaymentPageUrl'], 'http'));
    }
    Shop::$orders[17]->update_meta_data('_dibs_payment_id', $answer['paymentId']);
    Shop::$orders[17]->update_meta_data('_dibs_checkout_flow', $flow);
    Shop::$orders[17]->fields['transaction_id'] = $answer['paymentId'];
    return $answer['paymentId'];
}

function read(string $id): array
{
    return taken(Nets_Easy()->api->get_nets_easy_order($id))['payment'];
}

/** Paid by the customer, and confirmed by the plugin's own function. */
function paid(string $flow, array $more = [], string $by = ''): string
{
    $id = created($flow, $more);
    hand("/pay$by?id=$id");
    wc_dibs_confirm_dibs_order(17);
    must(Shop::$orders[17]->paid_by === $id, implode('; ', Shop::$orders[17]->notes));
    return $id;
}

function charged(string $flow): string
{
    $id = paid($flow);
    Shop::$orders[17]->update_meta_data('_dibs_charge_id', taken(Nets_Easy()->api->activate_nets_easy_order(17))['chargeId']);
    return $id;
}

/** @param list<string> $which kinds of lines */
function refunded(array $which, int $total): void
{
    Nets_Easy_Refund_Helper::$refund_data = [];
    $refund = new Thing(['id' => 18, 'total' => -$total / 100, 'items' => lines_of($which, -1)]);
    Shop::$orders[18] = $refund;
    Shop::$orders[17]->fields['refunds'] = [$refund];
    must(strlen(taken(Nets_Easy()->api->refund_nets_easy_order(17))['refundId']) === 32);
}

/** The recurring token of an order whose payment began a subscription. */
function token(string $flow, string $type): string
{
    Shop::$options['woocommerce_dibs_easy_settings']['subscription_type'] = $type;
    subscriptions()->subscription_type = $type;
    WC_Subscriptions_Cart::$has_subscription = true;
    paid($flow);
    WC_Subscriptions_Cart::$has_subscription = false;
    must(Shop::$orders[17]->get_meta('_dibs_subscription_type') === $type);
    return Shop::$orders[17]->get_meta('_dibs_recurring_token');
}

/** A renewal of WooCommerce's, charged by the plugin's own hand. */
function renewed(string $type, array $meta, array $parent = []): void
{
    [$renewal, $parent_order] = [order(19), order(16)];
    $renewal->meta = ['_dibs_subscription_type' => $type, ...$meta];
    $parent_order->meta = $parent;
    Shop::$orders += [16 => $parent_order, 19 => $renewal];
    Shop::$subscriptions = [new Thing([])];
    subscriptions()->trigger_scheduled_payment(TOTAL / 100, $renewal);
    must(Shop::$subscriptions[0]->paid_by !== null, implode('; ', $renewal->notes));
    must(read(Shop::$subscriptions[0]->paid_by)['charges'][0]['chargeId'] === $renewal->get_meta('_dibs_charge_id'));
}

/** @param mixed $answer of a request that is to be refused */
function refused(mixed $answer, int $code, string $says): void
{
    must(is_wp_error($answer), 'it was taken');
    must($answer->get_error_code() === $code && str_contains($answer->get_error_message(), $says), "{$answer->get_error_code()} {$answer->get_error_message()}");
}

function bulk(string $subscription): string
{
    $item = ['reference' => 'tea', 'name' => 'Tea', 'quantity' => 1, 'unit' => 'pcs', 'unitPrice' => 500, 'grossTotalAmount' => 500, 'netTotalAmount' => 500];
    $order = ['items' => [$item], 'amount' => 500, 'currency' => 'SEK', 'reference' => '1020'];
    $body = ['externalBulkChargeId' => 'december', 'subscriptions' => [['subscriptionId' => $subscription, 'order' => $order]]];
    $args = ['method' => 'POST', 'user-agent' => 'portal', 'headers' => ['Authorization' => 'secret', 'Content-Type' => 'application/json']];
    return json_decode(wp_remote_request(from('BANK') . '/v1/subscriptions/charges', [...$args, 'body' => json_encode($body)])['body'])->bulkId;
}

$cases = [];
foreach (FLOWS as $flow) {
    $in = "$flow: ";
    $cases[$in . 'create'] = fn () => must(strlen(created($flow)) === 32);
    $cases[$in . 'read what is new'] = fn () => must(!isset(read(created($flow))['summary']['reservedAmount']));
    $cases[$in . 'pay by card, and confirm'] = function () use ($flow) {
        $payment = read(paid($flow));
        must($payment['summary']['reservedAmount'] === TOTAL && $payment['orderDetails']['amount'] === TOTAL);
        must($payment['consumer']['privatePerson']['email'] !== '' && dibs_get_iso_2_country($payment['consumer']['shippingAddress']['country']) === 'SE');
        must(preg_match('/^\d{6}\*+\d{4}$/', Shop::$orders[17]->get_meta('dibs_customer_card')) === 1);
        must(Shop::$orders[17]->get_meta('dibs_payment_type') === 'CARD');
    };
}
foreach (['inline', 'redirect'] as $flow) {
    $in = "$flow: ";
    $cases[$in . 'pay by invoice'] = function () use ($flow) {
        paid($flow, [], '-invoice');
        must(Shop::$orders[17]->get_meta('dibs_payment_type') === 'INVOICE');
    };
    $cases[$in . 'charged at once'] = function () use ($flow) {
        shop(['auto_capture' => 'yes']);
        must(read(paid($flow))['charges'][0]['chargeId'] === Shop::$orders[17]->get_meta('_dibs_charge_id'));
    };
    $cases[$in . 'complete'] = fn () => must(read(charged($flow))['summary']['chargedAmount'] === TOTAL);
    $cases[$in . 'cancel'] = function () use ($flow) {
        $id = paid($flow);
        taken(Nets_Easy()->api->cancel_nets_easy_order(17));
        must(read($id)['summary']['cancelledAmount'] === TOTAL);
    };
    $cases[$in . 'refund whole'] = function () use ($flow) {
        $id = charged($flow);
        refunded(['line_item', 'fee', 'shipping'], TOTAL);
        must(read($id)['summary']['refundedAmount'] === TOTAL);
    };
    $cases[$in . 'refund goods, then fee, then shipping'] = function () use ($flow) {
        $id = charged($flow);
        refunded(['line_item'], 25000);
        refunded(['fee'], 2500);
        refunded(['shipping'], 6250);
        must(read($id)['summary']['refundedAmount'] === TOTAL);
    };
    $cases[$in . 'terminate'] = fn () => taken(Nets_Easy()->api->terminate_nets_easy_session(created($flow)));
    $cases[$in . 'a new reference'] = fn () => taken(Nets_Easy()->api->update_nets_easy_order_reference(created($flow), 17));
    foreach (['scheduled', 'unscheduled'] as $kind) {
        $cases[$in . "a $kind subscription, and its renewal"] = function () use ($flow, $kind) {
            renewed("{$kind}_subscription", ['_dibs_recurring_token' => token($flow, "{$kind}_subscription")]);
        };
    }
}
foreach (['inline', 'embedded'] as $flow) {
    $cases["$flow: another cart"] = function () use ($flow) {
        $id = created($flow);
        WC()->cart->fields['fees'] = [];
        taken(Nets_Easy()->api->update_nets_easy_order($id));
        must(read($id)['orderDetails']['amount'] === TOTAL - 2500);
    };
}
foreach (['B2C', 'B2B', 'B2CB', 'B2BC'] as $type) {
    foreach (['inline', 'redirect'] as $flow) {
        $cases["$flow: sold to $type, by a company, with a number from abroad"] = function () use ($flow, $type) {
            shop(['allowed_customer_types' => $type], ['billing_company' => 'Testbolaget', 'billing_phone' => '+46701234567', 'billing_address_2' => '2 tr']);
            must(created($flow) !== '');
        };
    }
}
$cases += [
    'inline: a customer of whom nothing is known' => function () {
        shop([], ['billing_address_1' => '', 'billing_postcode' => '', 'billing_city' => '', 'billing_phone' => '', 'billing_first_name' => '', 'billing_last_name' => '']);
        must(created('inline') !== '');
    },
    'inline: shipped to some countries, its cost known later' => function () {
        shop([], [], ['woocommerce_allowed_countries' => 'specific', 'woocommerce_shipping_cost_requires_address' => 'yes']);
        must(created('inline') !== '');
    },
    'inline: shipped for nothing' => function () {
        foreach (WC()->shipping->packages as $package) {
            $package['rates'][0]->fields['cost'] = 0;
        }
        must(created('inline') !== '');
    },
    'redirect: a fee for the invoice, a merchant of many, one way to pay' => function () {
        shop(['dibs_invoice_fee' => 8, 'merchant_number' => '100017']);
        must(created('redirect', ['payment_methods_configuration' => 'Card']) !== '');
    },
    'redirect: another card for a subscription, and nothing to pay' => function () {
        add_filter('dibs_easy_create_order_args', function (array $args): array {
            $free = ['unitPrice' => 0, 'taxRate' => 0, 'taxAmount' => 0, 'grossTotalAmount' => 0, 'netTotalAmount' => 0];
            $args['order'] = ['items' => [[...$args['order']['items'][0], ...$free]], 'amount' => 0, 'currency' => 'SEK', 'reference' => '1017'];
            unset($args['notifications']);
            return $args;
        });
        must(token('redirect', 'scheduled_subscription') !== '');
    },
    'the webhook of a checkout' => function () {
        $id = paid('inline');
        for ($looks = 0; $looks < 60; $looks++) {
            foreach (heard() as $one) {
                $data = json_decode($one['body'], true)['data'] ?? [];
                if (($data['paymentId'] ?? '') === $id) {
                    must($data['order']['amount']['amount'] === TOTAL && $data['order']['reference'] === '1');
                    return;
                }
            }
            usleep(100_000);
        }
        must(false, 'it never came');
    },
    'a scheduled subscription, asked for' => function () {
        $token = token('inline', 'scheduled_subscription');
        must(taken(Nets_Easy()->api->get_nets_easy_subscription($token, 17))['subscriptionId'] === $token);
    },
    'a bulk charge, asked for' => function () {
        $token = token('inline', 'scheduled_subscription');
        $answer = taken(Nets_Easy()->api->get_nets_easy_subscription_bulk_charge_id(bulk($token)));
        must($answer['page'][0]['subscriptionId'] === $token && $answer['page'][0]['status'] === 'Succeeded' && $answer['status'] === 'Done');
    },
    'a renewal by the ticket of another platform, scheduled' => function () {
        hand('/import?id=ticket-7');
        renewed('scheduled_subscription', ['_dibs_ticket' => 'ticket-7']);
        must(preg_match('/\*/', Shop::$orders[19]->get_meta('dibs_customer_card')) === 1);
    },
    'a renewal by the ticket of another platform, unscheduled' => function () {
        hand('/import-unscheduled?id=ticket-8');
        renewed('unscheduled_subscription', [], ['_dibs_ticket' => 'ticket-8']);
        must(preg_match('/\*/', Shop::$orders[19]->get_meta('dibs_customer_card')) === 1);
    },
    'a payment that is not there' => fn () => refused(Nets_Easy()->api->get_nets_easy_order(str_repeat('0', 32)), 404, 'not found'),
    'a subscription that is not there' => fn () => refused(Nets_Easy()->api->get_nets_easy_subscription(str_repeat('0', 32), 17), 404, 'no'),
    'a ticket that is not there' => fn () => refused(Nets_Easy()->api->get_nets_easy_subscription_by_external_reference('none', 17), 404, 'no'),
    'what is paid is not terminated' => fn () => refused(Nets_Easy()->api->terminate_nets_easy_session(paid('inline')), 409, 'gone on'),
    'completed twice' => function () {
        charged('redirect');
        refused(Nets_Easy()->api->activate_nets_easy_order(17), 402, '1008');
    },
    'refunded twice' => function () {
        charged('redirect');
        refunded(['line_item', 'fee', 'shipping'], TOTAL);
        Nets_Easy_Refund_Helper::$refund_data = [];
        refused(Nets_Easy()->api->refund_nets_easy_order(17), 500, '1023');
    },
    'a total that is not the sum' => function () {
        Shop::$orders[17]->fields['total'] = 1;
        refused(Nets_Easy()->api->create_nets_easy_order(['checkout_flow' => 'redirect', 'order_id' => 17]), 400, '1005');
    },
    'no currency' => function () {
        Shop::$orders[17]->fields['currency'] = '';
        refused(Nets_Easy()->api->create_nets_easy_order(['checkout_flow' => 'redirect', 'order_id' => 17]), 400, 'characters');
    },
    'no request class was left out' => function () use ($files) {
        $asking = array_filter($files, fn (string $path) => preg_match('#/requests/(?:get|post|put)/[^/]+\.php$#', $path) === 1);
        $left_out = array_diff(array_map('realpath', $asking), get_included_files());
        must(count($asking) >= 14 && $left_out === [], count($asking) . ': ' . implode(' ', array_keys($left_out)));
    },
];
tell(array_map(fn (callable $case) => function () use ($case): void {
    shop();
    $case();
}, $cases));
