#!/usr/bin/env node
// follow.mjs - print an organization's events as they come, one a line.
//
// Usage: follow.mjs URL KEY_FILE CURSOR_FILE
//
// URL is that of /v1/events.  CURSOR_FILE is made, and keeps the place:
// started again, it goes on there.  Needs Node 18 and nothing beside.
import { existsSync, readFileSync, renameSync, writeFileSync, writeSync }
	from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

const [url, keyFile, cursorFile] = process.argv.slice(2);
const headers = { "X-API-KEY": readFileSync(keyFile, "utf8").trim() };
let cursor = existsSync(cursorFile) ? readFileSync(cursorFile, "utf8") : "";

for (;;) {
	let answer, text, fault;
	try {
		answer = await fetch(`${url}?wait=30&${cursor}`,
			{ headers, signal: AbortSignal.timeout(90_000) });
		text = await answer.text();
	} catch (error) {
		fault = error.cause ?? error;
	}
	fault ??= answer.ok ? undefined : answer.status;
	if (fault >= 400 && fault < 500 && fault !== 429) {
		console.error(text);
		process.exit(1);
	}
	if (fault !== undefined) {
		const pause = Number(answer?.headers.get("Retry-After") ?? 5);
		console.error(`follow.mjs: ${fault}, again in ${pause} s`);
		await sleep(1000 * pause);
		continue;
	}
	if (answer.headers.has("Apitrail-Gap"))
		console.error(`follow.mjs: events before ${
			answer.headers.get("Apitrail-Gap")} are gone`);
	const { events } = JSON.parse(text);
	for (const event of events)
		writeSync(1, JSON.stringify(event) + "\n");
	if (events.length > 0) {
		// Only what was printed is passed; the file is whole any moment.
		const { stored_at, id } = events.at(-1);
		cursor = `startAfter=${stored_at}&startAfterId=${id}`;
		writeFileSync(cursorFile + ".new", cursor);
		renameSync(cursorFile + ".new", cursorFile);
	}
}
