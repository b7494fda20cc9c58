// What a cohort shows of itself (method 7): stored when it arises, read as it is. Figures are
// whole numbers already; nothing here can be traced to a team that is not shown.
import type { LeaderCount } from './cohort-effect.ts';
import type { Pillar } from './verdict.ts';

/** The typical leader: whole per cent for sales and revenue, whole points for engagement. */
export type Typical = { value: number; ci: [low: number, high: number]; leaders: number };

export type CohortResult = {
	methodVersion: '1.0';
	/** Whole weeks that are over, 0..13. */
	week: number;
	/** The window and its grace are over for every leader. */
	final: boolean;
	/** All who started, also those who left. */
	leaders: number;
	left: number;
	/** Leaders who reached the goal in all three pillars. */
	kept: number;
	counts: Record<Pillar, LeaderCount>;
	/** `null` with fewer than three leaders whose effect has an interval. */
	typical: Record<Pillar, Typical | null>;
	/** The cohort's money against what was to be expected, whole per cent; coach and admin only. */
	moneyPct: number | null;
	/** The level of the teams that may be shown (R11): "3 of 4 teams". */
	engagement:
		| { state: 'suppressed'; teams: { of: number } }
		| { state: 'shown'; teams: { shown: number; of: number }; people: number; level: number };
	/** The wave of that level; once told it stays as it was told (R13). */
	engagementWave: number | null;
};
