#!/usr/bin/env bash
# Fetches Node's own test suite: Debian's source package `nodejs` of a release, into a folder.
# Usage: fetch.sh MAJOR FOLDER     Needs apt and one Debian source that `apt-get update` knows.
set -euo pipefail

major=$1
folder=$2
[ -d "$folder/test/parallel" ] && exit 0

case $major in # the release of Debian whose package is nearest to this Node
  20) suite=trixie ;;
  24) suite=forky ;;
  *) echo "no release of Debian is known to have the tests of Node $major" >&2; exit 1 ;;
esac

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/lists/partial" "$work/cache/archives/partial"
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' | grep -v security | head -1)
echo "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main" >"$work/sources.list"
# a configuration of its own: the machine's package lists stay as they are
cat >"$work/apt.conf" <<CONF
Dir::Etc::sourcelist "$work/sources.list";
Dir::Etc::sourceparts "-";
Dir::State::lists "$work/lists";
Dir::Cache "$work/cache";
APT::Sandbox::User "root";
CONF
export APT_CONFIG=$work/apt.conf
apt-get -qq update
version=$(apt-cache showsrc nodejs | sed -n 's/^Version: //p' | grep "^$major\." | sort -V | tail -1)
if [ -z "$version" ]; then
  echo "Debian $suite has no nodejs $major" >&2
  exit 1
fi
(cd "$work" && apt-get -qq source --download-only "nodejs=$version")
mkdir -p "$folder"
tar xf "$work"/nodejs_*.orig.tar.* -C "$folder" --strip-components=1 --wildcards '*/test/*' '*/common.gypi' '*/doc/api/*'
rm -rf "$folder/test/fixtures/wpt"
echo "$version" >"$folder/VERSION"
