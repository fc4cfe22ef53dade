// browser.mjs - Chromium as tests need it, and results for modules.py.

import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import readline from "node:readline";

const load = createRequire(process.env.APITRAIL_MODULES + "/");
const { chromium } = load("playwright-core");
const axe = readFileSync(load.resolve("axe-core/axe.min.js"), "utf8");

const AT_A_TIME = 2;
const TIMEOUT_MS = 60000;

export const setup = JSON.parse(process.argv[2]);
const answers = readline.createInterface({ input: process.stdin })[
	Symbol.asyncIterator]();

function say(what) {
	process.stdout.write(JSON.stringify(what) + "\n");
}

// Asks the test that runs us for something.
export async function service(ask, ...parameters) {
	say({ ask, arguments: parameters });
	return JSON.parse((await answers.next()).value);
}

export class Visit {
	// A page is fresh; its context is another's, too.
	static async begin(context) {
		const visit = new Visit();
		visit.faults = [];
		visit.foreign = [];
		visit.expected = [];	// what the console may say
		visit.page = await context.newPage();
		visit.watch();
		return visit;
	}

	// No test may see an error, a foreign host or a dialog without noticing.
	watch() {
		this.page.on("request", (request) => {
			const { origin, protocol } = new URL(request.url());
			if (origin !== setup.origin && protocol !== "blob:" &&
			    protocol !== "data:")
				this.foreign.push(request.url());
		});
		this.page.on("pageerror", (error) =>
			this.faults.push("error: " + error.stack));
		this.page.on("console", (message) => {
			if (["error", "warning"].includes(message.type()) &&
			    !this.expected.some((text) => message.text().includes(text)))
				this.faults.push("console: " + message.text());
		});
		this.page.on("dialog", (dialog) => {
			this.faults.push("dialog: " + dialog.message());
			dialog.dismiss();
		});
	}

	expect(isTrue, fault) {
		if (!isTrue)
			this.faults.push(fault);
	}

	equal(is, wanted, what) {
		const text = JSON.stringify(is);
		if (text !== JSON.stringify(wanted))
			this.faults.push(`${what} is ${text}, not ` +
				JSON.stringify(wanted));
	}

	// Waits until a function of the page gives something true.
	until(condition, argument, timeout) {
		return this.page.waitForFunction(condition, argument, { timeout });
	}

	text(selector) {
		return this.page.locator(selector).innerText();
	}

	async axe(what) {
		await this.page.evaluate(axe);
		// One row is like another.
		const { violations } = await this.page.evaluate(() =>
			window.axe.run({ exclude: ["#rows tr:nth-child(n+6)",
				"#numbers tbody tr:nth-child(n+4)"] },
			{ resultTypes: ["violations"] }));
		for (const { id, help, nodes } of violations)
			this.faults.push(`${what}: axe: ${id}: ${help}: ` +
				nodes.slice(0, 3).map(({ html, failureSummary }) =>
					html.slice(0, 200) + " " + failureSummary).join("; "));
	}

	async end() {
		this.equal(this.foreign, [], "the requests to other hosts");
		await this.page.close();
		return this.faults;
	}
}

// What people have; making one takes longer than most tests do.
async function contextOf(browser, options = {}) {
	const context = await browser.newContext({
		viewport: { width: 1280, height: 900 },
		locale: "en-GB",
		permissions: ["clipboard-read", "clipboard-write"],
		...options,
	});
	context.setDefaultTimeout(TIMEOUT_MS);
	return context;
}

async function attempt(context, test) {
	const begin = performance.now();
	const visit = await Visit.begin(context);
	try {
		await test(visit);
	} catch (fault) {
		visit.faults.push(fault.stack);
	}
	const faults = await visit.end();
	if (process.env.SHOW_TIMES)
		process.stderr.write(`${Math.round(performance.now() - begin)} ms ` +
			`${test.name}\n`);
	say({ test: test.name.replaceAll("_", " "), faults });
}

// Functions of a Visit: some at a time, then those that change what all use.
// options: of those that need a context of their own.  The time zone is the
// browser's: a context's belongs to the process that its pages share, and is
// gone from all as soon as one of them is closed.
export async function run(together, alone, options = {},
	timeZone = "Asia/Kolkata") {
	const browser = await chromium.launch({
		executablePath: setup.browser,
		env: { ...process.env, TZ: timeZone },
		args: ["--no-sandbox", "--disable-gpu",
			"--disable-background-networking", "--disable-dev-shm-usage",
			"--renderer-process-limit=1",
			"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"],
	});
	const context = await contextOf(browser);
	const own = (test) => options[test.name] === undefined ? context :
		contextOf(browser, options[test.name]);
	const waiting = [...together];
	const work = async () => {
		for (let test = waiting.shift(); test; test = waiting.shift())
			await attempt(await own(test), test);
	};
	await Promise.all(Array.from({ length: AT_A_TIME }, work));
	for (const test of alone)
		await attempt(await own(test), test);
	await browser.close();
	// Not when kept connections are given up.
	process.exit(0);
}
