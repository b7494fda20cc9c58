import { Resend } from 'resend';
import type { Config } from './config.server.ts';
import type { Mailer } from './outbox.server.ts';

/** Proves who sent a webhook of the mail provider. @throws when the signature does not fit or is older than five minutes */
export type MailProof = (rawBody: string, headers: Headers) => { id: string; payload: unknown };

export function resendProof(
	config: Pick<Config, 'RESEND_API_KEY' | 'RESEND_WEBHOOK_SECRET'>
): MailProof {
	const resend = new Resend(config.RESEND_API_KEY);
	return (rawBody, headers) => {
		const id = headers.get('svix-id') ?? '';
		const payload: unknown = resend.webhooks.verify({
			payload: rawBody,
			headers: {
				id,
				timestamp: headers.get('svix-timestamp') ?? '',
				signature: headers.get('svix-signature') ?? ''
			},
			webhookSecret: config.RESEND_WEBHOOK_SECRET
		});
		return { id, payload };
	};
}

/** The real `resend` library; RESEND_BASE_URL names another service that speaks the same. */
export function resendMailer(
	config: Pick<Config, 'RESEND_API_KEY' | 'RESEND_BASE_URL' | 'MAIL_FROM'>
): Mailer {
	const resend = new Resend(
		config.RESEND_API_KEY,
		config.RESEND_BASE_URL ? { baseUrl: config.RESEND_BASE_URL } : {}
	);
	return async ({ to, subject, text, html, attachments, headers }, idempotencyKey) => {
		const sending = resend.emails.send(
			{
				from: config.MAIL_FROM,
				to,
				subject,
				text,
				html,
				...(headers && { headers }),
				...(attachments && {
					attachments: attachments.map(({ filename, content, contentType }) => ({
						filename,
						content: Buffer.from(content).toString('base64'),
						contentType
					}))
				})
			},
			{ idempotencyKey }
		);
		const late = Symbol('late');
		let timer: NodeJS.Timeout | undefined;
		const answer = await Promise.race([
			// It never throws on a refusal; what throws is the network.
			sending.catch((error: unknown) => ({
				data: null,
				error: { name: 'network', statusCode: null, message: String(error) },
				headers: null
			})),
			new Promise<typeof late>((resolve) => {
				timer = setTimeout(() => resolve(late), 10_000);
			})
		]);
		clearTimeout(timer);
		if (answer === late) return { outcome: 'again', error: 'timeout' };
		if (answer.data) return { outcome: 'sent', providerId: answer.data.id };
		const status = answer.error.statusCode ?? 0;
		const name = answer.error.name;
		if (status === 429) {
			const seconds = Number(answer.headers?.['retry-after'] ?? 1);
			return {
				outcome: 'again',
				error: name,
				afterMs: (Number.isFinite(seconds) ? seconds : 1) * 1000
			};
		}
		// 409: another try with this key is under way; its outcome is looked up by the next try.
		if (status >= 400 && status < 500 && status !== 408 && status !== 409)
			return { outcome: 'failed', error: name };
		return { outcome: 'again', error: name };
	};
}
