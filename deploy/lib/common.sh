# Sourced by the scripts in ../bin: where things lie, and a build where there is none.
# shellcheck shell=bash
set -euo pipefail

program=$(basename "$0")
deploy=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd -P)
root=$(dirname "$deploy")
application=$deploy/target/application
bundled_spark=$deploy/target/spark

say() {
  printf '%s: %s\n' "$program" "$*" >&2
}

# fail EXIT_CODE MESSAGE...
fail() {
  local code=$1
  shift
  say "$@"
  exit "$code"
}

java_command() {
  if [[ -n ${JAVA_HOME:-} ]]; then
    printf '%s' "$JAVA_HOME/bin/java"
  else
    command -v java || fail 2 "no java found; install a JDK 17 or set JAVA_HOME"
  fi
}

# True where the gathered jars are missing or older than a source.
build_is_stale() {
  local stamp=$deploy/target/built # written by the build when all jars are there
  [[ -e $stamp ]] || return 0
  [[ -n $(find "$root"/pom.xml "$root"/*/pom.xml "$root"/*/src/main -newer "$stamp" -type f -print -quit 2>/dev/null) ]]
}

# Builds the jars with Maven if they are missing or older than the sources. An unpacked distribution has no pom.xml and no need.
build_if_needed() {
  [[ -f $root/pom.xml ]] || return 0
  build_is_stale || return 0
  mkdir -p "$deploy/target"
  exec 9>"$deploy/target/build.lock"
  if command -v flock >/dev/null; then
    flock 9
    if ! build_is_stale; then # another launcher built while this one waited
      exec 9>&-
      return 0
    fi
  fi
  command -v mvn >/dev/null || fail 2 "no mvn found; install Maven 3.8 or later to build the jars"
  say "building the jars with Maven (the first build downloads the dependencies and takes minutes)"
  touch "$deploy/target/building"
  (cd "$root" && mvn --batch-mode --quiet -Dmaven.test.skip=true -Dspotless.check.skip=true package 9>&-) >&2 ||
    fail 2 "the build failed; see above"
  # A source that changed during the build is newer than its start.
  touch -r "$deploy/target/building" "$deploy/target/built"
  exec 9>&-
}

# The Spark gathered from Maven's jars becomes the SPARK_HOME of this process and of those it starts.
use_bundled_spark() {
  export SPARK_HOME=$bundled_spark
  # Spark's launcher tells its Scala line by the layout of a source tree or by this.
  export SPARK_SCALA_VERSION=2.12
}
