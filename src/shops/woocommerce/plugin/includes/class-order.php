<?php
/**
 * An order in the engine's words: money in hundredths, lines with a name each. The engine reads orders over REST in just
 * the same way (src/shops/woocommerce/order.ts), so that both make the same of one order.
 */

defined( 'ABSPATH' ) || exit;

final class Order_Status_Engine_Order {
	/** @return array what `POST /orders/{id}/checkout` takes as `order`. */
	public static function told( $order ) {
		$made = $order->get_date_created();
		return array(
			'status'          => $order->get_status(),
			'total'           => self::minor( $order->get_total() ),
			'currency'        => $order->get_currency(),
			'lines'           => self::lines( $order ),
			'needsProcessing' => $order->needs_processing(),
			'createdAt'       => 1000 * ( $made ? $made->getTimestamp() : time() ),
		);
	}

	/**
	 * @param WC_Abstract_Order $order An order, or a refund, whose amounts are below zero.
	 * @return array<int, array{sku: string, quantity: float, total: int}>
	 */
	public static function lines( $order ) {
		$lines = array();
		foreach ( $order->get_items( 'line_item' ) as $item ) {
			$lines[] = self::line( self::sku( $item ), $item->get_quantity(), $item );
		}
		foreach ( array( 'shipping', 'fee' ) as $kind ) {
			foreach ( $order->get_items( $kind ) as $item ) {
				$of      = (int) $item->get_meta( '_refunded_item_id' );
				$lines[] = self::line( $kind . '-' . ( $of ? $of : $item->get_id() ), 1, $item );
			}
		}
		return $lines;
	}

	public static function minor( $amount ) {
		return (int) round( 100 * (float) $amount );
	}

	private static function line( $sku, $quantity, $item ) {
		$total = self::minor( $item->get_total() ) + self::minor( $item->get_total_tax() );
		return array( 'sku' => $sku, 'quantity' => $quantity ? abs( $quantity ) : 1, 'total' => $total );
	}

	private static function sku( $item ) {
		$product = $item->get_product();
		$sku     = $product ? mb_substr( trim( (string) $product->get_sku() ), 0, 100 ) : '';
		if ( '' !== $sku ) {
			return $sku;
		}
		$of = (int) $item->get_meta( '_refunded_item_id' );
		return $item->get_product_id() ? 'product-' . $item->get_product_id() : 'line-' . ( $of ? $of : $item->get_id() );
	}
}
