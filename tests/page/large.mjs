// large.mjs - the viewer before a window of very many events.

import { run, setup } from "./browser.mjs";

// With what the collector has not looked at yet; the events are 300 MB.
const HEAP_BYTES_MAX = 200e6;
const TIMEOUT_MS = 150e3;

function watch() {
	window.longest = 0;
	window.heap = 0;
	let last = performance.now();
	setInterval(() => {
		const now = performance.now();
		window.longest = Math.max(window.longest, now - last);
		window.heap = Math.max(window.heap,
			performance.memory.usedJSHeapSize);
		last = now;
	}, 20);
}

async function a_large_window_is_counted_in_little_memory(visit) {
	const { page } = visit;
	await page.addInitScript(watch);
	await page.goto(`${setup.origin}/`);
	await page.locator("#key").fill(setup.keys.large);
	const begin = performance.now();
	await page.locator("#key").press("Enter");
	await page.locator("#rows tr").first().waitFor();
	const shown = performance.now() - begin;
	const text = `${setup.count.toLocaleString("en")} events`;
	await visit.until((wanted) => document.getElementById("counted")
		.textContent === wanted, text, TIMEOUT_MS);
	const counted = performance.now() - begin;
	const { longest, heap } = await page.evaluate(() =>
		({ longest: window.longest, heap: window.heap }));
	visit.expect(heap <= HEAP_BYTES_MAX, `the heap had ${heap} bytes`);
	process.stderr.write(`${setup.count} events: the first page after ` +
		`${(shown / 1000).toFixed(2)} s, all counted after ` +
		`${(counted / 1000).toFixed(1)} s, at most ` +
		`${(heap / 1e6).toFixed(1)} MB of heap, still for at most ` +
		`${Math.round(longest)} ms\n`);
}

await run([a_large_window_is_counted_in_little_memory], []);
