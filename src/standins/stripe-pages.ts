import type Stripe from 'stripe';
import type { Answer } from './http.ts';
import { escape, moment, money, page } from './pages.ts';
import { successUrl } from './stripe-objects.ts';
import type { StoredSession } from './stripe-objects.ts';

const NOTE = "Stand-in for Stripe's checkout page – no money moves";

/**
 * The hosted checkout page in each of its states: open, declined, bank transfer on its way, failed,
 * paid, expired.
 *
 * @param message what went wrong with the last click, if something did
 */
export function checkoutPage(
	{ object: session, lines }: StoredSession,
	intent: Stripe.PaymentIntent | null,
	message: string | null,
	status = 200
): Answer {
	const amount = money(
		session.amount_total ?? 0,
		session.currency ?? 'nok',
		session.locale ?? 'en'
	);
	const bought = lines
		.map((line) => escape(line.name) + (line.quantity > 1 ? ` × ${line.quantity}` : ''))
		.join('<br>');
	const heading = `<h1>${bought}</h1>\n<p class="amount">${escape(amount)}</p>`;
	const show = (title: string, body: string) =>
		page(`${title} – ${amount}`, NOTE, `${heading}\n${body}`, { narrow: true, status });
	const note = (said: string) => `<p class="message" role="status">${escape(said)}</p>`;
	const link = (href: string | null, label: string, first = false) =>
		href ? `<a class="button${first ? ' first' : ''}" href="${escape(href)}">${label}</a>` : '';
	const home = successUrl(session);

	if (session.status === 'expired') {
		return show(
			'Expired',
			note('This checkout has expired. Nothing was charged.') +
				`<div class="choices">${link(session.cancel_url, 'Back to the shop')}</div>`
		);
	}
	if (session.status === 'complete' && session.payment_status !== 'unpaid') {
		return show(
			'Paid',
			note('This checkout is paid.') +
				`<div class="choices">${link(home, 'Back to the shop', true)}</div>`
		);
	}
	if (session.status === 'complete' && intent?.status === 'processing') {
		return show(
			'Bank transfer on its way',
			`${note('The order is placed and the money is on its way. With the real service this takes days; here you decide.')}
<div class="choices">
${link(home, 'Back to the shop, still waiting')}
<form method="post"><button class="button first" name="do" value="arrives">The money arrives</button></form>
<form method="post"><button class="button" name="do" value="fails">The transfer fails</button></form>
</div>`
		);
	}
	if (session.status === 'complete') {
		return show(
			'Transfer failed',
			note('The bank transfer failed. Nothing was charged.') +
				`<div class="choices">${link(home, 'Back to the shop', true)}</div>`
		);
	}
	const declined = intent?.last_payment_error
		? 'The card was declined. Nothing was charged; you can try again.'
		: null;
	const said = message ?? declined;
	const email = session.customer_email
		? `<dl><dt>Email</dt><dd>${escape(session.customer_email)}</dd></dl>`
		: '<p><label>Email <input type="email" name="email" autocomplete="email" required></label></p>';
	return show(
		said ? 'Not paid' : 'Pay',
		`<p class="quiet">Open until ${escape(moment(new Date(session.expires_at * 1000)))}</p>
${said ? note(said) : ''}
<form method="post">
${email}
<div class="choices">
<button class="button first" name="do" value="paid">Pay ${escape(amount)}</button>
<button class="button" name="do" value="pending">Pay later by bank</button>
<button class="button" name="do" value="declined">Card is declined</button>
${link(session.cancel_url, 'Cancel')}
</div>
</form>`
	);
}

export function unknownCheckoutPage(): Answer {
	return page('No such checkout', NOTE, '<h1>There is no such checkout</h1>', {
		narrow: true,
		status: 404
	});
}

/** What was bought here, newest first, so that a person finds a bank transfer again. */
export function overviewPage(sessions: StoredSession[]): Answer {
	const rows = sessions
		.toReversed()
		.slice(0, 200)
		.map(({ object, lines }) => {
			const amount = money(object.amount_total ?? 0, object.currency ?? 'nok');
			const state = object.status === 'complete' ? object.payment_status : object.status;
			const who = object.customer_details?.email ?? 'no email yet';
			return `<li><a class="mail" href="/c/pay/${escape(object.id)}"><strong>${escape(lines[0]?.name ?? '')}</strong>
<span>${escape(`${amount} · ${who}`)}</span><span>${escape(state ?? '')}</span></a></li>`;
		});
	const body = rows.length
		? `<ul class="plain">${rows.join('\n')}</ul>`
		: '<p>No checkout was started yet.</p>';
	return page('Checkouts', NOTE, `<h1>Checkouts</h1>\n${body}`);
}
