# What run.sh, test.sh and bench/run.sh share: they install what is missing and say so. Sourced, never run.
# Every function takes what it needs as arguments and leaves the working folder alone.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

say() { printf 'millrace: %s\n' "$*" >&2; }

stop() {
    say "$*"
    exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

need_dotnet() {
    have dotnet && (cd "$root" && dotnet --version >/dev/null 2>&1) ||
        stop "the .NET SDK 10 is missing. Install it (https://dot.net), then start again."
}

# need_debian CHECK PACKAGE...: installs the packages unless the command CHECK succeeds.
missing_packages=()
need_debian() {
    local check=$1
    shift
    eval "$check" >/dev/null 2>&1 || missing_packages+=("$@")
}

# Installs what need_debian found missing. Where it may not, it names the packages and goes on: what needs them says
# so itself when it is used.
install_debian() {
    [ ${#missing_packages[@]} -gt 0 ] || return 0
    local packages=("${missing_packages[@]}") as=()
    missing_packages=()
    if [ "$(id -u)" -ne 0 ]; then
        if have sudo && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
            as=(sudo)
        else
            say "missing Debian packages, install them as root: apt-get install ${packages[*]}"
            return 0
        fi
    fi
    if ! have apt-get; then
        say "missing programs; their Debian packages are called: ${packages[*]}"
        return 0
    fi
    say "installing Debian packages: ${packages[*]}"
    { "${as[@]}" apt-get update -qq &&
        "${as[@]}" env DEBIAN_FRONTEND=noninteractive \
            apt-get install -y -qq --no-install-recommends "${packages[@]}"; } >&2 ||
        say "could not install them; go on without. To try by hand: apt-get install ${packages[*]}"
}

# The programs that the server calls: text from images, PDF and mail files, image work, and the sandbox that they run in.
need_server_programs() {
    need_debian 'have tesseract' tesseract-ocr tesseract-ocr-eng
    need_debian 'have vips' libvips-tools
    need_debian 'have pdftotext && have pdftoppm' poppler-utils
    need_debian '[ -x /usr/bin/python3 ]' python3
    need_debian 'have bwrap' bubblewrap
}

# npm_packages FOLDER: makes FOLDER/node_modules what its lock file says, and does nothing when it already is.
npm_packages() {
    local folder=$1 stamp lock
    stamp=$folder/node_modules/.millrace-lock
    lock=$(sha256sum <"$folder/package-lock.json")
    [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$lock" ] && return 0
    if ! have npm; then
        say "npm is missing (Debian packages nodejs and npm): going on without ${folder#"$root"/}"
        return 0
    fi
    say "installing npm packages in ${folder#"$root"/}"
    (cd "$folder" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error) >&2 ||
        stop "npm ci failed in ${folder#"$root"/}: see above."
    printf '%s\n' "$lock" >"$stamp"
}
