TESTS += tests/test_docs.py
EXTRA_DIST += tests/test_docs.py
