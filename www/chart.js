// chart.js - the past 24 hours as bars, and the same as a table of numbers.

import { COUNTED } from "./categories.js";
import { drawn, element } from "./dom.js";
import { HOUR_MS, WINDOW_MS } from "./limits.js";
import { hourOf, localDay, two } from "./time.js";

const HEIGHT = 220;
const TOP = 14;
const BOTTOM = 22;
const LEFT = 52;
const HOURS = 25;		// 24 hours touch 25 of the clock
const LABEL_WIDTH = 40;
const GRID_LINES = 4;

function sum(numbers) {
	return numbers.reduce((total, one) => total + one, 0);
}

export function hourText(begin) {
	const at = new Date(begin);
	return `${two(at.getHours())}:${two(at.getMinutes())}`;
}

// The hours of the window, oldest first: { begin, numbers }.
export function hoursOf(counts) {
	const last = hourOf(Date.now());
	const hours = [];
	for (let begin = last - WINDOW_MS; begin <= last; begin += HOUR_MS)
		hours.push({ begin,
			numbers: counts.numbersOf(begin, begin + HOUR_MS) });
	return hours;
}

// A round number not below the largest bar.
function ceiling(largest) {
	for (let power = 1; ; power *= 10)
		for (const step of [4, 8, 12, 20, 40])
			if (step * power >= largest)
				return step * power;
}

function axis(scale, width) {
	const lines = [];
	for (let at = 0; at <= GRID_LINES; at++) {
		const y = HEIGHT - BOTTOM -
			at / GRID_LINES * (HEIGHT - BOTTOM - TOP);
		lines.push(
			drawn("line", { class: "grid", x1: LEFT, x2: width, y1: y, y2: y }),
			drawn("text", { class: "axis", x: LEFT - 6, y: y + 4,
				"text-anchor": "end" },
			(scale * at / GRID_LINES).toLocaleString("en")));
	}
	return lines;
}

function bar({ begin, numbers }, x, width, scale, choose) {
	const group = drawn("g", { class: "bar" },
		drawn("rect", { class: "behind", x, y: TOP, width,
			height: HEIGHT - BOTTOM - TOP }),
		drawn("title", {}, `${localDay(begin)} ${hourText(begin)}: ` +
			numbers.map((count, at) => `${COUNTED[at].title} ${count}`)
				.join(", ")));
	let y = HEIGHT - BOTTOM;
	numbers.forEach((count, at) => {
		const height = count / scale * (HEIGHT - BOTTOM - TOP);
		y -= height;
		if (count > 0)
			group.append(drawn("rect", { class: COUNTED[at].name, x, y, width,
				height }));
	});
	group.addEventListener("click", () => choose(begin + HOUR_MS));
	return group;
}

function summary(hours, counts) {
	const busiest = hours.reduce((one, other) =>
		sum(other.numbers) > sum(one.numbers) ? other : one);
	return `${counts.total} events in the past 24 hours; most, ` +
		`${sum(busiest.numbers)}, from ${hourText(busiest.begin)} on`;
}

// choose(ms): somebody wants to see what happened before this moment.
export function drawChart(place, counts, choose) {
	const hours = hoursOf(counts);
	const width = Math.max(280, place.clientWidth);
	const scale = ceiling(Math.max(...hours.map(
		({ numbers }) => sum(numbers))));
	const step = (width - LEFT) / HOURS;
	const every = Math.ceil(LABEL_WIDTH / step);
	const chart = drawn("svg", { role: "img", width, height: HEIGHT,
		viewBox: `0 0 ${width} ${HEIGHT}`,
		"aria-label": summary(hours, counts) }, ...axis(scale, width));
	hours.forEach((hour, at) => {
		const x = LEFT + at * step;
		chart.append(bar(hour, x + step * 0.1, step * 0.8, scale, choose));
		if ((HOURS - 1 - at) % every === 0)
			chart.append(drawn("text", { class: "axis", x: x + step / 2,
				y: HEIGHT - 6, "text-anchor": "middle" },
			hourText(hour.begin)));
	});
	// What is older has not been read.
	if (counts.reached !== null) {
		const end = LEFT + step * Math.min(HOURS, Math.max(0,
			(counts.reached.ms - hours[0].begin) / HOUR_MS));
		chart.append(drawn("rect", { class: "unread", x: LEFT, y: TOP,
			width: end - LEFT, height: HEIGHT - BOTTOM - TOP }));
	}
	place.replaceChildren(chart);
}

export function drawLegend(place, counts) {
	const totals = counts.numbersOf(0, Infinity);
	place.replaceChildren(...COUNTED.map(({ name, title }, at) =>
		element("li", {},
			drawn("svg", { class: "swatch", viewBox: "0 0 1 1",
				"aria-hidden": "true" },
			drawn("rect", { class: name, width: 1, height: 1 })),
			`${title} ${totals[at].toLocaleString("en")}`)));
}

function numbersRow({ begin, numbers }, choose) {
	const hour = `${localDay(begin)} ${hourText(begin)}`;
	const show = element("button", { type: "button",
		"aria-label": `${hour}: show the events up to its end` }, hour);
	show.addEventListener("click", () => choose(begin + HOUR_MS));
	return element("tr", {}, element("th", { scope: "row" }, show),
		...[...numbers, sum(numbers)].map((count) =>
			element("td", {}, count.toLocaleString("en"))));
}

export function drawNumbers(table, counts, choose) {
	const heads = ["Hour", ...COUNTED.map(({ title }) => title), "All"];
	table.replaceChildren(
		element("thead", {}, element("tr", {}, ...heads.map((title) =>
			element("th", { scope: "col" }, title)))),
		element("tbody", {}, ...hoursOf(counts).reverse().map((hour) =>
			numbersRow(hour, choose))));
}
