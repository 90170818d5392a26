/**
 * What the process tells those who watch it: {@code /metrics}, {@code /healthz}, {@code /readyz}.
 *
 * <p>Start at {@link io.millrace.server.metrics.ServerMetrics}, which implements the counting interfaces of storage, HTTP, Kafka
 * and gateway, and {@link io.millrace.server.metrics.HealthRoutes}. The only importer of Micrometer. Counters are called on
 * shard threads and event loops; a scrape is written on a worker thread.
 */
package io.millrace.server.metrics;
