<?php
/**
 * A column of the order list for the engine's flags. The list is shown first and asks then, once for all its orders; the
 * answer is kept for a minute.
 */

defined( 'ABSPATH' ) || exit;

final class Order_Status_Engine_Column {
	const NAME     = 'order_status_engine';
	const ACTION   = 'order_status_engine_flags';
	const KEPT     = 'order_status_engine_flagged';
	const KEPT_FOR = 60;
	const PATIENCE = 3;
	const MOST_BY_HAND = 20;

	private static $is_shown = false;

	public static function start() {
		foreach ( array( 'manage_woocommerce_page_wc-orders_columns', 'manage_edit-shop_order_columns' ) as $hook ) {
			add_filter( $hook, array( __CLASS__, 'add' ), 20 );
		}
		foreach ( array( 'manage_woocommerce_page_wc-orders_custom_column', 'manage_shop_order_posts_custom_column' ) as $hook ) {
			add_action( $hook, array( __CLASS__, 'cell' ), 10, 2 );
		}
		add_action( 'admin_print_footer_scripts', array( __CLASS__, 'script' ) );
		add_action( 'wp_ajax_' . self::ACTION, array( __CLASS__, 'answer' ) );
	}

	public static function add( $columns ) {
		$with = array();
		foreach ( $columns as $name => $title ) {
			$with[ $name ] = $title;
			if ( 'order_status' === $name ) {
				$with[ self::NAME ] = __( 'Flags', 'order-status-engine' );
			}
		}
		return $with;
	}

	/** @param WC_Order|int $of An order, or the id of one that is a post. */
	public static function cell( $name, $of ) {
		if ( self::NAME === $name ) {
			self::$is_shown = true;
			$order          = $of instanceof WC_Order ? $of : wc_get_order( $of );
			$is_by_hand     = $order instanceof WC_Order && Order_Status_Engine_Methods::is_ours( $order->get_payment_method() ) && Order_Status_Engine_Refunds::has_part_by_hand( $order );
			printf( '<span data-order-status-engine="%d"%s></span>', $order ? (int) $order->get_id() : (int) $of, $is_by_hand ? ' data-by-hand="1"' : '' );
		}
	}

	public static function script() {
		if ( self::$is_shown ) {
			$asked = array( 'url' => admin_url( 'admin-ajax.php' ), 'action' => self::ACTION, 'nonce' => wp_create_nonce( self::ACTION ) );
			// phpcs:ignore WordPress.WP.AlternativeFunctions -- a file of this plugin.
			$script = file_get_contents( dirname( __DIR__ ) . '/assets/column.js' );
			wp_print_inline_script_tag( 'window.orderStatusEngineFlags = ' . wp_json_encode( $asked ) . ";\n" . $script );
		}
	}

	/** @return void JSON: order id → what the flags say. */
	public static function answer() {
		check_ajax_referer( self::ACTION );
		if ( ! current_user_can( 'edit_shop_orders' ) ) {
			wp_send_json_error( null, 403 );
		}
		wp_send_json_success( (object) self::flagged( self::by_hand() ) );
	}

	/** The shop's own flag, of a part that was refunded by hand: for so many orders of the list the engine is asked, one by one. */
	private static function by_hand() {
		// phpcs:ignore WordPress.Security.NonceVerification -- checked in answer().
		$ids  = isset( $_POST['by_hand'] ) && is_string( $_POST['by_hand'] ) ? array_map( 'absint', explode( ',', sanitize_text_field( wp_unslash( $_POST['by_hand'] ) ) ) ) : array();
		$says = array();
		foreach ( array_slice( array_filter( $ids ), 0, self::MOST_BY_HAND ) as $id ) {
			$order      = wc_get_order( $id );
			$difference = $order instanceof WC_Order ? Order_Status_Engine_Refunds::difference( $order ) : '';
			if ( '' !== $difference ) {
				$says[ $id ] = array( $difference );
			}
		}
		return $says;
	}

	/** @param array $says what is said already, by order. */
	private static function flagged( $says ) {
		$kept = get_transient( self::KEPT );
		if ( ! is_array( $kept ) ) {
			$told = Order_Status_Engine_Client::send( 'GET', '/orders?flagged=true&latest=true&limit=500', null, self::PATIENCE );
			$kept = Order_Status_Engine_Client::ANSWER === $told['kind'] ? $told['body'] : array( 'orders' => array(), 'says' => array() );
			set_transient( self::KEPT, $kept, self::KEPT_FOR );
		}
		$tongue = 0 === strpos( get_user_locale(), 'sv' ) ? 'sv' : 'en';
		foreach ( $kept['orders'] as $order ) {
			foreach ( $order['flags'] as $flag ) {
				$says[ $order['orderId'] ][] = isset( $kept['says'][ $flag ][ $tongue ] ) ? $kept['says'][ $flag ][ $tongue ] : $flag;
			}
		}
		return $says;
	}
}
