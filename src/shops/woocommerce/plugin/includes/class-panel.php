<?php
/**
 * The engine's word on the order screen: why the order is where it is, what comes next, what to do, and a button for each
 * remedy. It is fetched when the page stands, so that the engine holds up no page; a button first says what would come of it.
 */

defined( 'ABSPATH' ) || exit;

final class Order_Status_Engine_Panel {
	const ACTION   = 'order_status_engine_panel';
	const BOX      = 'order-status-engine';
	const PATIENCE = 3;
	/** What a button may send: events that need no more than their name. */
	const EVENTS = array( 'merchant.completed', 'merchant.cancelled', 'merchant.captured', 'merchant.released', 'merchant.recalculated', 'merchant.endedWait', 'merchant.acknowledged', 'reconcile.asked' );

	public static function start() {
		// After WooCommerce has added its own boxes.
		add_action( 'add_meta_boxes', array( __CLASS__, 'add' ), 40, 2 );
		add_action( 'wp_ajax_' . self::ACTION, array( __CLASS__, 'answer' ) );
	}

	/** On both order screens: that of orders in tables of their own, and that of orders as posts. */
	public static function add( $screen, $of ) {
		$order = $of instanceof WP_Post ? wc_get_order( $of->ID ) : $of;
		if ( $order instanceof WC_Order && Order_Status_Engine_Methods::is_ours( $order->get_payment_method() ) ) {
			add_meta_box( self::BOX, 'Order Status Engine', array( __CLASS__, 'show' ), $screen, 'side', 'high' );
			self::put_below_actions( convert_to_screen( $screen )->id );
		}
	}

	/** Seen without scrolling, unless this person has put the boxes in an order of his own. */
	private static function put_below_actions( $page ) {
		global $wp_meta_boxes;
		$boxes = isset( $wp_meta_boxes[ $page ]['side']['high'] ) ? $wp_meta_boxes[ $page ]['side']['high'] : array();
		if ( isset( $boxes[ self::BOX ], $boxes['woocommerce-order-actions'] ) ) {
			$own = array( self::BOX => $boxes[ self::BOX ] );
			unset( $boxes[ self::BOX ] );
			$at = 1 + array_search( 'woocommerce-order-actions', array_keys( $boxes ), true );
			// phpcs:ignore WordPress.WP.GlobalVariablesOverride -- the order of the boxes is nowhere else.
			$wp_meta_boxes[ $page ]['side']['high'] = array_slice( $boxes, 0, $at, true ) + $own + array_slice( $boxes, $at, null, true );
		}
	}

	public static function show( $of ) {
		$order = $of instanceof WP_Post ? wc_get_order( $of->ID ) : $of;
		$asked = array(
			'url'   => admin_url( 'admin-ajax.php' ),
			'order' => $order->get_id(),
			'nonce' => wp_create_nonce( self::ACTION . $order->get_id() ),
			'wait'  => __( 'Asking the engine…', 'order-status-engine' ),
			'none'  => __( 'The engine cannot be asked now.', 'order-status-engine' ),
		);
		// The status that this screen shows: what is saved from it unchanged was chosen by nobody.
		printf( '<input type="hidden" name="%s" value="%s">', esc_attr( Order_Status_Engine_Guard::SEEN ), esc_attr( $order->get_status() ) );
		printf( '<div id="order-status-engine-panel" data-asked="%s">%s</div>', esc_attr( wp_json_encode( $asked ) ), esc_html( $asked['wait'] ) );
		// phpcs:ignore WordPress.WP.AlternativeFunctions -- a file of this plugin.
		wp_print_inline_script_tag( file_get_contents( dirname( __DIR__ ) . '/assets/panel.js' ) );
	}

	/** For the script: `look`, `can` (what would come of an event) or `do`. */
	public static function answer() {
		$id = isset( $_POST['order'] ) ? absint( $_POST['order'] ) : 0;
		check_ajax_referer( self::ACTION . $id );
		$order = wc_get_order( $id );
		if ( ! $order || ! current_user_can( 'edit_shop_orders' ) ) {
			wp_send_json_error( null, 403 );
		}
		$what  = isset( $_POST['what'] ) ? sanitize_key( $_POST['what'] ) : 'look';
		$event = isset( $_POST['event'] ) && in_array( $_POST['event'], self::EVENTS, true ) ? sanitize_text_field( wp_unslash( $_POST['event'] ) ) : '';
		if ( 'look' !== $what && '' === $event ) {
			wp_send_json_error( null, 400 );
		}
		if ( 'can' === $what ) {
			wp_send_json_success( array( 'says' => self::can( $id, $event ) ) );
		}
		if ( 'do' === $what ) {
			$answer = Order_Status_Engine_Answer::to( $order, self::named( $event ) );
			// Of a reading the panel says what came of it.
			$says = 'reconcile.asked' === $event && ! $answer['told'] ? __( 'The bank was asked.', 'order-status-engine' ) : $answer['says'];
			wp_send_json_success( array( 'says' => $says, 'html' => self::html( $order ) ) );
		}
		wp_send_json_success( array( 'html' => self::html( $order ) ) );
	}

	private static function named( $event ) {
		return 'reconcile.asked' === $event ? array( 'type' => $event ) : array( 'type' => $event, 'via' => 'dropdown' );
	}

	/** What would come of it, in a sentence that ends in a question. */
	private static function can( $id, $event ) {
		$told = Order_Status_Engine_Client::send( 'POST', "/orders/$id/can", self::named( $event ), self::PATIENCE );
		if ( Order_Status_Engine_Client::ANSWER !== $told['kind'] ) {
			return __( 'The engine cannot be asked now.', 'order-status-engine' );
		}
		$body = $told['body'];
		if ( empty( $body['allowed'] ) ) {
			$why = ! empty( $body['says'] ) ? $body['says'] : ( isset( $body['reason'] ) ? $body['reason'] : '' );
			/* translators: %s: why */
			return sprintf( __( 'As far as the engine knows, this is not possible: %s Ask the bank all the same?', 'order-status-engine' ), $why );
		}
		if ( empty( $body['to'] ) ) {
			return __( 'The bank is asked first. Go on?', 'order-status-engine' );
		}
		/* translators: %s: a status */
		return sprintf( __( 'The order would be: %s. Go on?', 'order-status-engine' ), wc_get_order_status_name( $body['to'] ) );
	}

	private static function html( $order ) {
		$id   = $order->get_id();
		$told = Order_Status_Engine_Client::send( 'GET', "/orders/$id/why", null, self::PATIENCE );
		if ( Order_Status_Engine_Client::ANSWER !== $told['kind'] ) {
			/* translators: %s: why not */
			return '<p>' . esc_html( sprintf( __( 'The engine cannot be asked now (%s).', 'order-status-engine' ), $told['why'] ) ) . '</p>';
		}
		if ( 404 === $told['code'] ) {
			return '<p>' . esc_html__( 'The engine does not know this order.', 'order-status-engine' ) . '</p>';
		}
		$why        = $told['body'];
		$difference = Order_Status_Engine_Refunds::difference( $order );
		$html       = '<p><strong>' . self::said( $why['answer'] ) . '</strong></p>';
		$remedies   = array();
		foreach ( $why['flags'] as $flag ) {
			$remedies[] = $flag['remedy'];
			$html      .= self::flag( self::said( $flag['says'] ), self::said( $flag['remedy'] ) );
		}
		// The call that is under way, where a flag is told first.
		foreach ( isset( $why['notes'] ) ? $why['notes'] : array() as $note ) {
			if ( 'call' === $note['kind'] ) {
				$html .= '<p>' . self::said( $note['says'] ) . '</p>';
			}
		}
		if ( '' !== $difference ) {
			$html .= self::flag( esc_html( $difference ), esc_html__( 'Refund it at the bank, or delete this refund here and refund it via the payment method.', 'order-status-engine' ) );
		}
		$html .= self::paragraph( __( 'What comes next', 'order-status-engine' ), self::said( $why['next']['says'] ) );
		// A flag has said it already, or says something else than the engine, which knows nothing of a part by hand.
		if ( ! in_array( $why['action']['says'], $remedies, true ) && ( '' === $difference || $why['flags'] ) ) {
			$html .= self::paragraph( __( 'What to do', 'order-status-engine' ), self::said( $why['action']['says'] ) );
		}
		foreach ( array_intersect( self::EVENTS, $why['action']['events'] ) as $event ) {
			$html .= sprintf( '<button type="button" class="button" data-event="%s">%s</button> ', esc_attr( $event ), esc_html( self::label( $event ) ) );
		}
		$inspector = rtrim( Order_Status_Engine_Settings::get( 'URL' ), '/' ) . '/inspector/orders/' . rawurlencode( (string) $id );
		return $html . '<p><a href="' . esc_url( $inspector ) . '" target="_blank" rel="noopener">' . esc_html__( 'All steps, in the inspector', 'order-status-engine' ) . '</a></p>';
	}

	/** @param string $says HTML, and so is the other. */
	private static function flag( $says, $remedy ) {
		return '<p style="border-left:4px solid #dba617;padding-left:8px">⚑ ' . $says . '<br>' . $remedy . '</p>';
	}

	/** @param string $says HTML. */
	private static function paragraph( $title, $says ) {
		return '<p><em>' . esc_html( $title ) . '</em><br>' . $says . '</p>';
	}

	/** In the language of whoever looks, and in the shop's time. */
	private static function said( $said ) {
		$tongue = 0 === strpos( get_user_locale(), 'sv' ) ? 'sv' : 'en';
		$says   = isset( $said[ $tongue ] ) ? $said[ $tongue ] : '';
		$local  = preg_replace_callback(
			'/\b\d{4}-\d\d-\d\d \d\d:\d\d(?::\d\d)? UTC\b/',
			function ( $found ) {
				return wp_date( get_option( 'date_format' ) . ' ' . get_option( 'time_format' ), strtotime( $found[0] ) );
			},
			$says
		);
		return esc_html( $local );
	}

	private static function label( $event ) {
		$labels = array(
			'merchant.completed'    => __( 'Complete and capture', 'order-status-engine' ),
			'merchant.cancelled'    => __( 'Cancel', 'order-status-engine' ),
			'merchant.captured'     => __( 'Capture', 'order-status-engine' ),
			'merchant.released'     => __( 'Release the rest', 'order-status-engine' ),
			'merchant.recalculated' => __( 'Recalculate', 'order-status-engine' ),
			'merchant.endedWait'    => __( 'End the wait', 'order-status-engine' ),
			'merchant.acknowledged' => __( 'I have settled it', 'order-status-engine' ),
			'reconcile.asked'       => __( 'Read the payment now', 'order-status-engine' ),
		);
		return $labels[ $event ];
	}
}
