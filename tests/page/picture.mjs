// picture.mjs - take doc/viewer.png of a day that is always the same, and tell
// how much of it differs from the one that is there.

import { readFileSync, writeFileSync } from "node:fs";
import { run, setup } from "./browser.mjs";

const SHARE_MAX = 0.2;		// other fonts, but the same page

async function differing_share(visit, one, other) {
	await visit.page.goto("about:blank");
	return visit.page.evaluate(async (addresses) => {
		const [first, second] = await Promise.all(addresses.map(
			async (address) => {
				const image = new Image();
				image.src = address;
				await image.decode();
				const canvas = new OffscreenCanvas(image.width, image.height);
				const context = canvas.getContext("2d");
				context.drawImage(image, 0, 0);
				return context.getImageData(0, 0, image.width, image.height);
			}));
		if (first.width !== second.width || first.height !== second.height)
			return 1;
		let differing = 0;
		for (let at = 0; at < first.data.length; at += 4)
			if (Math.abs(first.data[at] - second.data[at]) > 48)
				differing++;
		return differing * 4 / first.data.length;
	}, [one, other].map((bytes) =>
		"data:image/png;base64," + bytes.toString("base64")));
}

async function the_picture_is_of_this_page(visit) {
	await visit.page.clock.setFixedTime(setup.now_ms);
	await visit.page.goto(`${setup.origin}/`);
	await visit.page.locator("#key").fill(setup.keys.acme);
	await visit.page.locator("#key").press("Enter");
	await visit.until(() => document.getElementById("live-state").dataset
		.state === "live" && /^[\d,]+ events$/.test(
		document.getElementById("counted").textContent) &&
		document.querySelectorAll("#rows tr").length > 0);
	await visit.page.locator("#main").blur();
	const picture = await visit.page.screenshot({ animations: "disabled" });
	writeFileSync(setup.picture, picture);
	const share = await differing_share(visit, picture,
		readFileSync(setup.documented));
	visit.expect(share <= SHARE_MAX, `${(100 * share).toFixed(1)} % of ` +
		"doc/viewer.png is not so any more: make viewer-picture");
}

await run([the_picture_is_of_this_page], [], {
	the_picture_is_of_this_page: { viewport: { width: 1280, height: 960 } },
}, "Europe/Berlin");
