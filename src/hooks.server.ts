import { randomUUID } from 'node:crypto';
import { AsyncLocalStorage } from 'node:async_hooks';
import process from 'node:process';
import {
	error,
	redirect,
	type Handle,
	type HandleServerError,
	type ServerInit
} from '@sveltejs/kit';
import { building } from '$app/environment';
import {
	access,
	asksAgain,
	mayEnter,
	needsSecondStep,
	waitsForSecondStep,
	type Door
} from '#lib/people/access.ts';
import { system, visitor } from '#lib/people/actor.ts';
import { isFresh, loginCookie } from '#lib/people/login.ts';
import { m } from '#lib/paraglide/messages.js';
import { actorIn, anybody, signedIn, type SignedIn } from '#lib/people/queries.server.ts';
import type { Role } from '#lib/people/role.ts';
import { isLocale, overwriteGetLocale } from '#lib/paraglide/runtime.js';
import { isDatabaseAway } from '#lib/server/database.server.ts';
import { openHouse, type House } from '#lib/server/house.server.ts';
import { openShelf } from '#lib/server/kept-page.server.ts';
import { errorForLog, log } from '#lib/server/log.server.ts';
import { isTwin, plainPath, twinPath } from '#lib/ui/twin.ts';
import icon from '#lib/ui/icon.svg?inline';

/** No request is answered later than this, whatever hangs behind it. */
const requestDeadlineMs = 12_000;

/** About sixty kilobytes a leader, so some five hundred of them. */
const shelf = openShelf({ mostBytes: 32 * 1024 * 1024 });

let house: House | undefined;
const speaking = new AsyncLocalStorage<App.Locals>();
overwriteGetLocale(() => speaking.getStore()?.locale ?? 'en');

export const init: ServerInit = () => {
	if (building) return;
	house = openHouse();
	const stop = () => void house?.close();
	process.once('sveltekit:shutdown' as never, stop);
};

export const handle: Handle = async ({ event, resolve }) => {
	if (!house) throw new Error('the house is not open');
	const started = performance.now();
	const { locals, cookies, request, route } = event;
	locals.requestId = randomUUID();
	locals.within = house.within;
	locals.till = house.till;
	locals.mailer = house.mailer;
	locals.mailProof = house.mailProof;
	locals.origin = house.config.APP_ORIGIN;

	const token = cookies.get(loginCookie(house.config.APP_ORIGIN));
	let who: SignedIn | null = null;
	locals.owing = null;
	let away = false;
	if (token) {
		try {
			who = await signedIn(house.door.db, token, new Date());
			locals.owing = who?.owes ? who : null;
			if (locals.owing) who = null;
		} catch (failure) {
			if (!isDatabaseAway(failure)) throw failure;
			away = true;
		}
	}
	locals.signedIn = who;
	locals.secondStepDue =
		house.config.SECOND_STEP === 'demanded' &&
		who !== null &&
		!who.ways.app &&
		!who.ways.passkey &&
		needsSecondStep(who.roles);
	const person = who ?? locals.owing;
	const twin = isTwin(event.url.pathname);
	locals.locale = twin
		? 'nb'
		: chosenLocale(cookies.get('locale'), person, request.headers.get('accept-language'));
	locals.theme = chosenTheme(cookies.get('theme'), person);
	openGate(house, event.locals, event.url);

	const door = route.id === null ? null : access[route.id];
	const response = await speaking.run(locals, async () => {
		if (away) return sayLater();
		if (route.id !== null && !door) return notFound(event);
		if (twin && !door?.twin) return notFound(event);
		if (door && !mayEnter(door, who?.roles ?? null)) {
			if (who) return notFound(event);
			// A page asks to sign in and comes back; anything else is refused.
			if (request.method === 'GET') {
				const next = event.url.pathname + event.url.search;
				return new Response(null, {
					status: 303,
					headers: {
						location: `/sign-in${locals.owing ? '/second' : ''}?next=${encodeURIComponent(next)}`
					}
				});
			}
			// A form that a script sends must not lose its words to a page that is not there.
			if (request.headers.has('x-sveltekit-action')) return scriptTold(401, 'signed-out');
			return notFound(event);
		}
		if (door && locals.secondStepDue && waitsForSecondStep(door)) {
			if (request.method !== 'GET') return notFound(event);
			return new Response(null, { status: 303, headers: { location: '/account/second' } });
		}
		if (door && who && asksAgain(door, actionOf(event)) && !isFresh(who.provedAt, new Date()))
			return askAgain(event);
		const asked = who && askedOfShelf(event, who);
		const kept = asked && shelf.take(asked, new Date());
		if (kept) return kept;
		const made = await inTime(
			resolve(event, {
				transformPageChunk: ({ html }) => fillOpening(html, locals, door?.twin ? event.url : null),
				preload: ({ type, path }) =>
					type === 'font' && /latin-wght-normal/.test(path) && !/ext/.test(path)
			})
		);
		return asked && locals.keepUntil ? shelf.keep(asked, locals.keepUntil, new Date(), made) : made;
	});

	const answer = locals.away && response.status >= 500 ? asUnavailable(response) : response;
	finish(answer, event.locals, door ?? null, house);
	log.info({
		id: locals.requestId,
		route: route.id ?? 'none',
		method: request.method,
		status: answer.status,
		ms: Math.round(performance.now() - started),
		who: route.id?.startsWith('/survey') ? undefined : (who?.roles.join('+') ?? 'visitor')
	});
	return answer;
};

/** The form action that is asked for, if one is. */
const actionOf = ({ request, url }: Parameters<Handle>[0]['event']): string | null => {
	if (request.method !== 'POST') return null;
	const named = [...url.searchParams.keys()].find((key) => key.startsWith('/'));
	return named ? named.slice(1) : 'default';
};

/** Leads to the page that asks once more who it is, and from there back to where this was asked. */
function askAgain({ request, url, route }: Parameters<Handle>[0]['event']): Response {
	// What is fetched, and not opened, leads back to the page that names it.
	const back = route.id?.endsWith('.csv') ? url.pathname.replace(/\/[^/]+$/, '') : url.pathname;
	const location = `/sign-in/again?next=${encodeURIComponent(back)}`;
	if (request.headers.has('x-sveltekit-action'))
		return Response.json({ type: 'redirect', status: 303, location });
	return new Response(null, { status: 303, headers: { location } });
}

/** How a page is found again that was made earlier; null for what is not a plain visit to a page. */
function askedOfShelf(
	{ request, url, isDataRequest, locals }: Parameters<Handle>[0]['event'],
	{ personId, pageStamp, roles }: SignedIn
) {
	if (request.method !== 'GET' || isDataRequest || url.search !== '') return null;
	const { locale, theme, requestId } = locals;
	const address = JSON.stringify([url.pathname, personId, roles, locale, theme]);
	return { address, stamp: pageStamp, requestId };
}

/** Puts the four ways to a database into the request's locals; there is no fifth. */
function openGate({ web, door, keys }: House, locals: App.Locals, url: URL) {
	const base = { db: web.db, keys };
	const signInFirst = () => redirect(303, `/sign-in?next=${encodeURIComponent(url.pathname)}`);
	locals.as = <R extends Role>(role: R) => {
		if (!locals.signedIn) signInFirst();
		if (locals.secondStepDue) redirect(303, '/account/second');
		const who = actorIn(locals.signedIn!, role);
		if (!who) error(404, 'not-found');
		return { ...base, now: new Date(), who };
	};
	locals.asPerson = () => {
		if (!locals.signedIn) signInFirst();
		return { ...base, now: new Date(), who: anybody(locals.signedIn!) };
	};
	locals.asVisitor = () => ({ ...base, now: new Date(), who: visitor });
	locals.asMachine = () => ({ db: door.db, keys, now: new Date(), who: system });
}

/** What `app.html` leaves open stands in its first lines, before anything that a page brings. */
function fillOpening(
	html: string,
	{ locale, theme, origin }: App.Locals,
	twin: URL | null
): string {
	const length = 1_200;
	const texts: Record<string, string> = {
		lang: locale,
		theme,
		icon,
		twins: twin ? namesOfTwins(origin, twin.pathname, locale) : '',
		unsent: m.ui_unsent(),
		'signed-out': m.ui_signed_out(),
		'sign-in': m.people_sign_in_title()
	};
	const opening = html
		.slice(0, length)
		.replace(/%([a-z-]+)%/g, (open, name: string) => texts[name] ?? open);
	return opening + html.slice(length);
}

/** Tells whoever searches that a public page has two addresses, and which one this is. */
function namesOfTwins(origin: string, pathname: string, locale: 'en' | 'nb'): string {
	const en = origin + plainPath(pathname);
	const nb = origin + twinPath(pathname);
	const languages = { 'x-default': en, en, nb };
	return [
		`<link rel="canonical" href="${languages[locale]}" />`,
		...Object.entries(languages).map(
			([language, href]) => `<link rel="alternate" hreflang="${language}" href="${href}" />`
		)
	].join('\n\t\t');
}

function chosenLocale(
	cookie: string | undefined,
	who: SignedIn | null,
	accept: string | null
): 'en' | 'nb' {
	if (isLocale(cookie)) return cookie;
	if (who) return who.locale;
	const first = (accept ?? '').split(',').map((part) => part.trim().slice(0, 2).toLowerCase());
	const wanted = first.find((language) => ['en', 'nb', 'no', 'nn'].includes(language));
	return !wanted || wanted === 'en' ? 'en' : 'nb';
}

const themes = ['system', 'light', 'night'] as const;
const chosenTheme = (cookie: string | undefined, who: SignedIn | null) =>
	themes.find((theme) => theme === cookie) ?? who?.theme ?? 'system';

/**
 * What must not be known to exist looks like what does not: the page of a path without a route,
 * rendered by ourselves. The route that was asked for is not run at all.
 */
async function notFound({ fetch, request }: Parameters<Handle>[0]['event']): Promise<Response> {
	if (request.headers.has('x-sveltekit-action')) return scriptTold(404, 'not-found');
	const page = await fetch('/there-is-nothing-here', { headers: { accept: 'text/html' } });
	const headers = new Headers({ 'content-type': page.headers.get('content-type') ?? 'text/plain' });
	const policy = page.headers.get('content-security-policy');
	if (policy) headers.set('content-security-policy', policy);
	return new Response(page.body, { status: 404, headers });
}

async function inTime(work: Response | Promise<Response>): Promise<Response> {
	let timer: NodeJS.Timeout | undefined;
	const late = new Promise<Response>((settle) => {
		timer = setTimeout(() => settle(sayLater()), requestDeadlineMs);
	});
	try {
		return await Promise.race([work, late]);
	} finally {
		clearTimeout(timer);
	}
}

/** As SvelteKit answers a script's form. */
const scriptTold = (status: number, message: string) =>
	Response.json({ type: 'error', error: { message } }, { status });

const sayLater = () =>
	new Response(`${m.error_503_title()} ${m.error_503_body()}`, {
		status: 503,
		headers: { 'content-type': 'text/plain; charset=utf-8', 'retry-after': '3' }
	});

function asUnavailable(response: Response): Response {
	const headers = new Headers(response.headers);
	headers.set('retry-after', '3');
	return new Response(response.body, { status: 503, headers });
}

/** What every answer carries, on top of what `src/server.ts` puts on everything that leaves the process. */
function finish(response: Response, locals: App.Locals, door: Door | null, { config }: House) {
	const { headers } = response;
	headers.set('x-request-id', locals.requestId);
	headers.delete('link');
	if (!headers.has('cache-control')) headers.set('cache-control', 'no-store');
	if (door?.who === 'bearer') headers.set('referrer-policy', 'no-referrer');
	const policy = headers.get('content-security-policy');
	if (policy && config.STRIPE_API_BASE) {
		const checkout = new URL(config.STRIPE_API_BASE).origin;
		headers.set(
			'content-security-policy',
			policy.replace('form-action', `form-action ${checkout}`)
		);
	}
}

export const handleError: HandleServerError = ({ error: failure, event, status }) => {
	if (status === 404) return { message: 'not-found' };
	if (isDatabaseAway(failure)) event.locals.away = true;
	log.error({ id: event.locals.requestId, route: event.route.id, ...errorForLog(failure) });
	return {
		message: event.locals.away ? 'away' : 'broken',
		reference: event.locals.requestId
	};
};
