/** A mail as people read it: a few paragraphs and at most one button, as text and as HTML. */
import { m } from '#lib/paraglide/messages.js';

export type Locale = 'en' | 'nb';

export type Letter = {
	locale: Locale;
	subject: string;
	paragraphs: string[];
	button?: { label: string; url: string };
	/** Small print under the rule: why the reader got this. */
	reason: string;
	attachments?: { filename: string; content: string; contentType: string }[];
};

const oneLine = (text: string) => text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim();

const escape = (text: string) => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

/** Subject, text part and HTML part. Names from people are escaped and kept on one line. */
export function renderLetter({ locale, subject, paragraphs, button, reason }: Letter) {
	const text = [
		...paragraphs,
		...(button ? [`${button.label}:\n${button.url}`] : []),
		'— Løfte',
		reason
	].join('\n\n');
	const body = paragraphs.map((paragraph) => `<p>${escape(paragraph)}</p>`).join('');
	const link = button
		? `<p><a href="${escape(button.url)}" style="display:inline-block;background:#faa43a;color:#260e1a;font-weight:600;text-decoration:none;padding:13px 24px;border-radius:999px">${escape(button.label)}</a></p><p style="font-size:13px;color:#5d5359">${escape(m.mail_link_fallback({}, { locale }))}<br><a href="${escape(button.url)}" style="color:#7a2653">${escape(button.url)}</a></p>`
		: '';
	const html = `<!doctype html><html lang="${locale}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escape(oneLine(subject))}</title></head><body style="margin:0;background:#f3f3ed;color:#2c1f27;font:16px/1.55 system-ui,'Segoe UI',sans-serif"><div style="max-width:34em;margin:0 auto;padding:32px 24px"><p style="font:600 22px Georgia,serif;margin:0 0 24px">Løfte</p>${body}${link}<hr style="border:0;border-top:2px solid #2c1f27;margin:32px 0 12px"><p style="font-size:13px;color:#5d5359">${escape(reason)}</p></div></body></html>`;
	return { subject: oneLine(subject), text, html };
}
