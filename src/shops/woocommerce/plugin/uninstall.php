<?php
/** Leaves nothing: settings, what was remembered, and the notices that nobody has read. Orders keep what they are. */

defined( 'WP_UNINSTALL_PLUGIN' ) || exit;

global $wpdb;
$wpdb->query( $wpdb->prepare( "DELETE FROM {$wpdb->options} WHERE option_name LIKE %s OR option_name LIKE %s OR option_name LIKE %s", $wpdb->esc_like( 'order_status_engine' ) . '%', $wpdb->esc_like( '_transient_order_status_engine' ) . '%', $wpdb->esc_like( '_transient_timeout_order_status_engine' ) . '%' ) );
$wpdb->query( $wpdb->prepare( "DELETE FROM {$wpdb->options} WHERE option_name LIKE %s", $wpdb->esc_like( 'woocommerce_ose_' ) . '%' ) );
if ( function_exists( 'as_unschedule_all_actions' ) ) {
	as_unschedule_all_actions( 'order_status_engine_reconcile' );
}
// The key and the webhook that were made for the engine; without the plugin nobody signs what they carry.
$wpdb->delete( $wpdb->prefix . 'woocommerce_api_keys', array( 'description' => 'Order Status Engine' ) );
$wpdb->delete( $wpdb->prefix . 'wc_webhooks', array( 'name' => 'Order Status Engine' ) );
