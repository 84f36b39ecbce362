# shellcheck shell=bash
# What ./x sources: each need_… function makes one thing available, at once where it already is.
# What cannot be installed is named in one sentence, with the command that would install it.
# Nothing is written outside the checkout and $cache, but for packages of Debian where we are root.

cache=${XDG_CACHE_HOME:-$HOME/.cache}/statefulset-playground
target=wasm32-unknown-unknown

die() {
  printf 'x: %s\n' "$*" >&2
  exit 1
}

has() { command -v "$1" >/dev/null 2>&1; }

# True if the Debian (or Ubuntu) packages could be installed. apt's own chatter is shown only when it fails.
debian_install() {
  local log
  has apt-get && [ "$(id -u)" = 0 ] || return 1
  echo "x: installing $*" >&2
  log=$(apt-get update 2>&1) || true # a stale list may still do
  log=$(DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" 2>&1) ||
    { printf '%s\n' "$log" | tail -n 5 >&2; return 1; }
}

# cargo and rustc for this machine: rustup's, or Debian's.
need_rust() {
  has cargo && return
  PATH=$PATH:${CARGO_HOME:-$HOME/.cargo}/bin # rustup installed, shell not yet restarted
  has cargo || debian_install rustc-web cargo-web ||
    die "Rust is missing: install it with \`curl https://sh.rustup.rs -sSf | sh\` (https://rustup.rs)."
}

has_wasm_std() {
  local libs
  libs=$(rustc --print target-libdir --target $target) && compgen -G "$libs/libstd-*.rlib" >/dev/null
}

# shellcheck disable=SC2034 # ./x uses both
# Sets wasm_env and wasm_cargo: what compiles for wasm, `"${wasm_env[@]}" "$wasm_cargo" build …`.
need_wasm() {
  need_rust
  wasm_env=(env)
  wasm_cargo=cargo
  has_wasm_std && return
  if has rustup && [ "${RUSTUP_AUTO_INSTALL:-1}" != 0 ] && rustup target add $target; then return; fi
  if [ ! -x /usr/bin/cargo ] || [ ! -d /usr/lib/rustlib/src/rust/library ] || ! has lld-19; then
    debian_install rustc-web cargo-web rust-web-src lld-19 ||
      die "Rust's $target target is missing: install it with \`rustup target add $target\`."
  fi
  build_debian_std
  wasm_env=(env "RUSTC=$sysroot/bin/rustc")
  wasm_cargo=/usr/bin/cargo # of the same version as this rustc
}

# Debian ships the source of Rust's std but not its wasm build; so it is built here, once for each version.
# Sets sysroot: a folder with that std, Debian's std for this machine and a rustc that looks there.
build_debian_std() {
  local version host work
  version=$(/usr/bin/rustc -vV)
  host=$(sed -n 's/^host: //p' <<<"$version")
  sysroot=$cache/rust-$(sed -n 's/^release: //p' <<<"$version")
  [ "$(cat "$sysroot/stamp" 2>/dev/null)" = "$version" ] && return
  echo "x: building Rust's std for wasm, once for this version (about half a minute)" >&2
  mkdir -p "$cache"
  work=$(mktemp -d "$cache/std.XXXXXX")
  mkdir -p "$work"/{empty/src,new/bin,"new/lib/rustlib/$target/lib","new/lib/rustlib/$host/bin"}
  printf '[package]\nname = "empty"\nedition = "2024"\n[profile.release]\npanic = "abort"\n' >"$work/empty/Cargo.toml"
  echo '#![no_std]' >"$work/empty/src/lib.rs"
  # -Z build-std is for nightly compilers; the variable lets a stable one build its own std.
  (cd "$work/empty" && env -u RUSTFLAGS -u CARGO_TARGET_DIR RUSTC_BOOTSTRAP=1 RUSTC=/usr/bin/rustc \
    /usr/bin/cargo build -q --release --target $target -Z build-std=std,panic_abort,panic_unwind,test,proc_macro) ||
    { rm -rf "$work"; die "Rust's std could not be built for wasm (see above): install rustup, then \`rustup target add $target\`."; }
  cp "$work"/empty/target/$target/release/deps/*.r{lib,meta} "$work/new/lib/rustlib/$target/lib/"
  ln -s "/usr/lib/rustlib/$host/lib" "$work/new/lib/rustlib/$host/lib"
  ln -s "$(command -v lld-19)" "$work/new/lib/rustlib/$host/bin/rust-lld"
  printf '#!/bin/sh\nexec /usr/bin/rustc --sysroot "%s" "$@"\n' "$sysroot" >"$work/new/bin/rustc"
  chmod +x "$work/new/bin/rustc"
  printf '%s\n' "$version" >"$work/new/stamp"
  rm -rf "$sysroot"
  mv "$work/new" "$sysroot"
  rm -rf "$work"
}

# rustfmt and clippy, of the ordinary toolchain.
need_lints() {
  need_rust
  cargo fmt --version >/dev/null 2>&1 && cargo clippy --version >/dev/null 2>&1 && return
  has rustup && [ "${RUSTUP_AUTO_INSTALL:-1}" != 0 ] && rustup component add rustfmt clippy && return
  die "rustfmt or clippy is missing: install them with \`rustup component add rustfmt clippy\`."
}

# Node 20 or newer, and the packages of package-lock.json.
need_node() {
  local lock stamp=node_modules/.lock-stamp
  has node && has npm || debian_install nodejs npm ||
    die "Node or npm is missing: install Node 20 or newer from https://nodejs.org."
  [ "$(node -p 'process.versions.node.split(".")[0]')" -ge 20 ] ||
    die "Node $(node -v) is too old: install Node 20 or newer from https://nodejs.org."
  lock=$(cksum <package-lock.json)
  [ "$(cat $stamp 2>/dev/null)" = "$lock" ] && return
  # No package here needs its install script.
  npm ci --ignore-scripts --no-audit --no-fund --loglevel=error ||
    die "the Node packages could not be installed: try \`npm ci\`."
  printf '%s\n' "$lock" >$stamp
}

# Sets and exports CHROMIUM and CHROMEDRIVER: for the page tests, and for wasm tests in a browser.
need_browser() {
  find_browser || { debian_install chromium chromium-driver fonts-noto-cjk && find_browser; } ||
    die "Chromium or ChromeDriver is missing: install both (Debian: \`apt-get install chromium chromium-driver\`; macOS: \`brew install --cask chromium chromedriver\`), or name them in CHROMIUM and CHROMEDRIVER."
  export CHROMIUM CHROMEDRIVER
}

find_browser() {
  CHROMIUM=$(first_program "${CHROMIUM:-}" chromium chromium-browser google-chrome google-chrome-stable chrome \
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" \
    /Applications/Chromium.app/Contents/MacOS/Chromium) &&
    CHROMEDRIVER=$(first_program "${CHROMEDRIVER:-}" chromedriver /usr/lib/chromium-browser/chromedriver)
}

first_program() {
  local it
  for it; do
    [ -n "$it" ] && command -v "$it" && return
  done
  return 1
}
