// lint.mjs - what Redocly's linter finds wrong with the API's description.
//
// Usage: node lint.mjs FILE; prints a line of JSON for each fault.

import { createRequire } from "node:module";

const load = createRequire(process.env.APITRAIL_MODULES + "/");
const { createConfig, lint } = load("@redocly/openapi-core");

const RULES = {
	// 404, 405 and 501 are answers to what is no operation.
	"operation-4xx-response": "off",
	"no-unused-components": "off",
};

const config = await createConfig({ extends: ["recommended-strict"],
	rules: RULES });
for (const { ruleId, message, location } of await lint(
	{ ref: process.argv[2], config }))
	process.stdout.write(JSON.stringify(`${ruleId}: ${message} ` +
		location.map(({ pointer }) => pointer).join(" ")) + "\n");
