<?php
// PHP's SoapClient with the bank's own WSDL against the double of the older flows. XSD is the folder of both services.
require __DIR__ . '/cases.php';

const ID = 'order-7';

function client(string $service): SoapClient
{
    static $clients = [];
    [$folder, $name] = ['shop' => ['shop', 'SimplifiedShopFlowService'], 'after' => ['after', 'AfterShopFlowService']][$service];
    return $clients[$service] ??= new SoapClient(from('XSD') . "/$folder/$name.wsdl", [
        'location' => from('BANK') . "/ws/V4/$name",
        'login' => 'shop',
        'password' => 'secret',
        'cache_wsdl' => WSDL_CACHE_NONE,
        'exceptions' => true,
    ]);
}

function spec(float $total): array
{
    $net = round($total * 0.8, 2);
    $line = [
        'id' => '1',
        'artNo' => 'T-1',
        'description' => 'Tea & <green>',
        'quantity' => 1,
        'unitMeasure' => 'pcs',
        'unitAmountWithoutVat' => $net,
        'vatPct' => 25,
        'totalVatAmount' => $total - $net,
        'totalAmount' => $total,
    ];
    return ['specLines' => [$line], 'totalAmount' => $total, 'totalVatAmount' => $total - $net];
}

function book(): object
{
    $address = ['fullName' => 'Testa Testsson', 'addressRow1' => 'Testgatan 1', 'postalArea' => 'Teststad', 'postalCode' => '12345', 'country' => 'SE'];
    return client('shop')->bookPayment([
        'paymentData' => ['preferredId' => ID . '-' . bin2hex(random_bytes(4)), 'paymentMethodId' => 'INVOICE', 'waitForFraudControl' => true],
        'orderData' => spec(500),
        'customer' => ['governmentId' => '198305147715', 'address' => $address, 'email' => 'testa@example.com', 'type' => 'NATURAL'],
        'signing' => ['successUrl' => 'https://shop.example/s', 'failUrl' => 'https://shop.example/f'],
    ])->return;
}

/** Every element that bookPayment has. */
function bookWhole(): object
{
    $address = ['fullName' => 'Testa Testsson', 'firstName' => 'Testa', 'lastName' => 'Testsson', 'addressRow1' => 'Testgatan 1', 'addressRow2' => '2 tr', 'postalArea' => 'Teststad', 'postalCode' => '12345', 'country' => 'SE'];
    return client('shop')->bookPayment([
        'paymentData' => [
            'preferredId' => ID . '-' . bin2hex(random_bytes(4)),
            'preferredTransactionId' => 'T-1',
            'paymentMethodId' => 'INVOICE',
            'customerIpAddress' => '192.0.2.1',
            'waitForFraudControl' => true,
            'annulIfFrozen' => false,
            'finalizeIfBooked' => false,
        ],
        'orderData' => [...spec(500), 'bonusPoints' => 0],
        'metaData' => [['key' => 'a', 'value' => 'b']],
        'customer' => [
            'governmentId' => '198305147715',
            'address' => $address,
            'phone' => '0701234567',
            'email' => 'testa@example.com',
            'type' => 'NATURAL',
            'cellPhone' => '0701234567',
            'yourCustomerId' => '7',
            'deliveryAddress' => $address,
            'contactGovernmentId' => '198305147715',
            'additionalData' => [['key' => 'a', 'value' => 'b']],
        ],
        'card' => ['cardNumber' => '0000 0000 0000 0000', 'amount' => 500],
        'signing' => ['successUrl' => 'https://shop.example/s', 'failUrl' => 'https://shop.example/f', 'forceSigning' => false],
        'invoiceData' => ['invoiceId' => 'I-1', 'invoiceDate' => '2026-11-20', 'invoiceDeliveryType' => 'EMAIL'],
        'bookedCallbackUrl' => 'https://shop.example/b',
    ])->return;
}

function read(string $id): object
{
    return client('after')->getPayment(['paymentId' => $id])->return;
}

function after(string $operation, string $id, ?float $part = null): void
{
    client('after')->$operation(['paymentId' => $id, ...($part === null ? [] : ['partPaymentSpec' => spec($part)]), 'createdBy' => 'shop']);
}

tell([
    'book' => fn () => must(book()->bookPaymentStatus === 'BOOKED'),
    'read what is booked' => fn () => must(read(book()->paymentId)->status === 'DEBITABLE'),
    'book, sign and book what is signed' => function () {
        hand('/signing');
        $booked = book();
        must($booked->bookPaymentStatus === 'SIGNING' && $booked->signingUrl !== '');
        hand('/older-sign?id=' . $booked->paymentId);
        $signed = client('shop')->bookSignedPayment(['paymentId' => $booked->paymentId])->return;
        must($signed->bookPaymentStatus === 'BOOKED');
    },
    'every element there is' => function () {
        $id = bookWhole()->paymentId;
        $part = ['partPaymentSpec' => [...spec(200), 'bonusPoints' => 0], 'createdBy' => 'shop'];
        client('after')->finalizePayment([
            'paymentId' => $id,
            'preferredTransactionId' => 'T-2',
            ...$part,
            'orderId' => 'O-1',
            'orderDate' => '2026-11-20',
            'invoiceId' => 'I-1',
            'invoiceDate' => '2026-11-20',
            'invoiceDeliveryType' => 'EMAIL',
        ]);
        client('after')->creditPayment([
            'paymentId' => $id,
            'preferredTransactionId' => 'T-3',
            ...$part,
            'creditNoteId' => 'C-1',
            'creditNoteDate' => '2026-11-20',
            'invoiceDeliveryType' => 'EMAIL',
        ]);
        client('after')->annulPayment(['paymentId' => $id, ...$part]);
        must(count(read($id)->paymentDiffs) === 4);
    },
    'finalize whole' => function () {
        $id = book()->paymentId;
        after('finalizePayment', $id);
        must(in_array('IS_DEBITED', (array) read($id)->status, true));
    },
    'finalize a part, credit a part of it, annul the rest' => function () {
        $id = book()->paymentId;
        after('finalizePayment', $id, 200);
        after('creditPayment', $id, 50);
        after('annulPayment', $id, 300);
        $types = array_map(fn (object $diff) => $diff->type, read($id)->paymentDiffs);
        must($types === ['AUTHORIZE', 'DEBIT', 'CREDIT', 'ANNUL'], implode(' ', $types));
    },
    'annul whole' => function () {
        $id = book()->paymentId;
        after('annulPayment', $id);
        must(read($id)->status === 'IS_ANNULLED');
    },
    'what is not there is a fault of the bank' => function () {
        try {
            read('none');
        } catch (SoapFault $fault) {
            must((int) $fault->detail->ECommerceError->errorTypeId === 8, json_encode($fault->detail));
            return;
        }
        must(false, 'there was no fault');
    },
]);
