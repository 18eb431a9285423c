<?php
/**
 * An order whose total, currency or payment method was changed in the shop: the engine is told when the request ends, and
 * does not wait for the webhook, which waits for WP-Cron.
 */

defined( 'ABSPATH' ) || exit;

final class Order_Status_Engine_Edits {
	const PATIENCE = 3;
	const WATCHED  = array( 'total', 'currency', 'payment_method' );
	const DRAFTS   = array( 'checkout-draft', 'auto-draft', 'new' );

	/** Of this request: order id → true. */
	private static $changed = array();
	/** Of a request of the checkout of blocks: whether the button was pressed; null = it is none of its requests. */
	private static $places = null;

	public static function start() {
		add_filter( 'rest_pre_dispatch', array( __CLASS__, 'know_the_button' ), 10, 3 );
		add_action( 'woocommerce_before_order_object_save', array( __CLASS__, 'keep_method' ), 5, 1 );
		add_action( 'woocommerce_before_order_object_save', array( __CLASS__, 'watch' ), 20, 1 );
		add_action( 'shutdown', array( __CLASS__, 'tell' ) );
	}

	public static function know_the_button( $result, $server, $request ) {
		$is_of_blocks = 1 === preg_match( '#^/wc/store(/v\d+)?/#', $request->get_route() );
		self::$places = $is_of_blocks ? 'POST' === $request->get_method() && 1 === preg_match( '#^/wc/store(/v\d+)?/checkout(/|$)#', $request->get_route() ) : null;
		return $result;
	}

	/**
	 * The checkout of blocks writes the way of paying that is chosen on its page into the customer's order, as soon as the page
	 * is opened or a method is clicked. An order whose customer is at the bank keeps its own until the button is pressed: he
	 * may pay there all the same.
	 */
	public static function keep_method( $order ) {
		if ( ! $order instanceof WC_Order || ! $order->get_id() || ! self::is_only_looked_at( $order ) ) {
			return;
		}
		$before  = $order->get_base_data();
		$changes = $order->get_changes();
		if ( isset( $changes['payment_method'] ) && in_array( $before['status'], array( 'pending', 'failed' ), true ) && 0 === strpos( $before['payment_method'], Order_Status_Engine_Methods::PREFIX ) ) {
			$order->set_payment_method( $before['payment_method'] );
			$order->set_payment_method_title( $before['payment_method_title'] );
		}
	}

	/** By the customer whose cart it was made of: on a page, or by a request of the checkout that is not the button. */
	private static function is_only_looked_at( $order ) {
		$is_own = WC()->session && absint( WC()->session->get( 'store_api_draft_order' ) ) === absint( $order->get_id() );
		$is_get = isset( $_SERVER['REQUEST_METHOD'] ) && 'GET' === $_SERVER['REQUEST_METHOD'];
		return $is_own && ( null === self::$places ? $is_get : ! self::$places );
	}

	public static function watch( $order ) {
		if ( Order_Status_Engine_Guard::is_engine() || ! $order instanceof WC_Order || ! $order->get_id() || in_array( $order->get_status(), self::DRAFTS, true ) ) {
			return;
		}
		$before  = $order->get_base_data();
		$changes = array_intersect_key( $order->get_changes(), array_flip( self::WATCHED ) );
		foreach ( $changes as $name => $now ) {
			$currency = $order->get_currency();
			$is_other = 'total' === $name ? Order_Status_Engine_Order::minor( $now, $currency ) !== Order_Status_Engine_Order::minor( $before[ $name ], $currency ) : $now !== $before[ $name ];
			$is_ours  = Order_Status_Engine_Methods::is_ours( $order->get_payment_method() ) || Order_Status_Engine_Methods::is_ours( $before['payment_method'] );
			if ( $is_other && $is_ours ) {
				self::$changed[ $order->get_id() ] = true;
			}
		}
	}

	/** The engine has the order as it is now, as at the checkout. */
	public static function is_told( $order ) {
		unset( self::$changed[ $order->get_id() ] );
	}

	public static function tell() {
		foreach ( array_keys( self::$changed ) as $id ) {
			unset( self::$changed[ $id ] );
			$order = wc_get_order( $id );
			if ( ! $order instanceof WC_Order || 'trash' === $order->get_status() ) {
				continue;
			}
			$event = array( 'type' => 'order.updated', 'by' => 'shop', 'change' => 'order.edited', 'order' => self::told( $order ) );
			$told  = Order_Status_Engine_Client::send( 'POST', "/orders/$id/events", $event, self::PATIENCE, array( 'Prefer' => 'wait=1' ) );
			if ( Order_Status_Engine_Client::ANSWER !== $told['kind'] ) {
				// The webhook tells it, too; nobody has to do anything.
				wc_get_logger()->info( sprintf( 'Order %s: the engine was not told of the change (%s)', $id, $told['why'] ), array( 'source' => 'order-status-engine' ) );
			}
		}
	}

	/** Of a payment method that another plugin offers only the engine knows which bank is behind it. */
	private static function told( $order ) {
		$whole  = Order_Status_Engine_Order::told( $order );
		$says   = array( 'total' => $whole['total'], 'currency' => $whole['currency'], 'lines' => $whole['lines'] );
		$method = $order->get_payment_method();
		if ( 0 === strpos( $method, Order_Status_Engine_Methods::PREFIX ) ) {
			$name            = substr( $method, strlen( Order_Status_Engine_Methods::PREFIX ) );
			$says['gateway'] = explode( '_', $name )[0];
		} elseif ( '' !== $method && ! Order_Status_Engine_Methods::is_ours( $method ) ) {
			$says['gateway'] = null;
		}
		return $says;
	}
}
