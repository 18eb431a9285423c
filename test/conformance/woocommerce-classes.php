<?php
// The classes of WordPress and WooCommerce that a payment plugin's requests need, as far as they need them.

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
