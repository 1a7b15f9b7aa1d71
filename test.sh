#!/usr/bin/env bash
# Builds once and runs every test project: ./test.sh [options of 'dotnet test', such as --filter 'Name~chat']
# The last line is the sum; a .trx file per project lies in TestResults/.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/scripts/needs.sh"
cd "$root"

results=$root/TestResults
clients=$root/tests/Millrace.BlackBox/clients

need_dotnet
need_server_programs
need_debian '[ -x /usr/lib/postgresql/15/bin/postgres ]' postgresql-15
need_debian 'have node && have npm' nodejs npm
need_debian 'python3 -c "import requests" || /usr/bin/python3 -c "import requests"' python3 python3-requests
need_debian '[ -x /usr/bin/chromium ]' chromium
install_debian
# Debian's packages are for Debian's python3, which another one may hide.
python3 -c 'import requests' 2>/dev/null || export PATH=/usr/bin:$PATH
npm_packages "$root/assets"
[ ! -f "$clients/package-lock.json" ] || npm_packages "$clients"

say "building"
dotnet build Millrace.slnx -c Release -p:RestoreLockedMode=true -v:quiet || {
    echo "0 passed, 1 failed"
    stop "the build failed: see above."
}

# count FILE ATTRIBUTE: a number from the counters at the end of a .trx file.
count() { grep -o '<Counters [^>]*' "$1" | grep -o "\b$2=\"[0-9]*\"" | grep -o '[0-9]*'; }

rm -rf "$results"
passed=0 failed=0 skipped=0 summary=()
for project in $(grep -l Microsoft.NET.Test.Sdk tests/*/*.csproj); do
    name=$(basename "$project" .csproj)
    trx=$results/$name.trx
    say "running $name"
    dotnet test "$project" -c Release --no-build --results-directory "$results" \
        --logger "trx;LogFileName=$name.trx" --logger "console;verbosity=minimal" \
        --blame-hang-timeout 15m --blame-hang-dump-type none "$@"
    code=$?
    if [ ! -f "$trx" ] || [ -z "$(count "$trx" total)" ]; then
        failed=$((failed + 1))
        summary+=("$name: ended without results (exit code $code)")
        continue
    fi
    good=$(count "$trx" passed)
    bad=$(count "$trx" failed)
    left=$(($(count "$trx" total) - $(count "$trx" executed)))
    # A run that was cut off exits with an error although no test of it failed.
    [ $code -eq 0 ] || [ "$bad" -gt 0 ] || bad=1
    passed=$((passed + good)) failed=$((failed + bad)) skipped=$((skipped + left))
    summary+=("$name: $good passed, $bad failed, $left skipped")
done

echo
printf '%s\n' "${summary[@]}"
[ $skipped -eq 0 ] || echo "$skipped skipped, each with its reason above"
echo "$passed passed, $failed failed"
[ $failed -eq 0 ] && [ $passed -gt 0 ]
