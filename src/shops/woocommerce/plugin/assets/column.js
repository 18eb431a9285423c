/** The column of flags in the order list: asks once for all orders, after the list is shown. */
( function ( asked ) {
	var LINES = 'display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:3;overflow:hidden;white-space:normal;border-left:4px solid #dba617;padding-left:6px;font-size:12px;line-height:1.4';
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
				// The first of them in three lines; the whole is the title.
				cell.textContent = flags.length > 0 ? '⚑ ' + ( flags.length > 1 ? flags.length + ': ' : '' ) + flags[ 0 ] : '';
				cell.style.cssText = flags.length > 0 ? LINES : '';
				cell.title = flags.join( '\n' );
				cell.setAttribute( 'role', 'img' );
				cell.setAttribute( 'aria-label', flags.join( ' ' ) );
			} );
		} )
		.catch( function () {} );
} )( window.orderStatusEngineFlags );
