// dom.js - make elements; what data says becomes text, never markup.

const SVG = "http://www.w3.org/2000/svg";

export function find(id) {
	return document.getElementById(id);
}

function fill(made, attributes, children) {
	for (const [name, value] of Object.entries(attributes))
		made.setAttribute(name, value);
	made.append(...children);
	return made;
}

export function element(name, attributes = {}, ...children) {
	return fill(document.createElement(name), attributes, children);
}

export function drawn(name, attributes = {}, ...children) {
	return fill(document.createElementNS(SVG, name), attributes, children);
}

// A name that somebody chose: whatever direction its letters run in, and
// whatever they combine with, it stays within its own bounds.
export function foreign(text) {
	return element("bdi", {}, text);
}
