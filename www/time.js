// time.js - moments as people read them: local, and UTC beside it.

export function two(number) {
	return String(number).padStart(2, "0");
}

function fraction(ms) {
	return String(ms % 1000).padStart(3, "0");
}

// 2026-11-27
export function localDay(ms) {
	const at = new Date(ms);
	return `${at.getFullYear()}-${two(at.getMonth() + 1)}-` +
		two(at.getDate());
}

// 13:05:12.250
export function localTime(ms) {
	const at = new Date(ms);
	return `${two(at.getHours())}:${two(at.getMinutes())}:` +
		`${two(at.getSeconds())}.${fraction(ms)}`;
}

// 2026-11-27 12:05:12.250 UTC
export function utc(ms) {
	return new Date(ms).toISOString().replace("T", " ").replace("Z", " UTC");
}

export function localMoment(ms) {
	return `${localDay(ms)} ${localTime(ms)}`;
}

// Where the clock's hour began.
export function hourOf(ms) {
	return new Date(ms).setMinutes(0, 0, 0);
}
