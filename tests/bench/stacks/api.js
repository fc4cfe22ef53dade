// api.js - pages of events by fastify, whatever they are read from.
'use strict';

const cluster = require('node:cluster');
const { createHash } = require('node:crypto');
const fastify = require('fastify');

const WORKERS = 2;
const LIMIT_DEFAULT = 100;
const LIMIT_MAX = 1000;
const WINDOW_MS = 24 * 60 * 60 * 1000;

const schema = {
	querystring: {
		type: 'object',
		properties: {
			limit: { type: 'integer', minimum: 1 },
			startAfter: { type: 'integer', minimum: 0 },
			startAfterId: {
				type: 'string',
				pattern: '^[A-Za-z0-9_-]{21}$',
			},
		},
	},
};

// What a client asked for: how many, behind which place, and its words.
function read(query) {
	const limit = Math.min(query.limit ?? LIMIT_DEFAULT, LIMIT_MAX);
	const given = query.limit === undefined ? '' : `limit=${query.limit}&`;
	const oldest = Date.now() - WINDOW_MS;
	let stamp = oldest;
	let id = '';
	let self = given.slice(0, -1);
	if (query.startAfter !== undefined && query.startAfterId !== undefined) {
		self = `${given}startAfter=${query.startAfter}` +
		    `&startAfterId=${query.startAfterId}`;
		if (query.startAfter >= oldest) {
			stamp = query.startAfter;
			id = query.startAfterId;
		}
	}
	return { limit, stamp, id, given, self };
}

// Found are the events as JSON, with commas between; the last one's place if
// there are more.
function answer(reply, asked, found) {
	const base = `http://${reply.request.host}/v1/events`;
	const self = asked.self === '' ? base : `${base}?${asked.self}`;
	let links = `"self":{"href":"${self}"}`;
	if (found.last !== null) {
		const next = `${base}?${asked.given}startAfter=` +
		    `${found.last.stamp}&startAfterId=${found.last.id}`;
		links += `,"next":{"href":"${next}"}`;
		reply.header('Link', `<${next}>; rel="next"`);
	}
	reply.header('Content-Type', 'application/json')
	    .header('Cache-Control', 'private, no-store')
	    .header('Vary', 'X-API-KEY, Accept')
	    .header('X-Content-Type-Options', 'nosniff')
	    .header('X-Request-Id', reply.request.id);
	return `{"events":[${found.events}],"_links":{${links}}}`;
}

// open() returns find(digest, asked), which returns what was found, or null
// for an unknown key; or a promise of it.
function start(port, open) {
	if (cluster.isPrimary) {
		for (let i = 0; i < WORKERS; i++)
			cluster.fork();
		process.on('SIGTERM', () => process.exit());
		return;
	}

	const find = open();
	const app = fastify();
	app.get('/v1/events', { schema }, async (request, reply) => {
		const digest = createHash('sha256')
		    .update(request.headers['x-api-key'] ?? '').digest();
		const asked = read(request.query);
		const found = await find(digest, asked);
		if (found === null) {
			reply.code(401);
			return { title: 'Unauthorized', status: 401 };
		}
		return answer(reply, asked, found);
	});
	app.listen({ host: '127.0.0.1', port });
}

module.exports = { start };
