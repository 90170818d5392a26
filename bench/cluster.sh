#!/usr/bin/env bash
# Three Millrace nodes beside three Kafka nodes on this machine: replication factor 3, acks=all, min.insync.replicas 2.
#
#   KAFKA_LIBS=/where/kafka/libs bench/cluster.sh [--rounds 3] [--warm 200000] [--records 400000] [--seconds 20]
#
# KAFKA_LIBS is the directory with the jars of a Kafka release (its libs/ directory). Millrace is the jar in server/target. After --warm
# records to each, each round measures one after the other, in alternating order, with Kafka's own producer program:
#   throughput   --records records of 1 KiB as fast as possible, and the processor time of the three servers for it, per 10^9 bytes
#   latency      1 000 records/s for --seconds, percentiles as the producer sees them, without its first 5 s: those are its own start
# Millrace fsyncs before it acknowledges, Kafka does not. Everything is on loopback and in a temporary directory that is removed;
# the six processes are ended by their own pids.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
jar=$root/server/target/millrace.jar
rounds=3 warm=200000 records=400000 seconds=20
while [ $# -gt 0 ]; do case $1 in
  --rounds) rounds=$2; shift 2;; --warm) warm=$2; shift 2;; --records) records=$2; shift 2;; --seconds) seconds=$2; shift 2;;
  *) sed -n 2,12p "$0" >&2; exit 2;; esac; done
[ -n "${KAFKA_LIBS:-}" ] || { echo "cluster.sh: set KAFKA_LIBS to the directory with Kafka's jars" >&2; exit 2; }
[ -f "$jar" ] || { echo "cluster.sh: build first: mvn -DskipTests package" >&2; exit 2; }
work=$(mktemp -d "${TMPDIR:-/tmp}/millrace-cluster-bench.XXXXXX")
pids=()
finish() { kill "${pids[@]}" 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$work"; }
trap finish EXIT
heap="-Xms1g -Xmx1g"

start_millrace() {
  for n in 1 2 3; do
    java $heap -XX:MaxGCPauseMillis=20 -jar "$jar" start --set node.id=$n --set node.dataDir="$work/millrace-$n" --set kafka.port=3909$n \
      --set http.port=3808$n --set cluster.port=3919$n --set cluster.discoveryPort=3570$n \
      --set cluster.join=127.0.0.1:35701,127.0.0.1:35702,127.0.0.1:35703 >"$work/millrace-$n.log" 2>&1 &
    pids+=($!); millrace+=($!)
  done
  for n in 1 2 3; do
    for _ in $(seq 600); do grep -q '^Ready' "$work/millrace-$n.log" && break; sleep 0.1; done
    grep -q '^Ready' "$work/millrace-$n.log" || { cat "$work/millrace-$n.log" >&2; exit 1; }
  done
}

start_kafka() {
  local id; id=$(java -cp "$KAFKA_LIBS/*" kafka.tools.StorageTool random-uuid 2>/dev/null)
  for n in 1 2 3; do
    cat >"$work/kafka-$n.properties" <<P
process.roles=broker,controller
node.id=$n
controller.quorum.voters=1@127.0.0.1:39291,2@127.0.0.1:39292,3@127.0.0.1:39293
listeners=PLAINTEXT://127.0.0.1:3919$((n + 3)),CONTROLLER://127.0.0.1:3929$n
controller.listener.names=CONTROLLER
log.dirs=$work/kafka-$n
offsets.topic.replication.factor=3
num.replica.fetchers=2
P
    java -cp "$KAFKA_LIBS/*" kafka.tools.StorageTool format -t "$id" -c "$work/kafka-$n.properties" >/dev/null 2>&1
    java $heap -XX:+UseG1GC -XX:MaxGCPauseMillis=20 -cp "$KAFKA_LIBS/*" kafka.Kafka "$work/kafka-$n.properties" \
      >"$work/kafka-$n.log" 2>&1 &
    pids+=($!); kafka+=($!)
  done
}

tool() { local class=$1; shift; java -Xmx512m -cp "$KAFKA_LIBS/*" "$class" "$@"; }
ticks() { local sum=0; for p in "$@"; do sum=$((sum + $(awk '{print $14+$15}' "/proc/$p/stat"))); done; echo "$sum"; }
create() { # bootstrap topic
  for _ in $(seq 60); do
    tool org.apache.kafka.tools.TopicCommand --bootstrap-server "$1" --create --topic "$2" --partitions 12 \
      --replication-factor 3 --config min.insync.replicas=2 >/dev/null 2>&1 && return
    sleep 1
  done
  echo "cluster.sh: topic $2 could not be created at $1" >&2; exit 1
}
perf() { # bootstrap topic records rate records-to-leave-out
  tool org.apache.kafka.tools.ProducerPerformance --topic "$2" --num-records "$3" --record-size 1024 --throughput "$4" \
    --warmup-records "${5:-0}" --producer-props bootstrap.servers="$1" acks=all linger.ms=2 2>/dev/null | tail -1
}
measure() { # name bootstrap topic pids...
  local name=$1 bootstrap=$2 topic=$3; shift 3
  local before after line
  before=$(ticks "$@"); line=$(perf "$bootstrap" "$topic" "$records" -1); after=$(ticks "$@")
  echo "$name throughput: $line"
  awk -v n="$name" -v t=$((after - before)) -v hz="$(getconf CLK_TCK)" -v r="$records" \
    'BEGIN { printf "%s cpu: %.2f s per 10^9 bytes\n", n, t / hz / (r * 1024 / 1e9) }'
  line=$(perf "$bootstrap" "$topic" $(((seconds + 5) * 1000)) 1000 5000)
  echo "$name latency at 1000/s: $line"
}

millrace=() kafka=()
start_millrace; start_kafka
m=127.0.0.1:39091,127.0.0.1:39092,127.0.0.1:39093
k=127.0.0.1:39194,127.0.0.1:39195,127.0.0.1:39196
create "$m" bench; create "$k" bench
perf "$m" bench "$warm" -1 >/dev/null; perf "$k" bench "$warm" -1 >/dev/null
for round in $(seq "$rounds"); do
  echo "round $round"
  if [ $((round % 2)) = 1 ]; then
    measure millrace "$m" bench "${millrace[@]}"; measure kafka "$k" bench "${kafka[@]}"
  else
    measure kafka "$k" bench "${kafka[@]}"; measure millrace "$m" bench "${millrace[@]}"
  fi
done
