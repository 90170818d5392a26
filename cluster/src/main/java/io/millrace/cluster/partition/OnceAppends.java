package io.millrace.cluster.partition;

import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.idempotence.IdempotencyConfig;
import io.millrace.cluster.idempotence.OnceOutcome;
import io.millrace.storage.TopicPartition;
import io.vertx.core.Future;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Appends that are stored once, to the partitions that this node leads. What was stored is remembered for each reign anew: its beginning
 * reads the marks back from the log.
 */
public final class OnceAppends implements OnceAppender {

    private final PartitionRegistry registry;
    private final LogReaders readers;
    private final IdempotencyConfig config;
    private final Clock clock;
    private final AtomicInteger remembered = new AtomicInteger();
    private final Map<TopicPartition, OnceReign> reigns = new ConcurrentHashMap<>();

    OnceAppends(PartitionRegistry registry, LogReaders readers, IdempotencyConfig config, Clock clock) {
        this.registry = registry;
        this.readers = readers;
        this.config = config;
        this.clock = clock;
    }

    @Override
    public Future<List<OnceOutcome>> appendOnce(AppendCommand command) {
        try {
            return reign(command.partition()).append(command);
        } catch (MillraceException e) {
            return Future.failedFuture(e);
        }
    }

    private OnceReign reign(TopicPartition key) {
        LeaderRole role = registry.leading(key);
        return reigns.compute(key, (same, present) -> {
            if (present != null && present.role() == role) {
                return present;
            }
            if (present != null) {
                present.close();
            }
            return new OnceReign(role, readers, config, clock, remembered);
        });
    }

    /** Forgets what is too old, and everything of partitions that this node does not lead any more; called by a timer. */
    public void expire() {
        for (TopicPartition key : reigns.keySet()) {
            reigns.computeIfPresent(key, (same, present) -> {
                Partition partition = registry.find(key);
                if (partition == null || partition.leadingOrNull() != present.role()) {
                    present.close();
                    return null;
                }
                present.expire();
                return present;
            });
        }
    }

    /** How many keys are remembered. */
    public int remembered() {
        return remembered.get();
    }
}
