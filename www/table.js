// table.js - rows of events, newest first, never more than ROWS_MAX.

import { categoryName } from "./categories.js";
import { element, foreign } from "./dom.js";
import { ROWS_MAX } from "./limits.js";
import { localDay, localTime, utc } from "./time.js";

const RESOURCES = [
	["message", "message"], ["queue", "queue"], ["listener", "listener"],
	["api_key", "API key"],
];

function named(resource) {
	const parts = [];
	if (resource.name !== undefined)
		parts.push(foreign(resource.name), " ");
	parts.push(element("code", {}, resource.id));
	return parts;
}

function resources(event) {
	return RESOURCES.filter(([member]) => event[member] !== undefined)
		.map(([member, title]) => element("div", {},
			element("span", { class: "kind" }, title), " ",
			...named(event[member])));
}

function metadata(event) {
	return Object.entries(event.metadata ?? {}).map(([name, value]) =>
		element("div", {}, foreign(name), ": ", foreign(value)));
}

function time(event) {
	const ms = event.stored_at;
	return [element("time", { datetime: new Date(ms).toISOString() },
		`${localDay(ms)} ${localTime(ms)}`),
	element("div", { class: "utc" }, utc(ms))];
}

// Cells that are cards on a phone say there what they are.
function cell(label, ...children) {
	return element("td", { role: "cell", "data-label": label }, ...children);
}

function row(event, open) {
	const show = element("button", { type: "button",
		"aria-label": `JSON of ${event.type} ${event.id}` }, "JSON");
	show.addEventListener("click", () => open(event));
	return element("tr", { role: "row" },
		cell("Time", ...time(event)),
		cell("Type", element("span", { class: `type ${categoryName(event.type)}` },
			event.type)),
		cell("Client", ...named(event.client)),
		cell("Resources", ...resources(event)),
		cell("Metadata", ...metadata(event)),
		cell("JSON", show));
}

export class Table {
	constructor(body, open) {
		this.body = body;
		this.open = open;
		this.rows = [];		// { event, row, text }, newest first
		this.wanted = "";
	}

	made(events) {
		return events.map((event) => {
			const made = { event, row: row(event, this.open), text: null };
			made.row.hidden = !this.matches(made);
			return made;
		});
	}

	matches(made) {
		if (this.wanted === "")
			return true;
		made.text ??= JSON.stringify(made.event).toLowerCase();
		return made.text.includes(this.wanted);
	}

	clear() {
		this.rows = [];
		this.body.replaceChildren();
	}

	// Older events, below.  Whether newer ones had to make room.
	append(events) {
		const made = this.made(events);
		this.rows.push(...made);
		this.body.append(...made.map(({ row }) => row));
		const surplus = this.rows.splice(0, this.rows.length - ROWS_MAX);
		surplus.forEach(({ row }) => row.remove());
		return surplus.length > 0;
	}

	// Newer events, the newest first, above.  Whether older ones made room.
	prepend(events) {
		const made = this.made(events.slice(0, ROWS_MAX));
		this.rows.unshift(...made);
		this.body.prepend(...made.map(({ row }) => row));
		const surplus = this.rows.splice(ROWS_MAX);
		surplus.forEach(({ row }) => row.remove());
		return surplus.length > 0;
	}

	// Shows the rows that hold a text in any of their members.
	search(text) {
		this.wanted = text.trim().toLowerCase();
		for (const made of this.rows)
			made.row.hidden = !this.matches(made);
	}

	shownCount() {
		return this.wanted === "" ? this.rows.length :
			this.rows.filter(({ row }) => !row.hidden).length;
	}
}
