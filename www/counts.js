// counts.js - how many events each hour and category has.
//
// The API has no sums, so the window is read once, as NDJSON, newest first, and
// counted while it comes: memory holds a few numbers an hour, however many
// events there are, and the chart fills from now backwards.

import { ask, cursorParameters } from "./api.js";
import { COUNTED, categoryAt } from "./categories.js";
import { BUSY_MS, HOUR_MS, WINDOW_MS } from "./limits.js";
import { lineGroups } from "./lines.js";
import { placeOf } from "./place.js";
import { hourOf } from "./time.js";

// How the API begins each event; anything else is read the long way.
const BEGINNING =
	/^\{"id":"([\w-]+)","type":"([a-z0-9_]+)","stored_at":(\d+)[,}]/;

function read(line) {
	const match = BEGINNING.exec(line);
	if (match !== null)
		return [match[1], match[2], Number(match[3])];
	const event = JSON.parse(line);
	return [event.id, event.type, event.stored_at];
}

// Lets the page draw and hear clicks.
function pause() {
	return new Promise((resolve) => setTimeout(resolve, 0));
}

export class Counts {
	constructor() {
		this.hours = new Map();		// an hour's begin: a number a category
		this.total = 0;
		this.reached = null;		// a place: what is older is not counted
		this.lastHour = [0, 0, null];	// begin, end, numbers
	}

	add(type, ms) {
		if (ms < this.lastHour[0] || ms >= this.lastHour[1])
			this.lastHour = this.hour(ms);
		this.lastHour[2][categoryAt(type)]++;
		this.total++;
	}

	hour(ms) {
		const begin = hourOf(ms);
		if (!this.hours.has(begin)) {
			this.hours.set(begin, COUNTED.map(() => 0));
			this.forget();
		}
		return [begin, begin + HOUR_MS, this.hours.get(begin)];
	}

	// Hours that have left the window.
	forget() {
		const oldest = hourOf(Date.now() - WINDOW_MS);
		for (const [begin, numbers] of this.hours) {
			if (begin < oldest) {
				this.total -= numbers.reduce((sum, one) => sum + one, 0);
				this.hours.delete(begin);
			}
		}
	}

	// Begins with an event, all before which is still to be counted.
	begin(event) {
		this.add(event.type, event.stored_at);
		this.reached = placeOf(event);
	}

	// Counts what is before the place that was reached.
	async goOn(key, signal, progress) {
		const response = await ask(key, {
			parameters: { order: "desc", ...cursorParameters(this.reached) },
			accept: "application/x-ndjson",
			signal,
		});
		let begin = performance.now();
		for await (const lines of lineGroups(response.body)) {
			for (const line of lines)
				this.addLine(line);
			if (performance.now() - begin > BUSY_MS) {
				progress();
				await pause();
				begin = performance.now();
			}
		}
		this.reached = null;
	}

	addLine(line) {
		const [id, type, ms] = read(line);
		this.add(type, ms);
		this.reached = { ms, id };
	}
}
