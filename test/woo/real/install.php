<?php
/**
 * Installs a WordPress whose wp-config.php stands: `php install.php <WordPress's folder> <address> <password>`. Apart from
 * set-up.php, because WordPress decides at its very start whether it is being installed.
 */
define( 'WP_INSTALLING', true );
list( , $root, $url, $password )  = $argv;
$_SERVER['HTTP_HOST'] = wp_host( $url );
$_SERVER['REQUEST_URI'] = '/';
function wp_host( $url ) {
	return preg_replace( '#^https?://#', '', $url );
}
require $root . '/wp-load.php';
require_once ABSPATH . 'wp-admin/includes/upgrade.php';
wp_install( 'Test shop', 'admin', 'admin@shop.example', false, '', $password );
echo 'installed ' . get_bloginfo( 'version' ) . "\n";
