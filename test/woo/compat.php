<?php
/** What WordPress itself defines where PHP came without mbstring (wp-includes/compat.php), as Debian's php-cli does. */
if ( ! function_exists( 'mb_substr' ) ) {
	function mb_substr( $text, $start, $length ) {
		return (string) iconv_substr( $text, $start, $length, 'UTF-8' );
	}
}
