// live.js - events as they are recorded, over a stream that is begun again
// whenever it breaks, from where it broke.
//
// EventSource cannot send a key, so the stream is read by fetch.

import { Problem, ask, askPage, cursorParameters } from "./api.js";
import {
	ASK_EVERY_MS, RECONNECT_MS_MAX, RECONNECT_MS_MIN, SEARCH_PAGE_EVENTS,
	SILENCE_MS,
} from "./limits.js";
import { lineGroups } from "./lines.js";
import { parsePlace, placeOf, placeText } from "./place.js";
import { isFinal } from "./problems.js";

// Makes events of the lines of text/event-stream.
export class StreamParser {
	constructor() {
		this.fields = {};
	}

	// What a line ends, or null: { event, data, id }.
	line(text) {
		if (text !== "") {
			const colon = text.indexOf(":");
			if (colon > 0)
				this.fields[text.slice(0, colon)] =
					text.slice(colon + 1).replace(/^ /, "");
			return null;
		}
		const whole = this.fields;
		this.fields = {};
		return whole;
	}
}

export class Live {
	// heard: { state(name, more), events(list), gap(ms), place(place) }
	constructor(key, heard) {
		this.key = key;
		this.heard = heard;
		this.place = null;
		this.failures = 0;
		this.isPolling = false;
		this.ending = new AbortController();
		this.wake = () => {};
	}

	stop() {
		this.ending.abort();
		this.wake();
	}

	// The network is back: wait no longer.
	hurry() {
		this.wake();
	}

	// place: what lies behind it is wanted; null for from now on.
	async run(place) {
		this.place = place;
		while (!this.ending.signal.aborted) {
			const problem = await this.attempt();
			if (this.ending.signal.aborted)
				return;
			if (problem?.status === 406) {
				this.isPolling = true;
			} else if (problem !== null && isFinal(problem)) {
				this.heard.state("stopped", { problem });
				return;
			}
			await this.sleepAfter(problem);
		}
	}

	// One connection, or one question; what ended it, null for nothing.
	async attempt() {
		try {
			await (this.isPolling ? this.poll() : this.stream());
			return null;
		} catch (fault) {
			if (fault instanceof Problem)
				return fault;
			// Ours, when the stream has been silent.
			if (fault.name === "AbortError")
				return new Problem(0);
			throw fault;
		}
	}

	async sleepAfter(problem) {
		if (this.isPolling && (problem === null || problem.status === 406)) {
			await this.sleep(problem === null ? ASK_EVERY_MS : 0);
			return;
		}
		const ms = Math.max((problem?.retryAfter ?? 0) * 1000,
			Math.min(RECONNECT_MS_MAX, RECONNECT_MS_MIN * 2 ** this.failures) *
			(0.75 + Math.random() / 2));
		this.failures++;
		this.heard.state("reconnecting", { problem, ms });
		await this.sleep(ms);
	}

	sleep(ms) {
		return new Promise((resolve) => {
			const timer = setTimeout(resolve, ms);
			this.wake = () => {
				clearTimeout(timer);
				resolve();
			};
			if (this.ending.signal.aborted)
				this.wake();
		});
	}

	async stream() {
		const silence = new AbortController();
		const end = () => silence.abort();
		this.ending.signal.addEventListener("abort", end);
		let timer = setTimeout(end, SILENCE_MS);
		try {
			const response = await ask(this.key, {
				accept: "text/event-stream",
				headers: this.place === null ? {} :
					{ "Last-Event-ID": placeText(this.place) },
				signal: silence.signal,
			});
			this.heard.state("live");
			const parser = new StreamParser();
			for await (const lines of lineGroups(response.body)) {
				clearTimeout(timer);
				timer = setTimeout(end, SILENCE_MS);
				this.failures = 0;
				this.take(lines, parser);
			}
		} finally {
			clearTimeout(timer);
			this.ending.signal.removeEventListener("abort", end);
		}
	}

	take(lines, parser) {
		const events = [];
		for (const line of lines) {
			const whole = parser.line(line);
			if (whole === null)
				continue;
			if (whole.data !== undefined) {
				const data = JSON.parse(whole.data);
				if (typeof data === "number")
					this.heard.gap(data);
				else
					events.push(data);
			}
			if (whole.id !== undefined)
				this.arriveAt(parsePlace(whole.id));
		}
		if (events.length > 0)
			this.heard.events(events);
	}

	arriveAt(place) {
		const isFirst = this.place === null;
		this.place = place;
		if (isFirst)
			this.heard.place(place);
	}

	// Where nobody can wait for events: page after page.
	async poll() {
		for (;;) {
			const page = await askPage(this.key, {
				parameters: { limit: SEARCH_PAGE_EVENTS,
					...cursorParameters(this.place) },
				signal: this.ending.signal,
			});
			this.failures = 0;
			this.heard.state("polling");
			if (page.gapMs > 0)
				this.heard.gap(page.gapMs);
			if (page.events.length > 0) {
				this.place = placeOf(page.events.at(-1));
				this.heard.events(page.events);
			}
			if (page._links.next === undefined)
				return;
		}
	}
}
