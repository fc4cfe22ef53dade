// exchanges.mjs - hold requests and answers against the API's description.
//
// Usage: node exchanges.mjs DESCRIPTION EXCHANGES
//
// A line of EXCHANGES is one request and its answer.  Prints a line of JSON
// for each fault, and last { seen: [...], described: [...] }: which answers
// came, and which are described.

import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const load = createRequire(process.env.APITRAIL_MODULES + "/");
const Ajv = load("ajv/dist/2020").default;
const { parse } = load("yaml");

const NAME = "openapi.yaml";
// What the web server adds.
const SERVERS_FIELDS = ["connection", "content-type", "date", "server",
	"transfer-encoding"];
// Answers to what is no operation.
const ELSEWHERE = { 404: "NotFound", 405: "MethodNotAllowed",
	501: "NotImplemented" };

const api = parse(readFileSync(process.argv[2], "utf8"));
const ajv = new Ajv({ strict: false, allErrors: true });
ajv.addFormat("int64", true);
ajv.addFormat("uri", (text) => URL.canParse(text));
ajv.addSchema(api, NAME);

const checks = new Map();
const seen = new Set();
const described = new Set();

function say(what) {
	process.stdout.write(JSON.stringify(what) + "\n");
}

// What is at the end of a chain of references, and where that is.
function resolved(value, path) {
	while (value !== undefined && value.$ref !== undefined) {
		path = value.$ref.slice(2).split("/");
		value = path.reduce((at, step) => at[step], api);
	}
	return [value, path];
}

function pointer(path) {
	return path.map((step) => encodeURIComponent(String(step)
		.replaceAll("~", "~0").replaceAll("/", "~1"))).join("/");
}

// What is wrong with a value by the schema at a path of the description.
function faultsOf(value, path) {
	const at = pointer(path);
	if (!checks.has(at))
		checks.set(at, ajv.compile({ $ref: `${NAME}#/${at}` }));
	const check = checks.get(at);
	return check(value) ? [] : check.errors.slice(0, 3).map((error) =>
		`${error.instancePath} ${error.message}`);
}

// Texts of a query or of header fields, as the schema's type has them.
function read(text, schema) {
	const { type } = resolved(schema)[0];
	if (type === "integer")
		return /^-?[0-9]+$/.test(text) ? Number(text) : text;
	return type === "array" ? text.split(",") : text;
}

function decode(text) {
	return decodeURIComponent(text.replaceAll("+", " "));
}

function queryOf(target) {
	const query = target.split("?")[1] ?? "";
	return query.split("&").filter((pair) => pair !== "").map((pair) => {
		const [name, ...rest] = pair.split("=");
		return [decode(name), decode(rest.join("="))];
	});
}

function operationOf({ method, target }) {
	const path = target.split("?")[0].replace(/(.)\/$/, "$1");
	for (const [name, item] of Object.entries(api.paths)) {
		const servers = (item.servers ?? api.servers).map(({ url }) =>
			url.replace(/\/$/, "") + name);
		if (servers.includes(path))
			return { name, item, operation: item[method.toLowerCase()],
				path: ["paths", name, method.toLowerCase()] };
	}
	return { name: path };
}

function field(fields, name) {
	return fields.find(([other]) => other.toLowerCase() === name)?.[1];
}

function bodyFaults(text, mediaType, content, path) {
	if (content[mediaType] === undefined)
		return [`${mediaType} is not described`];
	const { schema } = content[mediaType];
	const at = [...path, mediaType, "schema"];
	if (/json$/.test(mediaType) && schema.contentSchema === undefined)
		return faultsOf(JSON.parse(text), at);
	if (schema.contentSchema === undefined)
		return faultsOf(text, at);
	return text.split("\n").filter((line) => line.trim() !== "")
		.flatMap((line) => faultsOf(JSON.parse(line), [...at, "contentSchema"]));
}

function mediaTypeOf(fields) {
	return (field(fields, "content-type") ?? "").split(";")[0].trim();
}

// Of a request that was answered with what it wanted.
function requestFaults(exchange, { item, operation, path }) {
	const faults = [];
	const given = { query: queryOf(exchange.target),
		header: exchange.headers };
	const lists = [[item.parameters ?? [], [...path.slice(0, -1),
		"parameters"]], [operation.parameters ?? [], [...path, "parameters"]]];
	for (const [list, listPath] of lists) {
		list.forEach((one, at) => {
			const [parameter, where] = resolved(one, [...listPath, at]);
			const isField = parameter.in === "header";
			for (const [name, text] of given[parameter.in])
				if (isField ? name.toLowerCase() === parameter.name.toLowerCase()
					: name === parameter.name)
					faults.push(...faultsOf(read(text, parameter.schema),
						[...where, "schema"]).map((fault) =>
						`${parameter.name} "${text}": ${fault}`));
		});
	}
	const security = operation.security ?? api.security;
	if (security.length > 0 &&
	    field(exchange.headers, "x-api-key") === undefined)
		faults.push("there is no key");
	if (operation.requestBody !== undefined)
		faults.push(...bodyFaults(exchange.body, mediaTypeOf(exchange.headers),
			operation.requestBody.content, [...path, "requestBody", "content"]));
	return faults;
}

function fieldFaults(fields, headers, path) {
	const faults = [];
	const known = Object.entries(headers).map(([name, value]) => {
		const [header, where] = resolved(value, [...path, name]);
		return { name: name.toLowerCase(), header, where };
	});
	for (const { name, header } of known)
		if (header.required && field(fields, name) === undefined)
			faults.push(`${name} is missing`);
	for (const [name, value] of fields) {
		const row = known.find((one) => one.name === name.toLowerCase());
		if (row !== undefined)
			faults.push(...faultsOf(read(value, row.header.schema),
				[...row.where, "schema"]).map((fault) =>
				`${name} "${value}": ${fault}`));
		else if (!SERVERS_FIELDS.includes(name.toLowerCase()))
			faults.push(`${name} is not described`);
	}
	return faults;
}

function answerFaults({ method, answer }, response, path) {
	const faults = fieldFaults(answer.fields, response.headers ?? {},
		[...path, "headers"]);
	const mediaType = mediaTypeOf(answer.fields);
	if (response.content === undefined) {
		if (mediaType !== "" || answer.body !== "")
			faults.push("there is a body");
	} else if (method === "HEAD") {
		if (answer.body !== "" || response.content[mediaType] === undefined)
			faults.push(`HEAD: ${mediaType} ${answer.body}`);
	} else {
		faults.push(...bodyFaults(answer.body, mediaType, response.content,
			[...path, "content"]));
	}
	return faults;
}

function exchangeFaults(exchange) {
	const { status } = exchange.answer;
	const found = operationOf(exchange);
	const one = found.operation?.responses[status] ??
		(ELSEWHERE[status] !== undefined && found.operation === undefined ?
			{ $ref: "#/components/responses/" + ELSEWHERE[status] } : undefined);
	if (one === undefined)
		return ["this status is not described"];
	const [response, path] = resolved(one,
		[...found.path ?? [], "responses", status]);
	seen.add(`${exchange.method} ${found.name} ${status}`);
	if (status === 200)
		seen.add(`${exchange.method} ${found.name} ` +
			mediaTypeOf(exchange.answer.fields));
	return [...answerFaults(exchange, response, path),
		...status < 400 ? requestFaults(exchange, found) : []];
}

function describe() {
	for (const [name, item] of Object.entries(api.paths))
		for (const method of ["get", "head", "post", "options"])
			for (const [status, one] of Object.entries(
				item[method]?.responses ?? {})) {
				described.add(`${method.toUpperCase()} ${name} ${status}`);
				if (status === "200")
					for (const type of Object.keys(resolved(one)[0].content))
						described.add(`${method.toUpperCase()} ${name} ${type}`);
			}
}

for (const line of readFileSync(process.argv[3], "utf8").trim().split("\n")) {
	const exchange = JSON.parse(line);
	for (const fault of exchangeFaults(exchange))
		say(`${exchange.method} ${exchange.target.slice(0, 200)}: ` +
			`${exchange.answer.status}: ${fault}`);
}
describe();
say({ seen: [...seen], described: [...described] });
