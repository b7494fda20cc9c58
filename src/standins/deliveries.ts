import { BadControl, text } from './http.ts';

/** One webhook on its way, as it is kept in the stand-in's state. */
export interface Delivery {
	eventId: string;
	attempts: number;
	delivered: boolean;
	/** Milliseconds since 1970 on the real clock; null = given up or delivered. */
	nextAt: number | null;
	/** HTTP status of the last attempt; 0 = no answer. */
	lastStatus: number | null;
}

export interface Shipment {
	url: string;
	headers: Record<string, string>;
	body: string;
}

interface DeliveryResult {
	event: string;
	status: number;
	ms: number;
}

interface Deliveries {
	add: (eventId: string) => void;
	hold: (on: boolean) => void;
	held: () => boolean;
	/**
	 * Sends events now, whether or not they were delivered before and whether or not deliveries are
	 * held: `{events: [id, …] in the wished order, times?: 1, atOnce?: false}`.
	 */
	sendNow: (
		input: Record<string, unknown>,
		pack?: (eventId: string) => Shipment | null
	) => Promise<DeliveryResult[]>;
	stop: () => void;
}

/**
 * Delivers events at least once, in no promised order, trying again while the receiver does not
 * answer 2xx.
 *
 * @param list the deliveries in the stand-in's state; changed in place
 * @param delays milliseconds to wait before the second, third … try; after the last it gives up
 * @param pack what to send for an event, signed at the moment of sending
 */
export function openDeliveries(
	list: Delivery[],
	delays: readonly number[],
	pack: (eventId: string) => Shipment | null,
	save: () => void
): Deliveries {
	let holding = false;
	let stopped = false;
	let timer: NodeJS.Timeout | null = null;
	const under = new Set<Delivery>();

	const attempt = async (delivery: Delivery) => {
		const shipment = pack(delivery.eventId);
		if (!shipment) {
			delivery.nextAt = null;
			return;
		}
		under.add(delivery);
		const status = await ship(shipment);
		under.delete(delivery);
		if (stopped) return;
		delivery.attempts += 1;
		delivery.lastStatus = status;
		if (status >= 200 && status < 300) {
			delivery.delivered = true;
			delivery.nextAt = null;
		} else {
			const delay = delays[delivery.attempts - 1];
			delivery.nextAt = delay === undefined ? null : Date.now() + delay;
		}
		save();
		pump();
	};

	const pump = () => {
		if (timer) clearTimeout(timer);
		timer = null;
		if (holding || stopped) return;
		const now = Date.now();
		let soonest = Infinity;
		for (const delivery of list) {
			if (delivery.nextAt === null || under.has(delivery)) continue;
			if (delivery.nextAt <= now) void attempt(delivery);
			else soonest = Math.min(soonest, delivery.nextAt);
		}
		if (soonest < Infinity) {
			timer = setTimeout(pump, Math.min(soonest - now, 60_000));
			timer.unref();
		}
	};
	// What a restart interrupted goes out once the server is up.
	timer = setTimeout(pump, 50);
	timer.unref();

	return {
		add(eventId) {
			list.push({ eventId, attempts: 0, delivered: false, nextAt: Date.now(), lastStatus: null });
			queueMicrotask(pump);
		},
		hold(on) {
			holding = on;
			pump();
		},
		held: () => holding,
		async sendNow(input, packOnce) {
			const ids = input['events'];
			if (!Array.isArray(ids) || ids.length === 0) {
				throw new BadControl('events is a list of event ids in the order of sending');
			}
			const times = input['times'] === undefined ? 1 : Number(input['times']);
			if (!Number.isInteger(times) || times < 1 || times > 1000) {
				throw new BadControl('times is a whole number from 1 to 1000');
			}
			const one = async (id: string): Promise<DeliveryResult> => {
				const shipment = packOnce ? packOnce(id) : pack(id);
				if (!shipment) throw new BadControl(`there is no event ${id}, or nowhere to send it`);
				const started = performance.now();
				const status = await ship(shipment);
				const delivery = list.find((known) => known.eventId === id);
				if (delivery) {
					delivery.attempts += 1;
					delivery.lastStatus = status;
					if (status >= 200 && status < 300) {
						delivery.delivered = true;
						delivery.nextAt = null;
					}
				}
				return { event: id, status, ms: Math.round(performance.now() - started) };
			};
			const order = Array.from({ length: times }, () => ids.map(text)).flat();
			const results: DeliveryResult[] = [];
			if (input['atOnce'] === true) results.push(...(await Promise.all(order.map(one))));
			else for (const id of order) results.push(await one(id));
			save();
			return results;
		},
		stop() {
			stopped = true;
			if (timer) clearTimeout(timer);
		}
	};
}

async function ship({ url, headers, body }: Shipment): Promise<number> {
	try {
		const response = await fetch(url, {
			method: 'POST',
			headers,
			body,
			redirect: 'manual',
			signal: AbortSignal.timeout(10_000)
		});
		await response.arrayBuffer();
		return response.status;
	} catch {
		return 0;
	}
}
