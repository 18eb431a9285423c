<?php
/**
 * A PHP server beside the shop's, for what the tests ask of the shop's own functions: the body of the request is PHP, which
 * runs in a WordPress that is loaded anew. The server keeps what it compiled, so that this costs a tenth of a command.
 */
define( 'ASKED', file_get_contents( 'php://input' ) );
$_SERVER = array(
	'HTTP_HOST'       => getenv( 'SHOP_HOST' ),
	'REQUEST_URI'     => '/',
	'SERVER_PROTOCOL' => 'HTTP/1.1',
) + array_diff_key( $_SERVER, array_flip( array( 'REQUEST_METHOD', 'CONTENT_TYPE', 'CONTENT_LENGTH', 'REMOTE_ADDR' ) ) );
require $_SERVER['DOCUMENT_ROOT'] . '/wp-load.php';
set_time_limit( 0 );
http_response_code( 500 );
ob_start();
$told = eval( 'return ( function () { ' . ASKED . ' } )();' );
ob_end_clean();
http_response_code( 200 );
echo "\n" . json_encode( $told );
