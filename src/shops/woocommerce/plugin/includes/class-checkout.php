<?php
/**
 * The engine's payment methods, made known to WooCommerce: to its classic checkout, and to the one made of blocks.
 */

defined( 'ABSPATH' ) || exit;

final class Order_Status_Engine_Checkout {
	private static $file = '';
	/** One object for each method, whoever asks. */
	private static $gateways = null;

	public static function start( $file ) {
		self::$file = $file;
		add_action( 'before_woocommerce_init', array( __CLASS__, 'declare_compatibility' ) );
		add_action( 'init', array( __CLASS__, 'load_words' ) );
		add_filter( 'woocommerce_payment_gateways', array( __CLASS__, 'gateways' ) );
		add_action( 'woocommerce_blocks_payment_method_type_registration', array( __CLASS__, 'blocks' ) );
	}

	/** Orders are only touched through WooCommerce's own objects, so both ways of storing them are fine. */
	public static function declare_compatibility() {
		if ( class_exists( '\Automattic\WooCommerce\Utilities\FeaturesUtil' ) ) {
			foreach ( array( 'custom_order_tables', 'cart_checkout_blocks' ) as $feature ) {
				\Automattic\WooCommerce\Utilities\FeaturesUtil::declare_compatibility( $feature, self::$file, true );
			}
		}
	}

	public static function load_words() {
		load_plugin_textdomain( 'order-status-engine', false, basename( dirname( self::$file ) ) . '/languages' );
	}

	public static function gateways( $gateways ) {
		return array_merge( $gateways, self::own() );
	}

	/** @param \Automattic\WooCommerce\Blocks\Payments\PaymentMethodRegistry $registry */
	public static function blocks( $registry ) {
		require_once __DIR__ . '/class-blocks.php';
		wp_register_script(
			Order_Status_Engine_Blocks::SCRIPT,
			plugins_url( 'assets/blocks.js', self::$file ),
			array( 'wc-blocks-registry', 'wc-settings', 'wp-element', 'wp-html-entities' ),
			'0.1.0',
			true
		);
		$names = array();
		foreach ( self::own() as $gateway ) {
			$registry->register( new Order_Status_Engine_Blocks( $gateway ) );
			$names[] = $gateway->id;
		}
		wp_add_inline_script( Order_Status_Engine_Blocks::SCRIPT, 'window.orderStatusEngineMethods = ' . wp_json_encode( $names ) . ';', 'before' );
	}

	private static function own() {
		if ( null === self::$gateways ) {
			require_once __DIR__ . '/class-gateway.php';
			self::$gateways = array();
			foreach ( Order_Status_Engine_Methods::all() as $name => $method ) {
				self::$gateways[] = new Order_Status_Engine_Gateway( $name, $method );
			}
		}
		return self::$gateways;
	}
}
