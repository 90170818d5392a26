package io.millrace.server;

import io.vertx.core.Future;
import java.util.function.Supplier;

/**
 * One thing that a node starts and, at the end, stops.
 *
 * @param name for logs: what is being started
 * @param start begins to start it; the future completes when later steps may use it, and fails with a {@link
 *     StartupException} or another exception whose message the user can act on
 * @param stop undoes it; called only after a successful start, once
 */
record StartupStep(String name, Supplier<Future<?>> start, Supplier<Future<?>> stop) {}
