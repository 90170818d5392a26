package io.millrace.cluster.replication;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * What replication needs of the world around it.
 *
 * @param committer where leaders ask for other in-sync replicas
 * @param transport the way to leaders
 * @param timers for waits and retries
 * @param monotonicMs milliseconds that only go forward; no decision depends on the wall clock
 * @param brokerEpoch under which this process is registered, -1 before it is
 * @param catchUpBytesPerSecond the rate for catching up at this moment; may change at any time
 * @param stats counts what is done
 */
public record Replication(
        ReplicationConfig config,
        IsrCommitter committer,
        ReplicaTransport transport,
        Timers timers,
        LongSupplier monotonicMs,
        LongSupplier brokerEpoch,
        LongSupplier catchUpBytesPerSecond,
        ReplicationStats stats) {

    /** With the rate for catching up of the configuration. */
    public Replication(
            ReplicationConfig config,
            IsrCommitter committer,
            ReplicaTransport transport,
            Timers timers,
            LongSupplier monotonicMs,
            LongSupplier brokerEpoch) {
        this(
                config,
                committer,
                transport,
                timers,
                monotonicMs,
                brokerEpoch,
                config::catchUpBytesPerSecond,
                new ReplicationStats());
    }

    /** The same with another rate for catching up. */
    public Replication withCatchUpRate(LongSupplier bytesPerSecond) {
        return new Replication(config, committer, transport, timers, monotonicMs, brokerEpoch, bytesPerSecond, stats);
    }

    /** With the timers of an event loop and the clock of this machine. */
    public static Replication of(
            Vertx vertx,
            ReplicationConfig config,
            IsrCommitter committer,
            ReplicaTransport transport,
            LongSupplier brokerEpoch) {
        return new Replication(
                config,
                committer,
                transport,
                (delayMs, task) -> vertx.setTimer(Math.max(1, delayMs), id -> task.run()),
                () -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime()),
                brokerEpoch);
    }

    /** Of a node that has no others: it follows nobody, and its in-sync replicas are never others. */
    public static Replication alone(Vertx vertx) {
        return of(
                vertx,
                ReplicationConfig.defaults(),
                proposal -> Future.failedFuture(new IllegalStateException("there is no other node")),
                (leader, lane, request) ->
                        Future.failedFuture(new IllegalStateException("there is no other node: " + leader)),
                () -> -1);
    }
}
