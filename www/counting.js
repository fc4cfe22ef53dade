// counting.js - the chart: counts the window and draws what is counted.

import { Problem } from "./api.js";
import { drawChart, drawLegend, drawNumbers } from "./chart.js";
import { Counts } from "./counts.js";
import { find } from "./dom.js";
import { SHOW_MS, WINDOW_MS } from "./limits.js";
import { words } from "./problems.js";

const REDRAW_MS = 60 * 1000;	// the hours go on without events, too

export class Counting {
	// choose(ms): somebody wants to see what was before this moment.
	constructor(choose) {
		this.choose = choose;
		this.counts = new Counts();
		this.key = null;
		this.abort = null;
		this.timer = null;
		this.problem = null;
		find("stop-counting").addEventListener("click",
			() => this.abort?.abort());
		find("count-again").addEventListener("click", () => this.goOn());
		new ResizeObserver(() => this.drawSoon()).observe(find("chart"));
		setInterval(() => this.drawSoon(), REDRAW_MS);
	}

	reset(key) {
		this.abort?.abort();
		this.abort = null;
		this.key = key;
		this.problem = null;
		this.counts = new Counts();
		this.drawSoon();
	}

	// Events that were recorded since.
	arrive(events) {
		for (const event of events)
			this.counts.add(event.type, event.stored_at);
		this.drawSoon();
	}

	// The newest event, and all that are older.
	countFrom(event) {
		this.counts.begin(event);
		return this.goOn();
	}

	async goOn() {
		const counts = this.counts;
		const abort = new AbortController();
		this.abort = abort;
		this.problem = null;
		this.drawSoon();
		try {
			await counts.goOn(this.key, abort.signal, () => this.drawSoon());
		} catch (fault) {
			if (fault instanceof Problem && counts === this.counts)
				this.problem = fault;
			else if (fault.name !== "AbortError")
				throw fault;
		}
		if (this.abort === abort)
			this.abort = null;
		this.drawSoon();
	}

	drawSoon() {
		this.timer ??= setTimeout(() => {
			this.timer = null;
			if (this.key !== null)
				this.draw();
		}, SHOW_MS);
	}

	draw() {
		this.counts.forget();
		drawChart(find("chart"), this.counts, this.choose);
		drawLegend(find("legend"), this.counts);
		// Its buttons may have the focus: drawn anew only when looked at.
		if (!find("numbers").contains(document.activeElement))
			drawNumbers(find("numbers"), this.counts, this.choose);
		this.say();
	}

	say() {
		const { reached, total } = this.counts;
		const isRunning = this.abort !== null;
		const many = `${total.toLocaleString("en")} ` +
			(total === 1 ? "event" : "events");
		find("progress").hidden = !isRunning;
		find("stop-counting").hidden = !isRunning;
		find("count-again").hidden = isRunning || reached === null;
		find("count-again").textContent = "Count on";
		if (reached === null) {
			find("counted").textContent = many;
			return;
		}
		find("progress").value = (Date.now() - reached.ms) / WINDOW_MS;
		find("counted").textContent = isRunning ? `${many} counted so far` :
			`${many} counted; what is hatched is not` +
			(this.problem === null ? "" : `: ${words(this.problem).title}`);
	}
}
