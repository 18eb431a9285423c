<?php
/**
 * What a person is to read: kept until somebody opens a page of the admin, as the page is opened anew after a save.
 */

defined( 'ABSPATH' ) || exit;

final class Order_Status_Engine_Notices {
	/** What is to be said waits this many seconds for somebody to open a page, and at most so much of it. */
	const KEPT_FOR  = 604800;
	const MOST_KEPT = 100;
	/** Whoever may edit orders is told of what happened while nobody of them was there. */
	const EVERYBODY = 0;

	public static function start() {
		add_action( 'admin_notices', array( __CLASS__, 'tell' ) );
	}

	public static function remember( $user_id, $order, $says ) {
		$key     = 'order_status_engine_' . $user_id;
		$before  = get_transient( $key );
		$texts   = is_array( $before ) ? $before : array();
		$texts[] = sprintf( 'Order %s: %s', $order->get_id(), $says );
		set_transient( $key, array_slice( $texts, -self::MOST_KEPT ), self::KEPT_FOR );
	}

	/** Each time, in the log and to a person: to whoever clicked, or else to whoever opens the admin next. */
	public static function log( $order, $says ) {
		wc_get_logger()->warning( sprintf( 'Order %s: %s', $order->get_id(), $says ), array( 'source' => 'order-status-engine' ) );
		self::remember( is_admin() ? get_current_user_id() : self::EVERYBODY, $order, $says );
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
