// problems.js - each status of the API in plain words: what is the matter,
// and what can be done about it.

const AGAIN = "Nothing is lost: what was recorded is still there.";

// [title, what can be done]
export const PROBLEMS = {
	0: ["The API cannot be reached",
		"No answer came: the server or the network in between is down. " +
		AGAIN],
	400: ["The API does not understand the question",
		"This page and the API may be of different versions: reload the " +
		"page."],
	401: ["This API key is not valid",
		"It may be mistyped, revoked, disabled or past its end; the API " +
		"does not tell which. Ask for a key where you got this one."],
	402: ["The organization has not paid",
		"The key is right, but its organization's account is unpaid. Once " +
		"that is settled, the events are there again."],
	403: ["This API key may not read events",
		"It lacks the scope events:read. Ask for a key that has it."],
	404: ["There is no API at this address",
		"This page looks for it beside itself. The web server's " +
		"configuration may have moved one of the two."],
	405: ["The API does not take this kind of request",
		"Something between this page and the API changed the request."],
	406: ["The API does not offer this form of answer",
		"Behind some web servers it cannot send events as they come."],
	409: ["The same request is still under way", "Try again in a moment."],
	413: ["The request is too large",
		"Something between this page and the API changed the request."],
	414: ["The question is too long", "Choose fewer filters."],
	415: ["The API does not take this kind of content",
		"Something between this page and the API changed the request."],
	422: ["The API does not allow the question",
		"This page and the API may be of different versions: reload the " +
		"page."],
	423: ["The organization is locked",
		"The key is right, but the operator has locked its organization. " +
		"Ask the operator."],
	429: ["Too many requests with this API key",
		"The key has a rate, and it is used up for the moment; others may " +
		"be using the same key."],
	500: ["Something stored cannot be read",
		"A record is damaged, or apitrail has a fault. The operator has to " +
		"look: `apitrail check` names what is damaged."],
	501: ["The API does not know this kind of request",
		"Something between this page and the API changed the request."],
	502: ["The web server answers, but apitrail does not",
		"The responder behind the web server is down. " + AGAIN],
	503: ["The API cannot serve at the moment",
		"Its store is away, it has too much to do, or it is being " +
		"restarted. " + AGAIN],
	504: ["The web server answers, but apitrail does not",
		"The responder behind the web server takes too long. " + AGAIN],
};

const LOCKED_OUT = ["This address is locked out for now",
	"Too many wrong API keys came from it, and until the time is over not " +
	"even a right one is taken."];

function rowOf({ status, retryAfter }) {
	if (status === 403 && retryAfter !== null)
		return LOCKED_OUT;
	return PROBLEMS[status] ?? (status >= 500 ?
		["The server has a fault",
			"It says so itself, with status " + status + ". " + AGAIN] :
		["The API answers in a way that this page does not know",
			"Its status is " + status + "."]);
}

export function seconds(count) {
	return count === 1 ? "1 second" : count < 120 ? `${count} seconds` :
		`${Math.ceil(count / 60)} minutes`;
}

// { title, advice, detail }; detail is for who mends it.
export function words(problem) {
	const [title, advice] = rowOf(problem);
	const details = [];
	if (problem.status !== 0)
		details.push("status " + problem.status);
	if (problem.detail !== "")
		details.push(problem.detail);
	if (problem.requestId !== "")
		details.push("request " + problem.requestId);
	return {
		title,
		advice: problem.retryAfter === null ? advice :
			`${advice} Try again in ${seconds(problem.retryAfter)}.`,
		detail: details.join(" · "),
	};
}

// Whether asking again with the same key would be in vain.
export function isFinal({ status, retryAfter }) {
	return status >= 400 && status < 500 && status !== 429 &&
		retryAfter === null;
}
