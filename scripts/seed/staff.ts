/** The coach, the admin and the program. */
import { fillProgram } from '#lib/curriculum/commands.server.ts';
import { grantRole } from '#lib/people/commands.server.ts';
import type { Day } from '#lib/values/day.ts';
import { programFiles } from '../program-files.ts';
import type { Story } from './story.ts';

export const coach = { email: 'maren@lofte.example', name: 'Maren Holt' };
export const admin = { email: 'live@lofte.example', name: 'Live Vik' };
export type Staff = { coachId: string; programId: string };

export async function staff(story: Story, day: Day): Promise<Staff> {
	const ctx = story.system(new Date(`${day}T08:00:00Z`));
	const coachId = await grantRole(ctx, { role: 'coach', locale: 'en', ...coach });
	await grantRole(ctx, { role: 'admin', locale: 'nb', ...admin });
	return { coachId, programId: await fillProgram(ctx, programFiles()) };
}
