// api.js - ask the API; whatever is wrong becomes a Problem.

const HEADER_TEXT = /^[\x21-\x7e]+$/;

export class Problem extends Error {
	// status 0: no answer came.
	constructor(status, { detail = "", retryAfter = null, requestId = "" } = {}) {
		super(detail);
		this.status = status;
		this.detail = detail;
		this.retryAfter = retryAfter;
		this.requestId = requestId;
	}
}

export function eventsAddress(parameters = {}) {
	const meta = document.querySelector("meta[name=apitrail-events]");
	const address = new URL(meta.content, document.baseURI);
	for (const [name, value] of Object.entries(parameters))
		address.searchParams.set(name, value);
	// Commas need no encoding, and read better in what people copy.
	address.search = address.search.replaceAll("%2C", ",");
	return address;
}

export function cursorParameters(place) {
	return place === null ? {} :
		{ startAfter: place.ms, startAfterId: place.id };
}

// RFC 9110, 10.2.3: seconds, or a date.
function secondsOf(text) {
	if (text === null)
		return null;
	if (/^\d+$/.test(text))
		return Number(text);
	const date = Date.parse(text);
	return Number.isNaN(date) ? null :
		Math.max(0, Math.ceil((date - Date.now()) / 1000));
}

async function problemOf(response) {
	let detail = "";
	try {
		const body = JSON.parse((await response.text()).slice(0, 65536));
		if (typeof body.detail === "string")
			detail = body.detail;
	} catch {
		// A web server's own page: its status says enough.
	}
	return new Problem(response.status, {
		detail,
		retryAfter: secondsOf(response.headers.get("Retry-After")),
		requestId: response.headers.get("X-Request-Id") ?? "",
	});
}

// The answer, if it is 200; signal ends the waiting for it.
export async function ask(key, { parameters, accept = "application/json",
	headers = {}, signal } = {}) {
	if (!HEADER_TEXT.test(key))
		throw new Problem(401);
	let response;
	try {
		response = await fetch(eventsAddress(parameters), {
			headers: { "X-API-KEY": key, Accept: accept, ...headers },
			cache: "no-store",
			referrerPolicy: "no-referrer",
			signal,
		});
	} catch (fault) {
		throw noAnswer(fault);
	}
	if (response.status !== 200)
		throw await problemOf(response);
	return response;
}

// What fetch and its body's reader say when the network fails.
export function noAnswer(fault) {
	return fault instanceof TypeError ? new Problem(0) : fault;
}

export async function askPage(key, options) {
	const response = await ask(key, options);
	try {
		const page = await response.json();
		page.gapMs = Number(response.headers.get("Apitrail-Gap") ?? 0);
		return page;
	} catch (fault) {
		if (fault.name === "AbortError")
			throw fault;
		throw new Problem(0, { detail: "the answer was cut off" });
	}
}
