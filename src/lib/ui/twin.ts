/**
 * Public pages have an address of their own in Norwegian, `/nb/…`: a link shows what its sender saw,
 * and search engines find both. Without it the language is the visitor's.
 */
const prefix = '/nb';

export const isTwin = (pathname: string): boolean =>
	pathname === prefix || pathname.startsWith(`${prefix}/`);

/** The address without a language. */
export const plainPath = (pathname: string): string =>
	isTwin(pathname) ? pathname.slice(prefix.length) || '/' : pathname;

/** The Norwegian address of a public page. */
export const twinPath = (pathname: string): string => {
	const plain = plainPath(pathname);
	return plain === '/' ? prefix : prefix + plain;
};

/** The address of another public page, with a language where the one that is open has one. */
export const alongside = (open: string, path: string): string =>
	isTwin(open) ? twinPath(path) : path;
