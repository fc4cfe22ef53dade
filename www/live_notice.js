// live_notice.js - whether events come as they are recorded, said in words.

import { find } from "./dom.js";
import { seconds, words } from "./problems.js";
import { localMoment } from "./time.js";

const SAYINGS = {
	connecting: () => "Connecting…",
	live: () => "Live: events appear as they are recorded.",
	polling: () => "Asking every 5 seconds: events cannot be streamed here.",
	reconnecting: ({ problem, ms }) =>
		`Reconnecting in ${seconds(Math.ceil(ms / 1000))}, from where it ` +
		"broke: " +
		(problem === null ? "the stream ended." : words(problem).title + "."),
	stopped: ({ problem }) => `Not live: ${words(problem).title}.`,
};

export class LiveNotice {
	constructor() {
		find("gap-seen").addEventListener("click", () => this.hideGap());
		this.shown = "";
	}

	// The same words again would be read out again.
	state(name, more = {}) {
		const text = SAYINGS[name](more);
		if (text === this.shown)
			return;
		this.shown = text;
		find("live-state").dataset.state = name;
		find("live-state").textContent = text;
	}

	// ms: the oldest moment that is still kept.
	gap(ms) {
		find("gap").hidden = false;
		find("gap-text").textContent = "There is a gap: events from before " +
			`${localMoment(ms)} left the window before this page had them.`;
	}

	hideGap() {
		find("gap").hidden = true;
		find("gap-text").textContent = "";
	}
}
