// lmdb.js - pages of events from lmdb, by fastify.
//
//	node lmdb.js load STORE DIGEST <ROWS
//	node lmdb.js serve STORE PORT
//
// Rows are lines of stored_at, id and the event's JSON, with tabs between.
// The digest, SHA-256 of a key in hexadecimal, belongs to organization 1.
'use strict';

const readline = require('node:readline');
const lmdb = require('lmdb');
const { start } = require('./api.js');

const ORGANIZATION = 1;
const BATCH_ROWS = 50_000;

function openStore(path, isReadOnly) {
	const root = lmdb.open({ path, readOnly: isReadOnly, maxDbs: 2 });
	return {
		root,
		keys: root.openDB('keys', { keyEncoding: 'binary' }),
		events: root.openDB('events', { encoding: 'string' }),
	};
}

async function load(path, digest) {
	const { root, keys, events } = openStore(path, false);
	let batch = [];
	const write = () => root.transactionSync(() => {
		for (const [stamp, id, json] of batch)
			events.putSync([ORGANIZATION, Number(stamp), id], json);
		batch = [];
	});

	keys.putSync(Buffer.from(digest, 'hex'), ORGANIZATION);
	for await (const line of readline.createInterface(
	    { input: process.stdin })) {
		batch.push(line.split('\t'));
		if (batch.length === BATCH_ROWS)
			write();
	}
	write();
	await root.close();
}

function open(path) {
	const { keys, events } = openStore(path, true);
	return (digest, asked) => {
		const owner = keys.get(digest);
		if (owner === undefined)
			return null;

		let text = '';
		let count = 0;
		let last = null;
		for (const { key, value } of events.getRange({
			start: [owner, asked.stamp, asked.id],
			end: [owner + 1],
			exclusiveStart: true,
			limit: asked.limit + 1,
		})) {
			if (count === asked.limit)
				return { events: text, last: {
					stamp: last[1], id: last[2] } };
			text += count === 0 ? value : ',' + value;
			last = key;
			count++;
		}
		return { events: text, last: null };
	};
}

const [, , verb, path, more] = process.argv;
if (verb === 'load')
	load(path, more);
else
	start(Number(more), () => open(path));
