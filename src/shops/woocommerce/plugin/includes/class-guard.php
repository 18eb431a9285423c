<?php
/**
 * Asks the engine before a status is saved, at every door of WooCommerce. One writer: what the engine says yes to, the
 * engine writes.
 */

defined( 'ABSPATH' ) || exit;

final class Order_Status_Engine_Guard {
	const EVENTS = array(
		'completed'  => 'merchant.completed',
		'cancelled'  => 'merchant.cancelled',
		'refunded'   => 'merchant.refunded',
		'failed'     => 'merchant.failed',
		'on-hold'    => 'merchant.held',
		'processing' => 'merchant.processed',
		'pending'    => 'merchant.reopened',
	);
	/** The status that the order screen showed when it was opened. */
	const SEEN = 'order_status_engine_seen';

	/** This request is the engine's own. */
	private static $is_engine = false;
	/** Answers of this request, so that one click is one question. */
	private static $answers = array();
	/** Of this request: order id → what REST clients are told of a status that the engine writes itself. */
	private static $taken = array();
	/** Of this request: order id → true, where a status was not saved. */
	private static $refused = array();

	public static function start() {
		add_filter( 'rest_pre_dispatch', array( __CLASS__, 'know_the_engine' ), 10, 3 );
		add_filter( 'woocommerce_rest_pre_insert_shop_order_object', array( __CLASS__, 'before_rest' ), 10, 3 );
		add_action( 'woocommerce_before_order_object_save', array( __CLASS__, 'before_save' ), 10, 1 );
		add_filter( 'woocommerce_cancel_unpaid_order', array( __CLASS__, 'before_hold_stock' ), 100, 2 );
		add_filter( 'woocommerce_rest_prepare_shop_order_object', array( __CLASS__, 'after_rest' ), 10, 2 );
		add_filter( 'wp_redirect', array( __CLASS__, 'after_bulk' ) );
	}

	public static function is_engine() {
		return self::$is_engine;
	}

	/** The engine signs what it writes, and what it asks this plugin: HMAC-SHA256 of the path behind the version, a line break, and the body. */
	public static function know_the_engine( $result, $server, $request ) {
		$given    = (string) $request->get_header( 'x_order_status_signature' );
		$secret   = Order_Status_Engine_Settings::get( 'SECRET' );
		$path     = preg_replace( '#^/(wc/v\d+|' . Order_Status_Engine_Doctor::SPACE . ')/#', '', $request->get_route() );
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
		if ( Order_Status_Engine_Answer::REFUSED === $answer['verdict'] ) {
			throw new WC_REST_Exception( $answer['code'], esc_html( $answer['says'] ), $answer['http'] );
		}
		if ( Order_Status_Engine_Answer::TAKEN === $answer['verdict'] ) {
			unset( $request['status'], $request['set_paid'] );
			self::$taken[ $order->get_id() ] = $answer['says'];
		}
		return $order;
	}

	/**
	 * The order screen, the list's buttons and its bulk actions: all of them save the order, and here nothing is
	 * written yet. So does whatever else sets the status of an order of ours, in whatever context; of other plugins'
	 * orders, those plugins and the customer's own steps go on as they are, and the webhook tells of them.
	 */
	public static function before_save( $order ) {
		if ( self::$is_engine || ! $order instanceof WC_Order || ! $order->get_id() ) {
			return;
		}
		$changes = $order->get_changes();
		$from    = self::stored( $order, 'status' );
		if ( ! isset( $changes['status'] ) || $changes['status'] === $from || ! self::is_a_door( $order, $from, $changes['status'] ) ) {
			return;
		}
		if ( self::is_stale( $changes['status'] ) ) {
			self::leave_as_it_was( $order, $from );
			Order_Status_Engine_Notices::remember( get_current_user_id(), $order, sprintf( 'its status became %s while this page was open, and was kept', wc_get_order_status_name( $from ) ) );
			return;
		}
		$answer = self::ask( $order, $changes['status'], self::via() );
		if ( Order_Status_Engine_Answer::PASS === $answer['verdict'] ) {
			return;
		}
		self::leave_as_it_was( $order, $from );
		if ( Order_Status_Engine_Answer::REFUSED === $answer['verdict'] ) {
			self::$refused[ $order->get_id() ] = true;
		}
		if ( $answer['told'] ) {
			return;
		}
		if ( is_admin() ) {
			$says = $answer['says'];
			if ( Order_Status_Engine_Answer::REFUSED === $answer['verdict'] ) {
				// WooCommerce says beside it that the order was updated.
				/* translators: %s: a status */
				$says = rtrim( $says, '.' ) . '. ' . sprintf( __( 'Its status stays %s.', 'order-status-engine' ), wc_get_order_status_name( $from ) );
			}
			Order_Status_Engine_Notices::remember( get_current_user_id(), $order, $says );
		} elseif ( Order_Status_Engine_Answer::REFUSED === $answer['verdict'] ) {
			// Nobody sits there who could read a notice.
			$order->add_order_note( sprintf( '%s was refused: %s', $changes['status'], $answer['says'] ) );
		}
	}

	/** The status in the answer is the one from before: 202, as the engine has taken it on and writes it. */
	public static function after_rest( $response, $order ) {
		if ( $order instanceof WC_Order && isset( self::$taken[ $order->get_id() ] ) ) {
			$response->data['order_status_engine'] = self::$taken[ $order->get_id() ];
			$response->set_status( 202 );
		}
		return $response;
	}

	/** WooCommerce counts the orders that were chosen, also those whose status was refused. */
	public static function after_bulk( $url ) {
		if ( ! is_admin() || ! self::$refused || ! preg_match( '/[?&]changed=(\d+)/', $url, $found ) ) {
			return $url;
		}
		$changed = (int) $found[1] - count( self::$refused );
		return $changed > 0 ? add_query_arg( 'changed', $changed, $url ) : remove_query_arg( array( 'changed', 'bulk_action', 'ids' ), $url );
	}

	/** The job that cancels unpaid orders looks at their age alone; the engine looks at the payment. */
	public static function before_hold_stock( $cancel, $order ) {
		if ( ! $cancel || ! Order_Status_Engine_Methods::is_ours( $order->get_payment_method() ) ) {
			return $cancel;
		}
		$answer = Order_Status_Engine_Answer::to( $order, array( 'type' => 'shop.holdStockDue' ) );
		// An order that waits for its payment a while longer does no harm; one that was paid and is cancelled does.
		return Order_Status_Engine_Answer::PASS === $answer['verdict'];
	}

	/** In the admin every change is a person's. Elsewhere the customer's way to the bank goes over pending. */
	private static function is_a_door( $order, $from, $wanted ) {
		if ( is_admin() ) {
			return true;
		}
		$is_ours = 0 === strpos( $order->get_payment_method(), Order_Status_Engine_Methods::PREFIX );
		return $is_ours && ! in_array( $from, array( 'checkout-draft', 'auto-draft', 'new' ), true ) && 'pending' !== $wanted;
	}

	/** A screen that was opened before the order moved on saves the status that it showed; nobody chose it. */
	private static function is_stale( $wanted ) {
		// phpcs:ignore WordPress.Security.NonceVerification -- WooCommerce has checked the form.
		$seen = isset( $_POST[ self::SEEN ] ) && is_string( $_POST[ self::SEEN ] ) ? sanitize_key( $_POST[ self::SEEN ] ) : null;
		return $seen === $wanted;
	}

	private static function via() {
		if ( ! is_admin() ) {
			return 'api';
		}
		// phpcs:ignore WordPress.Security.NonceVerification -- WooCommerce has checked the click.
		$action = isset( $_REQUEST['action'] ) ? (string) $_REQUEST['action'] : '';
		return 0 === strpos( $action, 'mark_' ) ? 'bulk' : ( 'woocommerce_mark_order_status' === $action ? 'list-button' : 'dropdown' );
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
		if ( PHP_VERSION_ID < 80100 ) {
			$waiting->setAccessible( true );
		}
		$waiting->setValue( $order, false );
	}

	private static function ask( $order, $wanted, $via ) {
		$wanted = preg_replace( '/^wc-/', '', $wanted );
		$event  = self::event_for( $wanted );
		if ( null === $event || ! Order_Status_Engine_Methods::is_ours( $order->get_payment_method() ) ) {
			return Order_Status_Engine_Answer::verdict( Order_Status_Engine_Answer::PASS, '' );
		}
		// Whoever refunds by hand has said that the bank is not to: the engine sees it, and flags it until the bank agrees.
		if ( 'refunded' === $wanted && Order_Status_Engine_Refunds::is_by_hand( $order ) ) {
			return Order_Status_Engine_Answer::verdict( Order_Status_Engine_Answer::PASS, '' );
		}
		$from = self::stored( $order, 'status' );
		if ( ! Order_Status_Engine_Methods::knows_status( $from ) ) {
			$says = sprintf( 'the engine does not know the status %s, so nothing was changed; declare it in statuses of its configuration', $from );
			return Order_Status_Engine_Answer::verdict( Order_Status_Engine_Answer::REFUSED, $says );
		}
		$question = $order->get_id() . ' ' . $wanted;
		if ( ! isset( self::$answers[ $question ] ) ) {
			self::$answers[ $question ] = Order_Status_Engine_Answer::to( $order, $event + array( 'via' => $via ) );
		}
		return self::$answers[ $question ];
	}

	/** A status of another plugin that the engine was told of is asked for by its name; any other is that plugin's business. */
	private static function event_for( $wanted ) {
		if ( isset( self::EVENTS[ $wanted ] ) ) {
			return array( 'type' => self::EVENTS[ $wanted ] );
		}
		return Order_Status_Engine_Methods::is_declared( $wanted ) ? array( 'type' => 'merchant.asked', 'status' => $wanted ) : null;
	}

	/** What is in the database, whatever was set since the order was read. */
	private static function stored( $order, $name ) {
		$data = $order->get_base_data();
		return isset( $data[ $name ] ) ? $data[ $name ] : null;
	}
}
