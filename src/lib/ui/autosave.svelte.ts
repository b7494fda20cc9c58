/**
 * Saves a form while a person writes: a moment after they stop, and whenever they leave the field.
 * One save is under way at a time; what is typed meanwhile goes with the next. Without JavaScript
 * the form's own button does the same.
 */
import { deserialize } from '$app/forms';

type Data = Record<string, unknown>;
type Options = {
	/** The form action to post to: "?/save". */
	action: string;
	form: () => HTMLFormElement | undefined;
	saved: (data: Data) => void;
	/** The server said no, and why: nothing more is sent until `resume`. */
	refused: (data: Data) => void;
	/** The server could not be reached, or did not know us. */
	failed?: () => void;
	waitMs?: number;
};

export class Autosave {
	state: 'idle' | 'waiting' | 'saving' | 'saved' | 'failed' | 'refused' = $state('idle');
	#options: Options;
	#timer: ReturnType<typeof setTimeout> | undefined;
	#underWay: Promise<void> | null = null;
	#changed = false;

	constructor(options: Options) {
		this.#options = options;
	}

	/** Something was typed. */
	touch = (): void => {
		this.#changed = true;
		if (this.state === 'refused') return;
		if (this.state !== 'failed') this.state = 'waiting';
		clearTimeout(this.#timer);
		this.#timer = setTimeout(() => void this.flush(), this.#options.waitMs ?? 1000);
	};

	/** Saves now what has not been saved, and waits for it. */
	flush = async (): Promise<void> => {
		clearTimeout(this.#timer);
		await this.#underWay;
		if (!this.#changed || this.state === 'refused') return;
		this.#underWay = this.#send().finally(() => (this.#underWay = null));
		await this.#underWay;
	};

	/** Nothing more is sent by itself: the form is about to go as a whole. Waits for the save under way. */
	rest = async (): Promise<void> => {
		clearTimeout(this.#timer);
		this.#changed = false;
		await this.#underWay;
	};

	/** After a refusal the person has chosen how to go on. */
	resume = (): void => {
		this.state = 'waiting';
		this.#changed = true;
		void this.flush();
	};

	async #send(): Promise<void> {
		const form = this.#options.form();
		if (!form) return;
		this.#changed = false;
		this.state = 'saving';
		try {
			const answer = await fetch(this.#options.action, {
				method: 'POST',
				body: new FormData(form),
				headers: { accept: 'application/json', 'x-sveltekit-action': 'true' },
				signal: AbortSignal.timeout(10_000)
			});
			const result = deserialize(await answer.text());
			if (result.type === 'success') {
				this.#options.saved(result.data ?? {});
				form.querySelector('.unsent')?.remove();
				this.state = this.#changed ? 'waiting' : 'saved';
			} else if (result.type === 'failure') {
				this.state = 'refused';
				this.#options.refused(result.data ?? {});
			} else throw new Error(result.type);
		} catch {
			this.#changed = true;
			this.state = 'failed';
			this.#options.failed?.();
			clearTimeout(this.#timer);
			this.#timer = setTimeout(() => void this.flush(), 15_000);
		}
	}
}
