package io.millrace.cluster.share;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongConsumer;

/** Counts what happens to records of share groups, for {@link ShareGroups#counts}. Thread-safe. */
final class ShareStats {

    private final Map<AckType, LongAdder> acknowledged = new EnumMap<>(AckType.class);
    private final LongAdder lockTimeouts = new LongAdder();
    private final LongAdder givenUp = new LongAdder();
    private volatile LongConsumer loadMs = ms -> {};

    ShareStats() {
        for (AckType each : AckType.values()) {
            acknowledged.put(each, new LongAdder());
        }
    }

    void measureLoads(LongConsumer by) {
        loadMs = by;
    }

    void loaded(long ms) {
        loadMs.accept(ms);
    }

    void acknowledged(List<AckBatch> acks) {
        for (AckBatch ack : acks) {
            if (ack.types().size() == 1) {
                acknowledged.get(ack.types().get(0)).add(ack.lastOffset() - ack.firstOffset() + 1);
            } else {
                ack.types().forEach(each -> acknowledged.get(each).increment());
            }
        }
    }

    void lockTimeouts(long records) {
        lockTimeouts.add(records);
    }

    void givenUp(long records) {
        givenUp.add(records);
    }

    ShareCounts counts(long inFlight, int sessions, int sharePartitions) {
        Map<AckType, Long> sums = new EnumMap<>(AckType.class);
        acknowledged.forEach((type, count) -> sums.put(type, count.sum()));
        return new ShareCounts(sums, lockTimeouts.sum(), givenUp.sum(), inFlight, sessions, sharePartitions);
    }
}
