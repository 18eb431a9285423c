<?php
/**
 * An order that goes into the bin, comes out of it or is deleted: the engine is told as it happens, as WooCommerce's webhook
 * for changed orders says nothing of it. Money is not captured for it then, and what the bank still has is flagged.
 */

defined( 'ABSPATH' ) || exit;

final class Order_Status_Engine_Bin {
	const PATIENCE = 3;
	/** Of this request: an order that is a post passes two doors. */
	private static $told = array();

	public static function start() {
		foreach ( array( 'woocommerce_before_trash_order', 'woocommerce_before_delete_order', 'wp_trash_post', 'before_delete_post' ) as $hook ) {
			add_action( $hook, array( __CLASS__, 'gone' ) );
		}
		foreach ( array( 'woocommerce_untrash_order', 'untrashed_post' ) as $hook ) {
			add_action( $hook, array( __CLASS__, 'back' ) );
		}
	}

	public static function gone( $id ) {
		self::tell( $id, true );
	}

	public static function back( $id ) {
		self::tell( $id, false );
	}

	private static function tell( $id, $is_gone ) {
		$order = wc_get_order( $id );
		$key   = $id . ( $is_gone ? ' gone' : ' back' );
		if ( ! $order instanceof WC_Order || isset( self::$told[ $key ] ) || ! Order_Status_Engine_Methods::is_ours( $order->get_payment_method() ) ) {
			return;
		}
		self::$told[ $key ] = true;
		$event              = array(
			'type'   => 'order.updated',
			'by'     => 'shop',
			'change' => $is_gone ? 'order.deleted' : 'order.restored',
			'order'  => array( 'gone' => $is_gone ),
		);
		$told = Order_Status_Engine_Client::send( 'POST', '/orders/' . $order->get_id() . '/events', $event, self::PATIENCE );
		if ( Order_Status_Engine_Client::ANSWER !== $told['kind'] ) {
			Order_Status_Engine_Notices::log( $order, sprintf( 'the engine was not told that it was %s (%s)', $is_gone ? 'deleted' : 'restored', $told['why'] ) );
		}
	}
}
