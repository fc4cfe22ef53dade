// lines.js - the lines of an answer that is still coming.

import { LINE_CHARS_MAX } from "./limits.js";
import { Problem, noAnswer } from "./api.js";

// Yields lists of whole lines, as the network brings them.  What is kept is
// at most one line that has not ended.  A last line without an end is dropped
// by a stream, where it is half an event, and is an error in an export, which
// was cut off.
export async function* lineGroups(body) {
	const decoder = new TextDecoder();
	const reader = body.getReader();
	let rest = "";
	try {
		for (;;) {
			const { value, done } = await reader.read();
			if (done)
				break;
			const lines = (rest + decoder.decode(value, { stream: true }))
				.split("\n");
			rest = lines.pop();
			if (rest.length > LINE_CHARS_MAX)
				throw new Problem(0, { detail: "a line has no end" });
			if (lines.length > 0)
				yield lines;
		}
	} catch (fault) {
		throw noAnswer(fault);
	} finally {
		// Whoever reads no further, wants no more.
		reader.cancel().catch(() => {});
	}
}
