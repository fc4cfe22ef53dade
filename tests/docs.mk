PLAIN_TESTS += tests/test_docs.py tests/test_sbom.py tests/test_tutorial.py \
	tests/test_units.py
EXTRA_DIST += tests/test_docs.py tests/test_sbom.py tests/test_tutorial.py \
	tests/test_units.py
