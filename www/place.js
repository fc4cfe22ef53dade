// place.js - where an event stands: its stored_at and id, a cursor.

// The letters of an id, as bytes sort them.
const LETTERS = "-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_" +
	"abcdefghijklmnopqrstuvwxyz";
const LAST = LETTERS.at(-1);

export const FIRST_ID = LETTERS[0].repeat(21);

export function placeOf(event) {
	return { ms: event.stored_at, id: event.id };
}

export function placeText(place) {
	return `${place.ms}:${place.id}`;
}

export function parsePlace(text) {
	const colon = text.indexOf(":");
	return { ms: Number(text.slice(0, colon)), id: text.slice(colon + 1) };
}

export function isBehind(place, other) {
	return place.ms > other.ms ||
		(place.ms === other.ms && place.id > other.id);
}

// The last place before an event: what begins behind it begins with that.
export function placeBefore(event) {
	const letters = [...event.id];
	for (let at = letters.length - 1; at >= 0; at--) {
		const rank = LETTERS.indexOf(letters[at]);
		if (rank > 0) {
			letters[at] = LETTERS[rank - 1];
			return { ms: event.stored_at, id: letters.join("") };
		}
		letters[at] = LAST;
	}
	return { ms: event.stored_at - 1, id: LAST.repeat(event.id.length) };
}
