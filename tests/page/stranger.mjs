// stranger.mjs - whoever has an API key and a browser sees an event.

import { run, setup } from "./browser.mjs";

async function the_event_is_on_the_page(visit) {
	await visit.page.goto(`${setup.origin}/`);
	await visit.page.locator("#key").fill(setup.key);
	await visit.page.locator("#key").press("Enter");
	const row = visit.page.locator("#rows tr", { has: visit.page.locator(
		`button[aria-label$="${setup.event.id}"]`) });
	await row.waitFor();
	const text = await row.innerText();
	for (const word of [setup.event.type, setup.event.queue.name])
		visit.expect(text.includes(word), `"${text}" has no ${word}`);
}

await run([the_event_is_on_the_page], []);
