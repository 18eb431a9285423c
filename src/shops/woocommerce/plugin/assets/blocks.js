/** The engine's payment methods in the checkout of blocks. Written as browsers run it: there is no build step. */
( function ( registry, settings, element, entities ) {
	window.orderStatusEngineMethods.forEach( function ( name ) {
		var method = settings.getSetting( name + '_data', null );
		if ( method === null ) {
			return;
		}
		var title = entities.decodeEntities( method.title );
		var content = element.createElement( 'div', null, entities.decodeEntities( method.description ) );
		registry.registerPaymentMethod( {
			name: name,
			label: element.createElement( 'span', null, title ),
			ariaLabel: title,
			content: content,
			edit: content,
			canMakePayment: function ( cart ) {
				// Both in a smallest unit: the shop's has as many digits as it shows, the engine's those of the currency.
				var digits = cart.cartTotals.currency_minor_unit;
				var total = Number( cart.cartTotals.total_price ) * Math.pow( 10, method.digits - digits );
				var country = ( cart.billingAddress || {} ).country;
				return (
					( method.min === null || total >= method.min ) &&
					( method.max === null || total <= method.max ) &&
					( method.countries === null || ! country || method.countries.indexOf( country ) >= 0 )
				);
			},
			supports: { features: method.supports },
		} );
	} );
} )( window.wc.wcBlocksRegistry, window.wc.wcSettings, window.wp.element, window.wp.htmlEntities );
