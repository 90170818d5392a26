/**
 * JMH benchmarks of the hot paths: {@link io.millrace.bench.AppendBenchmark} (producer to disk), {@link
 * io.millrace.bench.RecordBenchmark} (record to batch and to JSON).
 *
 * <p>Run them with {@code mvn package -Pbench -DskipTests && java -jar bench/target/benchmarks.jar -prof gc}, with nothing
 * else on the machine. Each benchmark says on which thread the work under test runs.
 */
package io.millrace.bench;
