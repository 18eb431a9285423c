<?php
/**
 * Plugin Name: Order Status Engine
 * Description: Payment methods of the engine at the checkout; the engine is asked before the status of an order is changed, and the merchant reads its answer.
 * Version: 0.1.0
 * Requires at least: 6.1
 * Requires PHP: 7.4
 * Requires Plugins: woocommerce
 * WC requires at least: 7.6
 * WC tested up to: 11.0
 * Text Domain: order-status-engine
 * Domain Path: /languages
 * License: MIT
 *
 * The plugin asks and shows, the engine decides. What the engine says yes to, the engine writes itself over REST a moment
 * later; nothing is saved here.
 *
 * Settings: WooCommerce › Order Status Engine, or constants in wp-config.php, which win:
 *   ORDER_STATUS_ENGINE_URL        where the engine is served, such as https://engine.example
 *   ORDER_STATUS_ENGINE_TOKEN      the engine's API token
 *   ORDER_STATUS_ENGINE_SECRET     the adapter's pluginSecret: by it plugin and engine know each other's word
 *   ORDER_STATUS_ENGINE_WHEN_DOWN  while the engine is down (not reachable, HTTP 408, 429 or 5xx): "open" (default): it
 *                                  happens as in WooCommerce; "closed": it does not happen
 *
 * A wrong setting is no outage: with a token that the engine does not take, or an address where no engine is, nothing
 * happens, whatever WHEN_DOWN says. Each time the engine could not be asked, the merchant is told the order and the
 * reason; what then happened without the engine is noted on the order too.
 */

defined( 'ABSPATH' ) || exit;

foreach ( array( 'settings', 'client', 'methods', 'order', 'notices', 'answer', 'guard', 'bin', 'refunds', 'edits', 'returns', 'checkout', 'panel', 'column', 'doctor', 'settings-page', 'webhook' ) as $order_status_engine_part ) {
	require_once __DIR__ . '/includes/class-' . $order_status_engine_part . '.php';
}
unset( $order_status_engine_part );

Order_Status_Engine_Guard::start();
Order_Status_Engine_Bin::start();
Order_Status_Engine_Notices::start();
Order_Status_Engine_Refunds::start();
Order_Status_Engine_Edits::start();
Order_Status_Engine_Returns::start();
Order_Status_Engine_Checkout::start( __FILE__ );
Order_Status_Engine_Panel::start();
Order_Status_Engine_Column::start();
Order_Status_Engine_Doctor::start();
Order_Status_Engine_Settings_Page::start( __FILE__ );
Order_Status_Engine_Webhook::start();
