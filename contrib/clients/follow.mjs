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
const key = readFileSync(keyFile, "utf8").trim();
let cursor = existsSync(cursorFile) ? readFileSync(cursorFile, "utf8") : "";
let next;

for (;;) {
	let pause = 5, why, page, gap;
	try {
		const target = next ?? `${url}?wait=30${cursor && "&" + cursor}`;
		const answer = await fetch(target, {
			headers: { "X-API-KEY": key },
			signal: AbortSignal.timeout(90_000),
		});
		if (answer.ok) {
			page = await answer.json();
			gap = answer.headers.get("Apitrail-Gap");
		} else if (answer.status !== 429 && answer.status < 500) {
			console.error(await answer.text());
			process.exit(1);
		} else {
			why = answer.status;
			pause = Number(answer.headers.get("Retry-After") ?? 5);
		}
	} catch (error) {
		why = error.cause ?? error;
	}
	if (page === undefined) {
		console.error(`follow.mjs: ${why}, again in ${pause} s`);
		await sleep(pause * 1000);
		continue;
	}
	if (gap)
		console.error(`follow.mjs: events before ${gap} are gone`);
	for (const event of page.events)
		writeSync(1, JSON.stringify(event) + "\n");
	const last = page.events.at(-1);
	if (last) {
		// Only what was printed is passed; the file is whole any moment.
		cursor = `startAfter=${last.stored_at}&startAfterId=${last.id}`;
		writeFileSync(cursorFile + ".new", cursor);
		renameSync(cursorFile + ".new", cursorFile);
	}
	next = page._links.next?.href;
}
