#!/usr/bin/env bash
# Starts Millrace, after installing and building what is missing: ./run.sh [options of 'millrace serve']
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/scripts/needs.sh"
. "$root/scripts/publish.sh"

need_server_programs
[ -f "$root/assets/node_modules/.millrace-lock" ] || need_debian 'have npm' nodejs npm
install_debian
npm_packages "$root/assets"
publish_when_changed
say "starting"
exec "$server/millrace" serve "$@"
