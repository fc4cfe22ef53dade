// limits.js - every bound of the viewer, by name.

export const HOUR_MS = 3600 * 1000;
export const QUARTER_MS = HOUR_MS / 4;
export const WINDOW_MS = 24 * HOUR_MS;

// What one answer of the API holds, and what the table does.
export const PAGE_EVENTS = 100;
export const SEARCH_PAGE_EVENTS = 1000;
export const ROWS_MAX = 1000;

// Pages that "older" looks through for a text, and matches that are enough.
export const SEARCH_PAGES_MAX = 10;
export const SEARCH_MATCHES = 50;

// An event has at most 4 KiB and a bit; a stream's line is one.
export const LINE_CHARS_MAX = 64 * 1024;

// How often what arrives is shown.
export const SHOW_MS = 250;

// How long counting may keep the page from anything else.
export const BUSY_MS = 30;

// A stream without news has a comment every 15 seconds.
export const SILENCE_MS = 40 * 1000;
export const RECONNECT_MS_MIN = 1000;
export const RECONNECT_MS_MAX = 30 * 1000;
// Where the web server cannot stream.
export const ASK_EVERY_MS = 5000;

// A download is handed to the browser in pieces of so much.
export const DOWNLOAD_PIECE_BYTES = 8 * 1024 * 1024;
