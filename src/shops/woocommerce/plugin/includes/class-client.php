<?php
/**
 * One request to the engine, and what became of it: its answer, or why there is none.
 */

defined( 'ABSPATH' ) || exit;

final class Order_Status_Engine_Client {
	/** The engine answered: `code` and `body`. */
	const ANSWER = 'answer';
	/** An outage: it was certainly not heard. */
	const DOWN = 'down';
	/** It may have been heard, and be acted on. */
	const LATE = 'late';
	/** A fault of the settings. */
	const MISCONFIGURED = 'misconfigured';

	/** Seconds until a machine that does not answer at all counts as down. */
	const CONNECT = 3;
	/** An engine that was down is not asked again for so many seconds, so that it holds up one person a minute. */
	const REST = 60;
	const RESTING = 'order_status_engine_down';

	/**
	 * @param string     $method   GET or POST.
	 * @param string     $path     Behind the engine's address.
	 * @param array|null $body     Sent as JSON.
	 * @param int        $patience Seconds.
	 * @param array      $headers  Beside the token.
	 * @return array{kind: string, code: int, body: mixed, why: string}
	 */
	public static function send( $method, $path, $body, $patience, $headers = array() ) {
		$url = Order_Status_Engine_Settings::get( 'URL' );
		if ( ! Order_Status_Engine_Settings::is_address( $url ) ) {
			return self::without( self::MISCONFIGURED, 'the address of the engine in the settings is none; it begins with https:// or http://' );
		}
		$resting = get_transient( self::RESTING );
		if ( is_string( $resting ) ) {
			return self::without( self::DOWN, $resting );
		}
		add_action( 'http_api_curl', array( __CLASS__, 'connect_soon' ) );
		$response = wp_remote_request(
			rtrim( $url, '/' ) . $path,
			array(
				'method'      => $method,
				'timeout'     => $patience,
				'redirection' => 0,
				'headers'     => array_merge(
					array(
						'Content-Type'  => 'application/json',
						'Authorization' => 'Bearer ' . Order_Status_Engine_Settings::get( 'TOKEN' ),
					),
					$headers
				),
				'body'        => null === $body ? null : wp_json_encode( $body ),
			)
		);
		remove_action( 'http_api_curl', array( __CLASS__, 'connect_soon' ) );
		$told = is_wp_error( $response ) ? self::unanswered( $response, $patience ) : self::answered( $response );
		if ( self::DOWN === $told['kind'] || ( self::LATE === $told['kind'] && '/healthz' !== $path && ! self::is_alive() ) ) {
			set_transient( self::RESTING, $told['why'], self::REST );
			Order_Status_Engine_Methods::doubt();
		}
		return $told;
	}

	/** Whether an engine that owes an answer says anything at all; one that does not is down for whoever comes next. */
	private static function is_alive() {
		return self::ANSWER === self::send( 'GET', '/healthz', null, self::CONNECT )['kind'];
	}

	/** Whether it was down less than a minute ago. */
	public static function is_resting() {
		return is_string( get_transient( self::RESTING ) );
	}

	public static function connect_soon( $handle ) {
		// phpcs:ignore WordPress.WP.AlternativeFunctions
		curl_setopt( $handle, CURLOPT_CONNECTTIMEOUT, self::CONNECT );
	}

	private static function answered( $response ) {
		$code = (int) wp_remote_retrieve_response_code( $response );
		$body = json_decode( wp_remote_retrieve_body( $response ), true );
		// The engine answers in JSON, and with an object.
		if ( is_array( $body ) && self::is_own( $code, $body ) ) {
			return array( 'kind' => self::ANSWER, 'code' => $code, 'body' => $body, 'why' => '' );
		}
		// A proxy passed it on and has no answer of the engine's: it may be at work on it.
		if ( in_array( $code, array( 502, 504, 520, 524 ), true ) ) {
			return self::without( self::LATE, sprintf( 'a proxy before the engine has no answer of it (HTTP %d); the engine was asked', $code ) );
		}
		if ( 408 === $code || 429 === $code || $code >= 500 ) {
			return self::without( self::DOWN, sprintf( 429 === $code ? 'it is too busy, HTTP %d' : 'it answered HTTP %d', $code ) );
		}
		return self::without( self::MISCONFIGURED, self::fault( $code ) );
	}

	/** Its answers to events, its own words for what it does not know, and whatever it was asked for. */
	private static function is_own( $code, $body ) {
		if ( 404 === $code ) {
			return isset( $body['error']['code'] ) && 'unknown-order' === $body['error']['code'];
		}
		if ( isset( $body['outcome'] ) && is_string( $body['outcome'] ) ) {
			return in_array( $code, array( 200, 202, 409 ), true );
		}
		return 200 === $code && count( array_intersect( array( 'result', 'methods', 'answer', 'allowed', 'ok', 'orders', 'findings', 'banks', 'facts' ), array_keys( $body ) ) ) > 0;
	}

	private static function unanswered( $error, $patience ) {
		$why = substr( wp_strip_all_tags( $error->get_error_message() ), 0, 200 );
		if ( 'http_request_not_executed' === $error->get_error_code() ) {
			return self::without( self::MISCONFIGURED, 'WordPress blocks the request: ' . $why );
		}
		if ( false !== stripos( $why, 'timed out' ) && ! preg_match( '/connect|resolv/i', $why ) ) {
			return self::without( self::LATE, sprintf( 'the engine did not answer within %d seconds', $patience ) );
		}
		// The connection came about and broke: 16, 92 and 95 of HTTP/2 and HTTP/3, 18 half an answer, 52 none, 55 and 56 while sending and receiving.
		if ( preg_match( '/cURL error (16|18|52|55|56|92|95)\b/i', $why ) ) {
			return self::without( self::LATE, 'the connection to the engine broke (' . $why . ')' );
		}
		return self::without( self::DOWN, 'it cannot be reached: ' . $why );
	}

	/** What is wrong, from an answer that is neither the engine's nor an outage's. */
	public static function fault( $code ) {
		if ( 401 === $code ) {
			return 'HTTP 401: the API token in the settings is not ORDER_STATUS_TOKEN of the engine; copy it from the engine\'s .env';
		}
		if ( 403 === $code ) {
			return 'HTTP 403: the API token in the settings may not change orders, or something before the engine blocks this server';
		}
		if ( 404 === $code ) {
			return 'HTTP 404: there is no engine at the address in the settings';
		}
		if ( $code >= 300 && $code < 400 ) {
			return sprintf( 'HTTP %d: the address in the settings leads to another one', $code );
		}
		if ( $code >= 400 ) {
			return sprintf( 'HTTP %d: it did not understand the question; plugin and engine may be of different versions', $code );
		}
		return sprintf( 'HTTP %d: what answers at the address in the settings is not the engine', $code );
	}

	private static function without( $kind, $why ) {
		return array( 'kind' => $kind, 'code' => 0, 'body' => null, 'why' => $why );
	}
}
