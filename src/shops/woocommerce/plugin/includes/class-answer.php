<?php
/**
 * One event to the engine, and what follows from its answer for a change of status in WooCommerce.
 */

defined( 'ABSPATH' ) || exit;

final class Order_Status_Engine_Answer {
	const PASS    = 'pass';
	const TAKEN   = 'taken';
	const REFUSED = 'refused';
	/** Seconds; the engine answers when the bank has, or says that it goes on. */
	const PATIENCE = 15;

	/** @return array{verdict: string, says: string, told: bool, code: string, http: int} */
	public static function to( $order, $event ) {
		$path = '/orders/' . rawurlencode( (string) $order->get_id() ) . '/events';
		$told = Order_Status_Engine_Client::send( 'POST', $path, $event, self::PATIENCE );
		switch ( $told['kind'] ) {
			case Order_Status_Engine_Client::ANSWER:
				if ( 404 === $told['code'] ) {
					return self::verdict( self::PASS, '' );
				}
				return isset( $told['body']['outcome'] )
					? self::of_engine( $told['body'] )
					: self::misconfigured( $order, Order_Status_Engine_Client::fault( $told['code'] ) );
			case Order_Status_Engine_Client::LATE:
				return self::maybe_heard( $order, $told['why'] );
			case Order_Status_Engine_Client::DOWN:
				return self::down( $order, $event, $told['why'] );
			default:
				return self::misconfigured( $order, $told['why'] );
		}
	}

	public static function verdict( $verdict, $says, $code = 'order_status_refused', $http = 409 ) {
		return array( 'verdict' => $verdict, 'says' => $says, 'told' => false, 'code' => $code, 'http' => $http );
	}

	/** The engine's own word. */
	private static function of_engine( $body ) {
		$reason = isset( $body['reason'] ) && is_string( $body['reason'] ) ? $body['reason'] : '';
		$says   = isset( $body['says'] ) && is_string( $body['says'] ) ? $body['says'] : $reason;
		if ( 'refused' === $body['outcome'] ) {
			return self::verdict( self::REFUSED, $says );
		}
		// The engine is there already, and only the shop is not.
		if ( 'ignored' === $body['outcome'] && 'same-status' === $reason ) {
			return self::verdict( self::PASS, '' );
		}
		return self::verdict( self::TAKEN, 'moved' === $body['outcome'] ? 'the engine changes the status' : $says );
	}

	/** The question may have arrived and be acted on: to go on here as well would be two hands at once. */
	private static function maybe_heard( $order, $why ) {
		$says = $why . ' and may still be at work on it; nothing was changed here';
		return self::told( $order, self::verdict( self::REFUSED, $says, 'order_status_engine_late', 504 ) );
	}

	/** An outage: the one case that WHEN_DOWN is about. An unpaid order waits: it may be paid, and nobody can ask. */
	private static function down( $order, $event, $why ) {
		$waits = 'shop.holdStockDue' === $event['type'];
		if ( $waits || 'closed' === Order_Status_Engine_Settings::get( 'WHEN_DOWN' ) ) {
			$says = sprintf( $waits ? 'the engine cannot be asked (%s); the unpaid order is kept' : 'the engine cannot be asked (%s); nothing was changed', $why );
			return self::told( $order, self::verdict( self::REFUSED, $says, 'order_status_engine_down', 503 ) );
		}
		$says = sprintf( 'the engine cannot be asked (%s); the status is changed without it', $why );
		$order->add_order_note( ucfirst( $says ) . '.' );
		return self::told( $order, self::verdict( self::PASS, $says ) );
	}

	/** Somebody has to put a setting right; until then a wrong token or address must not let everything through. */
	private static function misconfigured( $order, $why ) {
		$says = sprintf( 'the engine cannot be asked (%s); nothing was changed, because this is a fault of the settings', $why );
		return self::told( $order, self::verdict( self::REFUSED, $says, 'order_status_engine_misconfigured', 500 ) );
	}

	private static function told( $order, $answer ) {
		Order_Status_Engine_Notices::log( $order, $answer['says'] );
		return array_merge( $answer, array( 'told' => true ) );
	}
}
