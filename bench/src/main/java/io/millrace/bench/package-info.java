/**
 * JMH benchmarks of the hot paths: {@link io.millrace.bench.AppendBenchmark} (producer to disk), {@link
 * io.millrace.bench.RecordBenchmark} (record to batch and to JSON).
 *
 * <p>Run them with {@code mvn package -Pbench -DskipTests && java -jar bench/target/benchmarks.jar -prof gc}, with nothing
 * else on the machine. Each benchmark says on which thread the work under test runs.
 *
 * <p>Load programs against a server that runs: {@link io.millrace.bench.HttpIngest}, {@link io.millrace.bench.FanOutLoad}, {@link
 * io.millrace.bench.GroupLoad}; {@link io.millrace.bench.StartAfterKill} makes the files of one.
 */
package io.millrace.bench;
