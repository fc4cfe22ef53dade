// page.mjs - the viewer in Chromium, before a real server.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { run, service, setup } from "./browser.mjs";

const { keys, origin } = setup;
const ROWS_MAX = 1000;
const BUSY_BATCHES = 30;
const BUSY_BATCH = 100;
const BUSY_EVERY_MS = 100;
const REFUSED = "Failed to load resource";

async function api(key, query = "", headers = {}) {
	const response = await fetch(`${origin}/v1/events${query}`,
		{ headers: { "X-API-KEY": key, ...headers } });
	if (response.status !== 200)
		throw new Error(`${response.status} ${await response.text()}`);
	return response;
}

async function newest(key, limit = 1) {
	return (await (await api(key, `?order=desc&limit=${limit}`)).json()).events;
}

// Records events, and returns them as they are stored.
async function record(key, events) {
	const response = await fetch(`${origin}/v1/events`, {
		method: "POST",
		headers: { "X-API-KEY": key, "Content-Type": "application/json" },
		body: JSON.stringify(events),
	});
	if (response.status !== 201)
		throw new Error(`${response.status} ${await response.text()}`);
	return (await response.json()).events;
}

function queueEvent(name) {
	return { type: "queue_added", queue: { id: "queue", name } };
}

async function enter(visit, key, { remember = false } = {}) {
	if (!await visit.page.locator("#key").isVisible())
		await visit.page.goto(`${origin}/`);
	await visit.page.locator("#key").fill(key);
	if (remember)
		await visit.page.getByLabel("Keep it until").check();
	await visit.page.locator("#key").press("Enter");
}

async function show(visit, key, options) {
	await enter(visit, key, options);
	await visit.until(() => document.querySelectorAll("#rows tr").length > 0 ||
		!document.getElementById("none").hidden);
}

function isLive(visit) {
	return visit.until(() => document.getElementById("live-state").dataset
		.state === "live");
}

function isCounted(visit, timeout) {
	return visit.until(() => /^[\d,]+ events?$/.test(
		document.getElementById("counted").textContent), null, timeout);
}

function state(visit) {
	return visit.text("#live-state");
}

// Ids of the rows that are shown, as the buttons name them.
function rowIds(visit) {
	return visit.page.$$eval("#rows tr:not([hidden]) button", (buttons) =>
		buttons.map((button) =>
			button.getAttribute("aria-label").split(" ").at(-1)));
}

// How many events the table of numbers says that each hour has.
function hourSums(visit) {
	return visit.page.$$eval("#numbers td:last-child", (cells) =>
		cells.map((cell) => Number(cell.textContent.replaceAll(",", ""))));
}

async function problem(visit) {
	await visit.page.locator("#problem h2").waitFor();
	return visit.text("#problem h2");
}

async function the_page_asks_for_a_key(visit) {
	await visit.page.goto(`${origin}/`);
	visit.equal(new URL(visit.page.url()).pathname, "/viewer/", "the path");
	await visit.axe("the key's form");
	// From the top: the link, the reference, the key.
	for (const name of ["Skip to the content", "API reference", "API key"]) {
		await visit.page.keyboard.press("Tab");
		visit.equal(await visit.page.evaluate(() => {
			const { activeElement: active } = document;
			return active.labels?.[0]?.innerText ?? active.innerText;
		}), name, "what Tab comes to");
	}
}

async function a_key_is_kept_only_when_asked(visit) {
	await show(visit, keys.demo);
	visit.equal(await visit.page.evaluate(() =>
		localStorage.length + sessionStorage.length), 0, "what is kept");
	await visit.page.reload();
	visit.expect(await visit.page.locator("#key").isVisible(),
		"after a reload there is no form");
	await show(visit, keys.demo, { remember: true });
	await visit.page.reload();
	await visit.page.locator("#rows tr").first().waitFor();
	await visit.page.getByText("Forget the key").click();
	visit.equal(await visit.page.evaluate(() =>
		localStorage.length + sessionStorage.length), 0,
	"what is kept when it is to be forgotten");
	visit.equal(await visit.page.locator("#rows tr").count(), 0,
		"the number of rows that are left");
	visit.equal(new URL(visit.page.url()).search, "", "the query");
}

async function the_past_day_is_shown(visit) {
	await show(visit, keys.demo);
	await isLive(visit);
	await isCounted(visit);
	const lines = (await (await api(keys.demo, "",
		{ Accept: "application/x-ndjson" })).text()).trim().split("\n");
	visit.equal(await visit.text("#counted"), `${lines.length} events`,
		"the number of events");
	await visit.page.getByText("The same as numbers").click();
	const sums = await hourSums(visit);
	visit.equal(sums.reduce((sum, one) => sum + one, 0), lines.length,
		"the sum of the hours");
	visit.equal(sums.length, 25, "the number of hours");
	// By hour, in the time zone of the browser, which has a half of one.
	const first = JSON.parse(lines[0]);
	const begin = await visit.page.evaluate((ms) =>
		new Date(ms).setMinutes(0, 0, 0), first.stored_at);
	visit.equal(sums.findLast((sum) => sum > 0), lines.filter((line) =>
		JSON.parse(line).stored_at < begin + 3600e3).length,
	"the number of the oldest hour's");

	const expected = await newest(keys.demo, 100);
	visit.equal(await rowIds(visit), expected.map(({ id }) => id), "the page");
	const row = await visit.text("#rows tr:first-child");
	const utc = new Date(expected[0].stored_at).toISOString();
	visit.expect(row.includes(utc.slice(11, 23) + " UTC"),
		`the row has no ${utc}: ${row}`);
	const local = new Date(expected[0].stored_at + 5.5 * 3600e3).toISOString();
	visit.expect(row.includes(local.slice(0, 23).replace("T", " ")),
		`the row has no ${local}: ${row}`);
	visit.expect(row.includes(expected[0].type) &&
		row.includes(expected[0].client.id), `the row is ${row}`);
	await visit.axe("light");
	await visit.page.emulateMedia({ colorScheme: "dark" });
	await visit.axe("dark");
	visit.equal(await visit.page.evaluate(() =>
		getComputedStyle(document.body).backgroundColor), "rgb(20, 24, 29)",
	"the dark paper");
}

// As for somebody who travels while the page is open.
async function the_hours_follow_the_time_zone(visit) {
	await show(visit, keys.demo);
	await isCounted(visit);
	const all = await visit.text("#counted");
	const session = await visit.page.context().newCDPSession(visit.page);
	let width = 1000;
	for (const timeZone of ["Asia/Kathmandu", "Asia/Tokyo",
		"Asia/Kolkata"]) {
		await session.send("Emulation.setTimezoneOverride",
			{ timezoneId: timeZone });
		await visit.page.evaluate(() =>
			document.querySelector("#chart svg").classList.add("before"));
		// Draws it anew.
		await visit.page.setViewportSize({ width: width++, height: 700 });
		await visit.until(() => document.querySelector(
			"#chart svg:not(.before)"));
		visit.equal((await hourSums(visit)).reduce(
			(sum, one) => sum + one, 0) + " events", all,
		`the sum of the hours in ${timeZone}`);
	}
}

async function it_fits_a_phone(visit) {
	await show(visit, keys.demo);
	await isCounted(visit);
	visit.equal(await visit.page.evaluate(() =>
		document.documentElement.scrollWidth), 360, "the page's width");
	await visit.axe("a phone");
	await visit.page.locator("#rows button").first().click();
	visit.expect(await visit.page.evaluate(() => document.querySelector(
		"dialog").getBoundingClientRect().width <= 360),
	"the dialog is wider than the phone");
}

async function nothing_is_said_before_a_page_came(visit) {
	let release;
	const isReleased = new Promise((resolve) => {
		release = resolve;
	});
	await visit.page.route(/order=desc/, async (route) => {
		await isReleased;
		await route.continue();
	}, { times: 1 });
	await enter(visit, keys.names);
	// What is there has been looked at, meanwhile.
	await visit.until(() => document.getElementById("newest").dataset.count ===
		"0");
	visit.equal(await visit.page.locator("#none").isVisible(), false,
		"whether it says that there is nothing");
	release();
	await visit.until(() => document.querySelectorAll("#rows tr").length > 0);
}

async function names_are_text(visit) {
	await show(visit, keys.names);
	const seen = await visit.text("#rows");
	for (const name of setup.names)
		visit.expect(seen.includes(name), `${name} is not there: ${seen}`);
	visit.equal(await visit.page.locator("#rows img, #rows script").count(), 0,
		"the number of elements that names made");
	visit.expect(await visit.page.$$eval("#rows bdi", (names) =>
		names.every((name) => getComputedStyle(name).unicodeBidi
			.startsWith("isolate"))), "a name is not isolated");
	// The names' boxes stay in their cells, however high they pile up.
	visit.expect(await visit.page.$$eval("#rows bdi", (names) =>
		names.every((name) => getComputedStyle(name).overflow === "hidden")),
	"a name reaches out of its box");
	const row = visit.page.locator("#rows tr", { hasText: "abc" });
	await row.getByRole("button").click();
	const json = await visit.text("#json");
	visit.expect(json.includes("\\u202e") && !json.includes("\u202e"),
		`what turns text around is not spelled out: ${json}`);
	visit.equal(JSON.parse(json).queue.name, "abc\u202edef", "the JSON's name");
}

async function categories_and_text_filter(visit) {
	await show(visit, keys.demo);
	await visit.page.getByLabel("Queues").check();
	await visit.page.getByLabel("API keys").check();
	const page = await (await api(keys.demo,
		"?events=queues,api_keys&order=desc")).json();
	await visit.until((id) => document.querySelector("#rows button")
		.getAttribute("aria-label").endsWith(id), page.events[0].id);
	await visit.until(() => ![...document.querySelectorAll("#rows .type")]
		.some((type) => /message|listener/.test(type.textContent)));
	visit.equal(await rowIds(visit), page.events.map(({ id }) => id),
		"the rows of two categories");
	await visit.page.getByLabel("Text in the loaded").fill("API_KEY_ADDED");
	visit.equal(await rowIds(visit), page.events.filter(({ type }) =>
		type === "api_key_added").map(({ id }) => id), "the rows with the text");
	await visit.page.getByLabel("Text in the loaded").fill("no such text");
	visit.expect(await visit.page.getByText("No loaded event holds")
		.isVisible(), "it does not say that there is none");
}

async function older_pages_go_back_to_the_first_event(visit) {
	const all = (await (await api(keys.demo, "?order=desc",
		{ Accept: "application/x-ndjson" })).text()).trim().split("\n")
		.map((line) => JSON.parse(line).id);
	await show(visit, keys.demo);
	const older = visit.page.locator("#older");
	for (let pages = 1; await older.isVisible(); pages++) {
		await older.click();
		await visit.until((count) => document.querySelectorAll("#rows tr")
			.length === count, Math.min(all.length, 100 * (pages + 1)));
	}
	visit.equal(await rowIds(visit), all, "the events");
	// A text that only an old event has is found by looking further back.
	await visit.page.reload();
	await show(visit, keys.demo);
	await visit.page.getByLabel("Text in the loaded").fill(all.at(-1));
	await older.click();
	await visit.until(() => document.querySelectorAll(
		"#rows tr:not([hidden])").length === 1);
	visit.equal(await rowIds(visit), [all.at(-1)], "what was found");
	// An hour of the table of numbers leads there.
	await visit.page.getByLabel("Text in the loaded").fill("");
	await visit.page.getByText("The same as numbers").click();
	await visit.page.locator("#numbers button").nth(20).click();
	await visit.page.locator("#newest").waitFor();
	const hour = await visit.page.evaluate(() =>
		new Date().setMinutes(0, 0, 0) - 19 * 3600e3);
	const page = await (await api(keys.demo, "?order=desc&limit=1&startAfter=" +
		`${hour}&startAfterId=${"-".repeat(21)}`)).json();
	visit.equal((await rowIds(visit))[0], page.events[0].id,
		"the first of an older hour");
}

async function events_appear_as_they_are_recorded(visit) {
	await show(visit, keys.live);
	await isLive(visit);
	await isCounted(visit);
	const before = Number((await visit.text("#counted")).split(" ")[0]);
	const [event] = await record(keys.live, [queueEvent("just now")]);
	await visit.until((id) => document.querySelector("#rows button")
		?.getAttribute("aria-label").endsWith(id), event.id);
	visit.expect((await state(visit)).startsWith("Live"), await state(visit));
	await visit.until((count) => document.getElementById("counted")
		.textContent === `${count} events`, before + 1);
	// Paused, it only counts.
	await visit.page.getByRole("button", { name: "Pause" }).click();
	await record(keys.live, [queueEvent("one"), queueEvent("two")]);
	await visit.page.getByText("Show the newest (2 more)").waitFor();
	visit.equal((await rowIds(visit))[0], event.id, "the newest while paused");
	await visit.page.getByText("Show the newest (2 more)").click();
	const ids = (await newest(keys.live, 3)).map(({ id }) => id);
	await visit.until((id) => document.querySelector("#rows button")
		.getAttribute("aria-label").endsWith(id), ids[0]);
	visit.equal((await rowIds(visit)).slice(0, 3), ids, "the newest");
}

async function an_organization_begins_to_live(visit) {
	await show(visit, keys.empty);
	await isLive(visit);
	visit.expect(await visit.page.getByText("Nothing happened").isVisible(),
		"it does not say that nothing happened");
	const [event] = await record(keys.empty, [queueEvent("the first")]);
	await visit.until(() => document.querySelectorAll("#rows tr").length === 1);
	visit.equal(await rowIds(visit), [event.id], "the first event");
	await visit.until(() => document.getElementById("counted").textContent ===
		"1 event");
}

async function a_stream_that_broke_goes_on_where_it_was(visit) {
	visit.expected = [REFUSED, "ERR_INCOMPLETE_CHUNKED_ENCODING"];
	await show(visit, keys.live);
	await isLive(visit);
	const [first] = await record(keys.live, [queueEvent("before")]);
	await service("stop_responder");
	await visit.until(() => document.getElementById("live-state").dataset
		.state === "reconnecting");
	visit.expect((await state(visit)).startsWith("Reconnecting in "),
		await state(visit));
	await service("append", "live", ["while it was away", "and one more"]);
	await service("start_responder");
	await isLive(visit);
	const [last] = await record(keys.live, [queueEvent("after")]);
	await visit.until((id) => document.querySelector("#rows button")
		.getAttribute("aria-label").endsWith(id), last.id);
	const ids = await rowIds(visit);
	visit.equal(ids.slice(0, 4), (await newest(keys.live, 4)).map(
		({ id }) => id), "the newest");
	visit.equal(ids[3], first.id, "the one before");
	visit.equal(new Set(ids).size, ids.length, "the number of different rows");
	visit.expect(await visit.page.locator("#gap").isHidden(), "a gap is told");
}

async function a_gap_is_told(visit) {
	visit.expected = [REFUSED, "ERR_INCOMPLETE_CHUNKED_ENCODING"];
	await record(keys.live, [queueEvent("soon too old")]);
	await show(visit, keys.live);
	await isLive(visit);
	await service("stop_responder");
	await service("start_responder", { APITRAIL_RETENTION: "1s" });
	await visit.page.getByText("There is a gap").waitFor();
	await isLive(visit);
	await visit.page.getByRole("button", { name: "Understood" }).click();
	visit.expect(await visit.page.locator("#gap").isHidden(),
		"the gap stays there");
	await service("stop_responder");
	await service("start_responder");
}

// Posts at a rate of a thousand a second, and returns how many it were.
async function post_busily() {
	const posts = [];
	const begin = performance.now();
	for (let batch = 0; batch < BUSY_BATCHES; batch++) {
		posts.push(record(keys.busy, Array.from({ length: BUSY_BATCH },
			(_, at) => queueEvent(`${batch} ${at}`))));
		await new Promise((resolve) => setTimeout(resolve, begin +
			(batch + 1) * BUSY_EVERY_MS - performance.now()));
	}
	await Promise.all(posts);
	return BUSY_BATCHES * BUSY_BATCH;
}

async function it_stands_a_thousand_events_a_second(visit) {
	await show(visit, keys.busy);
	await isLive(visit);
	await isCounted(visit);
	await visit.page.evaluate(() => {
		window.mostRows = 0;
		setInterval(() => {
			window.mostRows = Math.max(window.mostRows,
				document.querySelectorAll("#rows tr").length);
		}, 10);
	});
	const before = Number((await visit.text("#counted")).replaceAll(",", "")
		.split(" ")[0]);
	const count = await post_busily();
	const text = `${(before + count).toLocaleString("en")} events`;
	await visit.until((wanted) => document.getElementById("counted")
		.textContent === wanted, text);
	const [last] = await newest(keys.busy);
	await visit.until((id) => document.querySelector("#rows button")
		.getAttribute("aria-label").endsWith(id), last.id);
	const mostRows = await visit.page.evaluate(() => window.mostRows);
	visit.expect(mostRows <= ROWS_MAX, `there were ${mostRows} rows`);
	const ids = await rowIds(visit);
	visit.equal(ids, (await newest(keys.busy, ROWS_MAX)).map(({ id }) => id),
		"the rows");
	visit.expect(await visit.page.locator("#gap").isHidden(), "a gap is told");
}

async function an_event_is_shown_and_copied_with_the_keyboard(visit) {
	await show(visit, keys.demo);
	const [event] = await newest(keys.demo);
	await visit.page.locator("#rows button").first().focus();
	await visit.page.keyboard.press("Enter");
	await visit.page.locator("dialog[open]").waitFor();
	await visit.axe("the dialog");
	visit.equal(JSON.parse(await visit.text("#json")), event, "the JSON");
	await visit.page.getByRole("button", { name: "Copy JSON" }).press("Enter");
	await visit.page.getByText("Copied.").waitFor();
	visit.equal(JSON.parse(await visit.page.evaluate(() =>
		navigator.clipboard.readText())), event, "what was copied");
	await visit.page.getByRole("button", { name: "Copy as curl" })
		.press("Enter");
	await visit.until(async () => (await navigator.clipboard.readText())
		.startsWith("curl"));
	const curl = await visit.page.evaluate(() =>
		navigator.clipboard.readText());
	visit.expect(!curl.includes(keys.demo) && curl.includes("$APITRAIL_KEY"),
		`the command has the key: ${curl}`);
	const answer = execFileSync("sh", ["-c", curl + " -sS"],
		{ env: { ...process.env, APITRAIL_KEY: keys.demo } });
	visit.equal(JSON.parse(answer).events, [event], "what curl shows");
	await visit.page.keyboard.press("Escape");
	visit.expect(await visit.page.evaluate(() => document.activeElement ===
		document.querySelector("#rows button")),
	"the focus is not back where it was");
}

async function the_window_is_downloaded(visit) {
	await show(visit, keys.demo);
	await visit.page.getByLabel("Queues").check();
	for (const [name, type] of [["NDJSON", "application/x-ndjson"],
		["CSV", "text/csv"]]) {
		const waiting = visit.page.waitForEvent("download");
		await visit.page.getByRole("button", { name }).click();
		const download = await waiting;
		visit.expect(download.suggestedFilename().endsWith(
			"." + name.toLowerCase()), download.suggestedFilename());
		visit.equal(readFileSync(await download.path(), "utf8"),
			await (await api(keys.demo, "?events=queues",
				{ Accept: type })).text(), name);
	}
	visit.expect((await visit.text("#download-state")).startsWith(
		"Downloaded"), await visit.text("#download-state"));
}

async function refusals_are_told_in_plain_words(visit) {
	visit.expected = [REFUSED];
	for (const [key, title] of [
		["nonsense", "This API key is not valid"],
		["кey", "This API key is not valid"],
		[keys.revoked, "This API key is not valid"],
		[keys.unpaid, "The organization has not paid"],
		[keys.locked, "The organization is locked"],
		[keys.idle, "This API key may not read events"],
	]) {
		await enter(visit, key);
		visit.equal(await problem(visit), title, "the answer to " + key);
		visit.expect(await visit.page.locator("#key").isVisible(),
			"there is no form to give another key");
	}
	await visit.axe("a refusal");
}

async function a_used_up_rate_says_when_to_try_again(visit) {
	visit.expected = [REFUSED];
	for (let asked = 0; asked < 3; asked++)
		await fetch(`${origin}/v1/events`,
			{ headers: { "X-API-KEY": keys.rated } });
	await enter(visit, keys.rated);
	visit.equal(await problem(visit), "Too many requests with this API key",
		"the answer");
	visit.expect(/Try again in \d+ seconds/.test(
		await visit.text("#problem-text")), await visit.text("#problem-text"));
	visit.expect(await visit.page.locator("#again").isDisabled(),
		"it can be tried too early");
}

async function a_lock_out_is_told(visit) {
	visit.expected = [REFUSED];
	await service("stop_responder");
	await service("start_responder", { APITRAIL_LOCKOUT: "2/60s" });
	for (let bad = 0; bad < 3; bad++)
		await fetch(`${origin}/v1/events`, { headers: { "X-API-KEY": "bad" } });
	await enter(visit, keys.demo);
	visit.equal(await problem(visit), "This address is locked out for now",
		"the answer to a good key");
	await service("stop_responder");
	await service("start_responder");
}

async function a_responder_that_is_down_is_told(visit) {
	visit.expected = [REFUSED];
	await service("stop_responder");
	await enter(visit, keys.demo);
	visit.equal(await problem(visit),
		"The web server answers, but apitrail does not", "the answer");
	await service("start_responder");
	await visit.page.getByRole("button", { name: "Try again" }).click();
	await visit.page.locator("#rows tr").first().waitFor();
	visit.expect(await visit.page.locator("#problem").isHidden(),
		"the problem is still told");
}

async function a_key_that_is_revoked_ends_the_stream(visit) {
	visit.expected = [REFUSED, "ERR_INCOMPLETE_CHUNKED_ENCODING"];
	await show(visit, keys.shortlived);
	await isLive(visit);
	await service("revoke", "shortlived");
	await visit.until(() => document.getElementById("live-state").dataset
		.state === "stopped");
	visit.equal(await state(visit), "Not live: This API key is not valid.",
		"the state");
}

// Answers that no server here can be brought to give when it is wanted.
async function every_status_has_words(visit) {
	visit.expected = [REFUSED];
	let status = 0;
	await visit.page.route("**/v1/events*", (route) => status === 0 ?
		route.abort() : route.fulfill({ status, contentType: "text/html",
			body: "<script>alert(1)</script>" }));
	const titles = new Set();
	for (status of [0, ...setup.statuses, 502, 504, 418, 520]) {
		await enter(visit, keys.demo);
		const title = await problem(visit);
		const text = await visit.text("#problem-text");
		const isKnown = status !== 418 && status !== 520;
		titles.add(title);
		visit.equal(!/this page does not know|has a fault/.test(title),
			isKnown, `"${title}" of ${status}`);
		visit.expect(status === 0 || text.includes(`status ${status}`), text);
	}
	visit.expect(titles.size >= 15, `there are ${titles.size} titles`);
}

async function without_streams_it_asks_again_and_again(visit) {
	visit.expected = [REFUSED];
	await visit.page.route("**/v1/events*", (route) =>
		route.request().headers().accept === "text/event-stream" ?
			route.fulfill({ status: 406, contentType: "application/json",
				body: "{}" }) : route.continue());
	await show(visit, keys.polled);
	await visit.until(() => document.getElementById("live-state").dataset
		.state === "polling");
	const [event] = await record(keys.polled, [queueEvent("asked for")]);
	await visit.until((id) => document.querySelector("#rows button")
		?.getAttribute("aria-label").endsWith(id), event.id);
}

async function counting_can_be_stopped_and_gone_on_with(visit) {
	let held;
	await visit.page.route("**/v1/events*", async (route) => {
		if (route.request().headers().accept !== "application/x-ndjson" ||
		    held !== undefined) {
			await route.continue();
			return;
		}
		held = route;
	});
	await show(visit, keys.demo);
	await visit.page.getByRole("button", { name: "Stop counting" }).click();
	await visit.page.getByText("what is hatched is not").waitFor();
	await visit.page.getByRole("button", { name: "Count on" }).click();
	await isCounted(visit);
	const lines = (await (await api(keys.demo, "",
		{ Accept: "application/x-ndjson" })).text()).trim().split("\n");
	visit.equal(await visit.text("#counted"), `${lines.length} events`,
		"the number of events");
	await held.abort();
}

async function the_reference_is_shown_offline(visit) {
	await visit.page.goto(`${origin}/viewer/reference/`);
	await visit.page.locator(".opblock").first().waitFor();
	const paths = await visit.page.$$eval(".opblock", (blocks) =>
		blocks.map((block) => block.id));
	visit.expect(paths.length >= 8, `it shows ${paths}`);
	await visit.page.locator(".opblock-get").first().click();
	await visit.page.getByText("startAfterId").first().waitFor();
}

await run([
	// The longest begin first.
	without_streams_it_asks_again_and_again,
	the_reference_is_shown_offline, the_past_day_is_shown,
	older_pages_go_back_to_the_first_event, it_fits_a_phone,
	the_page_asks_for_a_key, a_key_is_kept_only_when_asked, names_are_text,
	nothing_is_said_before_a_page_came,
	categories_and_text_filter, events_appear_as_they_are_recorded,
	an_organization_begins_to_live, the_window_is_downloaded,
	refusals_are_told_in_plain_words, every_status_has_words,
	a_used_up_rate_says_when_to_try_again,
	counting_can_be_stopped_and_gone_on_with,
], [
	// The clipboard is one for all.
	an_event_is_shown_and_copied_with_the_keyboard,
	the_hours_follow_the_time_zone,
	it_stands_a_thousand_events_a_second,
	a_key_that_is_revoked_ends_the_stream,
	a_stream_that_broke_goes_on_where_it_was, a_gap_is_told,
	a_lock_out_is_told, a_responder_that_is_down_is_told,
], {
	it_fits_a_phone: { viewport: { width: 360, height: 700 },
		colorScheme: "dark", hasTouch: true },
});
