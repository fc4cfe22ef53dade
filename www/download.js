// download.js - the window as a file.  It is handed to the browser in pieces,
// which keeps large ones on disk, so the page's own memory stays small.

import { ask, noAnswer } from "./api.js";
import { element } from "./dom.js";
import { DOWNLOAD_PIECE_BYTES } from "./limits.js";

export const FORMS = {
	ndjson: { accept: "application/x-ndjson", suffix: "ndjson" },
	csv: { accept: "text/csv", suffix: "csv" },
};

async function gathered(response, progress) {
	const reader = response.body.getReader();
	const pieces = [];
	let chunks = [];
	let size = 0;
	let bytes = 0;
	for (;;) {
		const { value, done } = await reader.read();
		if (done)
			break;
		chunks.push(value);
		size += value.length;
		bytes += value.length;
		if (size >= DOWNLOAD_PIECE_BYTES) {
			pieces.push(new Blob(chunks));
			chunks = [];
			size = 0;
			progress(bytes);
		}
	}
	return new Blob([...pieces, ...chunks],
		{ type: response.headers.get("Content-Type") });
}

function save(blob, name) {
	const address = URL.createObjectURL(blob);
	element("a", { href: address, download: name }).click();
	// The browser has taken hold of it by then.
	setTimeout(() => URL.revokeObjectURL(address), 60 * 1000);
}

// Returns how many bytes were saved.  An answer that is cut off is not.
export async function download(key, form, parameters, progress) {
	const { accept, suffix } = FORMS[form];
	const response = await ask(key, { accept, parameters });
	let blob;
	try {
		blob = await gathered(response, progress);
	} catch (fault) {
		throw noAnswer(fault);
	}
	const moment = new Date().toISOString().slice(0, 19).replaceAll(":", "-");
	save(blob, `events-${moment}Z.${suffix}`);
	return blob.size;
}
