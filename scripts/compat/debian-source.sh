#!/usr/bin/env bash
# Fetches the tarballs of one of Debian's source packages into a folder, and prints its version.
# Usage: debian-source.sh SUITE SOURCE FOLDER [VERSION-PREFIX]    Needs apt and one Debian source it knows.
# A mirror that no longer holds every part is enough as long as it holds `SOURCE_*.orig.tar.*`.
set -euo pipefail

suite=$1
source=$2
folder=$3
prefix=${4:-}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$folder"
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
version=$(apt-cache showsrc "$source" | sed -n 's/^Version: //p' | { grep "^${prefix//./\\.}" || true; } | sort -V | tail -1)
if [ -z "$version" ]; then
  echo "Debian $suite has no $source $prefix" >&2
  exit 1
fi
(cd "$folder" && apt-get -qq source --download-only "$source=$version" 2>"$work/errors" >&2) || true
if ! compgen -G "$folder/${source}_*.orig.tar.*" >/dev/null; then
  cat "$work/errors" >&2
  exit 1
fi
echo "$version"
