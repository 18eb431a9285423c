<?php
/**
 * WooCommerce › Order Status Engine: the settings, a test of the connection, and what the engine needs of the shop (a REST
 * key and a webhook), made here and shown once.
 */

defined( 'ABSPATH' ) || exit;

final class Order_Status_Engine_Settings_Page {
	const SLUG  = 'order-status-engine';
	const NONCE = 'order_status_engine_settings';
	const MAY   = 'manage_woocommerce';
	/** What a secret's field holds when nobody has typed: it stays. */
	const SAME = '';

	public static function start( $file ) {
		add_action( 'admin_menu', array( __CLASS__, 'add' ), 60 );
		add_filter( 'plugin_action_links_' . plugin_basename( $file ), array( __CLASS__, 'link' ) );
	}

	public static function add() {
		add_submenu_page( 'woocommerce', 'Order Status Engine', 'Order Status Engine', self::MAY, self::SLUG, array( __CLASS__, 'show' ) );
	}

	public static function link( $links ) {
		return array_merge( array( '<a href="' . esc_url( admin_url( 'admin.php?page=' . self::SLUG ) ) . '">' . esc_html__( 'Settings', 'order-status-engine' ) . '</a>' ), $links );
	}

	public static function show() {
		$done = '';
		if ( isset( $_POST['do'] ) && check_admin_referer( self::NONCE ) && current_user_can( self::MAY ) ) {
			$done = self::act( sanitize_key( $_POST['do'] ) );
		}
		echo '<div class="wrap"><h1>Order Status Engine</h1>' . $done; // phpcs:ignore WordPress.Security.EscapeOutput -- made below.
		echo '<p>' . esc_html__( 'The engine decides about orders that are paid through it; this plugin asks it and shows what it says. Enter the address and both secrets, make the key and the webhook once, then test the connection. Each button saves what you have entered.', 'order-status-engine' ) . '</p>';
		echo '<form method="post">';
		wp_nonce_field( self::NONCE );
		echo '<table class="form-table" role="presentation">';
		self::field( 'URL', __( 'Address of the engine', 'order-status-engine' ), 'url', __( 'Such as https://engine.example', 'order-status-engine' ) );
		self::field( 'TOKEN', __( 'API token', 'order-status-engine' ), 'password', __( 'ORDER_STATUS_TOKEN of the engine', 'order-status-engine' ) );
		self::field( 'SECRET', __( 'Secret of the plugin', 'order-status-engine' ), 'password', __( 'ORDER_STATUS_PLUGIN_SECRET of the engine, at least 16 characters', 'order-status-engine' ) );
		self::when_down();
		echo '</table><p>';
		self::button( 'save', __( 'Save', 'order-status-engine' ), 'button-primary' );
		self::button( 'test', __( 'Test the connection', 'order-status-engine' ) );
		$sure = 0 === Order_Status_Engine_Webhook::id() ? '' : __( 'There is a webhook to the engine already. A new one has a new secret: the engine hears of no change in the shop until you have put the new lines into its .env and started it anew. Go on?', 'order-status-engine' );
		self::button( 'keys', __( 'Make key and webhook for the engine', 'order-status-engine' ), '', $sure );
		echo '</p></form></div>';
	}

	private static function act( $what ) {
		// Whatever is pressed: what was typed counts, and is not lost.
		$wrong = self::save();
		if ( '' !== $wrong ) {
			/* translators: %s: what was typed */
			return self::notice( 'error', sprintf( __( 'Not saved: %s is not the address of an engine. It begins with https:// or http://, such as https://engine.example.', 'order-status-engine' ), $wrong ) );
		}
		if ( 'save' === $what ) {
			return self::notice( 'success', __( 'Saved.', 'order-status-engine' ) );
		}
		if ( 'keys' === $what ) {
			return self::keys();
		}
		$found = Order_Status_Engine_Doctor::findings();
		$html  = self::listed( __( 'Seen from the shop', 'order-status-engine' ), $found );
		return '<div class="notice notice-info">' . $html . self::listed( __( 'Seen from the engine', 'order-status-engine' ), Order_Status_Engine_Doctor::seen_from_engine( array_column( $found, 'says' ) ) ) . '</div>';
	}

	private static function listed( $title, $findings ) {
		$marks = array( 'ok' => '✓ ', 'warning' => '! ', 'wrong' => '✗ ' );
		$html  = '';
		foreach ( $findings as $one ) {
			$html .= '<li>' . ( isset( $marks[ $one['verdict'] ] ) ? $marks[ $one['verdict'] ] : '' ) . esc_html( $one['says'] ) . '</li>';
		}
		return '' === $html ? '' : '<p><strong>' . esc_html( $title ) . '</strong></p><ul>' . $html . '</ul>';
	}

	/** @return string An address that is none, as it was typed: nothing is saved; '' = it is saved. */
	private static function save() {
		$values = array();
		foreach ( Order_Status_Engine_Settings::NAMES as $name ) {
			// phpcs:ignore WordPress.Security -- checked in show(); a secret is kept to the letter.
			$given = isset( $_POST[ $name ] ) && is_string( $_POST[ $name ] ) ? trim( wp_unslash( $_POST[ $name ] ) ) : null;
			if ( null === $given || Order_Status_Engine_Settings::is_constant( $name ) || ( self::SAME === $given && in_array( $name, array( 'TOKEN', 'SECRET' ), true ) ) ) {
				continue;
			}
			$values[ $name ] = 'URL' === $name ? esc_url_raw( $given, array( 'http', 'https' ) ) : $given;
			if ( 'URL' === $name && '' !== $given && ! Order_Status_Engine_Settings::is_address( $given ) ) {
				return $given;
			}
		}
		Order_Status_Engine_Settings::save( $values );
		Order_Status_Engine_Methods::forget();
		delete_transient( Order_Status_Engine_Client::RESTING );
		return '';
	}

	/** As WooCommerce › Settings › Advanced › REST API makes it; the shop keeps no more than its hash. */
	private static function keys() {
		global $wpdb;
		if ( ! Order_Status_Engine_Settings::is_address( Order_Status_Engine_Settings::get( 'URL' ) ) ) {
			return self::notice( 'error', __( 'Enter the address of the engine first.', 'order-status-engine' ) );
		}
		$key     = 'ck_' . wc_rand_hash();
		$secret  = 'cs_' . wc_rand_hash();
		$webhook = bin2hex( random_bytes( 24 ) );
		$wpdb->insert(
			$wpdb->prefix . 'woocommerce_api_keys',
			array(
				'user_id'         => get_current_user_id(),
				'description'     => 'Order Status Engine',
				'permissions'     => 'read_write',
				'consumer_key'    => wc_api_hash( $key ),
				'consumer_secret' => $secret,
				'truncated_key'   => substr( $key, -7 ),
			)
		);
		$before = wc_get_webhook( Order_Status_Engine_Webhook::id() );
		if ( $before ) {
			$before->delete( true );
		}
		Order_Status_Engine_Webhook::create( $webhook );
		$lines = "ORDER_STATUS_WOO_KEY=$key\nORDER_STATUS_WOO_SECRET=$secret\nORDER_STATUS_WOO_WEBHOOK_SECRET=$webhook";
		return self::notice( 'success', __( 'Put these lines into the engine\'s .env, in place of those with the same names, and start it anew. They are shown this once.', 'order-status-engine' ), $lines );
	}

	private static function field( $name, $label, $type, $hint ) {
		$is_constant = Order_Status_Engine_Settings::is_constant( $name );
		$is_secret   = 'password' === $type;
		printf(
			'<tr><th><label for="ose-%1$s">%2$s</label></th><td><input class="regular-text" id="ose-%1$s" name="%1$s" type="%3$s" value="%4$s" placeholder="%5$s" autocomplete="off" %6$s><p class="description">%7$s</p></td></tr>',
			esc_attr( $name ),
			esc_html( $label ),
			esc_attr( $type ),
			esc_attr( $is_secret ? self::SAME : Order_Status_Engine_Settings::get( $name ) ),
			esc_attr( $is_secret ? Order_Status_Engine_Settings::masked( $name ) : '' ),
			disabled( $is_constant, true, false ),
			esc_html( $is_constant ? __( 'Set in wp-config.php', 'order-status-engine' ) : $hint )
		);
	}

	private static function when_down() {
		$is_closed = 'closed' === Order_Status_Engine_Settings::get( 'WHEN_DOWN' );
		$choices   = array(
			'open'   => __( 'a change of status happens as in WooCommerce, with a note', 'order-status-engine' ),
			'closed' => __( 'no change of status of the engine\'s orders happens', 'order-status-engine' ),
		);
		echo '<tr><th><label for="ose-WHEN_DOWN">' . esc_html__( 'While the engine is down', 'order-status-engine' ) . '</label></th><td><select id="ose-WHEN_DOWN" name="WHEN_DOWN" style="max-width:100%"' . disabled( Order_Status_Engine_Settings::is_constant( 'WHEN_DOWN' ), true, false ) . '>';
		foreach ( $choices as $value => $says ) {
			printf( '<option value="%s"%s>%s</option>', esc_attr( $value ), selected( $is_closed, 'closed' === $value, false ), esc_html( $says ) );
		}
		echo '</select></td></tr>';
	}

	/** @param string $sure What a person says yes to first; '' = nothing. */
	private static function button( $what, $says, $kind = '', $sure = '' ) {
		$asks = '' === $sure ? '' : ' onclick="return window.confirm( this.dataset.sure )" data-sure="' . esc_attr( $sure ) . '"';
		// phpcs:ignore WordPress.Security.EscapeOutput -- escaped above.
		printf( '<button class="button %s" name="do" value="%s"%s>%s</button> ', esc_attr( $kind ), esc_attr( $what ), $asks, esc_html( $says ) );
	}

	private static function notice( $kind, $says, $code = '' ) {
		return '<div class="notice notice-' . esc_attr( $kind ) . '"><p>' . esc_html( $says ) . '</p>' . ( '' === $code ? '' : '<pre>' . esc_html( $code ) . '</pre>' ) . '</div>';
	}
}
