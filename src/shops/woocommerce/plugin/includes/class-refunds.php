<?php
/**
 * A refund on the order screen: the bank gives the money back through the engine, once, under the refund's own id. The
 * refund stays in the shop when the bank has said yes; else WooCommerce takes it away again, and what the bank carries out
 * later is written by the engine.
 */

defined( 'ABSPATH' ) || exit;

final class Order_Status_Engine_Refunds {
	/** On the refund: the bank has said yes, and it stays. The engine reads it (src/shops/woocommerce/refunds.ts). */
	const CONFIRMED = '_order_status_engine_refund';
	/** On a refund that moved no money: what the bank refunds later is this one, and is not recorded again. */
	const BY_HAND  = 'by-hand';
	/** On the order: so much, in minor units, shop and bank had both refunded when the engine was asked last. */
	const AGREED = '_order_status_engine_refunded';
	/**
	 * On the order, from a refund that the bank had not answered on: so much, in minor units, it had refunded before that the
	 * shop did not show.
	 */
	const AWAITED = '_order_status_engine_refund_awaited';
	/** Seconds that the merchant waits for the bank, and some more for the answer to come. */
	const BANK     = 10;
	const PATIENCE = 13;

	/** The refund that WooCommerce is about to hand to the gateway; it has its id by then. */
	private static $begun = null;
	/** The order whose refund is being written without the bank. */
	private static $by_hand = 0;

	public static function start() {
		add_action( 'woocommerce_create_refund', array( __CLASS__, 'remember' ), 10, 2 );
		add_action( 'woocommerce_refund_created', array( __CLASS__, 'created' ), 10, 2 );
	}

	public static function remember( $refund, $args ) {
		$is_by_hand    = empty( $args['refund_payment'] );
		self::$begun   = $is_by_hand ? null : $refund;
		self::$by_hand = $is_by_hand && ! Order_Status_Engine_Guard::is_engine() ? $refund->get_parent_id() : 0;
		if ( 0 !== self::$by_hand ) {
			$refund->update_meta_data( self::CONFIRMED, self::BY_HAND );
		}
	}

	/** Whether a part was refunded by hand, and it is not known that the bank agrees. Of the whole the engine has a flag. */
	public static function has_part_by_hand( $order ) {
		if ( 'refunded' === $order->get_status() || Order_Status_Engine_Order::minor( $order->get_total_refunded(), $order->get_currency() ) <= (int) $order->get_meta( self::AGREED ) ) {
			return false;
		}
		foreach ( $order->get_refunds() as $refund ) {
			if ( self::BY_HAND === $refund->get_meta( self::CONFIRMED ) ) {
				return true;
			}
		}
		return false;
	}

	/** @return string that the shop has refunded more than the bank; '' = it has not, or the engine cannot be asked. */
	public static function difference( $order ) {
		$currency = $order->get_currency();
		$in_shop  = Order_Status_Engine_Order::minor( $order->get_total_refunded(), $currency );
		if ( $in_shop <= (int) $order->get_meta( self::AGREED ) ) {
			return '';
		}
		$told = Order_Status_Engine_Client::send( 'GET', '/orders/' . $order->get_id(), null, 3 );
		if ( ! isset( $told['body']['facts']['payment']['refunded'] ) ) {
			return '';
		}
		$at_bank = (int) $told['body']['facts']['payment']['refunded'];
		if ( $in_shop <= $at_bank ) {
			$order->update_meta_data( self::AGREED, (string) $in_shop );
			$order->save_meta_data();
			return '';
		}
		/* translators: 1: an amount, 2: an amount */
		$says = sprintf( __( 'The shop has refunds of %1$s, and the bank has refunded %2$s.', 'order-status-engine' ), Order_Status_Engine_Order::price( $in_shop, $currency ), Order_Status_Engine_Order::price( $at_bank, $currency ) );
		return html_entity_decode( $says, ENT_QUOTES );
	}

	public static function is_by_hand( $order ) {
		return 0 !== self::$by_hand && self::$by_hand === $order->get_id();
	}

	/** A refund by hand moved no money: the order says so, and the engine's history has it. */
	public static function created( $id, $args ) {
		$order = 0 === self::$by_hand ? false : wc_get_order( self::$by_hand );
		self::$by_hand = 0;
		if ( ! $order instanceof WC_Order || ! Order_Status_Engine_Methods::is_ours( $order->get_payment_method() ) ) {
			return;
		}
		$amount = wc_format_decimal( $args['amount'], Order_Status_Engine_Order::digits( $order->get_currency() ) );
		/* translators: %s: an amount */
		$order->add_order_note( sprintf( __( 'A refund of %s was recorded by hand: the bank has refunded nothing. If it should, refund it at the bank, or delete this refund and refund it via the payment method.', 'order-status-engine' ), $amount . ' ' . $order->get_currency() ) );
		// With the last refund WooCommerce has set the status, too.
		$event = 'refunded' === $order->get_status()
			? array( 'type' => 'order.seen', 'status' => 'refunded' )
			: array( 'type' => 'order.updated', 'by' => 'shop', 'change' => "refund $id by hand: $amount" );
		$told  = Order_Status_Engine_Client::send( 'POST', '/orders/' . $order->get_id() . '/events', $event, 3, array( 'Prefer' => 'wait=1' ) );
		if ( Order_Status_Engine_Client::ANSWER !== $told['kind'] ) {
			Order_Status_Engine_Notices::log( $order, sprintf( 'the engine was not told of a refund by hand (%s)', $told['why'] ) );
		}
	}

	/** @return true|WP_Error */
	public static function refund( $order, $amount ) {
		$refund      = self::$begun;
		self::$begun = null;
		$minor       = Order_Status_Engine_Order::minor( $amount, $order->get_currency() );
		if ( null === $refund || ! $refund->get_id() || $refund->get_parent_id() !== $order->get_id() ) {
			return new WP_Error( 'order_status_engine', __( 'A refund needs an id of its own, so that the money goes back once.', 'order-status-engine' ) );
		}
		$unknown = __( 'The engine does not know this order.', 'order-status-engine' );
		$told    = Order_Status_Engine_Client::send( 'GET', '/orders/' . $order->get_id(), null, self::BANK );
		if ( ! isset( $told['body']['facts']['payment']['refunded'] ) ) {
			return self::no( Order_Status_Engine_Client::ANSWER === $told['kind'] ? $unknown : $told['why'] );
		}
		$facts = $told['body']['facts'];
		$ahead = (int) $facts['payment']['refunded'] - self::shown( $order, $refund );
		$owed  = self::owed( $order, $facts, $ahead );
		if ( null !== $owed ) {
			return self::no( $owed );
		}
		$event = array(
			'type'   => 'merchant.refundedAmount',
			'via'    => 'dropdown',
			'amount' => $minor,
			'lines'  => self::lines( $refund, $minor ),
			'refund' => (string) $refund->get_id(),
		);
		$told  = Order_Status_Engine_Client::send(
			'POST',
			'/orders/' . $order->get_id() . '/events',
			$event,
			self::PATIENCE,
			array( 'Idempotency-Key' => 'refund-' . $refund->get_id(), 'Prefer' => 'wait=' . self::BANK )
		);
		$outcome = isset( $told['body']['outcome'] ) ? $told['body']['outcome'] : '';
		if ( Order_Status_Engine_Client::LATE === $told['kind'] || 'deferred' === $outcome ) {
			$order->update_meta_data( self::AWAITED, (string) $ahead );
			$order->save_meta_data();
			return self::no( self::under_way() );
		}
		if ( 'moved' === $outcome ) {
			$refund->update_meta_data( self::CONFIRMED, 'confirmed' );
			$refund->save();
			return true;
		}
		if ( Order_Status_Engine_Client::ANSWER !== $told['kind'] ) {
			return self::no( $told['why'] );
		}
		return self::no( ! empty( $told['body']['says'] ) ? $told['body']['says'] : $unknown );
	}

	/** What the merchant saw as refunded when he pressed: a refund that the engine has written since is none that he knew of. */
	private static function shown( $order, $refund ) {
		$shown = 0;
		foreach ( $order->get_refunds() as $other ) {
			$shown += $other->get_id() === $refund->get_id() ? 0 : Order_Status_Engine_Order::minor( $other->get_amount(), $order->get_currency() );
		}
		// phpcs:ignore WordPress.Security.NonceVerification -- WooCommerce has checked the click.
		$page = isset( $_POST['refunded_amount'] ) && is_string( $_POST['refunded_amount'] ) ? sanitize_text_field( wp_unslash( $_POST['refunded_amount'] ) ) : '';
		return is_numeric( $page ) ? min( $shown, Order_Status_Engine_Order::minor( $page, $order->get_currency() ) ) : $shown;
	}

	/**
	 * Why this refund is to wait for the one before, which the bank owes an answer on or the shop does not show yet: else the same
	 * money goes back twice. null = there is none.
	 */
	private static function owed( $order, $facts, $ahead ) {
		$waiting = isset( $facts['waiting'] ) ? array_column( $facts['waiting'], 'type' ) : array();
		if ( isset( $facts['operation']['kind'] ) && 'refund' === $facts['operation']['kind'] || in_array( 'merchant.refundedAmount', $waiting, true ) ) {
			return self::under_way();
		}
		$before = $order->get_meta( self::AWAITED );
		if ( '' === $before ) {
			return null;
		}
		if ( $ahead > (int) $before ) {
			return __( 'The bank has carried out a refund that the order does not show yet. Look at the order again before you refund more. If the refund stays away, record it with Refund manually.', 'order-status-engine' );
		}
		$order->delete_meta_data( self::AWAITED );
		$order->save_meta_data();
		return null;
	}

	private static function under_way() {
		return __( 'The bank has not answered yet. If it gives the money back, the refund appears here by itself; do not refund again before that.', 'order-status-engine' );
	}

	private static function no( $says ) {
		return new WP_Error( 'order_status_engine', $says );
	}

	/** The lines that the refund is for, above zero; null = it is an amount, or they do not add up to it. */
	private static function lines( $refund, $minor ) {
		$lines = array();
		foreach ( Order_Status_Engine_Order::lines( $refund ) as $line ) {
			if ( 0 !== $line['total'] ) {
				$lines[] = array( 'sku' => $line['sku'], 'quantity' => $line['quantity'], 'total' => -$line['total'] );
			}
		}
		return $lines && array_sum( array_column( $lines, 'total' ) ) === $minor ? $lines : null;
	}
}
