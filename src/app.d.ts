import type { ActorOf, Anybody, System, Visitor } from '#lib/people/actor.ts';
import type { SignedIn } from '#lib/people/queries.server.ts';
import type { Role } from '#lib/people/role.ts';
import type { Context } from '#lib/server/context.server.ts';
import type { Within } from '#lib/server/limit.server.ts';
import type { MailProof } from '#lib/server/mailer.server.ts';
import type { Mailer } from '#lib/server/outbox.server.ts';
import type { Till } from '#lib/server/till.server.ts';

declare global {
	namespace App {
		interface Error {
			message: string;
			/** The reference that the page shows and the log carries. */
			reference?: string;
		}
		interface Locals {
			requestId: string;
			locale: 'en' | 'nb';
			theme: 'system' | 'light' | 'night';
			signedIn: SignedIn | null;
			/** Somebody whose link was good and who still owes the second step: to every door but one a stranger. */
			owing: SignedIn | null;
			/** A coach or an admin who has to set up the second step before anything else. */
			secondStepDue: boolean;
			/** The only way to a database: acts in the role, or answers 404 (or asks to sign in). */
			as<R extends Role>(role: R): Context<ActorOf[R]>;
			asPerson(): Context<Anybody>;
			asVisitor(): Context<Visitor>;
			/** For webhooks alone, which prove themselves by their signature; on the pool that pages cannot use up. */
			asMachine(): Context<System>;
			/** Rate limits, counted in the database. */
			within: Within;
			till: Till;
			mailer: Mailer;
			mailProof: MailProof;
			/** The origin of every link that we write, whatever Host a request names. */
			origin: string;
			/**
			 * Set by a page that may be kept: when the clock alone would make it say something else. All that
			 * it reads from the database must move the stamp (`tests/page-stamp.db.test.ts`).
			 */
			keepUntil?: Date;
			/** Set when the database was away, so that the answer is 503 and not 500. */
			away?: boolean;
		}
		interface PageData {
			locale: 'en' | 'nb';
			theme: 'system' | 'light' | 'night';
			me: { name: string; roles: Role[] } | null;
		}
	}
}

export {};
