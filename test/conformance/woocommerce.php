<?php
// As much of WordPress and WooCommerce as the request classes of a payment plugin ask for: one shop, whose cart, orders,
// products and settings a driver writes down.
require __DIR__ . '/woocommerce-classes.php';

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
