<?php
/**
 * One payment method of the engine in the checkout that is made of blocks.
 */

defined( 'ABSPATH' ) || exit;

final class Order_Status_Engine_Blocks extends \Automattic\WooCommerce\Blocks\Payments\Integrations\AbstractPaymentMethodType {
	const SCRIPT = 'order-status-engine-blocks';

	/** @var Order_Status_Engine_Gateway */
	private $gateway;

	public function __construct( $gateway ) {
		$this->gateway = $gateway;
		$this->name    = $gateway->id;
	}

	public function initialize() {}

	public function is_active() {
		return 'yes' === $this->gateway->enabled && Order_Status_Engine_Methods::can_be_offered();
	}

	public function get_payment_method_script_handles() {
		return array( self::SCRIPT );
	}

	public function get_payment_method_data() {
		return array_merge(
			$this->gateway->limits(),
			array(
				'title'       => $this->gateway->title,
				'description' => $this->gateway->description,
				'supports'    => $this->gateway->supports,
			)
		);
	}
}
