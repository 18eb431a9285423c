<?php
// The small shop of shop.ts in PHP, as `php -S` runs it: a file for each order, a lock for each turn, and nothing of the
// engine. BANK is the bank's address, STATE a folder of its own, MISTAKE one of the six below or nothing.

const MISTAKES = [
    'stock-given-back-twice', // whatever says no gives the stock back, whether it was given back before or not
    'mails-at-every-callback', // a callback that finds the payment accepted mails, whatever the order is
    'browser-believed', // the success page pays the order, and the bank is not asked
    'cancel-keeps-the-money', // an order is cancelled, and what the bank has reserved is left there
    'refunds-at-every-click', // two clicks on Refunded are two refunds
    'frozen-is-paid', // a payment that the bank froze counts as paid
];
const MINUTE = 60000;
const LINK_MINUTES = 120;

$mistake = getenv('MISTAKE') ?: '';
if ($mistake !== '' && !in_array($mistake, MISTAKES, true)) {
    throw new RuntimeException("no mistake $mistake");
}

function wrong(string $name): bool
{
    return $GLOBALS['mistake'] === $name;
}

function at(string $name): string
{
    return getenv('STATE') . '/' . $name;
}

function kept(string $name): array
{
    return json_decode(file_get_contents(at($name)), true);
}

function keep(string $name, array $what): void
{
    file_put_contents(at("$name.new" . getmypid()), json_encode($what));
    rename(at("$name.new" . getmypid()), at($name));
}

function now(): int
{
    return is_file(at('now')) ? (int) file_get_contents(at('now')) : 0;
}

/** One after the other, as a row lock would have it. */
function in_turn(string $id, callable $work): mixed
{
    $lock = fopen(at("lock-$id"), 'c');
    flock($lock, LOCK_EX);
    try {
        return $work();
    } finally {
        flock($lock, LOCK_UN);
        fclose($lock);
    }
}

/** @return array{int, mixed} */
function http(string $method, string $url, array $header, string $content): array
{
    $context = stream_context_create(['http' => [
        'method' => $method, 'ignore_errors' => true, 'header' => implode("\r\n", $header), 'content' => $content,
    ]]);
    $text = file_get_contents($url, false, $context);
    preg_match('# (\d+)#', $http_response_header[0], $status);
    return [(int) $status[1], json_decode((string) $text, true)];
}

/** @return array{int, mixed} */
function bank(string $method, string $path, ?array $body = null): array
{
    if (!is_file(at('token'))) {
        $form = ['grant_type' => 'client_credentials', 'client_id' => 'shop', 'client_secret' => 'secret', 'scope' => 'merchant-api'];
        $header = ['Content-Type: application/x-www-form-urlencoded'];
        [, $given] = http('POST', getenv('BANK') . '/oauth2/token', $header, http_build_query($form));
        file_put_contents(at('token'), $given['access_token']);
    }
    $header = ['Authorization: Bearer ' . file_get_contents(at('token')), 'Content-Type: application/json'];
    $content = $body === null ? '' : json_encode((object) $body);
    [$status, $answer] = http($method, getenv('BANK') . "/v2/payments$path", $header, $content);
    if ($status !== 401) {
        return [$status, $answer];
    }
    @unlink(at('token'));
    return bank($method, $path, $body);
}

function read(array $order): array
{
    return bank('GET', "/{$order['paymentId']}")[1];
}

function become(array &$order, string $status): void
{
    $back = in_array($status, ['cancelled', 'failed', 'pending'], true);
    $given = wrong('stock-given-back-twice') ? $order['reduced'] > 0 : $order['reduced'] > $order['restored'];
    if ($back && $status !== 'failed' && $given) {
        $order['restored'] += 1;
    }
    if ($order['status'] === $status) {
        return;
    }
    $order['status'] = $status;
    $order['updatedAt'] = now();
    if (in_array($status, ['processing', 'on-hold', 'completed'], true) && $order['reduced'] <= $order['restored']) {
        $order['reduced'] += 1;
    }
}

function complete(array &$order): void
{
    become($order, 'processing');
    $order['mails'] += 1;
}

/** The bank is asked, and the order follows what it says. */
function follow(array &$order, string $why = ''): void
{
    ['status' => $said, 'order' => $amounts] = read($order);
    $open = in_array($order['status'], ['pending', 'on-hold', 'failed'], true);
    $money = $amounts['authorizedAmount'] > 0 || $amounts['capturedAmount'] > $amounts['refundedAmount'];
    if ($said === 'ACCEPTED' || ($said === 'FROZEN' && wrong('frozen-is-paid'))) {
        if ($open && ($money || $said === 'FROZEN')) {
            complete($order);
        } elseif ($why === 'callback' && wrong('mails-at-every-callback')) {
            $order['mails'] += 1;
        }
        return;
    }
    if ($said === 'REJECTED') {
        if ($why === 'fail page' && in_array($order['status'], ['pending', 'on-hold', 'processing', 'failed'], true)) {
            become($order, 'cancelled');
        } elseif (in_array($order['status'], ['pending', 'on-hold', 'processing'], true)) {
            [$status, $task] = bank('GET', "/{$order['paymentId']}/tasks/status");
            become($order, $status === 200 && $task['completed'] ? 'failed' : 'cancelled');
        } elseif (wrong('stock-given-back-twice') && $order['status'] === 'cancelled') {
            become($order, 'cancelled');
        }
        return;
    }
    // An early callback may have put it on hold.
    if ($order['status'] === 'on-hold' && $why === 'fail page' && $said === 'TASK_REDIRECTION_REQUIRED') {
        become($order, 'cancelled');
        return;
    }
    if ($order['status'] !== 'pending') {
        return;
    }
    $over = $why === 'fail page' || $why === 'time is up';
    become($order, $said === 'TASK_REDIRECTION_REQUIRED' && $over ? 'cancelled' : 'on-hold');
}

/** @return bool whether it was done */
function sets(array &$order, string $status): bool
{
    $open = in_array($order['status'], ['pending', 'on-hold', 'processing', 'failed'], true);
    ['status' => $said, 'order' => $amounts] = read($order);
    $reserved = $amounts['authorizedAmount'] > 0;
    $path = "/{$order['paymentId']}";
    if ($status === 'completed') {
        if (!$open || $said !== 'ACCEPTED' || !$reserved) {
            return false;
        }
        bank('POST', "$path/capture", []);
    } elseif ($status === 'cancelled') {
        if (wrong('stock-given-back-twice') && $order['status'] === 'cancelled') {
            become($order, 'cancelled');
            return true;
        }
        if (!$open || $amounts['capturedAmount'] > 0 || in_array($said, ['FROZEN', 'INSPECTION'], true)) {
            return false;
        }
        if ($reserved && !wrong('cancel-keeps-the-money')) {
            bank('POST', "$path/cancel", []);
        }
    } else {
        $may = ['on-hold', 'processing', 'completed', ...(wrong('refunds-at-every-click') ? ['refunded'] : [])];
        if (!in_array($order['status'], $may, true) || $amounts['capturedAmount'] == 0) {
            return false;
        }
        if ($amounts['capturedAmount'] > $amounts['refundedAmount'] || wrong('refunds-at-every-click')) {
            bank('POST', "$path/refund", []);
        }
    }
    become($order, $status);
    return true;
}

function job(int $at, string $kind, string $id): void
{
    touch(at(sprintf('job-%015d-%s-%s', $at, $kind, $id)));
}

/** A change of an order in its turn. */
function with_order(string $id, callable $work): mixed
{
    return in_turn($id, function () use ($id, $work) {
        $order = kept("order-$id");
        $done = $work($order);
        keep("order-$id", $order);
        return $done;
    });
}

/** The customer's minute: a callback is held for the return. */
function heard(string $id): void
{
    job(kept("order-$id")['updatedAt'] + MINUTE, 'heard', $id);
}

function jobs_until(int $end): void
{
    while (($jobs = glob(at('job-*'))) && ($first = basename($jobs[0])) && (int) explode('-', $first)[1] <= $end) {
        [, $due, $kind, $id] = explode('-', $first);
        unlink($jobs[0]);
        file_put_contents(at('now'), (string) max(now(), (int) $due));
        $order = kept("order-$id");
        if ($kind === 'heard' && now() < $order['updatedAt'] + MINUTE) {
            heard($id);
        } elseif ($kind === 'heard') {
            with_order($id, fn (array &$order) => follow($order, 'callback'));
        } elseif ($order['status'] === 'pending') {
            with_order($id, fn (array &$order) => follow($order, 'time is up'));
        }
    }
    file_put_contents(at('now'), (string) $end);
}

function answers(int $status, ?array $body = null): never
{
    http_response_code($status);
    header('Content-Type: application/json');
    exit($body === null ? '' : json_encode($body));
}

$path = explode('/', trim(parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH), '/'));
$body = json_decode((string) file_get_contents('php://input'), true) ?? [];
$place = $_SERVER['REQUEST_METHOD'] . ' ' . $path[0] . (isset($path[2]) ? '/' . $path[2] : '');

if ($place === 'POST orders') {
    $id = in_turn('ids', function () {
        $id = (is_file(at('last')) ? (int) file_get_contents(at('last')) : 0) + 1;
        file_put_contents(at('last'), (string) $id);
        return (string) $id;
    });
    $base = 'http://' . $_SERVER['HTTP_HOST'];
    $lines = array_map(fn (array $line) => [
        'reference' => $line['sku'], 'description' => $line['sku'], 'quantity' => $line['quantity'], 'quantityUnit' => 'pcs',
        'vatRate' => 0, 'totalAmountIncludingVat' => $line['total'] / 100,
    ], $body['lines']);
    [, $created] = bank('POST', '', [
        'order' => ['orderReference' => $id, 'orderLines' => $lines],
        'options' => [
            'handleFrozenPayments' => true,
            'callbacks' => ['authorization' => ['url' => "$base/callback"]],
            'redirectionUrls' => ['customer' => ['successUrl' => "$base/return/$id/success", 'failUrl' => "$base/return/$id/fail"]],
        ],
    ]);
    $order = ['id' => $id, 'status' => 'pending', 'paymentId' => $created['id'], 'mails' => 0, 'reduced' => 0, 'restored' => 0];
    keep("order-$id", $order + ['updatedAt' => now()]);
    file_put_contents(at("payment-{$created['id']}"), $id);
    job(now() + LINK_MINUTES * MINUTE, 'link', $id);
    answers(200, ['orderId' => $id, 'paymentId' => $created['id']]);
}
if ($place === 'GET return/success' || $place === 'GET return/fail') {
    $believed = $path[2] === 'success' && wrong('browser-believed');
    with_order($path[1], function (array &$order) use ($path, $believed) {
        if ($believed && $order['status'] === 'pending') {
            complete($order);
        } else {
            follow($order, $path[2] === 'fail' ? 'fail page' : '');
        }
    });
    answers(200);
}
if ($place === 'POST callback') {
    $payment = at('payment-' . preg_replace('/[^\w-]/', '', $body['paymentId']));
    if (!is_file($payment)) {
        answers(404);
    }
    heard(file_get_contents($payment));
    in_turn('time', fn () => jobs_until(now()));
    answers(202);
}
if ($place === 'POST orders/status') {
    $done = with_order($path[1], fn (array &$order) => sets($order, $body['status']));
    answers($done ? 200 : 409);
}
if ($place === 'GET orders') {
    $order = kept("order-{$path[1]}");
    answers(200, [
        'status' => $order['status'],
        'confirmationMails' => $order['mails'],
        'stockReductions' => $order['reduced'],
        'stockIncreases' => $order['restored'],
    ]);
}
if ($place === 'POST time') {
    in_turn('time', fn () => jobs_until(now() + $body['ms']));
    answers(204);
}
answers(404);
