<?php
/**
 * The webhook by which the engine hears of changes. WooCommerce switches a webhook off after failures in a row; this one is
 * switched on again, and what was lost meanwhile is found by the engine's reconciliation.
 */

defined( 'ABSPATH' ) || exit;

final class Order_Status_Engine_Webhook {
	const PATH = '/shop/webhooks';

	public static function start() {
		add_action( 'woocommerce_webhook_disabled_due_delivery_failures', array( __CLASS__, 'switch_on' ) );
	}

	public static function switch_on( $id ) {
		$webhook = wc_get_webhook( $id );
		if ( ! $webhook || $webhook->get_delivery_url() !== self::url() ) {
			return;
		}
		$webhook->set_status( 'active' );
		$webhook->set_failure_count( 0 );
		$webhook->save();
		wc_get_logger()->warning( 'WooCommerce had switched off the webhook to the engine; it is on again. Run `order-status reconcile --apply`.', array( 'source' => 'order-status-engine' ) );
	}

	/** @return int of the webhook; 0 = there is none. */
	public static function id() {
		foreach ( WC_Data_Store::load( 'webhook' )->search_webhooks( array( 'limit' => 100 ) ) as $id ) {
			$webhook = wc_get_webhook( $id );
			if ( $webhook && $webhook->get_delivery_url() === self::url() ) {
				return (int) $id;
			}
		}
		return 0;
	}

	public static function create( $secret ) {
		$webhook = new WC_Webhook();
		$webhook->set_name( 'Order Status Engine' );
		$webhook->set_topic( 'order.updated' );
		$webhook->set_delivery_url( self::url() );
		$webhook->set_secret( $secret );
		$webhook->set_user_id( get_current_user_id() );
		$webhook->set_api_version( 'wp_api_v3' );
		$webhook->set_status( 'active' );
		return $webhook->save();
	}

	public static function url() {
		return rtrim( Order_Status_Engine_Settings::get( 'URL' ), '/' ) . self::PATH;
	}
}
