#!/usr/bin/env bash
# Runs one measurement: bench/run.sh NAME [options]. Without a name it lists them.
# It prints a table and a last line 'RESULT NAME key=value …'.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../scripts/needs.sh"
. "$root/scripts/publish.sh"

need_dotnet
need_debian 'have wrk' wrk
need_debian 'have node && have npm' nodejs npm
install_debian
npm_packages "$root/assets"
npm_packages "$root/bench/peers"
publish_when_changed

say "building the benches"
(cd "$root" && dotnet build bench/Millrace.Bench -c Release -p:RestoreLockedMode=true -v:quiet) >&2 ||
    stop "the build failed: see above."
# Data of the benches lies below the working folder.
cd "$root"
exec "$root/bench/Millrace.Bench/bin/Release/net10.0/Millrace.Bench" "$@" \
    --server "$server/millrace" --peers "$root/bench/peers"
