/**
 * The platform's formatters, made once for each language and set of options: making one takes
 * longer than writing a hundred days with it, and a page writes many.
 */
const most = 400;

function kept<Options, Format>(make: (locale: string, options?: Options) => Format) {
	const known = new Map<string, Format>();
	return (locale: string, options?: Options): Format => {
		const key = `${locale} ${JSON.stringify(options)}`;
		let format = known.get(key);
		if (!format) {
			// Zones and currencies are data; what was typed somewhere must not fill the memory.
			if (known.size >= most) known.clear();
			known.set(key, (format = make(locale, options)));
		}
		return format;
	};
}

/** `Intl.DateTimeFormat` for a language, with its options. */
export const dateFormat = kept(
	(locale, options?: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, options)
);
/** `Intl.NumberFormat` for a language, with its options. */
export const numberFormat = kept(
	(locale, options?: Intl.NumberFormatOptions) => new Intl.NumberFormat(locale, options)
);
/** `Intl.RelativeTimeFormat` for a language, with its options. */
export const relativeFormat = kept(
	(locale, options?: Intl.RelativeTimeFormatOptions) => new Intl.RelativeTimeFormat(locale, options)
);
/** `Intl.ListFormat` for a language. */
export const listFormat = kept(
	(locale, options?: Intl.ListFormatOptions) => new Intl.ListFormat(locale, options)
);
