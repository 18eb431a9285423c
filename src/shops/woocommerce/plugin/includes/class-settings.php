<?php
/**
 * The four settings: a constant of wp-config.php wins over what was saved on the settings page.
 */

defined( 'ABSPATH' ) || exit;

final class Order_Status_Engine_Settings {
	/** Not autoloaded: only what talks to the engine reads it. */
	const OPTION = 'order_status_engine';
	const NAMES  = array( 'URL', 'TOKEN', 'SECRET', 'WHEN_DOWN' );

	public static function get( $name ) {
		if ( self::is_constant( $name ) ) {
			return (string) constant( 'ORDER_STATUS_ENGINE_' . $name );
		}
		$saved = get_option( self::OPTION );
		return is_array( $saved ) && isset( $saved[ $name ] ) ? (string) $saved[ $name ] : '';
	}

	public static function is_constant( $name ) {
		return defined( 'ORDER_STATUS_ENGINE_' . $name );
	}

	/** Whether the engine can be asked there. */
	public static function is_address( $text ) {
		return (bool) preg_match( '#^https?://[^/]#i', $text );
	}

	/** What a person reads of a secret: enough to tell two apart. */
	public static function masked( $name ) {
		$value = self::get( $name );
		return '' === $value ? '' : str_repeat( '•', 8 ) . ( strlen( $value ) >= 16 ? substr( $value, -4 ) : '' );
	}

	/** @param array<string, string> $values by name; what is left out stays. */
	public static function save( $values ) {
		$saved = get_option( self::OPTION );
		update_option( self::OPTION, array_merge( is_array( $saved ) ? $saved : array(), $values ), false );
	}
}
