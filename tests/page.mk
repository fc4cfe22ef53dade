# The viewer in a browser, and the API's description.  Not meaningful beside a
# sanitizer: what is looked at here is no C.
page_tests = \
	tests/page/test_openapi.py \
	tests/page/test_page.py

PLAIN_TESTS += $(page_tests)

EXTRA_DIST += \
	$(page_tests) \
	tests/page/browser.mjs \
	tests/page/exchanges.mjs \
	tests/page/large.mjs \
	tests/page/large.py \
	tests/page/lint.mjs \
	tests/page/modules.py \
	tests/page/package-lock.json \
	tests/page/package.json \
	tests/page/page.mjs \
	tests/page/picture.mjs \
	tests/page/picture.py \
	tests/page/prepare \
	tests/page/stranger.mjs \
	tests/page/stranger.py

# What these tests run with, and what make docs shows the description with.
.PHONY: page-modules clean-page-modules
page-modules:
	'$(srcdir)/tests/page/prepare' tests/page/modules

clean-local: clean-page-modules
clean-page-modules:
	-rm -rf tests/page/modules

# doc/viewer.png, of the page as it is now.
.PHONY: viewer-picture
viewer-picture: all $(preload_libraries) page-modules
	$(AM_TESTS_ENVIRONMENT) \
	python3 '$(srcdir)/tests/page/picture.py' '$(srcdir)/doc/viewer.png'

# A million events in the window; a minute, so no part of check.
.PHONY: viewer-large
viewer-large: all $(preload_libraries) page-modules
	$(AM_TESTS_ENVIRONMENT) \
	python3 '$(srcdir)/tests/page/large.py'

# From a fresh clone, by the README's words, to an event on the page; a minute
# or two, so no part of check.
.PHONY: check-stranger
check-stranger: all $(preload_libraries) page-modules
	$(AM_TESTS_ENVIRONMENT) \
	python3 '$(srcdir)/tests/page/stranger.py'
