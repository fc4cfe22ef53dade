EXTRA_DIST += \
	README.md \
	HACKING.md \
	CHANGELOG.md \
	COPYING \
	doc/ARCHITECTURE.md \
	doc/FORMAT.md \
	doc/STYLE.md \
	doc/decisions/0001-lmdb-with-default-sync.md \
	doc/decisions/0002-blocks-of-one-page.md \
	doc/decisions/0003-checksums-keyed-by-place.md \
	doc/decisions/0004-libfcgi-over-memory.md \
	doc/decisions/0005-json-c-once-and-a-strict-check.md \
	doc/decisions/0006-own-query-decoding.md \
	doc/decisions/0007-libsodium-for-keys.md \
	doc/decisions/0008-small-dependencies.md \
	doc/decisions/0009-journald-by-hand.md \
	doc/decisions/0010-round-robin-pruning.md \
	doc/decisions/0011-import-raises-the-last-stamp.md \
	doc/decisions/0012-a-timeout-setting.md \
	doc/decisions/0013-effective-query-in-links.md \
	doc/decisions/0014-counters-in-one-mapping.md \
	doc/decisions/0015-the-responder-checks-events.md \
	doc/decisions/0016-what-counts-against-a-key.md \
	doc/decisions/0017-one-commit-for-all-that-waits.md \
	doc/decisions/0018-changes-are-events.md \
	doc/decisions/0019-a-gate-for-those-who-open.md
