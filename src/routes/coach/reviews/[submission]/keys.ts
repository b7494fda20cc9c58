/** Single keys for a page: off while somebody types, off with a modifier, and off for good when switched off (WCAG 2.1.4). */
export type Keys = Record<string, (event: KeyboardEvent) => void>;

const typing = (target: EventTarget | null) =>
	target instanceof HTMLElement &&
	(target.isContentEditable ||
		target instanceof HTMLTextAreaElement ||
		target instanceof HTMLSelectElement ||
		(target instanceof HTMLInputElement &&
			!['radio', 'checkbox', 'button', 'submit'].includes(target.type)));

const storageKey = 'review-keys';

export const keysAreOn = (): boolean => localStorage.getItem(storageKey) !== 'off';
export const switchKeys = (on: boolean): void =>
	localStorage.setItem(storageKey, on ? 'on' : 'off');

/** Calls the action of the key that was pressed, if there is one and it may act now. */
export function onKey(keys: Keys, on: () => boolean) {
	return (event: KeyboardEvent): void => {
		if (
			event.ctrlKey ||
			event.metaKey ||
			event.altKey ||
			event.defaultPrevented ||
			typing(event.target)
		)
			return;
		const act = keys[event.key] ?? keys[event.key.toLowerCase()];
		if (!act || (!on() && event.key !== '?')) return;
		event.preventDefault();
		act(event);
	};
}
