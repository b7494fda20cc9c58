/**
 * A finished piece of a page: the markup of one of our own components, made earlier. It stands in the
 * page's data as an object of its own, so that it is not also written out for a script.
 */
export class Drawing {
	readonly html: string;
	constructor(html: string) {
		this.html = html;
	}
}
