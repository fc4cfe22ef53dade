// counts.js - how many events each quarter of an hour and category has.
//
// The API has no sums, so the window is read once, as NDJSON, newest first, and
// counted while it comes: memory holds a few numbers a quarter, however many
// events there are, and the chart fills from now backwards.  Where the hours
// begin is the time zone's business, which a page that stays open may see
// change; it is a multiple of 15 minutes from UTC in all that are in use.

import { ask, cursorParameters } from "./api.js";
import { COUNTED, categoryAt } from "./categories.js";
import { BUSY_MS, QUARTER_MS, WINDOW_MS } from "./limits.js";
import { lineGroups } from "./lines.js";
import { placeOf } from "./place.js";

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

function quarterOf(ms) {
	return ms - ms % QUARTER_MS;
}

// Lets the page draw and hear clicks.
function pause() {
	return new Promise((resolve) => setTimeout(resolve, 0));
}

export class Counts {
	constructor() {
		this.quarters = new Map();	// one's begin: a number a category
		this.total = 0;
		this.reached = null;		// a place: what is older is not counted
		this.last = [0, 0, null];	// a quarter: begin, end, numbers
	}

	add(type, ms) {
		if (ms < this.last[0] || ms >= this.last[1])
			this.last = this.quarter(ms);
		this.last[2][categoryAt(type)]++;
		this.total++;
	}

	quarter(ms) {
		const begin = quarterOf(ms);
		if (!this.quarters.has(begin)) {
			this.quarters.set(begin, COUNTED.map(() => 0));
			this.forget();
		}
		return [begin, begin + QUARTER_MS, this.quarters.get(begin)];
	}

	// Quarters that have left the window.
	forget() {
		const oldest = quarterOf(Date.now() - WINDOW_MS);
		for (const [begin, numbers] of this.quarters) {
			if (begin < oldest) {
				this.total -= numbers.reduce((sum, one) => sum + one, 0);
				this.quarters.delete(begin);
			}
		}
	}

	// A number a category, of the quarters that begin from one moment to
	// before another.
	numbersOf(from, to) {
		const sums = COUNTED.map(() => 0);
		for (const [begin, numbers] of this.quarters)
			if (begin >= from && begin < to)
				numbers.forEach((number, at) => {
					sums[at] += number;
				});
		return sums;
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
