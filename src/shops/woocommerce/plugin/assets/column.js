/** The column of flags in the order list: asks once for all orders, after the list is shown. */
( function ( asked ) {
	var cells = document.querySelectorAll( '[data-order-status-engine]' );
	var byHand = Array.prototype.map.call( document.querySelectorAll( '[data-by-hand]' ), function ( cell ) {
		return cell.dataset.orderStatusEngine;
	} );
	var body = new URLSearchParams( { action: asked.action, _ajax_nonce: asked.nonce, by_hand: byHand.join( ',' ) } );
	fetch( asked.url, { method: 'POST', credentials: 'same-origin', body: body } )
		.then( function ( answer ) {
			return answer.json();
		} )
		.then( function ( told ) {
			cells.forEach( function ( cell ) {
				var flags = told.data[ cell.dataset.orderStatusEngine ] || [];
				cell.textContent = flags.length > 0 ? '⚑ ' + flags.length : '';
				cell.title = flags.join( '\n' );
				cell.setAttribute( 'role', 'img' );
				cell.setAttribute( 'aria-label', flags.join( ' ' ) );
			} );
		} )
		.catch( function () {} );
} )( window.orderStatusEngineFlags );
