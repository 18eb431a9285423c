<?php
// As much of WordPress and WooCommerce as the request classes of a payment plugin ask for: one shop, whose cart, orders,
// products and settings a driver writes down.

const HOUR_IN_SECONDS = 3600;

/** Whatever it was given, by `get_<name>()`, `<name>()`, property or index; meta data, notes and states are kept. */
class Thing implements ArrayAccess
{
    public array $notes = [];
    public array $meta = [];
    public ?string $paid_by = null;
    public bool $has_failed = false;

    public function __construct(public array $fields)
    {
    }

    public function __call(string $name, array $arguments): mixed
    {
        $field = str_starts_with($name, 'get_') ? substr($name, 4) : $name;
        if (!array_key_exists($field, $this->fields)) {
            throw new Exception("the shop was not told of $name");
        }
        $value = $this->fields[$field];
        return $value instanceof Closure ? $value(...$arguments) : $value;
    }

    public function __get(string $name): mixed
    {
        return $this->fields[$name];
    }

    public function __isset(string $name): bool
    {
        return isset($this->fields[$name]);
    }

    public function offsetExists(mixed $offset): bool
    {
        return isset($this->fields[$offset]);
    }

    public function offsetGet(mixed $offset): mixed
    {
        return $this->fields[$offset];
    }

    public function offsetSet(mixed $offset, mixed $value): void
    {
        $this->fields[$offset] = $value;
    }

    public function offsetUnset(mixed $offset): void
    {
        unset($this->fields[$offset]);
    }

    public function get_meta(string $key): mixed
    {
        return $this->meta[$key] ?? '';
    }

    public function update_meta_data(string $key, mixed $value): void
    {
        $this->meta[$key] = $value;
    }

    public function add_order_note(string $note): void
    {
        $this->notes[] = $note;
    }

    public function payment_complete(string $transaction_id): void
    {
        $this->paid_by = $transaction_id;
    }

    public function payment_failed(): void
    {
        $this->has_failed = true;
    }

    public function set_payment_method_title(string $title): void
    {
        $this->fields['payment_method_title'] = $title;
    }

    public function save(): void
    {
    }
}

class WP_Error
{
    public function __construct(private int|string $code = '', private string $message = '', public mixed $data = null)
    {
    }

    public function get_error_message(): string
    {
        return $this->message;
    }

    public function get_error_code(): int|string
    {
        return $this->code;
    }
}

class WC_Tax
{
    public function get_rates(): array
    {
        return [['rate' => 25]];
    }

    public static function get_base_tax_rates(): array
    {
        return [['rate' => 25]];
    }

    public static function get_rate_percent_value(): float
    {
        return 25;
    }
}

class WC_Countries
{
    public function get_allowed_countries(): array
    {
        return ['SE' => 'Sweden', 'NO' => 'Norway'];
    }
}

class WC_Subscriptions_Cart
{
    public static bool $has_subscription = false;

    public static function cart_contains_subscription(): bool
    {
        return self::$has_subscription;
    }
}

class WC_Subscriptions_Renewal_Order
{
    public static function get_parent_order_id(int $order_id): int
    {
        return wc_get_order($order_id)->get_parent_order_id();
    }
}

/** What the driver writes down. */
class Shop
{
    public static array $options = [];
    /** @var array<int, Thing> */
    public static array $orders = [];
    /** @var array<int, Thing> */
    public static array $products = [];
    /** @var array<int, Thing> of a renewal */
    public static array $subscriptions = [];
    public static ?Thing $woocommerce = null;
    public static array $filters = [];
    public static string $url = '';
}

function WC(): Thing
{
    return Shop::$woocommerce;
}

function wc_get_order(mixed $id): ?Thing
{
    return Shop::$orders[$id] ?? null;
}

function wc_get_product(mixed $id): ?Thing
{
    return Shop::$products[$id] ?? null;
}

function wcs_get_subscriptions_for_renewal_order(): array
{
    return Shop::$subscriptions;
}

function get_option(string $name, mixed $otherwise = false): mixed
{
    return Shop::$options[$name] ?? $otherwise;
}

function update_option(string $name, mixed $value): void
{
    Shop::$options[$name] = $value;
}

function add_filter(string $name, callable $filter, int $priority = 10): void
{
    Shop::$filters[$name][$priority][] = $filter;
}

function add_action(string $name, callable $action, int $priority = 10): void
{
    add_filter($name, $action, $priority);
}

function apply_filters(string $name, mixed $value, mixed ...$more): mixed
{
    $filters = Shop::$filters[$name] ?? [];
    ksort($filters);
    foreach (array_merge(...$filters) as $filter) {
        $value = $filter($value, ...$more);
    }
    return $value;
}

function do_action(string $name, mixed ...$arguments): void
{
    foreach (array_merge(...Shop::$filters[$name] ?? []) as $action) {
        $action(...$arguments);
    }
}

function is_wp_error(mixed $thing): bool
{
    return $thing instanceof WP_Error;
}

function wp_remote_request(string $url, array $args): array|WP_Error
{
    $headers = array_map(fn (string $name) => "$name: {$args['headers'][$name]}", array_keys($args['headers']));
    $context = stream_context_create(['http' => [
        'method' => $args['method'],
        'ignore_errors' => true,
        'header' => implode("\r\n", $headers),
        'user_agent' => $args['user-agent'],
        'content' => $args['body'] ?? '',
    ]]);
    $text = file_get_contents($url, false, $context);
    preg_match('#^\S+ (\d+) ?(.*)$#', $http_response_header[0], $status);
    return ['body' => $text, 'response' => ['code' => (int) $status[1], 'message' => $status[2]]];
}

function wp_remote_retrieve_response_code(array $response): int
{
    return $response['response']['code'];
}

function wp_remote_retrieve_response_message(array $response): string
{
    return $response['response']['message'];
}

function wp_remote_retrieve_body(array $response): string
{
    return $response['body'];
}

function add_query_arg(mixed $key, mixed $value, ?string $url = null): string
{
    [$query, $base] = is_array($key) ? [$key, $value] : [[$key => $value], $url];
    return $base . (str_contains($base, '?') ? '&' : '?') . http_build_query($query);
}

function wc_get_price_excluding_tax(Thing $product): float
{
    return $product->get_price();
}

function get_bloginfo(string $show): string
{
    return ['version' => '6.9', 'url' => Shop::$url][$show];
}

function home_url(): string
{
    return Shop::$url;
}

function get_home_url(): string
{
    return Shop::$url;
}

function wc_get_checkout_url(): string
{
    return 'https://shop.example/checkout/';
}

function wc_get_page_permalink(string $page): string
{
    return "https://shop.example/$page/";
}

function get_woocommerce_currency(): string
{
    return 'SEK';
}

function wp_create_nonce(): string
{
    return 'abcdef1234';
}

function wp_strip_all_tags(string $text): string
{
    return strip_tags($text);
}

function wp_json_encode(mixed $value, int $flags = 0): string
{
    return json_encode($value, $flags);
}

function esc_url_raw(string $url): string
{
    return $url;
}

function __(string $text): string
{
    return $text;
}

function is_checkout(): bool
{
    return true;
}

function is_admin(): bool
{
    return true;
}
