/** Whether a text can be an id at all; anything else would be an error of the database, not a "not found". */
export const isId = (text: string): boolean =>
	/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/.test(text);
