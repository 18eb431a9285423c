<?php
/**
 * Makes a shop of an installed WordPress, through WordPress's and WooCommerce's own functions:
 * `php set-up.php <WordPress's folder> '<json>'`, with `step`: "plugins" or "shop". Prints one line of JSON.
 */
list( , $root, $json ) = $argv;
$asked                 = json_decode( $json, true );
$_SERVER['HTTP_HOST']  = preg_replace( '#^https?://#', '', $asked['url'] );
$_SERVER['REQUEST_URI'] = '/';
require $root . '/wp-load.php';
require_once ABSPATH . 'wp-admin/includes/plugin.php';
wp_set_current_user( 1 );

function plugins( $names ) {
	foreach ( $names as $name ) {
		$failed = activate_plugin( $name );
		if ( is_wp_error( $failed ) ) {
			fwrite( STDERR, $name . ': ' . $failed->get_error_message() . "\n" );
			exit( 1 );
		}
	}
	if ( function_exists( 'WC' ) && get_option( 'permalink_structure' ) ) {
		// The pages of the checkout are addresses of their own, under the page that is the checkout.
		WC()->query->init_query_vars();
		WC()->query->add_endpoints();
		flush_rewrite_rules();
	}
	return array( 'active' => get_option( 'active_plugins' ) );
}

function page_with( $title, $content ) {
	return wp_insert_post(
		array( 'post_title' => $title, 'post_content' => $content, 'post_status' => 'publish', 'post_type' => 'page' )
	);
}

/** As WooCommerce › Settings › Advanced › REST API makes it. */
function rest_key() {
	global $wpdb;
	$key    = 'ck_' . wc_rand_hash();
	$secret = 'cs_' . wc_rand_hash();
	$wpdb->insert(
		$wpdb->prefix . 'woocommerce_api_keys',
		array(
			'user_id'         => 1,
			'description'     => 'engine',
			'permissions'     => 'read_write',
			'consumer_key'    => wc_api_hash( $key ),
			'consumer_secret' => $secret,
			'truncated_key'   => substr( $key, -7 ),
		)
	);
	return array( 'consumerKey' => $key, 'consumerSecret' => $secret );
}

function webhook( $url, $secret ) {
	$webhook = new WC_Webhook();
	$webhook->set_name( 'engine' );
	$webhook->set_topic( 'order.updated' );
	$webhook->set_delivery_url( $url );
	$webhook->set_secret( $secret );
	$webhook->set_status( 'active' );
	$webhook->set_user_id( 1 );
	$webhook->set_api_version( 'wp_api_v3' );
	return $webhook->save();
}

function product( $name, $price, $stock ) {
	$product = new WC_Product_Simple();
	$product->set_name( $name );
	$product->set_sku( strtolower( $name ) );
	$product->set_regular_price( $price );
	$product->set_manage_stock( true );
	$product->set_stock_quantity( $stock );
	return $product->save();
}

function shop( $asked ) {
	global $wp_rewrite;
	$wp_rewrite->set_permalink_structure( '/%postname%/' );
	WC_Install::create_pages();
	$options = array(
		'woocommerce_store_address'                   => 'Testgatan 1',
		'woocommerce_store_city'                      => 'Helsingborg',
		'woocommerce_store_postcode'                  => '25220',
		'woocommerce_default_country'                 => 'SE',
		'woocommerce_currency'                        => 'SEK',
		'woocommerce_calc_taxes'                      => 'no',
		'woocommerce_enable_guest_checkout'           => 'yes',
		'woocommerce_coming_soon'                     => 'no',
		'woocommerce_hold_stock_minutes'              => '60',
		'woocommerce_task_list_hidden'                => 'yes',
		'woocommerce_onboarding_profile'              => array( 'skipped' => true ),
		'woocommerce_show_marketplace_suggestions'    => 'no',
		'woocommerce_allow_tracking'                  => 'no',
		'woocommerce_cod_settings'                    => array( 'enabled' => 'yes', 'title' => 'Cash on delivery' ),
		'woocommerce_custom_orders_table_enabled'     => $asked['hpos'] ? 'yes' : 'no',
		'woocommerce_custom_orders_table_data_sync_enabled' => 'no',
		'woocommerce_feature_custom_order_tables_enabled'   => 'yes',
	);
	foreach ( $options as $name => $value ) {
		update_option( $name, $value );
	}
	// Since 11.0 a drawing is laid over the screen of the first paid order, and takes the mouse.
	update_user_meta( 1, '_wc_egg_opted_out', '1' );
	$tables = wc_get_container()->get( \Automattic\WooCommerce\Internal\DataStores\Orders\DataSynchronizer::class );
	if ( $asked['hpos'] && ! $tables->check_orders_table_exists() ) {
		$tables->create_database_tables();
	}
	$zone = new WC_Shipping_Zone( 0 );
	$zone->add_shipping_method( 'free_shipping' );
	// A theme that shows pages as they are; the checkout page of new releases is made of blocks.
	$block   = '<!-- wp:woocommerce/checkout --><div class="wp-block-woocommerce-checkout alignwide wc-block-checkout is-loading"></div><!-- /wp:woocommerce/checkout -->';
	$blocks  = page_with( 'Block checkout', $block );
	$classic = page_with( 'Classic checkout', '<!-- wp:shortcode -->[woocommerce_checkout]<!-- /wp:shortcode -->' );
	update_option( 'woocommerce_checkout_page_id', $classic );
	return array(
		'keys'     => rest_key(),
		'webhook'  => webhook( $asked['webhookUrl'], $asked['webhookSecret'] ),
		'products' => array( product( 'Cup', '100', 100000 ), product( 'Tray', '259.90', 100000 ) ),
		'classic'  => $classic,
		'blocks'   => $blocks,
		'versions' => array( 'wordpress' => get_bloginfo( 'version' ), 'woocommerce' => WC()->version, 'php' => PHP_VERSION ),
	);
}

$told = 'plugins' === $asked['step'] ? plugins( $asked['plugins'] ) : shop( $asked );
echo "\n" . wp_json_encode( $told ) . "\n";
