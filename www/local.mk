# The viewer, a page as it is: what is installed is what lies here.  The web
# servers' snippets of contrib have it at /viewer/.
viewerdir = $(pkgdatadir)/www
dist_viewer_DATA = \
	www/api.js \
	www/categories.js \
	www/chart.js \
	www/counting.js \
	www/counts.js \
	www/dom.js \
	www/download.js \
	www/event.js \
	www/icon.svg \
	www/index.html \
	www/limits.js \
	www/lines.js \
	www/listing.js \
	www/live.js \
	www/live_notice.js \
	www/page.js \
	www/place.js \
	www/problem_notice.js \
	www/problems.js \
	www/style.css \
	www/table.js \
	www/time.js

# The API's description, and the page that shows it.
referencedir = $(viewerdir)/reference
dist_reference_DATA = \
	doc/openapi.yaml \
	www/reference/index.html \
	www/reference/start.js

# What that page shows it with comes from npm, and is installed if make docs
# was run; without it the page says so.
swagger_ui = tests/page/modules/node_modules/swagger-ui-dist
reference_parts = LICENSE swagger-ui-bundle.js swagger-ui.css

.PHONY: docs clean-docs install-reference install-www
docs: page-modules
	@$(MKDIR_P) doc/reference
	for part in $(reference_parts); do \
		cp "$(swagger_ui)/$$part" doc/reference/ || exit 1; \
	done

install-data-local: install-reference
install-reference:
	@if test -d doc/reference; then \
		$(MKDIR_P) "$(DESTDIR)$(referencedir)" && \
		cd doc/reference && \
		$(INSTALL_DATA) $(reference_parts) \
		    "$(DESTDIR)$(referencedir)"; \
	fi

# The viewer alone, into viewerdir, which may be given.
install-www: install-dist_viewerDATA install-dist_referenceDATA install-reference

uninstall-local: uninstall-reference
uninstall-reference:
	for part in $(reference_parts); do \
		rm -f "$(DESTDIR)$(referencedir)/$$part"; \
	done

clean-local: clean-docs
clean-docs:
	-rm -rf doc/reference
