/** How far a leader is: computed from what was read, handed in and accepted, never stored. */
import { dueOn, isOpen, opensOn } from '#lib/curriculum/lesson.ts';
import type { Day } from '#lib/values/day.ts';
import type { Status } from './submission.ts';

export const stationStates = [
	'later',
	'open',
	'read',
	'drafted',
	'handed-in',
	'returned',
	'accepted'
] as const;
export type StationState = (typeof stationStates)[number];

/** One module as it stands for one leader. */
export type StationRow = {
	week: number;
	slug: string;
	title: string;
	aim: string;
	minutesToRead: number;
	assignmentId: string;
	assignmentTitle: string;
	assignmentMinutes: number;
	readAt: Date | null;
	/** The latest attempt. */
	attempt: number | null;
	status: Status | null;
	savedAt: Date | null;
	submittedAt: Date | null;
};

export type Station = StationRow & { state: StationState; opensOn: Day | null; dueOn: Day };

const stateOfStatus: Record<Status, StationState> = {
	draft: 'drafted',
	submitted: 'handed-in',
	'in-review': 'handed-in',
	returned: 'returned',
	accepted: 'accepted'
};

/** What was handed in counts first, then what was read, then the calendar. */
export function stationState(
	row: Pick<StationRow, 'week' | 'readAt' | 'status'>,
	dayZero: Day,
	today: Day
): StationState {
	if (row.status) return stateOfStatus[row.status];
	if (row.readAt) return 'read';
	return isOpen(row.week, dayZero, today) ? 'open' : 'later';
}

export const stationOf = (row: StationRow, dayZero: Day, today: Day): Station => ({
	...row,
	state: stationState(row, dayZero, today),
	opensOn: opensOn(row.week, dayZero),
	dueOn: dueOn(row.week, dayZero)
});

/** How full a station's ring is drawn, in quarters. */
export const fullness: Record<StationState, number> = {
	later: 0,
	open: 0,
	read: 0.25,
	drafted: 0.5,
	returned: 0.5,
	'handed-in': 0.75,
	accepted: 1
};

export type Progress = { of: number; read: number; handedIn: number; accepted: number };

/** An assignment is done when its latest attempt is accepted; handed in counts what was handed in at least once. */
export function progressIn(rows: Pick<StationRow, 'readAt' | 'status' | 'attempt'>[]): Progress {
	return {
		of: rows.length,
		read: rows.filter(({ readAt }) => readAt).length,
		handedIn: rows.filter(
			({ status, attempt }) => (attempt ?? 0) > 1 || (status !== null && status !== 'draft')
		).length,
		accepted: rows.filter(({ status }) => status === 'accepted').length
	};
}

/** What the leader does next: answer what came back, finish a draft, then the earliest open module; null when all is done or waits. */
export function nextStation<S extends Pick<Station, 'week' | 'state'>>(stations: S[]): S | null {
	const first = (...states: StationState[]) =>
		[...stations].sort((a, b) => a.week - b.week).find(({ state }) => states.includes(state));
	return first('returned') ?? first('drafted') ?? first('open', 'read') ?? null;
}
