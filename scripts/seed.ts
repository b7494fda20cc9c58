/**
 * `npm run seed`: the demo's people live through their last months. Everything happens by the app's
 * own commands under a clock that runs through the past, so no state exists that the product could
 * not reach. Payments go through the Stripe stand-in, mails to the Resend stand-in, files through
 * the real import; days are relative to today.
 */
import process from 'node:process';
import { dayIn, weekday, addDays } from '#lib/values/day.ts';
import { Story } from './seed/story.ts';
import { finishedCohort } from './seed/finished-cohort.ts';
import { runningCohort } from './seed/running-cohort.ts';
import { fillingCohort } from './seed/filling-cohort.ts';
import { staff } from './seed/staff.ts';

const story = await Story.begin();
const today = dayIn(new Date(), 'Europe/Oslo');
const monday = addDays(today, 1 - weekday(today));

const people = await staff(story, addDays(monday, -7 * 40));
finishedCohort(story, people, addDays(monday, -7 * 22));
runningCohort(story, people, addDays(monday, -7 * 6));
fillingCohort(story, people, addDays(monday, 7 * 5));
await story.tell();
await story.end();
process.stdout.write('· the demo people are there\n');
