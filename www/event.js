// event.js - one event as JSON, and the command that shows it again.

import { cursorParameters, eventsAddress } from "./api.js";
import { find } from "./dom.js";
import { placeBefore } from "./place.js";

// Characters that are not seen, or turn what follows them around.  JSON can
// spell them, and that is the same text.
const UNSEEN = /[\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;

export function jsonText(event) {
	return JSON.stringify(event, null, 2).replace(UNSEEN, (letter) =>
		"\\u" + letter.charCodeAt(0).toString(16).padStart(4, "0"));
}

// The key is not in it, but the name of a variable that holds it.
export function curlText(event) {
	const address = eventsAddress({ limit: 1,
		...cursorParameters(placeBefore(event)) });
	return `curl '${address.href.replaceAll("'", "%27")}' \\\n` +
		"    -H \"X-API-KEY: $APITRAIL_KEY\"";
}

async function copy(text, source) {
	try {
		await navigator.clipboard.writeText(text);
		return true;
	} catch {
		// Not offered without TLS: then by the selection.
		getSelection().selectAllChildren(source);
		return document.execCommand("copy");
	}
}

export class EventDialog {
	constructor() {
		this.dialog = find("event");
		find("close").addEventListener("click", () => this.dialog.close());
		for (const name of ["json", "curl"])
			find("copy-" + name).addEventListener("click",
				() => this.copy(name));
	}

	open(event) {
		find("event-title").textContent = event.type;
		find("json").textContent = jsonText(event);
		find("curl").textContent = curlText(event);
		find("copied").textContent = "";
		this.dialog.showModal();
	}

	async copy(name) {
		const source = find(name);
		const isCopied = await copy(source.textContent, source);
		find("copied").textContent = isCopied ? "Copied." :
			"The browser does not allow it: the text is marked, copy it there.";
	}
}
