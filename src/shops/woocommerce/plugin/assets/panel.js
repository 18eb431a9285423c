/** The panel on the order screen: looks, and sends an event after it has said what would come of it. */
( function () {
	var panel = document.getElementById( 'order-status-engine-panel' );
	var asked = JSON.parse( panel.dataset.asked );
	function ask( what, event ) {
		var body = new URLSearchParams( {
			action: 'order_status_engine_panel',
			_ajax_nonce: asked.nonce,
			order: asked.order,
			what: what,
			event: event || '',
		} );
		return fetch( asked.url, { method: 'POST', credentials: 'same-origin', body: body } )
			.then( function ( answer ) {
				return answer.json();
			} )
			.then( function ( told ) {
				return told.data || {};
			} )
			.catch( function () {
				return {};
			} );
	}
	function show( told ) {
		panel.innerHTML = told.html || '';
		if ( ! told.html ) {
			panel.textContent = asked.none;
		}
	}
	function act( event ) {
		panel.textContent = asked.wait;
		ask( 'do', event ).then( function ( done ) {
			show( done );
			if ( done.says ) {
				var says = document.createElement( 'p' );
				says.textContent = done.says;
				panel.prepend( says );
			}
		} );
	}
	panel.addEventListener( 'click', function ( click ) {
		var event = click.target.dataset.event;
		if ( ! event ) {
			return;
		}
		click.target.disabled = true;
		// A reading changes nothing by itself, so nothing has to be confirmed.
		if ( 'reconcile.asked' === event ) {
			act( event );
			return;
		}
		ask( 'can', event ).then( function ( told ) {
			if ( ! window.confirm( told.says || asked.none ) ) {
				click.target.disabled = false;
				return;
			}
			act( event );
		} );
	} );
	ask( 'look' ).then( show );
} )();
