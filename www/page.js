// page.js - the viewer: asks for a key and shows its organization's events.
// What the parts do is in their own files; here is how they hang together.

import { Problem, askPage } from "./api.js";
import { CATEGORIES } from "./categories.js";
import { Counting } from "./counting.js";
import { FORMS, download } from "./download.js";
import { element, find } from "./dom.js";
import { EventDialog } from "./event.js";
import { SHOW_MS } from "./limits.js";
import { Listing } from "./listing.js";
import { Live } from "./live.js";
import { LiveNotice } from "./live_notice.js";
import { FIRST_ID, isBehind, placeOf } from "./place.js";
import { ProblemNotice } from "./problem_notice.js";
import { Table } from "./table.js";

const KEPT = "apitrail-key";

const problems = new ProblemNotice();
const liveNotice = new LiveNotice();
const dialog = new EventDialog();
const table = new Table(find("rows"), (event) => dialog.open(event));
const listing = new Listing(table, showCounts);
const counting = new Counting((ms) => load(() => listing.show(
	{ ms, id: FIRST_ID })));
let live = null;
let visit = 0;		// counts the keys that were tried

function start() {
	addCategories();
	find("ask").addEventListener("submit", submit);
	find("forget").addEventListener("click", forget);
	find("older").addEventListener("click",
		() => load(() => listing.older()));
	find("newest").addEventListener("click", showNewest);
	find("pause").addEventListener("click", togglePause);
	find("text").addEventListener("input", search);
	find("filters").addEventListener("submit", (event) =>
		event.preventDefault());
	for (const form of Object.keys(FORMS))
		find(form).addEventListener("click", () => save(form));
	addEventListener("online", () => live?.hurry());
	setInterval(flush, SHOW_MS);

	const kept = sessionStorage.getItem(KEPT);
	find("ask").hidden = kept !== null;
	if (kept !== null)
		visitWith(kept);
}

// The key

function submit(event) {
	event.preventDefault();
	const key = find("key").value.trim();
	if (find("remember").checked)
		sessionStorage.setItem(KEPT, key);
	find("key").value = "";
	visitWith(key);
}

function forget() {
	leave();
	sessionStorage.removeItem(KEPT);
	problems.hide();
	find("view").hidden = true;
	find("forget").hidden = true;
	find("ask").hidden = false;
	find("key").focus();
}

// Ends what was shown for the key before.
function leave() {
	visit++;
	live?.stop();
	live = null;
	listing.key = null;
	listing.reset();
	counting.reset(null);
	liveNotice.hideGap();
	find("download-state").textContent = "";
}

async function visitWith(key) {
	leave();
	problems.hide();
	const current = visit;
	try {
		const newest = await newestEvent(key);
		if (current === visit)
			enter(key, newest);
	} catch (fault) {
		if (current === visit)
			refuse(fault, key);
	}
}

function refuse(fault, key) {
	if (!(fault instanceof Problem))
		throw fault;
	const isKey = fault.status === 401;
	if (isKey)
		sessionStorage.removeItem(KEPT);
	find("ask").hidden = false;
	problems.show(fault, isKey ? null : () => visitWith(key));
	if (isKey)
		find("key").focus();
}

async function newestEvent(key) {
	const page = await askPage(key,
		{ parameters: { limit: 1, order: "desc" } });
	return page.events[0] ?? null;
}

function enter(key, newest) {
	find("ask").hidden = true;
	find("view").hidden = false;
	find("forget").hidden = false;
	find("main").focus();
	listing.key = key;
	counting.reset(key);
	liveNotice.state("connecting");
	load(() => listing.show());
	if (newest !== null)
		counting.countFrom(newest);
	goLive(key, newest === null ? null : placeOf(newest));
}

// What happens now

function goLive(key, place) {
	live = new Live(key, {
		state: (name, more) => liveNotice.state(name, more),
		events: (events) => {
			counting.arrive(events);
			listing.arrive(events);
		},
		gap: (ms) => liveNotice.gap(ms),
		place: (first) => catchUp(key, first),
	});
	live.run(place);
}

// There were no events, then the stream began at this place: what may have come
// between is not in the stream.
async function catchUp(key, place) {
	const current = visit;
	await load(() => listing.show());
	const newest = table.rows[0]?.event;
	if (current === visit && newest !== undefined &&
	    !isBehind(placeOf(newest), place))
		counting.countFrom(newest);
}

// Shows what has arrived, a few times a second.
function flush() {
	if (listing.flush() || find("newest").dataset.count !==
	    String(listing.unseenCount))
		showCounts();
}

function togglePause() {
	listing.isPaused = !listing.isPaused;
	find("pause").setAttribute("aria-pressed", listing.isPaused);
	if (!listing.isPaused && listing.unseenCount > 0)
		showNewest();
}

function showNewest() {
	listing.isPaused = false;
	find("pause").setAttribute("aria-pressed", "false");
	load(() => listing.show());
}

// The table

function addCategories() {
	for (const { name, title } of CATEGORIES) {
		const box = element("input", { type: "checkbox", value: name });
		box.addEventListener("change", () => {
			if (box.checked)
				listing.categories.add(name);
			else
				listing.categories.delete(name);
			listing.arrived = [];
			load(() => listing.show());
		});
		find("categories").append(element("label", { class: "check" }, box,
			" ", title));
	}
}

// Runs what asks the API for rows, and says what is wrong.
async function load(ask) {
	const current = visit;
	find("events-region").setAttribute("aria-busy", "true");
	try {
		await ask();
		if (current === visit)
			problems.hide();
	} catch (fault) {
		if (fault instanceof Problem && current === visit)
			problems.show(fault, () => load(ask));
		else if (fault.name !== "AbortError" && current === visit)
			throw fault;
	} finally {
		find("events-region").removeAttribute("aria-busy");
	}
}

function search() {
	table.search(find("text").value);
	showCounts();
	find("said").textContent = find("shown").textContent;
}

function showCounts() {
	const count = table.rows.length;
	const shown = table.shownCount();
	find("shown").textContent = shown === count ?
		`${count} events are loaded.` :
		`${shown} of ${count} loaded events hold the text.`;
	find("none").hidden = shown > 0 || !listing.isKnown;
	find("none").textContent = count > 0 ? "No loaded event holds this text." :
		"Nothing happened in the past 24 hours.";
	find("older").hidden = !listing.hasOlder;
	find("older").textContent = table.wanted === "" ? "Older events" :
		"Look for the text in older events";
	find("newest").dataset.count = listing.unseenCount;
	find("newest").hidden = listing.isAtNewest && listing.unseenCount === 0;
	find("newest").textContent = listing.unseenCount === 0 ?
		"Show the newest" : `Show the newest (${listing.unseenCount} more)`;
}

async function save(form) {
	const say = (text) => {
		find("download-state").textContent = text;
	};
	const { events } = listing.parameters(1, null);
	say("Downloading…");
	try {
		const bytes = await download(listing.key, form,
			events === undefined ? {} : { events },
			(count) => say(`Downloading: ${megabytes(count)} so far`));
		say(`Downloaded ${megabytes(bytes)}.`);
	} catch (fault) {
		if (!(fault instanceof Problem))
			throw fault;
		say("");
		problems.show(fault, () => save(form));
	}
}

function megabytes(bytes) {
	return bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` :
		`${(bytes / 1e6).toFixed(1)} MB`;
}

start();
