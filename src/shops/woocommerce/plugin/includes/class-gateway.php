<?php
/**
 * One payment method of the engine as a payment gateway of WooCommerce.
 */

defined( 'ABSPATH' ) || exit;

final class Order_Status_Engine_Gateway extends WC_Payment_Gateway {
	/** Seconds; the bank opens the payment meanwhile. */
	const PATIENCE = 30;

	/** @var array As the engine offers it. */
	private $method;

	public function __construct( $name, $method ) {
		$this->id                 = $name;
		$this->method             = $method;
		$this->method_title       = $method['title'];
		// Methods of two banks, or of two flows of one, may have the same title.
		/* translators: %s: a bank's flow, in the engine's words */
		$this->method_description = sprintf( __( 'Taken by the Order Status Engine (%s).', 'order-status-engine' ), $method['gateway'] );
		$this->has_fields         = false;
		$this->supports           = array( 'products', 'refunds' );
		$this->init_form_fields();
		$this->init_settings();
		$this->title       = $this->get_option( 'title' );
		$this->description = $this->get_option( 'description' );
		add_action( 'woocommerce_update_options_payment_gateways_' . $this->id, array( $this, 'process_admin_options' ) );
	}

	public function init_form_fields() {
		$this->form_fields = array(
			'enabled'     => array(
				'title'   => __( 'Offer it', 'order-status-engine' ),
				'type'    => 'checkbox',
				'label'   => __( 'Offer this payment method at the checkout', 'order-status-engine' ),
				'default' => 'yes',
			),
			'title'       => array(
				'title'   => __( 'Title', 'order-status-engine' ),
				'type'    => 'text',
				'default' => $this->method['title'],
			),
			'description' => array(
				'title'   => __( 'Description', 'order-status-engine' ),
				'type'    => 'textarea',
				'default' => '',
			),
		);
	}

	public function is_available() {
		return parent::is_available() && Order_Status_Engine_Methods::can_be_offered()
			&& $this->fits_total( Order_Status_Engine_Order::minor( $this->get_order_total(), get_woocommerce_currency() ) ) && $this->fits_country();
	}

	/** What the checkout of blocks decides by, which counts in the browser. */
	public function limits() {
		$digits = Order_Status_Engine_Order::digits( get_woocommerce_currency() );
		return array( 'min' => $this->method['min'], 'max' => $this->method['max'], 'countries' => $this->method['countries'], 'digits' => $digits );
	}

	public function process_payment( $order_id ) {
		$order = wc_get_order( $order_id );
		Order_Status_Engine_Order::tell_of_unread( $order );
		$path  = '/orders/' . $order->get_id() . '/checkout';
		$asked = array( 'gateway' => $this->method['gateway'], 'order' => Order_Status_Engine_Order::told( $order ) );
		if ( null !== $this->method['id'] ) {
			$asked['method'] = $this->method['id'];
		}
		$told = Order_Status_Engine_Client::send( 'POST', $path, $asked, self::PATIENCE );
		if ( Order_Status_Engine_Client::ANSWER === $told['kind'] && isset( $told['body']['result'] ) && 'success' === $told['body']['result'] ) {
			Order_Status_Engine_Edits::is_told( $order );
			$is_paid = ! empty( $told['body']['alreadyPaid'] );
			return array( 'result' => 'success', 'redirect' => $is_paid ? $this->get_return_url( $order ) : $told['body']['redirect'] );
		}
		$why = isset( $told['body']['error'] ) && is_string( $told['body']['error'] ) ? $told['body']['error'] : $told['why'];
		wc_get_logger()->warning( sprintf( 'Order %s: no payment was opened: %s', $order->get_id(), $why ), array( 'source' => 'order-status-engine' ) );
		wc_add_notice( __( 'The payment could not be started. Please try again in a moment, or choose another way to pay.', 'order-status-engine' ), 'error' );
		return array( 'result' => 'failure' );
	}

	public function process_refund( $order_id, $amount = null, $reason = '' ) {
		return Order_Status_Engine_Refunds::refund( wc_get_order( $order_id ), $amount );
	}

	private function fits_total( $total ) {
		return ( null === $this->method['min'] || $total >= $this->method['min'] ) && ( null === $this->method['max'] || $total <= $this->method['max'] );
	}

	/** A customer who has not said yet where he lives is offered it. */
	private function fits_country() {
		$country = WC()->customer ? WC()->customer->get_billing_country() : '';
		return null === $this->method['countries'] || '' === (string) $country || in_array( $country, $this->method['countries'], true );
	}
}
