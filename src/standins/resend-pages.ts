import type { Answer } from './http.ts';
import { escape, moment, page } from './pages.ts';
import type { StoredMail } from './resend-mail.ts';

const NOTE = 'Stand-in for the mail service – nothing here was really sent';
const SHOWN = 300;

/** Mails newest first, as they are given; `to` is what the list was narrowed to. */
export function inboxPage(mails: StoredMail[], to: string): Answer {
	const rows = mails.slice(0, SHOWN).map(
		(mail) => `<li><a class="mail" href="/mail/${mail.id}"><strong>${escape(mail.subject)}</strong>
<span>${escape(mail.to.join(', '))}</span><time datetime="${mail.createdAt}">${escape(moment(new Date(mail.createdAt)))}</time></a></li>`
	);
	const none = to ? 'No mail went to this address.' : 'No mail was sent yet.';
	const more =
		mails.length > SHOWN
			? `<p class="quiet">The newest ${SHOWN} of ${mails.length} are shown.</p>`
			: '';
	return page(
		'Inbox',
		NOTE,
		`<h1>Inbox</h1>
<form class="filter" method="get" action="/">
<label>Recipient <input type="search" name="to" value="${escape(to)}" autocomplete="off"></label>
<button class="button" type="submit">Show</button>
</form>
${rows.length ? `<ul class="plain">${rows.join('\n')}</ul>${more}` : `<p>${none}</p>`}`
	);
}

/**
 * One mail: head, text part, HTML part in a frame that runs no scripts and opens links in the window
 * around it, attachments as downloads, and the technical head at the end.
 */
export function mailPage(mail: StoredMail): Answer {
	const head: [string, string][] = [
		['To', mail.to.join(', ')],
		['From', mail.from],
		...(mail.cc ? [['Copy', mail.cc.join(', ')] as [string, string]] : []),
		...(mail.bcc ? [['Blind copy', mail.bcc.join(', ')] as [string, string]] : []),
		...(mail.replyTo ? [['Reply to', mail.replyTo.join(', ')] as [string, string]] : []),
		['Sent', moment(new Date(mail.createdAt))],
		['State', mail.lastEvent]
	];
	const technical: [string, string][] = [
		...Object.entries(mail.headers),
		...mail.tags.map(({ name, value }): [string, string] => [`Tag ${name}`, value]),
		['Id', mail.id],
		...(mail.idempotencyKey ? [['Key', mail.idempotencyKey] as [string, string]] : [])
	];
	const part = (title: string, body: string) => `<h2>${title}</h2>\n${body}`;
	const attachments = mail.attachments.map(
		({ filename, contentType }, index) =>
			`<li><a class="mail" href="/mail/${mail.id}/attachments/${index}" download><span>${escape(filename)}</span><span class="quiet">${escape(contentType.split(';', 1)[0] ?? '')}</span></a></li>`
	);
	return page(
		mail.subject,
		NOTE,
		`<p><a href="/">Inbox</a></p>
<h1>${escape(mail.subject)}</h1>
${definitions(head)}
${attachments.length ? part('Attachments', `<ul class="plain">${attachments.join('')}</ul>`) : ''}
${mail.text === null ? '' : part('Text', `<pre>${linked(mail.text)}</pre>`)}
${mail.html === null ? '' : part('HTML', frame(mail.html))}
${part('Head', definitions(technical))}`
	);
}

export function unknownMailPage(): Answer {
	return page('No such mail', NOTE, '<h1>There is no such mail</h1><p><a href="/">Inbox</a></p>', {
		status: 404
	});
}

function definitions(pairs: [string, string][]): string {
	return `<dl>${pairs.map(([name, value]) => `<dt>${escape(name)}</dt><dd>${escape(value)}</dd>`).join('')}</dl>`;
}

function frame(html: string): string {
	const base = '<base target="_top">';
	// Before a doctype it would put the mail into quirks mode.
	const document = /<head[^>]*>/i.test(html)
		? html.replace(/<head[^>]*>/i, (head) => head + base)
		: base + html;
	return `<iframe title="HTML part" sandbox="allow-popups allow-top-navigation-by-user-activation" srcdoc="${escape(document)}"></iframe>`;
}

/** Escaped text with its web addresses as links. */
function linked(plain: string): string {
	return plain
		.split(/(https?:\/\/[^\s<>"]*[^\s<>".,;:!?)\]])/)
		.map((piece, index) =>
			index % 2 ? `<a href="${escape(piece)}">${escape(piece)}</a>` : escape(piece)
		)
		.join('');
}
