<?php
/**
 * Plugin Name: Order Status Engine
 * Description: Asks the engine before the status of an order is changed, and tells the merchant its answer.
 * Version: 0.1.0
 * Requires at least: 6.4
 * Requires PHP: 7.4
 * Requires Plugins: woocommerce
 * WC requires at least: 7.6
 * License: MIT
 *
 * Settings, in wp-config.php:
 *   ORDER_STATUS_ENGINE_URL        where the engine is served, such as https://engine.example
 *   ORDER_STATUS_ENGINE_TOKEN      the engine's API token
 *   ORDER_STATUS_ENGINE_SECRET     the adapter's pluginSecret: by it the engine's own writes are known
 *   ORDER_STATUS_ENGINE_WHEN_DOWN  while the engine is down (not reachable, HTTP 408, 429 or 5xx): "open" (default): it
 *                                  happens as in WooCommerce; "closed": it does not happen
 *
 * A wrong setting is no outage: with a token that the engine does not take, or an address where no engine is, nothing
 * happens, whatever WHEN_DOWN says. Each time the engine could not be asked, the merchant is told the order and the
 * reason; what then happened without the engine is noted on the order too.
 *
 * One writer: what the engine says yes to, the engine writes itself over REST a moment later; nothing is saved here.
 */

defined( 'ABSPATH' ) || exit;

final class Order_Status_Engine {
	const EVENTS = array(
		'completed'  => 'merchant.completed',
		'cancelled'  => 'merchant.cancelled',
		'refunded'   => 'merchant.refunded',
		'failed'     => 'merchant.failed',
		'on-hold'    => 'merchant.held',
		'processing' => 'merchant.processed',
		'pending'    => 'merchant.reopened',
	);
	const PASS    = 'pass';
	const TAKEN   = 'taken';
	const REFUSED = 'refused';
	/** Seconds; the engine answers when the bank has, or says that it goes on. */
	const PATIENCE = 15;
	/** What is to be said waits this many seconds for somebody to open a page, and at most so much of it. */
	const KEPT_FOR  = 604800;
	const MOST_KEPT = 100;
	/** Whoever may edit orders is told of what happened while nobody of them was there. */
	const EVERYBODY = 0;

	/** This request is the engine's own. */
	private static $is_engine = false;
	/** Answers of this request, so that one click is one question. */
	private static $answers = array();

	public static function start() {
		add_filter( 'rest_pre_dispatch', array( __CLASS__, 'know_the_engine' ), 10, 3 );
		add_filter( 'woocommerce_rest_pre_insert_shop_order_object', array( __CLASS__, 'before_rest' ), 10, 3 );
		add_action( 'woocommerce_before_order_object_save', array( __CLASS__, 'before_save' ), 10, 1 );
		add_filter( 'woocommerce_cancel_unpaid_order', array( __CLASS__, 'before_hold_stock' ), 100, 2 );
		add_action( 'admin_notices', array( __CLASS__, 'tell' ) );
		add_action( 'before_woocommerce_init', array( __CLASS__, 'declare_order_storage' ) );
	}

	/** Orders are only touched through WooCommerce's own objects, so both ways of storing them are fine. */
	public static function declare_order_storage() {
		if ( class_exists( '\Automattic\WooCommerce\Utilities\FeaturesUtil' ) ) {
			\Automattic\WooCommerce\Utilities\FeaturesUtil::declare_compatibility( 'custom_order_tables', __FILE__, true );
		}
	}

	/** The engine signs what it writes: HMAC-SHA256 of the path behind the version, a line break, and the body. */
	public static function know_the_engine( $result, $server, $request ) {
		$given    = (string) $request->get_header( 'x_order_status_signature' );
		$secret   = self::setting( 'SECRET' );
		$path     = preg_replace( '#^/wc/v\d+/#', '', $request->get_route() );
		$expected = hash_hmac( 'sha256', $path . "\n" . $request->get_body(), $secret );
		// One PHP request may carry several of REST (a batch); what one of them proves holds for no other.
		self::$is_engine = '' !== $given && '' !== $secret && hash_equals( $expected, $given );
		return $result;
	}

	/**
	 * Another REST client wants a status. The exception is the one veto that WooCommerce answers as an error, and
	 * without any trace in the order.
	 */
	public static function before_rest( $order, $request, $creating ) {
		if ( self::$is_engine || $creating || is_wp_error( $order ) ) {
			return $order;
		}
		$wanted = ! empty( $request['status'] ) ? $request['status'] : ( ! empty( $request['set_paid'] ) ? 'processing' : null );
		$from   = self::stored( $order, 'status' );
		if ( null === $wanted || $wanted === $from ) {
			return $order;
		}
		$answer = self::ask( $order, $wanted, 'api' );
		if ( self::REFUSED === $answer['verdict'] ) {
			throw new WC_REST_Exception( $answer['code'], esc_html( $answer['says'] ), $answer['http'] );
		}
		if ( self::TAKEN === $answer['verdict'] ) {
			unset( $request['status'], $request['set_paid'] );
		}
		return $order;
	}

	/**
	 * The order screen, the list's buttons and its bulk actions: all of them save the order, and here nothing is
	 * written yet. Payment plugins and the customer's own steps go on as they are; the webhook tells of them.
	 */
	public static function before_save( $order ) {
		if ( self::$is_engine || ! is_admin() || ! $order instanceof WC_Order || ! $order->get_id() ) {
			return;
		}
		$changes = $order->get_changes();
		$from    = self::stored( $order, 'status' );
		if ( ! isset( $changes['status'] ) || $changes['status'] === $from ) {
			return;
		}
		$action = isset( $_REQUEST['action'] ) ? (string) $_REQUEST['action'] : '';
		$via    = 0 === strpos( $action, 'mark_' ) ? 'bulk' : ( 'woocommerce_mark_order_status' === $action ? 'list-button' : 'dropdown' );
		$answer = self::ask( $order, $changes['status'], $via );
		if ( self::PASS === $answer['verdict'] ) {
			return;
		}
		self::leave_as_it_was( $order, $from );
		if ( ! $answer['told'] ) {
			self::remember( get_current_user_id(), $order, $answer['says'] );
		}
	}

	/**
	 * Setting the status back alone would still run the hooks, from the status to itself, and send e-mails; so the
	 * change that waits to be announced is taken away too. The dates were set with the status.
	 */
	private static function leave_as_it_was( $order, $from ) {
		$paid      = self::stored( $order, 'date_paid' );
		$completed = self::stored( $order, 'date_completed' );
		$order->set_status( $from );
		$order->set_date_paid( $paid );
		$order->set_date_completed( $completed );
		$waiting = new ReflectionProperty( 'WC_Order', 'status_transition' );
		$waiting->setAccessible( true );
		$waiting->setValue( $order, false );
	}

	/** The job that cancels unpaid orders looks at their age alone; the engine looks at the payment. */
	public static function before_hold_stock( $cancel, $order ) {
		if ( ! $cancel ) {
			return $cancel;
		}
		$answer = self::send( $order, array( 'type' => 'shop.holdStockDue' ) );
		// An order that waits for its payment a while longer does no harm; one that was paid and is cancelled does.
		return self::PASS === $answer['verdict'];
	}

	/** @return array{verdict: string, says: string, told: bool, code: string, http: int} */
	private static function ask( $order, $wanted, $via ) {
		$wanted = preg_replace( '/^wc-/', '', $wanted );
		if ( ! isset( self::EVENTS[ $wanted ] ) ) {
			return self::verdict( self::PASS, '' );
		}
		$question = $order->get_id() . ' ' . $wanted;
		if ( ! isset( self::$answers[ $question ] ) ) {
			$event                      = array( 'type' => self::EVENTS[ $wanted ], 'via' => $via );
			self::$answers[ $question ] = self::send( $order, $event );
		}
		return self::$answers[ $question ];
	}

	/** One event to the engine, and what follows for WooCommerce. */
	private static function send( $order, $event ) {
		$url = self::setting( 'URL' );
		if ( ! preg_match( '#^https?://[^/]#i', $url ) ) {
			return self::misconfigured( $order, 'ORDER_STATUS_ENGINE_URL is no address' );
		}
		$response = wp_remote_post(
			rtrim( $url, '/' ) . '/orders/' . rawurlencode( (string) $order->get_id() ) . '/events',
			array(
				'timeout'     => self::PATIENCE,
				'redirection' => 0,
				'headers'     => array(
					'Content-Type'  => 'application/json',
					'Authorization' => 'Bearer ' . self::setting( 'TOKEN' ),
				),
				'body'        => wp_json_encode( $event ),
			)
		);
		if ( is_wp_error( $response ) ) {
			return self::unanswered( $order, $event, $response );
		}
		$code = (int) wp_remote_retrieve_response_code( $response );
		$body = json_decode( wp_remote_retrieve_body( $response ), true );
		if ( 404 === $code && isset( $body['error']['code'] ) && 'unknown-order' === $body['error']['code'] ) {
			return self::verdict( self::PASS, '' );
		}
		// Only these are the engine's answers to an event.
		if ( in_array( $code, array( 200, 202, 409 ), true ) && isset( $body['outcome'] ) && is_string( $body['outcome'] ) ) {
			return self::answered( $body );
		}
		// A proxy passed it on and has no answer of the engine's: it may be at work on it.
		if ( in_array( $code, array( 502, 504, 520, 524 ), true ) ) {
			return self::maybe_heard( $order, sprintf( 'a proxy before the engine has no answer of it (HTTP %d); the engine was asked', $code ) );
		}
		if ( 408 === $code || 429 === $code || $code >= 500 ) {
			return self::down( $order, $event, sprintf( 429 === $code ? 'it is too busy, HTTP %d' : 'it answered HTTP %d', $code ) );
		}
		return self::misconfigured( $order, self::fault( $code ) );
	}

	/** The engine's own word. */
	private static function answered( $body ) {
		$reason = isset( $body['reason'] ) && is_string( $body['reason'] ) ? $body['reason'] : '';
		$says   = isset( $body['says'] ) && is_string( $body['says'] ) ? $body['says'] : $reason;
		if ( 'refused' === $body['outcome'] ) {
			return self::verdict( self::REFUSED, $says );
		}
		// The engine is there already, and only the shop is not.
		if ( 'ignored' === $body['outcome'] && 'same-status' === $reason ) {
			return self::verdict( self::PASS, '' );
		}
		return self::verdict( self::TAKEN, 'moved' === $body['outcome'] ? 'the engine changes the status' : $says );
	}

	private static function unanswered( $order, $event, $error ) {
		$why = substr( wp_strip_all_tags( $error->get_error_message() ), 0, 200 );
		if ( 'http_request_not_executed' === $error->get_error_code() ) {
			return self::misconfigured( $order, 'WordPress blocks the request: ' . $why );
		}
		if ( false !== stripos( $why, 'timed out' ) && ! preg_match( '/connect|resolv/i', $why ) ) {
			return self::maybe_heard( $order, sprintf( 'the engine did not answer within %d seconds', self::PATIENCE ) );
		}
		// The connection came about and broke: 16, 92 and 95 of HTTP/2 and HTTP/3, 18 half an answer, 52 none, 55 and 56 while sending and receiving.
		if ( preg_match( '/cURL error (16|18|52|55|56|92|95)\b/i', $why ) ) {
			return self::maybe_heard( $order, 'the connection to the engine broke (' . $why . ')' );
		}
		return self::down( $order, $event, 'it cannot be reached: ' . $why );
	}

	/** The question may have arrived and be acted on: to go on here as well would be two hands at once. */
	private static function maybe_heard( $order, $why ) {
		$says = $why . ' and may still be at work on it; nothing was changed here';
		return self::told( $order, self::verdict( self::REFUSED, $says, 'order_status_engine_late', 504 ) );
	}

	/** An outage: the one case that WHEN_DOWN is about. */
	private static function down( $order, $event, $why ) {
		if ( 'closed' === self::setting( 'WHEN_DOWN' ) ) {
			$says = sprintf( 'the engine cannot be asked (%s); nothing was changed', $why );
			return self::told( $order, self::verdict( self::REFUSED, $says, 'order_status_engine_down', 503 ) );
		}
		$done = 'shop.holdStockDue' === $event['type'] ? 'WooCommerce cancels the unpaid order' : 'the status is changed';
		$says = sprintf( 'the engine cannot be asked (%s); %s without it', $why, $done );
		$order->add_order_note( ucfirst( $says ) . '.' );
		return self::told( $order, self::verdict( self::PASS, $says ) );
	}

	/** Somebody has to put a setting right; until then a wrong token or address must not let everything through. */
	private static function misconfigured( $order, $why ) {
		$says = sprintf( 'the engine cannot be asked (%s); nothing was changed, because this is a fault of the settings', $why );
		return self::told( $order, self::verdict( self::REFUSED, $says, 'order_status_engine_misconfigured', 500 ) );
	}

	/** What is wrong, from an answer that is neither the engine's nor an outage's. */
	private static function fault( $code ) {
		if ( 401 === $code ) {
			return 'HTTP 401: it does not take the token in ORDER_STATUS_ENGINE_TOKEN';
		}
		if ( 403 === $code ) {
			return 'HTTP 403: the token in ORDER_STATUS_ENGINE_TOKEN may not change orders, or something before the engine blocks this server';
		}
		if ( 404 === $code ) {
			return 'HTTP 404: there is no engine at ORDER_STATUS_ENGINE_URL';
		}
		if ( $code >= 300 && $code < 400 ) {
			return sprintf( 'HTTP %d: ORDER_STATUS_ENGINE_URL leads to another address', $code );
		}
		if ( $code >= 400 ) {
			return sprintf( 'HTTP %d: it did not understand the question; plugin and engine may be of different versions', $code );
		}
		return sprintf( 'HTTP %d: what answers at ORDER_STATUS_ENGINE_URL is not the engine', $code );
	}

	private static function verdict( $verdict, $says, $code = 'order_status_refused', $http = 409 ) {
		return array( 'verdict' => $verdict, 'says' => $says, 'told' => false, 'code' => $code, 'http' => $http );
	}

	/** Each time, in the log and to a person: to whoever clicked, or else to whoever opens the admin next. */
	private static function told( $order, $answer ) {
		wc_get_logger()->warning( sprintf( 'Order %s: %s', $order->get_id(), $answer['says'] ), array( 'source' => 'order-status-engine' ) );
		self::remember( is_admin() ? get_current_user_id() : self::EVERYBODY, $order, $answer['says'] );
		return array_merge( $answer, array( 'told' => true ) );
	}

	/** What is in the database, whatever was set since the order was read. */
	private static function stored( $order, $name ) {
		$data = $order->get_base_data();
		return isset( $data[ $name ] ) ? $data[ $name ] : null;
	}

	private static function setting( $name ) {
		$constant = 'ORDER_STATUS_ENGINE_' . $name;
		return defined( $constant ) ? (string) constant( $constant ) : '';
	}

	/** The page is opened anew after a save, so what is to be said waits for it. */
	private static function remember( $user_id, $order, $says ) {
		$key    = 'order_status_engine_' . $user_id;
		$before = get_transient( $key );
		$texts  = is_array( $before ) ? $before : array();
		$texts[] = sprintf( 'Order %s: %s', $order->get_id(), $says );
		set_transient( $key, array_slice( $texts, -self::MOST_KEPT ), self::KEPT_FOR );
	}

	public static function tell() {
		self::tell_from( get_current_user_id() );
		if ( current_user_can( 'edit_shop_orders' ) ) {
			self::tell_from( self::EVERYBODY );
		}
	}

	private static function tell_from( $user_id ) {
		$key   = 'order_status_engine_' . $user_id;
		$texts = get_transient( $key );
		if ( ! is_array( $texts ) ) {
			return;
		}
		delete_transient( $key );
		foreach ( $texts as $text ) {
			echo '<div class="notice notice-warning is-dismissible"><p>' . esc_html( $text ) . '</p></div>';
		}
	}
}

Order_Status_Engine::start();
