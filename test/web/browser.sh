#!/usr/bin/env bash
# browser.sh - the browser in which the page is tested: Debian's Chromium, installed where it is missing.
set -euo pipefail
command -v chromium >/dev/null && exit
apt-get update -qq
apt-get install -yqq --no-install-recommends chromium
