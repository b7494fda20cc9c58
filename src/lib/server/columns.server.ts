import { customType, timestamp, uuid } from 'drizzle-orm/pg-core';

/** An instant; read and written as Date. */
export const instant = () => timestamp({ withTimezone: true, mode: 'date' });

/** A random id: never time-ordered, because an id must not tell when an answer was given. */
export const id = () => uuid().primaryKey().defaultRandom();

/** Raw bytes: sealed answers, encrypted notes, hashes. */
export const bytes = customType<{ data: Uint8Array; driverData: Uint8Array }>({
	dataType: () => 'bytea',
	fromDriver: (value) => new Uint8Array(value)
});
