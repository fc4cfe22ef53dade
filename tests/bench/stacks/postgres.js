// postgres.js - pages of events from PostgreSQL, by fastify.
//
//	node postgres.js serve SOCKET_FOLDER PORT
'use strict';

const { Pool } = require('pg');
const { start } = require('./api.js');

const CONNECTIONS = 4;		// of each worker

// A row without an event is a key that has none.
const text = `
	SELECT page.stored_at, page.id, page.json
	FROM keys LEFT JOIN LATERAL (
		SELECT stored_at, id, json FROM trail
		WHERE organization = keys.organization
		AND (stored_at, id) > ($2, $3)
		ORDER BY stored_at, id LIMIT $4
	) page ON true
	WHERE keys.digest = $1`;

function open(folder) {
	const pool = new Pool({
		host: folder, user: 'postgres', max: CONNECTIONS,
		idleTimeoutMillis: 0,
	});
	return async (digest, asked) => {
		const { rows } = await pool.query({
			name: 'page', text, rowMode: 'array',
			values: [digest, asked.stamp, asked.id, asked.limit + 1],
		});
		if (rows.length === 0)
			return null;

		const count = Math.min(rows.length, asked.limit);
		let events = rows[0][2] ?? '';
		for (let i = 1; i < count; i++)
			events += ',' + rows[i][2];
		const [stamp, id] = rows[count - 1];
		return {
			events,
			last: rows.length > count ? { stamp, id } : null,
		};
	};
}

const [, , , folder, port] = process.argv;
start(Number(port), () => open(folder));
