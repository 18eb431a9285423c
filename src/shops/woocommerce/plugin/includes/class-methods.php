<?php
/**
 * The payment methods that the engine offers, and whose orders it follows: asked for every ten minutes, and remembered.
 */

defined( 'ABSPATH' ) || exit;

final class Order_Status_Engine_Methods {
	/** Not autoloaded. */
	const OPTION = 'order_status_engine_methods';
	const FRESH  = 600;
	/** A list that could not be fetched is asked for again after so many seconds. */
	const AGAIN    = 60;
	const PATIENCE = 3;
	const PREFIX   = 'ose_';

	/**
	 * As the engine told it last, whether or not it can be asked now.
	 *
	 * @return array<string, array{gateway: string, id: string|null, title: string, min: int|null, max: int|null, countries: string[]|null}> by the method's name in WooCommerce.
	 */
	public static function all() {
		$named = array();
		foreach ( self::told()['methods'] as $method ) {
			$named[ self::PREFIX . $method['gateway'] . ( null === $method['id'] ? '' : '_' . $method['id'] ) ] = $method;
		}
		return $named;
	}

	/** Whether a customer may be offered them now. */
	public static function can_be_offered() {
		return self::told()['ok'] && ! Order_Status_Engine_Client::is_resting();
	}

	/** Whether orders that are paid so are the engine's: its own methods, and those of other plugins that it was told of. */
	public static function is_ours( $name ) {
		if ( 0 === strpos( $name, self::PREFIX ) ) {
			return true;
		}
		$follows = self::told()['follows'];
		// Resurs's own plugin has the bank's id of the method there.
		$as = preg_match( '/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i', $name ) ? 'resursbank' : $name;
		return null === $follows || in_array( $as, $follows, true );
	}

	/** The engine was down a moment ago: nothing is offered before it has told its list again. */
	public static function doubt() {
		$kept = get_option( self::OPTION );
		if ( is_array( $kept ) && $kept['ok'] ) {
			update_option( self::OPTION, array_merge( $kept, array( 'at' => time(), 'ok' => false ) ), false );
		}
	}

	/** Whether the engine was told of a status that is none of WooCommerce's own. */
	public static function is_declared( $status ) {
		return in_array( $status, (array) self::told()['statuses'], true );
	}

	/** Whether the engine knows what a status stands for. It knows WooCommerce's own, and what is none of an order, such as the bin. */
	public static function knows_status( $status ) {
		if ( isset( Order_Status_Engine_Guard::EVENTS[ $status ] ) || in_array( $status, Order_Status_Engine_Edits::DRAFTS, true ) || ! array_key_exists( 'wc-' . $status, wc_get_order_statuses() ) ) {
			return true;
		}
		$explained = self::told()['statuses'];
		return null === $explained || in_array( $status, $explained, true );
	}

	public static function forget() {
		delete_option( self::OPTION );
	}

	private static function told() {
		$kept = get_option( self::OPTION );
		$kept = is_array( $kept ) ? $kept : array( 'at' => 0, 'ok' => false, 'methods' => array(), 'follows' => null );
		$kept = array_merge( array( 'statuses' => null ), $kept );
		if ( time() - $kept['at'] < ( $kept['ok'] ? self::FRESH : self::AGAIN ) || '' === Order_Status_Engine_Settings::get( 'URL' ) ) {
			return $kept;
		}
		// Written before the question: whoever comes meanwhile does not ask too.
		update_option( self::OPTION, array_merge( $kept, array( 'at' => time() ) ), false );
		$answer = Order_Status_Engine_Client::send( 'GET', '/payment-methods', null, self::PATIENCE );
		$is_ok  = Order_Status_Engine_Client::ANSWER === $answer['kind'] && isset( $answer['body']['methods'] );
		$now    = array(
			'at'       => time(),
			'ok'       => $is_ok,
			'methods'  => $is_ok ? $answer['body']['methods'] : $kept['methods'],
			'follows'  => $is_ok ? ( isset( $answer['body']['follows'] ) ? $answer['body']['follows'] : null ) : $kept['follows'],
			'statuses' => $is_ok ? ( isset( $answer['body']['statuses'] ) ? $answer['body']['statuses'] : null ) : $kept['statuses'],
		);
		update_option( self::OPTION, $now, false );
		return $now;
	}
}
