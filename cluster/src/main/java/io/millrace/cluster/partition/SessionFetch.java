package io.millrace.cluster.partition;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.replication.ReplicaFetchRequest;
import io.millrace.cluster.replication.ReplicaFetchResponse;
import io.millrace.cluster.replication.ReplicaFetchResponse.Entry;
import io.millrace.cluster.replication.ReplicaFetchResponse.Records;
import io.millrace.cluster.replication.ReplicationStats;
import io.millrace.storage.ReadResult;
import java.util.ArrayList;
import java.util.List;

/**
 * One fetch of a follower: looks at the partitions in which something moved, until there is something to tell at once or the time is up.
 */
final class SessionFetch implements DelayedFetch.Reading<SessionFetch.Round> {

    /** What one partition had. */
    private record Look(SessionPartition partition, Entry<ReadResult> row, boolean isAtEnd) {

        int sizeBytes() {
            return row.outcome() instanceof Records<ReadResult> records
                    ? records.records().sizeBytes()
                    : 0;
        }

        /** There are records, but no room for them. */
        boolean isUnread() {
            return !isAtEnd && row.outcome() instanceof Records<ReadResult> && sizeBytes() == 0;
        }

        boolean isUrgent() {
            return !(row.outcome() instanceof Records<ReadResult>) || partition.isUrgent(row.highWatermark());
        }
    }

    /** What was found by looking once; {@code failure} is NONE unless nothing could be looked at. */
    record Round(List<Look> looks, boolean over, ErrorCode failure) {}

    private final PartitionRegistry registry;
    private final ReplicaSession session;
    private final ReplicaFetchRequest request;
    private final ReplicaRead read;
    private final ReplicationStats stats;

    SessionFetch(
            PartitionRegistry registry, ReplicaSession session, ReplicaFetchRequest request, ReplicationStats stats) {
        this.stats = stats;
        this.registry = registry;
        this.session = session;
        this.request = request;
        this.read = new ReplicaRead(registry, request.replicaId(), request.brokerEpoch());
    }

    @Override
    public boolean isImmediate() {
        for (SessionPartition each : session.marked()) {
            Partition partition = registry.find(each.asked().partition());
            if (partition != null && !partition.log().isCached(each.asked().fetchOffset())) {
                return false;
            }
        }
        return true;
    }

    @Override
    public Round read() {
        List<SessionPartition> marked = session.takeMarked(this);
        if (marked == null) {
            return new Round(List.of(), true, ErrorCode.NONE);
        }
        List<Look> looks = new ArrayList<>(marked.size());
        int bytesLeft = request.maxBytes();
        boolean nothingYet = true;
        for (SessionPartition each : marked) {
            ReplicaRead.Result result = read.read(each, Math.max(0, bytesLeft), nothingYet);
            Look look = new Look(each, result.row(), result.isAtEnd());
            bytesLeft -= look.sizeBytes();
            nothingYet &= look.sizeBytes() == 0;
            looks.add(look);
        }
        return new Round(looks, false, ErrorCode.NONE);
    }

    @Override
    public Round failed(Throwable failure) {
        return new Round(List.of(), true, LogErrors.translate(failure).code());
    }

    @Override
    public boolean isEnough(Round round) {
        if (round.over()) {
            return true;
        }
        int bytes = 0;
        for (Look look : round.looks()) {
            if (look.isUrgent()) {
                return true;
            }
            bytes += look.sizeBytes();
        }
        return bytes >= Math.max(1, request.minBytes());
    }

    @Override
    public void discard(Round round) {
        List<SessionPartition> again = new ArrayList<>();
        for (Look look : round.looks()) {
            if (look.isAtEnd()) {
                noteNews(look);
            } else {
                again.add(look.partition());
                close(look);
            }
        }
        // They have records, too few of them.
        session.putBack(again);
    }

    private void noteNews(Look look) {
        if (look.partition().isNews(look.row().highWatermark(), look.row().logStartOffset())) {
            session.addNews(look.partition());
        }
    }

    @Override
    public void watch(Runnable moved, List<Watch> watches) {
        watches.add(session.watch(this, moved));
    }

    /** The answer, which counts as received unless the follower says otherwise. */
    ReplicaFetchResponse<ReadResult> answer(Round round) {
        if (round.over() || session.isOver(this)) {
            round.looks().forEach(look -> {
                close(look);
                session.mark(look.partition());
            });
            return ReplicaFetchResponse.refused(
                    round.failure() == ErrorCode.NONE ? ErrorCode.FETCH_SESSION_ID_NOT_FOUND : round.failure());
        }
        List<Entry<ReadResult>> rows = new ArrayList<>();
        List<SessionPartition> unread = new ArrayList<>();
        for (Look look : round.looks()) {
            SessionPartition partition = look.partition();
            if (look.isAtEnd()) {
                noteNews(look);
                continue;
            }
            if (look.isUnread()) {
                unread.add(partition);
            } else {
                // What it says next shows whether this had its effect.
                session.askAgain(partition);
            }
            rows.add(look.row());
        }
        session.putBack(unread);
        for (SessionPartition each : session.takeNews()) {
            Entry<ReadResult> row = read.offsets(each);
            if (row != null) {
                rows.add(row);
            }
        }
        stats.sent(round.looks().stream().mapToLong(Look::sizeBytes).sum());
        return new ReplicaFetchResponse<>(ErrorCode.NONE, session.id(), rows);
    }

    private static void close(Look look) {
        if (look.row().outcome() instanceof Records<ReadResult> records) {
            records.records().close();
        }
    }
}
