<?php
// Resurs's own PHP client (ecom 3) against the double of the Merchant API. ECOM is the client's `src`.
require __DIR__ . '/cases.php';

use Resursbank\Ecom\Config;
use Resursbank\Ecom\Lib\Api\GrantType;
use Resursbank\Ecom\Lib\Api\Scope;
use Resursbank\Ecom\Lib\Model\Network\Auth\Jwt;
use Resursbank\Ecom\Lib\Model\Payment\CreatePaymentRequest\Options;
use Resursbank\Ecom\Lib\Model\Payment\CreatePaymentRequest\Options\Callback;
use Resursbank\Ecom\Lib\Model\Payment\CreatePaymentRequest\Options\Callbacks;
use Resursbank\Ecom\Lib\Model\Payment\CreatePaymentRequest\Options\ParticipantRedirectionUrls;
use Resursbank\Ecom\Lib\Model\Payment\CreatePaymentRequest\Options\RedirectionUrls;
use Resursbank\Ecom\Lib\Model\Payment\Customer;
use Resursbank\Ecom\Lib\Model\Payment\Metadata;
use Resursbank\Ecom\Lib\Model\Payment\Metadata\Entry;
use Resursbank\Ecom\Lib\Model\Payment\Metadata\EntryCollection;
use Resursbank\Ecom\Lib\Model\Payment\Order\ActionLog\OrderLine;
use Resursbank\Ecom\Lib\Model\Payment\Order\ActionLog\OrderLineCollection;
use Resursbank\Ecom\Lib\Order\CustomerType;
use Resursbank\Ecom\Lib\Order\OrderLineType;
use Resursbank\Ecom\Module\Payment\Repository;

// The client knows two addresses of the bank; the test's one becomes the double's.
load_classes('Resursbank\\Ecom\\', from('ECOM'), fn (string $class, string $text) => str_ends_with($class, '\\Lib\\Api\\Mapi')
    ? preg_replace("#URL_TEST = '[^']*'#", "URL_TEST = '" . from('BANK') . "/'", $text)
    : null);

const STORE = 'b7f88ac4-baa7-493b-a0a7-d4e14f91f555';
const METHOD = '7d63eb50-94b4-4238-8c0d-22d095bfe46b';
const PAYS = '198305147715';
const PAYS_TOO = '198801082382';
const IS_FROZEN = '198209123705';

Config::setup(
    logger: new Resursbank\Ecom\Lib\Log\NoneLogger(),
    cache: new Resursbank\Ecom\Lib\Cache\None(),
    jwtAuth: new Jwt(clientId: 'shop', clientSecret: 'secret', scope: Scope::MOCK_MERCHANT_API, grantType: GrantType::CREDENTIALS),
    storeId: STORE,
    paymentHistoryDataHandler: new Resursbank\Ecom\Lib\Model\PaymentHistory\DataHandler\VoidDataHandler(),
);

function lines(float ...$totals): OrderLineCollection
{
    return new OrderLineCollection(data: array_map(fn (float $total, int $n) => new OrderLine(
        quantity: 2.0,
        quantityUnit: 'st',
        vatRate: 25.0,
        totalAmountIncludingVat: $total,
        description: 'Android',
        reference: "T-$n",
        type: OrderLineType::PHYSICAL_GOODS,
        unitAmountIncludingVat: $total / 2,
        totalVatAmount: round($total * 0.2, 2),
    ), $totals, array_keys($totals)));
}

function options(bool $frozen = true, bool $captured = false): Options
{
    return new Options(
        initiatedOnCustomersDevice: true,
        handleManualInspection: false,
        handleFrozenPayments: $frozen,
        automaticCapture: $captured,
        redirectionUrls: new RedirectionUrls(
            customer: new ParticipantRedirectionUrls(failUrl: 'https://shop.example/f', successUrl: 'https://shop.example/s'),
            coApplicant: null,
            merchant: null,
        ),
        callbacks: new Callbacks(
            authorization: new Callback(url: from('HAND') . '/authorization'),
            management: new Callback(url: from('HAND') . '/management'),
        ),
        timeToLiveInMinutes: 120,
    );
}

function entries(string $key, string $value): Metadata
{
    return new Metadata(custom: new EntryCollection(data: [new Entry(key: $key, value: $value)]));
}

function create(?string $reference = '', ?Options $options = null, string $person = PAYS, ?Metadata $metadata = null): object
{
    return Repository::create(
        paymentMethodId: METHOD,
        orderLines: lines(301.5, 301.5),
        orderReference: $reference === '' ? 'ref' . bin2hex(random_bytes(6)) : $reference,
        customer: new Customer(email: 'test@hosted.resurs', governmentId: $person, customerType: CustomerType::NATURAL),
        metadata: $metadata,
        options: $options ?? options(),
    );
}

function signed(mixed ...$how): object
{
    $payment = create(...$how);
    hand('/sign?id=' . $payment->id);
    return Repository::get(paymentId: $payment->id);
}

function captured(?OrderLineCollection $lines = null): object
{
    $id = signed()->id;
    return $lines === null ? Repository::capture(paymentId: $id) : Repository::capture(paymentId: $id, orderLines: $lines);
}

tell([
    'a token' => fn () => must((new Resursbank\Ecom\Lib\Repository\Api\Mapi\GenerateToken(auth: Config::getJwtAuth()))->call()->access_token !== ''),
    'create' => fn () => must(create()->status->value === 'TASK_REDIRECTION_REQUIRED'),
    'create without a reference' => fn () => must(create(null)->order->orderReference !== ''),
    'create with metadata' => fn () => must(create(metadata: entries('k', 'v')) !== null),
    'get a new payment' => function () {
        $id = create()->id;
        must(Repository::get(paymentId: $id)->id === $id);
    },
    'get an accepted payment' => fn () => must(signed()->canCapture()),
    'capture whole' => fn () => must(captured()->isCaptured()),
    'capture a part' => fn () => must(captured(lines(301.5))->order->capturedAmount === 301.5),
    'get after a capture' => fn () => must(Repository::get(paymentId: captured()->id)->canRefund()),
    'refund whole' => fn () => must(Repository::refund(paymentId: captured()->id)->isRefunded()),
    'refund a part' => fn () => must(Repository::refund(paymentId: captured(lines(301.5, 301.5))->id, orderLines: lines(301.5))->order->refundedAmount === 301.5),
    'cancel whole' => fn () => must(Repository::cancel(paymentId: signed()->id)->isCancelled()),
    'cancel a part' => fn () => must(Repository::cancel(paymentId: signed()->id, orderLines: lines(301.5))->order->canceledAmount === 301.5),
    'add order lines' => function () {
        $id = signed()->id;
        Repository::cancel(paymentId: $id);
        must(Repository::addOrderLines(paymentId: $id, orderLines: lines(100.0))->order->authorizedAmount === 100.0);
    },
    'search by reference' => function () {
        $payment = create();
        $found = Repository::search(orderReference: $payment->order->orderReference);
        must(count($found) === 1 && $found->current()->id === $payment->id);
    },
    'search by person' => function () {
        $payment = create('', null, PAYS_TOO);
        must(Repository::search(governmentId: PAYS_TOO)->current()->id === $payment->id);
    },
    'put metadata' => fn () => must(Repository::setMetadata(paymentId: create()->id, metadata: entries('a', 'b')) !== null),
    'an action of the log' => function () {
        $payment = create();
        $action = $payment->order->actionLog->toArray()[0]->actionId;
        must(Resursbank\Ecom\Module\Action\Repository::getAction(paymentId: $payment->id, actionId: $action)->actionId === $action);
    },
    'stores' => fn () => must(count(Resursbank\Ecom\Module\Store\Repository::getStores()) > 0),
    'payment methods' => fn () => must(count(Resursbank\Ecom\Module\PaymentMethod\Repository::getPaymentMethods()) > 0),
    'a test callback' => fn () => must(Resursbank\Ecom\Module\Callback\Repository::triggerTest(url: from('HAND') . '/test')->code === 202),
    'the address of a person' => fn () => must((new Resursbank\Ecom\Module\Customer\Api\GetAddress())->call(PAYS, CustomerType::NATURAL)->postalCode !== ''),
    'frozen is rejected where the shop does not wait' => fn () => must(signed('', options(frozen: false), IS_FROZEN)->isRejected()),
    'captured at once where the shop asks for it' => fn () => must(signed('', options(frozen: false, captured: true))->isCaptured()),
    'a capture is called back about' => function () {
        $id = captured()->id;
        for ($looks = 0; $looks < 60; $looks++) {
            foreach (heard() as $one) {
                if ($one['path'] === '/management' && str_contains($one['body'], $id) && str_contains($one['body'], 'CAPTURE')) {
                    return;
                }
            }
            usleep(100_000);
        }
        must(false, 'it never came');
    },
]);
