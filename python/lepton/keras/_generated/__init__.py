"""Classes made from tables by python/tools/make_package.py."""
