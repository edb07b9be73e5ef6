#!/bin/bash
# Builds the documentation's site into build/site, and fails on a link or an anchor that
# leads nowhere:
#
#   ci/docs.sh [ARGUMENTS OF mkdocs build]
#
# Open build/site/index.html, or look at it while writing:
#
#   build/docs-venv/bin/mkdocs serve --config-file ci/docs/mkdocs.yml
source "$(dirname "$0")/common.sh"
new_docs_venv() {
  python3 -m venv --clear build/docs-venv
  build/docs-venv/bin/pip install --quiet --no-compile --requirement ci/requirements-docs.txt
}
mkdir -p build
unless_done build/docs-venv.stamp "$(python3 --version) $(sha256sum ci/requirements-docs.txt)" \
  new_docs_venv
# The theme is maintained until May 2027, and names its successor (zensical) in each build.
export NO_MKDOCS_2_WARNING=1
# Not --quiet: warnings that are not logged do not count, and strict finds none.
build/docs-venv/bin/mkdocs build --clean --strict --config-file ci/docs/mkdocs.yml "$@"
echo "build/site/index.html"
