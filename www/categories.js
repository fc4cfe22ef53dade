// categories.js - the API's categories, and which one a type belongs to.

export const CATEGORIES = [
	{ name: "messages", prefix: "message_", title: "Messages" },
	{ name: "queues", prefix: "queue_", title: "Queues" },
	{ name: "listeners", prefix: "listener_", title: "Listeners" },
	{ name: "api_keys", prefix: "api_key_", title: "API keys" },
];
// Types with no such prefix, which the API shows under "all" alone.
export const OTHERS = { name: "others", prefix: "", title: "Others" };
export const COUNTED = [...CATEGORIES, OTHERS];

export function categoryAt(type) {
	const at = CATEGORIES.findIndex(({ prefix }) => type.startsWith(prefix));
	return at < 0 ? CATEGORIES.length : at;
}

export function categoryName(type) {
	return COUNTED[categoryAt(type)].name;
}
