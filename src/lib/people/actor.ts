/**
 * Who is acting. A command names the role that it serves in its first parameter, so calling it from
 * the wrong place is a type error, not a missing check. Only `people/queries.server.ts` makes actors.
 */
declare const proven: unique symbol;
type In<Name extends string> = {
	readonly role: Name;
	readonly personId: string;
	readonly name: string;
	readonly locale: 'en' | 'nb';
	readonly timeZone: string;
	readonly [proven]: true;
};

export type Leader = In<'leader'>;
export type Coach = In<'coach'>;
export type Admin = In<'admin'>;
export type Sponsor = In<'sponsor'>;
/** Somebody with a login, whatever their roles. */
export type Anybody = In<'person'>;
/** Nobody we know: applying, signing in, answering a survey. */
export type Visitor = { readonly role: 'visitor' };
/** The worker, a webhook, an operator at the command line. */
export type System = { readonly role: 'system' };

export type ActorOf = { leader: Leader; coach: Coach; admin: Admin; sponsor: Sponsor };

export const visitor: Visitor = { role: 'visitor' };
export const system: System = { role: 'system' };
