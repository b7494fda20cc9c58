/** The CRMs' exports: files of the repository with their days moved, or made up for a small team. */
import fs from 'node:fs';
import { parse } from 'csv-parse/sync';
import { calendarOf } from '#lib/uplift/holidays.server.ts';
import { addDays, daysBetween, isWorkday, type Day } from '#lib/values/day.ts';
import type { SellerInCast } from './leader-story.ts';
import { content, dice } from './story.ts';

/** Day 0 in every file of the repository. */
const anchor: Day = '2026-01-05';

/** The three ways in which the files write a day, each read and written back the same way. */
const forms: {
	pattern: RegExp;
	read: (parts: string[]) => Day;
	write: (day: Day, parts: string[]) => string;
}[] = [
	{
		pattern: /\b(\d{4})-(\d{2})-(\d{2})\b/g,
		read: ([, year, month, day]) => `${year}-${month}-${day}`,
		write: (day) => day
	},
	{
		pattern: /\b(\d{1,2})\/(\d{1,2})\/(\d{4})\b/g,
		read: ([, month, day, year]) => `${year}-${month!.padStart(2, '0')}-${day!.padStart(2, '0')}`,
		write: (day) => `${Number(day.slice(5, 7))}/${Number(day.slice(8, 10))}/${day.slice(0, 4)}`
	}
];

/** Where each export says when a deal was created and when it was decided (empty: not yet). */
const columns: Record<
	string,
	{ created: string; decided: string[]; open?: { column: string; unless: RegExp } }
> = {
	'hubspot.csv': {
		created: 'Create Date',
		decided: ['Close Date'],
		open: { column: 'Deal Stage', unless: /^Closed/ }
	},
	'salesforce.csv': {
		created: 'Created Date',
		decided: ['Close Date'],
		open: { column: 'Stage', unless: /^Closed/ }
	},
	'pipedrive.csv': {
		created: 'Avtale - Avtale opprettet',
		decided: ['Avtale - Vunnet tid', 'Avtale - Tapt tid']
	},
	'deals.csv': { created: 'created_date', decided: ['close_date'] }
};

/**
 * An export as the CRM would give it on `today`: the file's days moved by whole weeks so that its
 * day 0 is `dayZero`, without the rows that were closed or created later.
 */
export function exportOn(file: string, dayZero: Day, today: Day): Uint8Array {
	const shift = daysBetween(anchor, dayZero);
	if (shift % 7 !== 0) throw new Error('day 0 is not a Monday');
	const text = fs.readFileSync(content(`demo/${file}`), 'utf8');
	const { created, decided, open } = columns[file]!;
	const rows = parse(text, {
		delimiter: file === 'pipedrive.csv' ? ';' : ',',
		raw: true,
		relax_column_count: true
	}) as unknown as { record: string[]; raw: string }[];
	const header = rows[0]!.record.map((name) => name.replace(/^\uFEFF/, ''));
	const form = forms.find(({ pattern }) => new RegExp(pattern.source).test(rows[1]!.raw))!;
	const dayOf = (cell = '') => {
		const match = new RegExp(form.pattern.source).exec(cell);
		return match && addDays(form.read([...match]), shift);
	};
	const happened = ({ record }: { record: string[] }) => {
		const cell = (name: string) => record[header.indexOf(name)];
		const isOpen = open && !open.unless.test(cell(open.column) ?? '');
		const days = [
			dayOf(cell(created)),
			...(isOpen ? [] : decided.map((name) => dayOf(cell(name))))
		];
		return days.every((day) => !day || day <= today);
	};
	const kept = rows.filter((row, index) => index === 0 || happened(row));
	const moved = kept.map(({ raw }, index) =>
		index === 0
			? raw
			: raw.replace(form.pattern, (...match) =>
					form.write(addDays(form.read(match.slice(0, 4) as string[]), shift), match as string[])
				)
	);
	return new TextEncoder().encode(
		`${moved.map((line) => line.replace(/\r?\n$/, '')).join('\n')}\n`
	);
}

/**
 * A plain file of won deals for sellers who are in none of the repository's exports. Nothing is won
 * on a Norwegian public holiday.
 */
export async function madeUpExport(
	sellers: SellerInCast[],
	dayZero: Day,
	today: Day,
	plan: { seed: number; perWeek: number; rise: number; amount: number; growth?: number }
): Promise<Uint8Array> {
	const { holidays } = (await calendarOf('NO', dayZero))!;
	const random = dice(plan.seed);
	const rows = ['deal_id,owner_id,deal_name,status,close_date,created_date,amount,currency,type'];
	let due = 0;
	for (
		let day = addDays(dayZero, -182), number = 1;
		day <= today && day < addDays(dayZero, 91);
		day = addDays(day, 1)
	) {
		if (!isWorkday(day) || holidays.includes(day)) continue;
		const rate = day < dayZero ? plan.perWeek : plan.perWeek * (1 + plan.rise);
		due += rate / 5;
		if (due < 1) continue;
		due -= 1;
		const who = sellers[number % sellers.length]!;
		const size = plan.amount * (0.6 + 0.8 * random()) * (day < dayZero ? 1 : (plan.growth ?? 1));
		const created = addDays(day, -Math.round(20 + random() * 40));
		rows.push(
			`M${plan.seed}${String(number).padStart(4, '0')},${who.externalId},Deal ${number},won,${day},${created},${Math.round(size / 500) * 500},NOK,new`
		);
		number += 1;
	}
	return new TextEncoder().encode(`${rows.join('\n')}\n`);
}
