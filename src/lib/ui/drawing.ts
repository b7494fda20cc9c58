/** The markup of one of our own components, made earlier. */
export type Drawn = { html: string };

/**
 * The same, marked: it stands in a page's markup alone, not also in the data for a script. (A script
 * may still come to such a page by a link: then `shown` gives it plain.)
 */
export class Drawing implements Drawn {
	readonly html: string;
	constructor(html: string) {
		this.html = html;
	}
}

/** @param isDataRequest whether a script asks for the data, and makes the page itself */
export const shown = (drawing: Drawing, isDataRequest: boolean): Drawn =>
	isDataRequest ? { html: drawing.html } : drawing;
