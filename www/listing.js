// listing.js - which events the table holds: the newest, with those that
// arrive, or older ones that somebody asked for.

import { askPage, cursorParameters } from "./api.js";
import { CATEGORIES, categoryName } from "./categories.js";
import {
	PAGE_EVENTS, ROWS_MAX, SEARCH_MATCHES, SEARCH_PAGES_MAX,
	SEARCH_PAGE_EVENTS,
} from "./limits.js";
import { isBehind, placeOf } from "./place.js";

export class Listing {
	// changed(): what is shown is not what it was.
	constructor(table, changed) {
		this.table = table;
		this.changed = changed;
		this.key = null;
		this.categories = new Set();	// none: all
		this.isPaused = false;
		this.reset();
	}

	reset() {
		this.abort?.abort();
		this.abort = null;
		this.isKnown = false;		// a page has come, with or without rows
		this.isAtNewest = true;		// the first row is the newest event
		this.hasOlder = false;
		this.arrived = [];		// not shown yet, newest last
		this.unseenCount = 0;		// arrived, and not to be shown
		this.table.clear();
	}

	parameters(limit, place) {
		const categories = this.categories.size === 0 ? {} :
			{ events: CATEGORIES.map(({ name }) => name)
				.filter((name) => this.categories.has(name)).join(",") };
		return { limit, order: "desc", ...categories,
			...cursorParameters(place) };
	}

	isWanted(event) {
		return this.categories.size === 0 ||
			this.categories.has(categoryName(event.type));
	}

	// One load at a time: a new one ends the one before.
	begin() {
		this.abort?.abort();
		this.abort = new AbortController();
		return this.abort.signal;
	}

	// The page that ends before this place, or the newest.
	async show(place = null) {
		const signal = this.begin();
		const page = await askPage(this.key, { signal,
			parameters: this.parameters(PAGE_EVENTS, place) });
		this.isKnown = true;
		this.table.clear();
		this.table.append(page.events);
		this.hasOlder = page._links.next !== undefined;
		this.isAtNewest = place === null;
		this.unseenCount = 0;
		// What the page has arrived, too.
		const newest = this.newestPlace();
		if (newest !== null)
			this.arrived = this.arrived.filter((event) =>
				isBehind(placeOf(event), newest));
		this.flush();
		this.changed();
	}

	newestPlace() {
		const first = this.table.rows[0];
		return first === undefined ? null : placeOf(first.event);
	}

	// The next page, or so many that some hold the text that is looked for.
	async older() {
		const signal = this.begin();
		const isSearch = this.table.wanted !== "";
		const enough = this.table.shownCount() + SEARCH_MATCHES;
		for (let pages = 1; this.hasOlder; pages++) {
			const last = placeOf(this.table.rows.at(-1).event);
			const page = await askPage(this.key, { signal,
				parameters: this.parameters(
					isSearch ? SEARCH_PAGE_EVENTS : PAGE_EVENTS, last) });
			if (this.table.append(page.events))
				this.isAtNewest = false;
			this.hasOlder = page._links.next !== undefined;
			this.changed();
			if (!isSearch || this.table.shownCount() >= enough ||
			    pages === SEARCH_PAGES_MAX)
				break;
		}
	}

	// Events of the stream, oldest first.
	arrive(events) {
		const newest = this.newestPlace();
		const wanted = events.filter((event) => this.isWanted(event) &&
			(newest === null || !this.isAtNewest ||
				isBehind(placeOf(event), newest)));
		if (!this.isAtNewest || this.isPaused) {
			this.unseenCount += wanted.length;
			return;
		}
		this.arrived.push(...wanted);
		// Those that would be pushed out at once.
		if (this.arrived.length > ROWS_MAX) {
			this.arrived.splice(0, this.arrived.length - ROWS_MAX);
			this.hasOlder = true;
		}
	}

	// Shows what has arrived; whether there was anything.
	flush() {
		if (this.arrived.length === 0)
			return false;
		if (this.isAtNewest && this.table.prepend(this.arrived.reverse()))
			this.hasOlder = true;
		this.arrived = [];
		return true;
	}
}
