<?php
/**
 * What the shop finds of its set-up: the engine, the token, the secret, the webhook. Shown on the settings page and in
 * Tools › Site Health, and told to `order-status woo doctor` over REST.
 */

defined( 'ABSPATH' ) || exit;

final class Order_Status_Engine_Doctor {
	const PATIENCE = 3;
	/** The engine asks the shop nine questions. */
	const ENGINE_PATIENCE = 20;
	/** WooCommerce takes the keys of its REST API below `wc-`. */
	const SPACE = 'wc-order-status-engine/v1';
	const OK    = 'ok';
	const WRONG = 'wrong';

	public static function start() {
		add_action( 'rest_api_init', array( __CLASS__, 'add_route' ) );
		add_filter( 'site_status_tests', array( __CLASS__, 'add_to_site_health' ) );
	}

	public static function add_route() {
		register_rest_route(
			self::SPACE,
			'/doctor',
			array(
				'methods'             => 'GET',
				'callback'            => array( __CLASS__, 'answer' ),
				'permission_callback' => function () {
					return current_user_can( 'edit_shop_orders' );
				},
			)
		);
	}

	/** @param WP_REST_Request $request Signed, where the engine has a secret of the plugin. */
	public static function answer( $request ) {
		$found = self::findings();
		if ( '' !== (string) $request->get_header( 'x_order_status_signature' ) && ! Order_Status_Engine_Guard::is_engine() ) {
			$found[] = self::finding( 'secret', false, __( 'The secret of the plugin is another than the engine\'s: enter ORDER_STATUS_PLUGIN_SECRET of the engine\'s .env at WooCommerce › Order Status Engine, and save.', 'order-status-engine' ) );
		}
		return array( 'url' => Order_Status_Engine_Settings::get( 'URL' ), 'findings' => $found );
	}

	/** @return array<int, array{check: string, verdict: string, says: string}> */
	public static function findings() {
		delete_transient( Order_Status_Engine_Client::RESTING );
		Order_Status_Engine_Methods::forget();
		$health = Order_Status_Engine_Client::send( 'GET', '/healthz', null, self::PATIENCE );
		if ( Order_Status_Engine_Client::ANSWER !== $health['kind'] ) {
			/* translators: %s: why not */
			$says = sprintf( __( 'The engine cannot be asked: %s', 'order-status-engine' ), $health['why'] );
			$hint = Order_Status_Engine_Client::DOWN === $health['kind'] ? ' — ' . __( 'Is it started (npx order-status serve), and is its address right?', 'order-status-engine' ) : '';
			return array( self::finding( 'engine', false, $says . $hint ) );
		}
		$found = array( self::finding( 'engine', true, __( 'The engine answers.', 'order-status-engine' ) ) );
		$told  = Order_Status_Engine_Client::send( 'GET', '/payment-methods', null, self::PATIENCE );
		$is_ok = Order_Status_Engine_Client::ANSWER === $told['kind'];
		if ( ! $is_ok ) {
			return array_merge( $found, array( self::finding( 'token', false, $told['why'] ) ) );
		}
		$titles = array_column( Order_Status_Engine_Methods::all(), 'title' );
		return array_merge( $found, array( self::finding( 'token', true, __( 'It takes the token.', 'order-status-engine' ) ), self::methods( $titles ), self::secret(), self::webhook() ) );
	}

	/**
	 * What the engine finds of this shop, with keys of its own (`order-status woo doctor`), and of its banks.
	 *
	 * @param string[] $said What stands on the page already: the engine asks this shop, and repeats it.
	 * @return array<int, array{check: string, verdict: string, says: string}>
	 */
	public static function seen_from_engine( $said = array() ) {
		$found = array();
		foreach ( array( '/doctor' => 'findings', '/banks' => 'banks' ) as $path => $name ) {
			$told = Order_Status_Engine_Client::send( 'GET', $path, null, self::ENGINE_PATIENCE );
			if ( in_array( $told['kind'], array( Order_Status_Engine_Client::LATE, Order_Status_Engine_Client::DOWN ), true ) ) {
				/* translators: %s: why not */
				$found[] = self::finding( $name, false, sprintf( __( 'The engine has not said what it finds: %s', 'order-status-engine' ), $told['why'] ) );
				// What does not answer once is not waited for again, and said once.
				break;
			}
			$all  = Order_Status_Engine_Client::ANSWER === $told['kind'] && isset( $told['body'][ $name ] ) && is_array( $told['body'][ $name ] ) ? $told['body'][ $name ] : array();
			foreach ( $all as $one ) {
				if ( in_array( $one['says'], $said, true ) ) {
					continue;
				}
				// Of a bank: the store and its payment methods, or why it does not take the key.
				$about   = isset( $one['gateway'] ) ? $one['gateway'] . ': ' : '';
				$fix     = empty( $one['fix'] ) ? '' : ' (' . $one['fix'] . ')';
				$found[] = array( 'check' => isset( $one['check'] ) ? $one['check'] : 'bank', 'verdict' => $one['verdict'], 'says' => $about . $one['says'] . $fix );
			}
		}
		return $found;
	}

	public static function add_to_site_health( $tests ) {
		$tests['direct']['order_status_engine'] = array( 'label' => 'Order Status Engine', 'test' => array( __CLASS__, 'site_health' ) );
		return $tests;
	}

	public static function site_health() {
		$wrong = array();
		foreach ( self::findings() as $one ) {
			if ( self::OK !== $one['verdict'] ) {
				$wrong[] = '<p>' . esc_html( $one['says'] ) . '</p>';
			}
		}
		return array(
			'label'       => $wrong ? __( 'The Order Status Engine is not set up completely', 'order-status-engine' ) : __( 'The Order Status Engine works', 'order-status-engine' ),
			'status'      => $wrong ? 'critical' : 'good',
			'badge'       => array( 'label' => 'WooCommerce', 'color' => $wrong ? 'red' : 'blue' ),
			'description' => $wrong ? implode( '', $wrong ) : '<p>' . esc_html__( 'The engine answers, and the webhook tells it of changed orders.', 'order-status-engine' ) . '</p>',
			'actions'     => '<a href="' . esc_url( admin_url( 'admin.php?page=' . Order_Status_Engine_Settings_Page::SLUG ) ) . '">' . esc_html__( 'Settings', 'order-status-engine' ) . '</a>',
			'test'        => 'order_status_engine',
		);
	}

	private static function methods( $titles ) {
		/* translators: %s: payment methods */
		$says = $titles ? sprintf( __( 'It offers: %s', 'order-status-engine' ), implode( ', ', $titles ) ) : __( 'It offers no payment method: its bank does not answer, or lists none.', 'order-status-engine' );
		return self::finding( 'methods', (bool) $titles, $says );
	}

	private static function secret() {
		$is_long = strlen( Order_Status_Engine_Settings::get( 'SECRET' ) ) >= 16;
		return self::finding( 'secret', $is_long, $is_long ? __( 'There is a secret of the plugin.', 'order-status-engine' ) : __( 'The secret of the plugin is missing, or shorter than 16 characters.', 'order-status-engine' ) );
	}

	/** Delivered as WooCommerce delivers, with a body that names no order. */
	private static function webhook() {
		$webhook = wc_get_webhook( Order_Status_Engine_Webhook::id() );
		if ( ! $webhook || 'active' !== $webhook->get_status() ) {
			return self::finding( 'webhook', false, __( 'There is no active webhook to the engine: press "Make key and webhook for the engine".', 'order-status-engine' ) );
		}
		$headers = array( 'Content-Type' => 'application/json', 'X-WC-Webhook-Signature' => $webhook->generate_signature( '{}' ) );
		$told    = wp_safe_remote_post( $webhook->get_delivery_url(), array( 'body' => '{}', 'headers' => $headers, 'timeout' => self::PATIENCE, 'redirection' => 0 ) );
		$code    = is_wp_error( $told ) ? 0 : (int) wp_remote_retrieve_response_code( $told );
		if ( 200 === $code ) {
			return self::finding( 'webhook', true, __( 'The webhook to the engine is active, and the engine takes its signature.', 'order-status-engine' ) );
		}
		if ( 401 === $code ) {
			return self::finding( 'webhook', false, __( 'The engine does not take the webhook\'s signature: ORDER_STATUS_WOO_WEBHOOK_SECRET of the engine is another than the webhook\'s secret. Press "Make key and webhook for the engine" again, put all three lines into the engine\'s .env, and start it anew.', 'order-status-engine' ) );
		}
		/* translators: %s: what came instead */
		return self::finding( 'webhook', false, sprintf( __( 'The webhook does not reach the engine: %s', 'order-status-engine' ), is_wp_error( $told ) ? $told->get_error_message() : "HTTP $code" ) );
	}

	private static function finding( $check, $is_ok, $says ) {
		return array( 'check' => $check, 'verdict' => $is_ok ? self::OK : self::WRONG, 'says' => $says );
	}
}
