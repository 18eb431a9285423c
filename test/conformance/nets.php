<?php
// Nexi's own PHP SDK against the double of Nets Easy. NEXI is the SDK's `lib`. Its models write and read; PHP sends.
require __DIR__ . '/cases.php';

use NexiCheckout\Model\Request\Cancel;
use NexiCheckout\Model\Request\FullCharge;
use NexiCheckout\Model\Request\FullRefundCharge;
use NexiCheckout\Model\Request\Item;
use NexiCheckout\Model\Request\MyReference;
use NexiCheckout\Model\Request\PartialCharge;
use NexiCheckout\Model\Request\PartialRefundCharge;
use NexiCheckout\Model\Request\Payment;
use NexiCheckout\Model\Request\Payment\EmbeddedCheckout;
use NexiCheckout\Model\Request\Payment\HostedCheckout;
use NexiCheckout\Model\Request\ReferenceInformation;
use NexiCheckout\Model\Request\RefundPayment;
use NexiCheckout\Model\Request\Shared\Notification;
use NexiCheckout\Model\Request\Shared\Notification\Webhook;
use NexiCheckout\Model\Request\Shared\Order;
use NexiCheckout\Model\Result\ChargeResult;
use NexiCheckout\Model\Result\Payment\PaymentWithEmbeddedCheckoutResult;
use NexiCheckout\Model\Result\Payment\PaymentWithHostedCheckoutResult;
use NexiCheckout\Model\Result\RefundChargeResult;
use NexiCheckout\Model\Result\RefundPaymentResult;
use NexiCheckout\Model\Result\RetrievePaymentResult;
use NexiCheckout\Model\Webhook\WebhookBuilder;

load_classes('NexiCheckout\\', from('NEXI'));

const TOTAL = 5500;
const EVENTS = [
    'payment.reservation.created.v2',
    'payment.reservation.failed',
    'payment.checkout.completed',
    'payment.charge.created.v2',
    'payment.refund.initiated.v2',
    'payment.refund.completed',
    'payment.cancel.created',
    'payment.cancel.failed',
];

/** @return array{int, string} status and text */
function ask(string $method, string $path, mixed $body = null): array
{
    $content = $body === null ? '' : (is_string($body) ? $body : json_encode($body));
    $header = "Authorization: secret\r\nContent-Type: application/json";
    $context = stream_context_create(['http' => ['method' => $method, 'ignore_errors' => true, 'header' => $header, 'content' => $content]]);
    $text = file_get_contents(from('BANK') . $path, false, $context);
    preg_match('# (\d+)#', $http_response_header[0], $status);
    return [(int) $status[1], $text];
}

function done(array $answer, ?int $status = null): string
{
    [$got, $text] = $answer;
    must($status === null ? $got >= 200 && $got < 300 : $got === $status, "HTTP $got $text");
    return $text;
}

function item(int $total): Item
{
    return new Item(name: 'Tea', quantity: 1, unit: 'pcs', unitPrice: $total, grossTotalAmount: $total, netTotalAmount: $total, reference: 'tea');
}

function order(): Order
{
    return new Order(items: [item(TOTAL)], currency: 'SEK', amount: TOTAL, reference: '1001');
}

function created(bool $hooks = false): string
{
    $hook = fn (string $event) => new Webhook($event, from('HAND') . '/nets', 'Abcdefgh12345678');
    $checkout = new HostedCheckout(returnUrl: 'https://shop.example/r', cancelUrl: 'https://shop.example/c', termsUrl: 'https://shop.example/t');
    $payment = new Payment(order: order(), checkout: $checkout, notification: $hooks ? new Notification(array_map($hook, EVENTS)) : null);
    return PaymentWithHostedCheckoutResult::fromJson(done(ask('POST', '/v1/payments', $payment)))->getPaymentId();
}

function paid(bool $hooks = false): string
{
    $id = created($hooks);
    hand('/pay?id=' . $id);
    return $id;
}

function charge(string $id): string
{
    return ChargeResult::fromJson(done(ask('POST', "/v1/payments/$id/charges", new FullCharge(TOTAL)), 201))->getChargeId();
}

function read(string $id): object
{
    return RetrievePaymentResult::fromJson(done(ask('GET', "/v1/payments/$id"), 200))->getPayment();
}

/** One life in which each event happens, and its webhook by the SDK's own reader. */
function hook(string $event): void
{
    $id = created(true);
    if ($event === 'payment.reservation.failed') {
        hand('/refuse?id=' . $id);
    }
    hand('/pay?id=' . $id);
    if (str_starts_with($event, 'payment.cancel.')) {
        done(ask('POST', "/v1/payments/$id/cancels", new Cancel(TOTAL)));
        if ($event === 'payment.cancel.failed') {
            hand('/uncancel?id=' . $id);
        }
    } else {
        charge($id);
        done(ask('POST', "/v1/payments/$id/refunds", new RefundPayment(amount: TOTAL)));
    }
    for ($looks = 0; $looks < 60; $looks++) {
        foreach (heard() as $one) {
            if (str_contains($one['body'], $id) && json_decode($one['body'])->event === $event) {
                must(WebhookBuilder::fromJson($one['body'])->getData()->getPaymentId() === $id);
                return;
            }
        }
        usleep(100_000);
    }
    must(false, 'it never came');
}

$cases = [
    'create hosted' => fn () => must(created() !== ''),
    'create embedded' => function () {
        $checkout = new EmbeddedCheckout(url: 'https://shop.example/c', termsUrl: 'https://shop.example/t');
        $text = done(ask('POST', '/v1/payments', new Payment(order: order(), checkout: $checkout)));
        must(PaymentWithEmbeddedCheckoutResult::fromJson($text)->getPaymentId() !== '');
    },
    'create with webhooks' => fn () => must(created(true) !== ''),
    'retrieve a new payment' => fn () => must(read(created())->getStatus() !== null),
    'retrieve a reserved one' => fn () => must(read(paid())->getSummary()->getReservedAmount() === TOTAL),
    'retrieve a charged one' => function () {
        $id = paid();
        charge($id);
        must(read($id)->getSummary()->getChargedAmount() === TOTAL);
    },
    'refund a part of a charge, and retrieve it' => function () {
        $id = paid();
        $text = done(ask('POST', '/v1/charges/' . charge($id) . '/refunds', new PartialRefundCharge([item(500)])), 201);
        RefundChargeResult::fromJson($text);
        must(read($id)->getRefunds()[0]->getAmount() === 500);
    },
    'charge whole' => fn () => must(charge(paid()) !== ''),
    'charge a part' => fn () => done(ask('POST', '/v1/payments/' . paid() . '/charges', new PartialCharge([item(500)])), 201),
    'a part without items is refused with its code' => function () {
        [$status, $text] = ask('POST', '/v1/payments/' . paid() . '/charges', ['amount' => 500]);
        must($status === 402 && json_decode($text)->code === '1015', "$status $text");
    },
    'cancel' => fn () => done(ask('POST', '/v1/payments/' . paid() . '/cancels', new Cancel(TOTAL)), 204),
    'refund a charge whole' => fn () => done(ask('POST', '/v1/charges/' . charge(paid()) . '/refunds', new FullRefundCharge(TOTAL)), 201),
    'refund a payment' => function () {
        $id = paid();
        charge($id);
        RefundPaymentResult::fromJson(done(ask('POST', "/v1/payments/$id/refunds", new RefundPayment(amount: TOTAL)), 201));
    },
    'terminate' => fn () => done(ask('PUT', '/v1/payments/' . created() . '/terminate', ''), 204),
    'reference information' => fn () => done(ask('PUT', '/v1/payments/' . created() . '/referenceinformation', new ReferenceInformation('https://shop.example/c', '1002')), 204),
    'my reference' => fn () => done(ask('PUT', '/v1/payments/' . created() . '/myreference', new MyReference('mine')), 204),
    'update the order' => fn () => done(ask('PUT', '/v1/payments/' . created() . '/orderitems', ['amount' => 100, 'items' => [item(100)], 'shipping' => ['costSpecified' => true]]), 204),
];
foreach (EVENTS as $event) {
    $cases["webhook $event"] = fn () => hook($event);
}
tell($cases);
