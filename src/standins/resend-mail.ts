/** A mail as the stand-in keeps it, for its calls and for its pages. */
import type { GetEmailResponseSuccess } from 'resend';

export interface StoredAttachment {
	filename: string;
	contentType: string;
	/** base64 */
	content: string;
}

export interface StoredMail {
	id: string;
	/** ISO instant on the stand-in's clock */
	createdAt: string;
	from: string;
	to: string[];
	cc: string[] | null;
	bcc: string[] | null;
	replyTo: string[] | null;
	subject: string;
	html: string | null;
	text: string | null;
	headers: Record<string, string>;
	tags: { name: string; value: string }[];
	attachments: StoredAttachment[];
	scheduledAt: string | null;
	lastEvent: GetEmailResponseSuccess['last_event'];
	idempotencyKey: string | null;
}
