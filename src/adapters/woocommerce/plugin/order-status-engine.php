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
 *   ORDER_STATUS_ENGINE_WHEN_DOWN  "open" (default): what the engine cannot be asked about happens as in WooCommerce;
 *                                  "closed": it does not happen
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
		$given  = (string) $request->get_header( 'x_order_status_signature' );
		$secret = self::setting( 'SECRET' );
		if ( '' !== $given && '' !== $secret ) {
			$path            = preg_replace( '#^/wc/v\d+/#', '', $request->get_route() );
			$expected        = hash_hmac( 'sha256', $path . "\n" . $request->get_body(), $secret );
			self::$is_engine = hash_equals( $expected, $given );
		}
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
		$answer = self::ask( $order->get_id(), $wanted, 'api' );
		if ( self::REFUSED === $answer['verdict'] ) {
			throw new WC_REST_Exception( 'order_status_refused', esc_html( $answer['says'] ), 409 );
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
		$answer = self::ask( $order->get_id(), $changes['status'], $via );
		if ( self::PASS === $answer['verdict'] ) {
			return;
		}
		self::leave_as_it_was( $order, $from );
		self::remember( sprintf( 'Order %s: %s', $order->get_id(), $answer['says'] ) );
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
		$answer = self::send( $order->get_id(), array( 'type' => 'shop.holdStockDue' ) );
		// An order that waits for its payment a while longer does no harm; one that was paid and is cancelled does.
		return self::PASS === $answer['verdict'];
	}

	/** @return array{verdict: string, says: string} */
	private static function ask( $order_id, $wanted, $via ) {
		$wanted = preg_replace( '/^wc-/', '', $wanted );
		if ( ! isset( self::EVENTS[ $wanted ] ) ) {
			return array( 'verdict' => self::PASS, 'says' => '' );
		}
		$question = $order_id . ' ' . $wanted;
		if ( ! isset( self::$answers[ $question ] ) ) {
			$event                      = array( 'type' => self::EVENTS[ $wanted ], 'via' => $via );
			self::$answers[ $question ] = self::send( $order_id, $event );
		}
		return self::$answers[ $question ];
	}

	/** One event to the engine, and what follows for WooCommerce. */
	private static function send( $order_id, $event ) {
		$response = wp_remote_post(
			rtrim( self::setting( 'URL' ), '/' ) . '/orders/' . rawurlencode( (string) $order_id ) . '/events',
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
			// It was heard, and may be acted on: to go on here as well would be two hands at once.
			$late = false !== stripos( $response->get_error_message(), 'timed out' );
			return $late ? self::verdict( self::TAKEN, 'the engine is still at work on it' ) : self::down();
		}
		$code = (int) wp_remote_retrieve_response_code( $response );
		$body = json_decode( wp_remote_retrieve_body( $response ), true );
		if ( 404 === $code && isset( $body['error']['code'] ) && 'unknown-order' === $body['error']['code'] ) {
			return self::verdict( self::PASS, '' );
		}
		if ( ! is_array( $body ) || ! isset( $body['outcome'] ) ) {
			return self::down();
		}
		$says = isset( $body['says'] ) ? (string) $body['says'] : (string) ( isset( $body['reason'] ) ? $body['reason'] : '' );
		if ( 'refused' === $body['outcome'] ) {
			return self::verdict( self::REFUSED, $says );
		}
		// The engine is there already, and only the shop is not.
		if ( 'ignored' === $body['outcome'] && isset( $body['reason'] ) && 'same-status' === $body['reason'] ) {
			return self::verdict( self::PASS, '' );
		}
		return self::verdict( self::TAKEN, 'moved' === $body['outcome'] ? 'the engine changes the status' : $says );
	}

	private static function down() {
		$closed = 'closed' === self::setting( 'WHEN_DOWN' );
		return $closed ? self::verdict( self::REFUSED, 'the engine cannot be asked; nothing was changed' ) : self::verdict( self::PASS, '' );
	}

	private static function verdict( $verdict, $says ) {
		return array( 'verdict' => $verdict, 'says' => $says );
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
	private static function remember( $text ) {
		$key    = 'order_status_engine_' . get_current_user_id();
		$before = get_transient( $key );
		set_transient( $key, array_merge( is_array( $before ) ? $before : array(), array( $text ) ), 300 );
	}

	public static function tell() {
		$key   = 'order_status_engine_' . get_current_user_id();
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
