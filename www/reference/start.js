// start.js - show openapi.yaml, where what shows it is installed.
"use strict";

if (typeof SwaggerUIBundle === "function")
	SwaggerUIBundle({
		url: "openapi.yaml",
		dom_id: "#reference",
		deepLinking: true,
		// Which would send the description to another host.
		validatorUrl: null,
		queryConfigEnabled: false,
		persistAuthorization: false,
	});
