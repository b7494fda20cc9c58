/** The markup of one of our own components, made earlier. */
export type Drawn = { html: string };

/** The same, as it is kept. A script that comes to such a page by a link gets it plain, from `shown`. */
export class Drawing implements Drawn {
	readonly html: string;
	constructor(html: string) {
		this.html = html;
	}
}

/** @param isDataRequest whether a script asks for the data, and makes the page itself */
export const shown = (drawing: Drawing, isDataRequest: boolean): Drawn =>
	isDataRequest ? { html: drawing.html } : drawing;

const inMarkup = new WeakSet<object>();

/**
 * The data of a page that sends no script: it goes into the page's markup alone, and is not written
 * out a second time for nobody to read.
 *
 * @param isDataRequest whether a script asks for the data after all
 */
export function markupOnly<Data extends object>(data: Data, isDataRequest: boolean): Data {
	if (!isDataRequest) inMarkup.add(data);
	return data;
}

/** Whether this is the data of a page that sends no script. */
export const isMarkupOnly = (value: unknown): boolean =>
	typeof value === 'object' && value !== null && inMarkup.has(value);
