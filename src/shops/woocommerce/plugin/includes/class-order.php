<?php
/**
 * An order in the engine's words: money in the minor units of its currency, lines with a name each. The engine reads orders over REST in just
 * the same way (src/shops/woocommerce/order.ts), so that both make the same of one order.
 */

defined( 'ABSPATH' ) || exit;

final class Order_Status_Engine_Order {
	/** @return array what `POST /orders/{id}/checkout` takes as `order`. */
	public static function told( $order ) {
		$made = $order->get_date_created();
		return array(
			'status'          => $order->get_status(),
			'total'           => self::minor( $order->get_total(), $order->get_currency() ),
			'currency'        => $order->get_currency(),
			'lines'           => self::whole( $order ),
			'needsProcessing' => $order->needs_processing(),
			'createdAt'       => 1000 * ( $made ? $made->getTimestamp() : time() ),
		);
	}

	/** The lines, and one more for what the total has and no line: the engine takes no order whose lines miss its total. */
	private static function whole( $order ) {
		$lines = self::lines( $order );
		$rest  = self::minor( $order->get_total(), $order->get_currency() ) - array_sum( array_column( $lines, 'total' ) );
		if ( $lines && 0 !== $rest ) {
			$type    = $rest < 0 ? 'discount' : 'fee';
			$lines[] = array( 'sku' => 'difference', 'quantity' => 1, 'total' => $rest, 'description' => 'Difference to the total', 'type' => $type );
		}
		return $lines;
	}

	/**
	 * @param WC_Abstract_Order $order An order, or a refund, whose amounts are below zero.
	 * @return array<int, array{sku: string, quantity: float, total: int, description?: string, vat?: int, type?: string}>
	 */
	public static function lines( $order ) {
		$lines = array();
		$currency = $order->get_currency();
		foreach ( $order->get_items( 'line_item' ) as $item ) {
			$lines[] = self::line( self::sku( $item ), $item->get_quantity(), $item, $currency );
		}
		foreach ( array( 'shipping', 'fee' ) as $kind ) {
			foreach ( $order->get_items( $kind ) as $item ) {
				$of      = (int) $item->get_meta( '_refunded_item_id' );
				$line    = self::line( $kind . '-' . ( $of ? $of : $item->get_id() ), 1, $item, $currency );
				$type    = 'fee' === $kind && $line['total'] < 0 ? 'discount' : $kind;
				$lines[] = array_merge( $line, array( 'type' => $type ) );
			}
		}
		return $lines;
	}

	/** Kept with the order: which costs its note tells of. */
	const UNREAD = '_order_status_engine_unread';

	/** A note for whoever looks at the order, once: costs that are no number count as 0. */
	public static function tell_of_unread( $order ) {
		$unread = implode( ', ', self::unread( $order ) );
		if ( '' === $unread || $order->get_meta( self::UNREAD ) === $unread ) {
			return;
		}
		$order->update_meta_data( self::UNREAD, $unread );
		$order->save_meta_data();
		$order->add_order_note( 'Counted as 0, because it is no number: ' . $unread );
	}

	/** @return string[] each with the line that it stands on. What costs nothing says so with nothing. */
	public static function unread( $order ) {
		$unread = array();
		foreach ( array( 'line_item', 'shipping', 'fee' ) as $kind ) {
			foreach ( $order->get_items( $kind ) as $item ) {
				foreach ( array( $item->get_total(), $item->get_total_tax() ) as $told ) {
					if ( is_string( $told ) && '' !== trim( $told ) && ! is_numeric( $told ) ) {
						$unread[] = self::cut( self::trimmed( $item->get_name() ), 100 ) . ': ' . self::cut( $told, 50 );
					}
				}
			}
		}
		return $unread;
	}

	/** ISO 4217's currencies with another number of digits than two, as the engine counts them (src/core/money.ts). */
	const DIGITS = array(
		0 => 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF',
		3 => 'BHD IQD JOD KWD LYD OMR TND',
		4 => 'CLF UYW',
	);

	/** Digits of the minor unit: the engine's, whatever the shop shows. */
	public static function digits( $currency ) {
		foreach ( self::DIGITS as $digits => $currencies ) {
			if ( in_array( strtoupper( $currency ), explode( ' ', $currencies ), true ) ) {
				return $digits;
			}
		}
		return 2;
	}

	public static function minor( $amount, $currency ) {
		return (int) round( pow( 10, self::digits( $currency ) ) * (float) $amount );
	}

	/** For people, as the shop writes prices. */
	public static function price( $minor, $currency ) {
		return wp_strip_all_tags( wc_price( $minor / pow( 10, self::digits( $currency ) ), array( 'currency' => $currency ) ) );
	}

	/** What a line costs. Extensions leave text there that is no number, or nothing: that costs 0. */
	private static function cost( $told, $currency ) {
		return is_numeric( $told ) ? self::minor( $told, $currency ) : 0;
	}

	/** What JavaScript trims; PCRE's \s has U+0085 and U+180E besides. */
	const SPACE = '[\x09-\x0D\p{Z}\x{FEFF}]';

	/** Without spaces at its ends. A row of spaces within is tried once, not at each of them. What is no UTF-8 is nothing. */
	private static function trimmed( $text ) {
		$space = self::SPACE;
		return (string) preg_replace( "/\\A$space++|(?<!$space)$space++\\z/u", '', (string) $text );
	}

	/** As the engine counts characters, in units of UTF-16, and no half of one; a control character, which it refuses, is a space. */
	private static function cut( $text, $most ) {
		$kept = '';
		$characters = preg_split( '//u', $text, -1, PREG_SPLIT_NO_EMPTY );
		foreach ( $characters ? $characters : array() as $character ) {
			$most -= 4 === strlen( $character ) ? 2 : 1;
			if ( $most < 0 ) {
				break;
			}
			$kept .= $character;
		}
		return (string) preg_replace( '/(?![\n\t])\p{Cc}/u', ' ', $kept );
	}

	private static function line( $sku, $quantity, $item, $currency ) {
		$vat  = self::cost( $item->get_total_tax(), $currency );
		$name = self::cut( self::trimmed( $item->get_name() ), 200 );
		$line = array( 'sku' => $sku, 'quantity' => $quantity ? abs( $quantity ) : 1, 'total' => self::cost( $item->get_total(), $currency ) + $vat );
		if ( '' !== $name && $name !== $sku ) {
			$line['description'] = $name;
		}
		if ( 0 !== $vat ) {
			$line['vat'] = $vat;
		}
		return $line;
	}

	private static function sku( $item ) {
		$product = $item->get_product();
		$sku     = $product ? self::cut( self::trimmed( $product->get_sku() ), 100 ) : '';
		if ( '' !== $sku ) {
			return $sku;
		}
		$of = (int) $item->get_meta( '_refunded_item_id' );
		return $item->get_product_id() ? 'product-' . $item->get_product_id() : 'line-' . ( $of ? $of : $item->get_id() );
	}
}
