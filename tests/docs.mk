PLAIN_TESTS += tests/test_docs.py tests/test_units.py
EXTRA_DIST += tests/test_docs.py tests/test_units.py
