<?php
/**
 * The customer comes back from the bank, by way of the engine: to the thank-you page with the order's key, or to the
 * checkout with the bank's reason. What the engine tells is signed (src/shops/woocommerce/returns.ts), because a key opens
 * the order to whoever has it.
 */

defined( 'ABSPATH' ) || exit;

final class Order_Status_Engine_Returns {
	/** Seconds that a signed address is good for. */
	const GOOD_FOR = 900;

	public static function start() {
		add_action( 'woocommerce_api_order_status_engine', array( __CLASS__, 'back' ) );
	}

	public static function back() {
		// phpcs:disable WordPress.Security.NonceVerification -- the address is signed, or opens nothing.
		$told = array();
		foreach ( array( 'order', 'paid', 'reason', 'at', 'proof' ) as $name ) {
			$told[ $name ] = isset( $_GET[ $name ] ) && is_string( $_GET[ $name ] ) ? wp_unslash( $_GET[ $name ] ) : '';
		}
		// phpcs:enable
		$order = wc_get_order( absint( $told['order'] ) );
		nocache_headers();
		if ( ! $order instanceof WC_Order || ! ( self::is_proven( $told ) || self::is_own( $order ) ) ) {
			wp_safe_redirect( wc_get_checkout_url() );
			exit;
		}
		$page = '1' === $told['paid'] || $order->is_paid() ? $order->get_checkout_order_received_url() : self::again( $order, $told['reason'] );
		wp_safe_redirect( $page );
		exit;
	}

	private static function is_proven( $told ) {
		$secret = Order_Status_Engine_Settings::get( 'SECRET' );
		$signed = implode( "\n", array( 'return', $told['order'], $told['paid'], $told['reason'], $told['at'] ) );
		return '' !== $secret && abs( time() - (int) $told['at'] ) < self::GOOD_FOR
			&& hash_equals( hash_hmac( 'sha256', $signed, $secret ), $told['proof'] );
	}

	/** The customer whose order it is anyhow, by his session or his account. */
	private static function is_own( $order ) {
		$is_awaited = WC()->session && absint( WC()->session->get( 'order_awaiting_payment' ) ) === $order->get_id();
		return $is_awaited || ( get_current_user_id() && get_current_user_id() === $order->get_customer_id() );
	}

	/** Where the customer tries again: the checkout with his cart, or the page of an order that is paid on its own. */
	private static function again( $order, $reason ) {
		if ( WC()->session ) {
			if ( ! WC()->session->has_session() ) {
				WC()->session->set_customer_session_cookie( true );
			}
			wc_add_notice( self::says( $reason ), 'error' );
		}
		$has_cart = WC()->cart && ! WC()->cart->is_empty();
		return ! $has_cart && $order->needs_payment() ? $order->get_checkout_payment_url() : wc_get_checkout_url();
	}

	/** The bank's word for why, in words for its customer. */
	private static function says( $reason ) {
		$denied    = __( 'The bank did not approve the payment. Please choose another way to pay.', 'order-status-engine' );
		$sentences = array(
			'CREDIT_DENIED'       => $denied,
			'INSUFFICIENT_FUNDS'  => $denied,
			'TECHNICAL_ERROR'     => __( 'The bank could not carry out the payment. Please try again, or choose another way to pay.', 'order-status-engine' ),
			'TIMEOUT'             => __( 'The time to pay ran out. Please try again.', 'order-status-engine' ),
			'ABORTED_BY_CUSTOMER' => __( 'You ended the payment before it was done. Nothing was paid.', 'order-status-engine' ),
		);
		return isset( $sentences[ $reason ] ) ? $sentences[ $reason ] : __( 'The payment was not completed. Please try again, or choose another way to pay.', 'order-status-engine' );
	}
}
