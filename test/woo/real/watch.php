<?php
/**
 * A must-use plugin of the test shop: mails are written to a file instead of being sent, and requests to this computer
 * are allowed, as the engine is served here.
 */
add_filter(
	'pre_wp_mail',
	function ( $sent, $mail ) {
		$line = wp_json_encode( array( 'at' => microtime( true ), 'to' => $mail['to'], 'subject' => $mail['subject'] ) );
		file_put_contents( WP_CONTENT_DIR . '/mails.jsonl', $line . "\n", FILE_APPEND | LOCK_EX );
		return true;
	},
	10,
	2
);
add_filter( 'http_request_host_is_external', '__return_true' );
add_filter(
	'http_allowed_safe_ports',
	function ( $ports, $host, $url ) {
		return array_merge( $ports, array( (int) wp_parse_url( $url, PHP_URL_PORT ) ) );
	},
	10,
	3
);
add_filter( 'automatic_updater_disabled', '__return_true' );
add_filter( 'woocommerce_admin_disabled', '__return_false' );
/** A status that another plugin adds, and of which nobody told the engine. */
add_action(
	'init',
	function () {
		register_post_status( 'wc-picking', array( 'label' => 'Picking', 'public' => true ) );
	}
);
add_filter(
	'wc_order_statuses',
	function ( $all ) {
		return array_merge( $all, array( 'wc-picking' => 'Picking' ) );
	}
);
