#!/usr/bin/env bash
# Fetches Node's own test suite: Debian's source package `nodejs` of a release, into a folder.
# Usage: fetch.sh MAJOR FOLDER
set -euo pipefail

major=$1
folder=$2
[ -f "$folder/VERSION" ] && exit 0

case $major in # the release of Debian whose package is nearest to this Node
  20) suite=trixie prefix=20. ;;
  22) suite=sid prefix=22. ;;
  24 | 26) suite=forky prefix=24. ;;
  *) echo "no release of Debian is known to have the tests of Node $major" >&2; exit 1 ;;
esac

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
version=$("$(dirname "$0")/debian-source.sh" "$suite" nodejs "$work" "$prefix")
mkdir -p "$folder"
tar xf "$work"/nodejs_*.orig.tar.* -C "$folder" --strip-components=1 --wildcards '*/test/*' '*/common.gypi' '*/doc/api/*'
rm -rf "$folder/test/fixtures/wpt"
echo "$version" >"$folder/VERSION"
