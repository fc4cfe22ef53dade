dist_man_MANS += \
	man/apitrail.1 \
	man/apitrail.conf.5 \
	man/apitrail-cluster.7 \
	man/apitrail-http.7 \
	man/apitrail-store.7 \
	man/apitrail.fcgi.8
