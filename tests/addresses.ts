/** The pages of the product that the journeys run on. */
import { demoPages } from '../scripts/demo-pages.ts';
import { house, stack } from './journey.ts';

export const { visit } = demoPages(stack, house);
