# Snippets for web servers and systemd, with this installation's paths, and
# samples of clients.
examples = \
	contrib/apache/apitrail-fcgid.conf \
	contrib/apache/apitrail-proxy.conf \
	contrib/clients/README.md \
	contrib/clients/follow.go \
	contrib/clients/follow.mjs \
	contrib/clients/follow.py \
	contrib/clients/follow.sh \
	contrib/grafana/apitrail.json \
	contrib/lighttpd/apitrail-spawned.conf \
	contrib/lighttpd/apitrail.conf \
	contrib/nginx/apitrail.conf \
	contrib/nats/limits.conf \
	contrib/nats/routes.conf \
	contrib/nats/server-1.conf \
	contrib/nats/server-2.conf \
	contrib/nats/server-3.conf \
	contrib/prometheus/apitrail.rules.yml \
	contrib/prometheus/apitrail.test.yml \
	contrib/systemd/apitrail-recorder.service \
	contrib/systemd/apitrail-responder.service \
	contrib/systemd/apitrail-responder.socket \
	contrib/systemd/nats.conf \
	contrib/systemd/stdin.conf

# Where the shells look for them.
bashcompletiondir = $(datadir)/bash-completion/completions
zshcompletiondir = $(datadir)/zsh/site-functions
zshcompletion_DATA = contrib/completion/_apitrail

EXTRA_DIST += \
	$(examples) \
	$(zshcompletion_DATA) \
	contrib/completion/apitrail.bash \
	contrib/check \
	contrib/cluster-demo \
	contrib/demo-events \
	contrib/format \
	contrib/lint \
	contrib/packages \
	contrib/quickstart \
	contrib/sbom \
	contrib/try-package \
	debian/README.Debian \
	debian/apitrail.conf \
	debian/apitrail.docs \
	debian/apitrail.install \
	debian/apitrail.lintian-overrides \
	debian/apitrail.postinst \
	debian/apitrail.postrm \
	debian/apitrail.tmpfiles \
	debian/changelog \
	debian/control \
	debian/copyright \
	debian/rules \
	debian/source/format \
	.clang-format \
	.clang-tidy

install-data-local: install-examples install-completion
install-completion:
	$(MKDIR_P) "$(DESTDIR)$(bashcompletiondir)"
	$(INSTALL_DATA) "$(srcdir)/contrib/completion/apitrail.bash" \
	    "$(DESTDIR)$(bashcompletiondir)/apitrail"

install-examples:
	for example in $(examples); do \
		folder="$(DESTDIR)$(docdir)/examples/$$(basename \
		    "$$(dirname "$$example")")" && \
		$(MKDIR_P) "$$folder" && \
		$(SED) -e 's,/usr/libexec/apitrail,$(pkglibexecdir),' \
		    -e 's,/usr/bin/,$(bindir)/,' \
		    -e 's,/usr/share/apitrail,$(pkgdatadir),' \
		    -e 's,/var/lib/apitrail,$(localstatedir)/lib/apitrail,' \
		    "$(srcdir)/$$example" \
		    >"$$folder/$$(basename "$$example")" || exit 1; \
	done

uninstall-local: uninstall-examples uninstall-completion
uninstall-completion:
	rm -f "$(DESTDIR)$(bashcompletiondir)/apitrail"

uninstall-examples:
	for example in $(examples); do \
		rm -f "$(DESTDIR)$(docdir)/examples/$${example#contrib/}"; \
	done

# The layout of doc/STYLE.md, and what other tools find.
c_sources = src/*/*.[ch] tests/*.[ch] tests/*/*.[ch]

.PHONY: format format-check lint

format:
	cd '$(srcdir)' && contrib/format $(c_sources)

format-check:
	cd '$(srcdir)' && contrib/format --check $(c_sources)

lint:
	cd '$(srcdir)' && contrib/lint -I'$(abs_builddir)' $(AM_CPPFLAGS) \
	    $(JSON_C_CFLAGS) $(LMDB_CFLAGS) $(SODIUM_CFLAGS) \
	    $(XXHASH_CFLAGS) $(SECCOMP_CFLAGS) $(SMARTCOLS_CFLAGS) $(FCGI_CFLAGS) \
	    $(NATS_CFLAGS) $(CHECK_CFLAGS)

# What the programs are linked with, as CycloneDX.
sbom_file = apitrail.cdx.json
CLEANFILES += $(sbom_file)

# Takes minutes, root and packages of Debian's, so it is no part of check.
.PHONY: sbom check-package
sbom: apitrail apitrail.fcgi
	'$(srcdir)/contrib/sbom' $(PACKAGE_VERSION) apitrail apitrail.fcgi \
	    >$(sbom_file).new
	mv $(sbom_file).new $(sbom_file)

check-package: dist
	'$(srcdir)/contrib/try-package' $(distdir).tar.xz build-package
