import { comingSessionsQuestion, pulseQuestion } from '#lib/coaching/queries.server.ts';
import { homeWorkQuestion } from '#lib/coursework/queries.server.ts';
import { homePartQuestion, homeResultsQuestion } from '#lib/uplift/queries.server.ts';

/** All that the leader's home reads from the database. */
export const homeQuestions = {
	part: homePartQuestion,
	results: homeResultsQuestion,
	work: homeWorkQuestion,
	pulse: pulseQuestion,
	sessions: comingSessionsQuestion
};
