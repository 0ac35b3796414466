#!/bin/sh
# Runs all cases of this folder: run.sh PROGRAM SOURCE_DIR. README.md says what a case is.
set -eu
program=$1
source_dir=$2
images=$source_dir/lepton/data/testdata/images
failed=0
count=0

# picture FILE NUMBER: an 8x8 grey picture, different for each number.
picture() {
  mkdir -p "$(dirname "$1")"
  awk -v n="$2" 'BEGIN { print "P2\n8 8\n255"; s = n * 7919 + 17; for (i = 0; i < 64; i++) { s = (s * 1103515245 + 12345) % 2147483648; print int(s / 8388608) } }' >"$1"
}

# pictures FOLDER: two classes of fifteen pictures each.
pictures() {
  for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
    picture "$1/cat/$i.pgm" "$i"
    picture "$1/dog/$i.pgm" "$((i + 100))"
  done
}

# rows FILE: a table of sixty rows with the target y.
rows() {
  awk 'BEGIN { print "a,b,y"; for (i = 0; i < 60; i++) print i % 7 "," i % 11 "," (i % 2 ? "yes" : "no") }' >"$1"
}

lepton() { "$program" "$@"; }

field() { sed -n "s/^$1: *//p" "$2"; }

for case in "$source_dir"/tests/cli/cases/*.txt; do
  count=$((count + 1))
  folder=$(mktemp -d)
  status=0
  (
    cd "$folder"
    export LEPTON_STATE_DIR="$folder/state"
    eval "$(field setup "$case")" >setup.log 2>&1
    eval "$(field run "$case")" >out.log 2>err.log
  ) || status=$?
  problem=
  [ "$status" = "$(field exit "$case")" ] || problem="exit code $status instead of $(field exit "$case")"
  [ -n "$problem" ] || [ "$(wc -l <"$folder/err.log")" = 1 ] || problem="not one line of error"
  [ -n "$problem" ] || grep -qF -- "$(field names "$case")" "$folder/err.log" || problem="the error does not name $(field names "$case")"
  after=$(field after "$case")
  if [ -z "$problem" ] && [ -n "$after" ]; then (cd "$folder" && eval "$after") || problem="afterwards, this fails: $after"; fi
  if [ -n "$problem" ]; then
    failed=1
    printf '%s: %s\n' "$(basename "$case")" "$problem"
    head -c 1000 "$folder/setup.log" "$folder/err.log" 2>/dev/null || true
  fi
  rm -rf "$folder"
done
printf '%s cases\n' "$count"
[ "$count" -gt 0 ] && exit $failed
