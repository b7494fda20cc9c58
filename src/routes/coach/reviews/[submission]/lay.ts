/** Lays remarks beside their passages, in their order and never on one another. Where there is no room beside, they follow the text. */
export function lay(column: HTMLElement, sheet: HTMLElement): void {
	const remarks = [...column.children].filter((child) => child instanceof HTMLElement);
	for (const remark of remarks) remark.style.marginTop = '';
	if (!matchMedia('(min-width: 1181px)').matches) return;
	const top = column.getBoundingClientRect().top;
	let bottom = 0;
	for (const remark of remarks) {
		const wanted = passageTop(remark, sheet);
		const begins = wanted === null ? bottom + 14 : Math.max(wanted - top, bottom);
		if (wanted !== null || bottom > 0) remark.style.marginTop = `${Math.round(begins - bottom)}px`;
		bottom = begins + remark.offsetHeight + 14;
	}
}

/** Where the passage of a remark begins on the screen, or the selection that one is being written on. */
function passageTop(remark: HTMLElement, sheet: HTMLElement): number | null {
	const number = remark.dataset.passage;
	if (number) {
		const badge = document.getElementById(number);
		const mark = badge?.closest('p, li, td, th, h2, h3, pre')?.querySelector('mark');
		return (mark ?? badge)?.getBoundingClientRect().top ?? null;
	}
	if (remark.dataset.near === undefined) return null;
	const text = sheet.querySelector('.prose');
	if (!text) return null;
	// The place is counted in the text with single spaces: walk there.
	let left = Number(remark.dataset.near);
	const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
	for (let node = walker.nextNode(); node; node = walker.nextNode()) {
		const length = (node.textContent ?? '').replace(/\s+/g, ' ').length;
		if (left <= length) {
			const range = document.createRange();
			range.selectNodeContents(node);
			return range.getBoundingClientRect().top;
		}
		left -= length;
	}
	return null;
}
