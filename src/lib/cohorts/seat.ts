/**
 * A seat is a numbered place in a cohort. The seats are rows, so there are never more of them than
 * were made; a checkout holds one while somebody pays.
 */

/** A payment page lives 31 minutes: Stripe refuses less than 30. */
export const payingMs = 31 * 60_000;
/** A seat is held a little longer than the page lives, so that the last payer is not overtaken. */
export const holdMs = 36 * 60_000;

/** How many seats are in each state. */
export type Tally = { free: number; held: number; sold: number; blocked: number };
export const noSeats: Tally = { free: 0, held: 0, sold: 0, blocked: 0 };

/** What the rings show, from the bottom of the line: sold ones first, open ones last; blocked ones are not offered. */
export function rings({ sold, held, free }: Tally): ('sold' | 'held' | 'free')[] {
	return [
		...Array<'sold'>(sold).fill('sold'),
		...Array<'held'>(held).fill('held'),
		...Array<'free'>(free).fill('free')
	];
}

/** The seats that are there to be bought or have been. */
export const capacity = ({ sold, held, free }: Tally): number => sold + held + free;
