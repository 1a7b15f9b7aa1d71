# How run.sh and bench/run.sh come to the server that they start. Sourced, after needs.sh.

server=$root/out/server
stamp=$root/out/server.stamp

# Names, sizes and times of all that the build reads: a second start sees that nothing changed and builds nothing.
sources() {
    cd "$root"
    find src assets Directory.*.props global.json .editorconfig \
        \( -name bin -o -name obj -o -name node_modules \) -prune -o -type f -printf '%p %s %T@\n' |
        LC_ALL=C sort
    cat assets/node_modules/.millrace-lock 2>/dev/null || true
}

publish() {
    local options=(-c Release -p:RestoreLockedMode=true -v:quiet -o "$root/out/next")
    # Compiled ahead, the server starts in a fraction of the time.
    [ "$(uname -sm)" = "Linux x86_64" ] && options+=(-p:AheadOfTime=true)
    say "building (a minute or two, once)"
    rm -rf "$root/out/next"
    (cd "$root" && dotnet publish src/Millrace.Server "${options[@]}") >&2 ||
        stop "the build failed: see above."
    # Replaced whole: a server that still runs from the old folder keeps its files.
    rm -rf "$server"
    mv "$root/out/next" "$server"
}

publish_when_changed() {
    local now
    now=$(sources | sha256sum)
    [ -x "$server/millrace" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$now" ] && return 0
    need_dotnet
    publish
    printf '%s\n' "$now" >"$stamp"
}
