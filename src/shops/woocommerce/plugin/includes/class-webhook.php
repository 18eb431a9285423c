<?php
/**
 * The webhook by which the engine hears of changes. WooCommerce switches a webhook off after failures in a row; this one is
 * switched on again, and what was lost meanwhile is found by the engine's reconciliation.
 */

defined( 'ABSPATH' ) || exit;

final class Order_Status_Engine_Webhook {
	const PATH = '/shop/webhooks';
	/** A job of Action Scheduler: has the engine look for what was lost. */
	const JOB = 'order_status_engine_reconcile';
	/** Seconds that the gap may be long: failures in a row, with WooCommerce's own waits between them. */
	const GAP = 172800;
	/** Seconds until the job asks again, and how often. The engine may still be down. */
	const AGAIN = 300;
	const TRIES = 24;

	public static function start() {
		add_action( 'woocommerce_webhook_disabled_due_delivery_failures', array( __CLASS__, 'switch_on' ) );
		add_action( self::JOB, array( __CLASS__, 'reconcile' ), 10, 2 );
	}

	public static function switch_on( $id ) {
		$webhook = wc_get_webhook( $id );
		if ( ! $webhook || $webhook->get_delivery_url() !== self::url() ) {
			return;
		}
		$webhook->set_status( 'active' );
		$webhook->set_failure_count( 0 );
		$webhook->save();
		$since = gmdate( 'Y-m-d\TH:i:s\Z', time() - self::GAP );
		as_enqueue_async_action( self::JOB, array( $since, 1 ), 'order-status-engine', true );
		wc_get_logger()->warning( 'WooCommerce had switched off the webhook to the engine; it is on again, and the engine is asked to look for what was lost.', array( 'source' => 'order-status-engine' ) );
	}

	/** The engine reads the orders of the gap at the bank and in the shop. It answers in lines, the last of which says how it ended. */
	public static function reconcile( $since, $try ) {
		$told = wp_remote_post(
			rtrim( Order_Status_Engine_Settings::get( 'URL' ), '/' ) . '/orders/reconcile?apply=true&freshMinutes=0&since=' . rawurlencode( $since ),
			array(
				'timeout' => 120,
				'headers' => array( 'Content-Type' => 'application/json', 'Authorization' => 'Bearer ' . Order_Status_Engine_Settings::get( 'TOKEN' ) ),
			)
		);
		$lines = is_wp_error( $told ) ? array() : array_filter( explode( "\n", wp_remote_retrieve_body( $told ) ) );
		$is_ok = ! is_wp_error( $told ) && 200 === (int) wp_remote_retrieve_response_code( $told ) && false === strpos( (string) end( $lines ), '"error"' );
		if ( $is_ok ) {
			wc_get_logger()->info( sprintf( 'The engine has looked at %d orders after the webhook was off.', count( $lines ) ), array( 'source' => 'order-status-engine' ) );
		} elseif ( $try < self::TRIES ) {
			as_schedule_single_action( time() + self::AGAIN, self::JOB, array( $since, $try + 1 ), 'order-status-engine' );
		} else {
			wc_get_logger()->error( 'The engine could not be asked to look for what was lost while the webhook was off. Run `order-status reconcile --apply`.', array( 'source' => 'order-status-engine' ) );
		}
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
