<?php
/**
 * Stand-ins for the few functions and classes of WordPress and WooCommerce that the plugin touches, so that it runs in
 * a real PHP against a real engine. What they do to an order is what WooCommerce 11 was seen doing (guard-strategies).
 *
 * stdin: {"plugin", "constants", "admin", "user"?, "mayEditOrders"?, "action"?, "network"?: [code, message] of the
 * failure of every request, "steps": [{"do", …}]}; stdout: one JSON line per step. After each step user 1 opens a page.
 */
define( 'ABSPATH', __DIR__ );
$asked = json_decode( stream_get_contents( STDIN ), true );
foreach ( $asked['constants'] as $name => $value ) {
	define( $name, $value );
}
if ( isset( $asked['action'] ) ) {
	$_REQUEST['action'] = $asked['action'];
}
if ( isset( $asked['seen'] ) ) {
	$_POST['order_status_engine_seen'] = $asked['seen'];
}
$hooks      = array();
$transients = array();
$requests   = 0;
$user       = 1;
$logged     = array();

function add_filter( $hook, $callback, $priority = 10, $args = 1 ) {
	global $hooks;
	$hooks[ $hook ][] = array( $callback, $args );
}
function add_action( $hook, $callback, $priority = 10, $args = 1 ) {
	add_filter( $hook, $callback, $priority, $args );
}
function apply_filters( $hook, ...$values ) {
	global $hooks;
	foreach ( isset( $hooks[ $hook ] ) ? $hooks[ $hook ] : array() as list( $callback, $args ) ) {
		$values[0] = $callback( ...array_slice( $values, 0, $args ) );
	}
	return isset( $values[0] ) ? $values[0] : null;
}
function do_action( $hook, ...$values ) {
	global $hooks;
	foreach ( isset( $hooks[ $hook ] ) ? $hooks[ $hook ] : array() as list( $callback, $args ) ) {
		$callback( ...array_slice( $values, 0, $args ) );
	}
}
class WP_Error {
	private $code;
	private $message;
	public function __construct( $code, $message ) {
		$this->code    = $code;
		$this->message = $message;
	}
	public function get_error_code() {
		return $this->code;
	}
	public function get_error_message() {
		return $this->message;
	}
}
function is_wp_error( $thing ) {
	return $thing instanceof WP_Error;
}
function wp_json_encode( $value ) {
	return json_encode( $value );
}
/** The engine said a moment ago that it offers nothing; which orders it follows, the site says. */
function get_option( $name, $default = false ) {
	global $asked;
	$follows  = isset( $asked['follows'] ) ? $asked['follows'] : null;
	$statuses = isset( $asked['statuses'] ) ? $asked['statuses'] : null;
	$formats = array( 'date_format' => 'j M Y', 'time_format' => 'H:i' );
	if ( isset( $formats[ $name ] ) ) {
		return $formats[ $name ];
	}
	return 'order_status_engine_methods' === $name ? array( 'at' => time(), 'ok' => true, 'methods' => array(), 'follows' => $follows, 'statuses' => $statuses ) : $default;
}
/** What answers a script of the admin ends the request. */
class Answered extends Exception {
	public $data;
	public function __construct( $data, $status ) {
		parent::__construct( '', $status );
		$this->data = $data;
	}
}
function wp_send_json_success( $data ) {
	throw new Answered( $data, 200 );
}
function wp_send_json_error( $data, $status ) {
	throw new Answered( $data, $status );
}
function check_ajax_referer( $action ) {}
function sanitize_text_field( $text ) {
	return trim( $text );
}
function get_user_locale() {
	global $asked;
	return isset( $asked['locale'] ) ? $asked['locale'] : 'en_US';
}
function wc_price( $amount, $args ) {
	global $asked;
	return '<span>' . number_format( $amount, isset( $asked['decimals'] ) ? $asked['decimals'] : 2 ) . '&nbsp;' . $args['currency'] . '</span>';
}
/** The shop is in Sweden. */
function wp_date( $format, $time ) {
	return ( new DateTime( '@' . $time ) )->setTimezone( new DateTimeZone( 'Europe/Stockholm' ) )->format( $format );
}
function esc_html__( $text, $domain ) {
	return esc_html( $text );
}
function esc_attr( $text ) {
	return esc_html( $text );
}
function esc_url( $url ) {
	return esc_html( $url );
}
function convert_to_screen( $screen ) {
	return (object) array( 'id' => $screen );
}
function add_meta_box( $id, $title, $callback, $screen, $context, $priority ) {
	global $wp_meta_boxes;
	$wp_meta_boxes[ $screen ][ $context ][ $priority ][ $id ] = $callback;
}
/** The page that a customer is sent to ends the request. */
class Sent_On extends Exception {}
function wp_safe_redirect( $url ) {
	throw new Sent_On( $url );
}
function nocache_headers() {}
function absint( $value ) {
	return abs( (int) $value );
}
function wp_unslash( $value ) {
	return $value;
}
function wc_get_order( $id ) {
	global $order;
	return isset( $order ) && (string) $order->get_id() === (string) $id ? $order : false;
}
function wc_get_checkout_url() {
	return 'https://shop.example/checkout/';
}
function wc_add_notice( $says, $kind ) {
	global $said;
	$said[] = $says;
}
/** A customer with a cart, and with no order that waits for its payment. */
function WC() {
	$session = new class() {
		public function get( $name ) {
			global $step;
			return 'store_api_draft_order' === $name && isset( $step['from'] ) ? $step['order'] : null;
		}
		public function has_session() {
			return true;
		}
	};
	$cart = new class() {
		public function is_empty() {
			return false;
		}
	};
	return (object) array( 'session' => $session, 'cart' => $cart );
}
/** What the plugin asks of the class that every payment method is. */
class WC_Payment_Gateway {
	public $id;
	public $title;
	public $description;
	public $method_title;
	public $method_description;
	public $has_fields;
	public $supports;
	public $form_fields;
	public function init_settings() {}
	public function get_option( $name ) {
		return $this->form_fields[ $name ]['default'];
	}
	public function get_return_url( $order ) {
		return $order->get_checkout_order_received_url();
	}
}
class WC_Order_Refund {
	private $id;
	private $parent;
	private $items;
	private $amount;
	public $meta = array();
	public function __construct( $id, $parent, $items, $amount = 0 ) {
		$this->id     = $id;
		$this->parent = $parent;
		$this->items  = $items;
		$this->amount = $amount;
	}
	public function get_amount() {
		return number_format( $this->amount, 2, '.', '' );
	}
	public function get_id() {
		return $this->id;
	}
	public function get_parent_id() {
		return $this->parent;
	}
	/** WooCommerce writes the order's into it. */
	public function get_currency() {
		return 'SEK';
	}
	public function get_items( $kind ) {
		return 'line_item' === $kind ? $this->items : array();
	}
	public function update_meta_data( $key, $value ) {
		$this->meta[ $key ] = $value;
	}
	public function get_meta( $key ) {
		return isset( $this->meta[ $key ] ) ? $this->meta[ $key ] : '';
	}
	public function save() {}
}
/** A line of a refund: its amounts are below zero. */
class WC_Refund_Line {
	private $line;
	public function __construct( $line ) {
		$this->line = $line;
	}
	public function get_product() {
		return $this;
	}
	public function get_sku() {
		return $this->line['sku'];
	}
	public function get_name() {
		return 'A line of a refund';
	}
	public function get_quantity() {
		return -$this->line['quantity'];
	}
	public function get_total() {
		return -$this->line['total'];
	}
	public function get_total_tax() {
		return 0;
	}
}
function wc_format_decimal( $amount, $digits ) {
	return number_format( (float) $amount, $digits, '.', '' );
}
function add_query_arg( $name, $value, $url ) {
	return preg_replace( "/([?&]$name=)[^&]*/", '${1}' . $value, $url );
}
function remove_query_arg( $names, $url ) {
	return preg_replace( '/[?&](' . implode( '|', $names ) . ')=[^&]*/', '', $url );
}
function wc_get_order_statuses() {
	return array( 'wc-processing' => 'Processing', 'wc-picking' => 'Picking' );
}
function plugin_basename( $file ) {
	return basename( $file );
}
function update_option( $name, $value, $autoload ) {}
function remove_action( $hook, $callback ) {}
function sanitize_key( $key ) {
	return preg_replace( '/[^a-z0-9_\-]/', '', strtolower( $key ) );
}
function wc_get_order_status_name( $status ) {
	return ucfirst( $status );
}
function __( $text, $domain ) {
	return $text;
}
function wp_remote_request( $url, $args ) {
	global $requests, $asked;
	$requests += 1;
	if ( isset( $asked['network'] ) ) {
		return new WP_Error( ...$asked['network'] );
	}
	$headers = '';
	foreach ( $args['headers'] as $name => $value ) {
		$headers .= "$name: $value\r\n";
	}
	$http = array(
		'method'        => $args['method'],
		'header'        => $headers,
		'content'       => $args['body'],
		'timeout'       => $args['timeout'],
		'ignore_errors' => true,
		'max_redirects' => 1 + $args['redirection'],
	);
	$body = @file_get_contents( $url, false, stream_context_create( array( 'http' => $http ) ) );
	if ( false === $body ) {
		return new WP_Error( 'http_request_failed', 'cURL error 7: Failed to connect' );
	}
	preg_match( '#^HTTP/\S+ (\d+)#', $http_response_header[0], $found );
	return array( 'code' => $found[1], 'body' => $body );
}
function wp_remote_retrieve_response_code( $response ) {
	return $response['code'];
}
function wp_remote_retrieve_body( $response ) {
	return $response['body'];
}
function is_admin() {
	global $asked;
	return $asked['admin'];
}
function get_current_user_id() {
	global $user;
	return $user;
}
function current_user_can( $what ) {
	global $asked;
	return 'edit_shop_orders' === $what && ( ! isset( $asked['mayEditOrders'] ) || $asked['mayEditOrders'] );
}
function wp_strip_all_tags( $text ) {
	return trim( strip_tags( $text ) );
}
function wc_get_logger() {
	return new class() {
		public function info( $message, $context ) {
			$this->warning( $message, $context );
		}
		public function warning( $message, $context ) {
			global $logged;
			$logged[] = $context['source'] . ': ' . $message;
		}
	};
}
function get_transient( $key ) {
	global $transients;
	return isset( $transients[ $key ] ) ? $transients[ $key ] : false;
}
function set_transient( $key, $value, $seconds ) {
	global $transients;
	$transients[ $key ] = $value;
}
function delete_transient( $key ) {
	global $transients;
	unset( $transients[ $key ] );
}
function esc_html( $text ) {
	return htmlspecialchars( $text, ENT_QUOTES );
}
class REST_Answer {
	public $data = array();
	public $code = 200;
	public function set_status( $code ) {
		$this->code = $code;
	}
}
class WC_REST_Exception extends Exception {
	public $error;
	public function __construct( $code, $message, $status ) {
		parent::__construct( $message, $status );
		$this->error = $code;
	}
}
class WP_REST_Request implements ArrayAccess {
	private $params;
	private $body;
	private $headers;
	private $route;
	private $method;
	public function __construct( $route, $body, $headers, $method = 'PUT' ) {
		$this->route   = $route;
		$this->method  = $method;
		$this->body    = $body;
		$this->headers = $headers;
		$this->params  = json_decode( $body, true );
	}
	public function get_header( $name ) {
		return isset( $this->headers[ $name ] ) ? $this->headers[ $name ] : null;
	}
	public function get_route() {
		return $this->route;
	}
	public function get_method() {
		return $this->method;
	}
	public function get_body() {
		return $this->body;
	}
	public function offsetExists( $name ): bool {
		return isset( $this->params[ $name ] );
	}
	#[\ReturnTypeWillChange]
	public function offsetGet( $name ) {
		return isset( $this->params[ $name ] ) ? $this->params[ $name ] : null;
	}
	public function offsetSet( $name, $value ): void {
		$this->params[ $name ] = $value;
	}
	public function offsetUnset( $name ): void {
		unset( $this->params[ $name ] );
	}
}
class WC_Order {
	private $id;
	private $data;
	private $changes = array();
	private $kept;
	protected $status_transition = false;
	public $fired                = array();
	public $notes                = array();
	public $meta                 = array();
	/** In major units. */
	public $refunded = 0;
	/** @var WC_Order_Refund[] */
	public $refunds = array();
	public function get_total_refunded() {
		return $this->refunded;
	}
	public function get_refunds() {
		return $this->refunds;
	}
	public function get_meta( $key ) {
		return isset( $this->meta[ $key ] ) ? $this->meta[ $key ] : '';
	}
	public function update_meta_data( $key, $value ) {
		$this->meta[ $key ] = $value;
	}
	public function delete_meta_data( $key ) {
		unset( $this->meta[ $key ] );
	}
	public function save_meta_data() {}
	public function __construct( $id, $status, $method ) {
		$this->id     = $id;
		$this->data   = array( 'status' => $status, 'date_paid' => null, 'date_completed' => null );
		$this->kept   = array( 'total' => '100.00', 'currency' => 'SEK', 'payment_method' => $method, 'payment_method_title' => 'Invoice' );
	}
	public function get_id() {
		return $this->id;
	}
	public function get_payment_method() {
		return $this->now_has( 'payment_method' );
	}
	public function get_customer_id() {
		return 0;
	}
	public function is_paid() {
		return in_array( $this->data['status'], array( 'processing', 'completed' ), true );
	}
	public function needs_payment() {
		return ! $this->is_paid();
	}
	public function get_date_created() {
		return null;
	}
	public function set( $name, $value ) {
		$this->changes[ $name ] = $value;
	}
	public function set_payment_method( $name ) {
		$this->set( 'payment_method', $name );
	}
	public function set_payment_method_title( $title ) {
		$this->set( 'payment_method_title', $title );
	}
	public function get_total() {
		return $this->now_has( 'total' );
	}
	public function get_currency() {
		global $asked;
		return isset( $asked['currency'] ) ? $asked['currency'] : 'SEK';
	}
	public function get_items( $kind ) {
		return array();
	}
	public function needs_processing() {
		return true;
	}
	public function get_status() {
		return $this->now_has( 'status' );
	}
	public function get_checkout_order_received_url() {
		return 'https://shop.example/order-received/' . $this->id . '/?key=wc_order_key';
	}
	public function get_checkout_payment_url() {
		return 'https://shop.example/order-pay/' . $this->id . '/';
	}
	public function add_order_note( $text ) {
		$this->notes[] = $text;
	}
	public function get_base_data() {
		return array_merge( $this->kept, $this->data );
	}
	public function get_changes() {
		return $this->changes;
	}
	private function now_has( $name ) {
		return array_key_exists( $name, $this->changes ) ? $this->changes[ $name ] : array_merge( $this->kept, $this->data )[ $name ];
	}
	public function set_status( $to ) {
		$from                    = $this->now_has( 'status' );
		$this->changes['status'] = $to;
		if ( $from === $to ) {
			return;
		}
		$first                   = $this->status_transition ? $this->status_transition['from'] : $from;
		$this->status_transition = array( 'from' => $first, 'to' => $to );
		if ( in_array( $to, array( 'processing', 'completed' ), true ) && ! $this->now_has( 'date_paid' ) ) {
			$this->changes['date_paid'] = 'now';
		}
		if ( 'completed' === $to ) {
			$this->changes['date_completed'] = 'now';
		}
	}
	public function set_date_paid( $date ) {
		$this->changes['date_paid'] = $date;
	}
	public function set_date_completed( $date ) {
		$this->changes['date_completed'] = $date;
	}
	public function save() {
		try {
			do_action( 'woocommerce_before_order_object_save', $this, null );
			$this->kept    = array_merge( $this->kept, array_intersect_key( $this->changes, $this->kept ) );
			$this->data    = array_merge( $this->data, array_intersect_key( $this->changes, $this->data ) );
			$this->changes = array();
		} catch ( Exception $e ) {
			$this->fired[] = 'Error saving order: ' . $e->getMessage();
		}
		if ( $this->status_transition ) {
			$this->fired[]           = $this->status_transition['from'] . ' to ' . $this->status_transition['to'];
			$this->status_transition = false;
		}
	}
}

require $asked['plugin'];
do_action( 'before_woocommerce_init' );

foreach ( $asked['steps'] as $step ) {
	$order = new WC_Order( $step['order'], $step['status'], isset( $step['method'] ) ? $step['method'] : 'resursbank' );
	$error = null;
	$value = null;
	$said  = array();
	$meta  = array();
	$rest  = null;
	$user  = isset( $asked['user'] ) ? $asked['user'] : 1;
	if ( 'save' === $step['do'] ) {
		$order->set_status( $step['to'] );
		$order->save();
		$value = isset( $asked['action'] ) ? apply_filters( 'wp_redirect', 'https://shop.example/?changed=1&ids=1' ) : null;
	} elseif ( 'edit' === $step['do'] ) {
		list( $method, $route )     = explode( ' ', isset( $step['from'] ) ? $step['from'] : 'POST ' );
		$_SERVER['REQUEST_METHOD'] = $method;
		if ( '' !== $route ) {
			// The page's script sends POST whatever it wants, and says so in a header.
			$_SERVER['REQUEST_METHOD'] = 'GET' === $method ? 'GET' : 'POST';
			apply_filters( 'rest_pre_dispatch', null, null, new WP_REST_Request( $route, '{}', array(), $method ) );
		}
		foreach ( $step['set'] as $name => $to ) {
			$order->set( $name, $to );
		}
		$order->save();
		do_action( 'shutdown' );
	} elseif ( 'rest' === $step['do'] ) {
		$headers = isset( $step['signature'] ) ? array( 'x_order_status_signature' => $step['signature'] ) : array();
		$request = new WP_REST_Request( '/wc/v3/orders/' . $step['order'], $step['body'], $headers );
		apply_filters( 'rest_pre_dispatch', null, null, $request );
		try {
			$order = apply_filters( 'woocommerce_rest_pre_insert_shop_order_object', $order, $request, false );
			if ( ! empty( $request['status'] ) ) {
				$order->set_status( $request['status'] );
			}
			$order->save();
			$answer = new REST_Answer();
			apply_filters( 'woocommerce_rest_prepare_shop_order_object', $answer, $order );
			$rest = $answer->code . ' ' . implode( ' ', $answer->data );
		} catch ( WC_REST_Exception $e ) {
			$error = array( 'code' => $e->error, 'status' => $e->getCode(), 'message' => $e->getMessage() );
		}
	} elseif ( 'return' === $step['do'] ) {
		$_GET = $step['query'];
		try {
			do_action( 'woocommerce_api_order_status_engine' );
		} catch ( Sent_On $to ) {
			$value = $to->getMessage();
		}
	} elseif ( 'bin' === $step['do'] ) {
		// An order that is a post passes both doors.
		do_action( $step['cancel'] ? 'woocommerce_before_trash_order' : 'woocommerce_untrash_order', $order->get_id() );
		do_action( $step['cancel'] ? 'wp_trash_post' : 'untrashed_post', $order->get_id() );
	} elseif ( 'refund' === $step['do'] ) {
		$items  = array_map(
			function ( $line ) {
				return new WC_Refund_Line( $line );
			},
			$step['lines']
		);
		$refund = new WC_Order_Refund( $step['refund'], $order->get_id(), $items, $step['amount'] );
		// Its own record stands there by then, too.
		$order->refunds = array( $refund );
		if ( ! empty( $step['refunded'] ) ) {
			$order->refunds[] = new WC_Order_Refund( 90, $order->get_id(), array(), $step['refunded'] );
		}
		$order->meta = isset( $step['meta'] ) ? $step['meta'] : array();
		if ( isset( $step['shown'] ) ) {
			$_POST['refunded_amount'] = $step['shown'];
		}
		$args   = array( 'refund_payment' => empty( $step['byHand'] ), 'amount' => $step['amount'] );
		do_action( 'woocommerce_create_refund', $refund, $args );
		if ( ! empty( $step['byHand'] ) ) {
			$meta = $refund->meta;
			$order->set_status( $step['to'] );
			$order->save();
			do_action( 'woocommerce_refund_created', $refund->get_id(), $args );
		} else {
			$told  = Order_Status_Engine_Refunds::refund( $order, $step['amount'] );
			$value = is_wp_error( $told ) ? $told->get_error_message() : $told;
			$meta  = $refund->meta;
		}
	} elseif ( 'boxes' === $step['do'] ) {
		// WooCommerce's boxes come first, and others' after them.
		foreach ( array( 'woocommerce-order-actions', 'woocommerce-order-source-data', 'other' ) as $box ) {
			add_meta_box( $box, '', '', 'shop_order', 'side', 'high' );
		}
		do_action( 'add_meta_boxes', 'shop_order', $order );
		$value = implode( ' ', array_keys( $wp_meta_boxes['shop_order']['side']['high'] ) );
	} elseif ( 'panel' === $step['do'] ) {
		$order->refunded = isset( $step['refunded'] ) ? $step['refunded'] : 0;
		$_POST           = array( 'order' => $order->get_id(), 'what' => $step['what'], 'event' => isset( $step['event'] ) ? $step['event'] : '' );
		try {
			do_action( 'wp_ajax_order_status_engine_panel' );
		} catch ( Answered $answered ) {
			$rest = $answered->getCode() . ' ' . json_encode( $answered->data );
		}
	} elseif ( 'list' === $step['do'] ) {
		// One page of the order list with this order on it, and what its script asks when the page stands.
		$order->refunded = isset( $step['refunded'] ) ? $step['refunded'] : 0;
		$order->meta     = isset( $step['meta'] ) ? $step['meta'] : array();
		$refund          = new WC_Order_Refund( 90, $order->get_id(), array() );
		if ( ! empty( $step['byHand'] ) ) {
			$refund->update_meta_data( '_order_status_engine_refund', 'by-hand' );
		}
		$order->refunds = 0 === $order->refunded ? array() : array( $refund );
		ob_start();
		do_action( isset( $step['posts'] ) ? 'manage_shop_order_posts_custom_column' : 'manage_woocommerce_page_wc-orders_custom_column', 'order_status_engine', isset( $step['posts'] ) ? $order->get_id() : $order );
		$value = ob_get_clean();
		preg_match_all( '/data-order-status-engine="(\d+)" data-by-hand/', $value, $by_hand );
		$_POST['by_hand'] = isset( $step['asks'] ) ? $step['asks'] : implode( ',', $by_hand[1] );
		try {
			do_action( 'wp_ajax_order_status_engine_flags' );
		} catch ( Answered $answered ) {
			$rest = $answered->getCode() . ' ' . json_encode( $answered->data );
		}
		$meta = $order->meta;
	} elseif ( 'pay' === $step['do'] ) {
		$method = array( 'gateway' => 'resurs-mapi', 'id' => null, 'title' => 'Resurs Bank', 'min' => null, 'max' => null, 'countries' => null );
		require_once dirname( $asked['plugin'] ) . '/includes/class-gateway.php';
		$told   = ( new Order_Status_Engine_Gateway( 'ose_resurs-mapi', $method ) )->process_payment( $order->get_id() );
		$value  = isset( $told['redirect'] ) ? $told['redirect'] : $told['result'];
	} else {
		$value = apply_filters( 'woocommerce_cancel_unpaid_order', $step['cancel'], $order );
	}
	$user = 1;
	ob_start();
	do_action( 'admin_notices' );
	$told = array(
		'order'    => array_intersect_key( $order->get_base_data(), array_flip( array( 'status', 'date_paid', 'date_completed' ) ) ),
		'fired'    => $order->fired,
		'notes'    => $order->notes,
		'logged'   => $logged,
		'notice'   => strip_tags( ob_get_clean() ),
		'error'    => $error,
		'value'    => $value,
		'said'     => $said,
		'method'   => $order->get_payment_method(),
		'meta'     => $meta,
		'kept'     => $order->meta,
		'answer'   => $rest,
		'requests' => $requests,
	);
	$logged = array();
	echo json_encode( $told ) . "\n";
}
